"""Does the whole story happen on real screens? Customer, agent and supervisor in a real browser, on a real server."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from interlock.cli.story.shop import Buyer, Order, Shop
from tests.e2e.conftest import NewAgent
from tests.e2e.demonstration import Demonstration
from tests.e2e.people import CustomerScreen, Desk, StaffScreen, Supervision

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_whoever_is_not_signed_in_signs_in_and_comes_to_the_page_that_he_wanted(
    demo: Demonstration, new_agent: NewAgent, visitor: Page
) -> None:
    screen = StaffScreen(visitor, demo)
    await screen.sign_in_as(new_agent.login, new_agent.password, "/desk")
    await visitor.get_by_role("button", name=new_agent.name).wait_for()
    await visitor.context.clear_cookies()
    await screen.sign_in("Sofia Lindqvist", "/supervisor")
    await visitor.get_by_role("button", name="Sofia Lindqvist").wait_for()


async def test_a_small_refund_needs_only_her_own_yes_and_stands_in_the_ledger_once(
    demo: Demonstration, shop: Shop, customer: CustomerScreen
) -> None:
    buyer = await shop.add_customer("Ingrid Solheim", "ingrid@example.com")
    order = await shop.add_order(buyer, ("Enamel stovetop kettle, 1 l", 1890), ("Stoneware mug, speckled", 1450))
    kettle = order.items[0]
    await customer.open_the_chat()
    await customer.say("My kettle arrived with a dent in it")
    await customer.hears("I am a machine")
    await customer.identify(order, buyer)
    await customer.pick(kettle)
    await expect(customer.card(kettle.name)).to_contain_text(order.paid_with)
    await customer.agree(kettle)
    await customer.hears(f"Done. €18.90 goes back to {order.paid_with}")
    ledger = await customer.context.new_page()
    await ledger.goto(f"{demo.shop}/ledger")
    await ledger.get_by_label("Find").fill(order.id)
    rows = ledger.locator("tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("€18.90")
    await expect(rows).to_contain_text(order.paid_with)


async def test_a_bigger_refund_also_needs_the_code_from_her_own_mailbox(shop: Shop, customer: CustomerScreen) -> None:
    buyer = await shop.add_customer("Maren Vogt", "maren@example.com")
    order = await shop.add_order(buyer, ("Cast-iron casserole, 24 cm", 14000))
    await ask_for_a_refund(customer, "There is a crack in my casserole", order, buyer)
    code = await customer.read_the_code(buyer)
    await customer.try_the_code("000000" if code != "000000" else "111111")
    await customer.hears("You have 2 tries left.")
    await expect(customer.log.get_by_role("button", name="Refund €140.00")).to_have_count(0)
    await customer.enter_the_code(code)
    await customer.agree(order.items[0])
    await customer.hears("Done. €140.00 goes back")
    assert [refund["amount"]["amount"] for refund in await shop.refunds(order)] == [14000]


async def test_a_large_refund_runs_when_a_supervisor_approves_it_and_she_finds_the_answer_when_she_is_back(
    shop: Shop, customer: CustomerScreen, supervisor: Supervision
) -> None:
    buyer = await shop.add_customer("Philippa Ashworth-Delacroix", "philippa@example.com")
    order = await shop.add_order(buyer, ("Copper sauté pans, set of three", 42000))
    await ask_for_a_refund(customer, "The copper pans came bent, I want my money back", order, buyer)
    await customer.enter_the_code(await customer.read_the_code(buyer))
    await customer.agree(order.items[0])
    await customer.hears("is looked at by a colleague first")
    await customer.page.goto("about:blank")

    await supervisor.look_at(order.items[0])
    await expect(supervisor.decision).to_contain_text("Refunds over 200.00 are approved by a supervisor.")
    await expect(supervisor.decision).to_contain_text("Confirmed by Customer")
    assert await shop.refunds(order) == []
    await supervisor.approve(order.items[0])
    await expect(supervisor.waiting.filter(has_text=order.items[0].name)).to_have_count(0)

    await customer.come_back()
    await customer.hears("Done. €420.00 goes back")
    assert [refund["amount"]["amount"] for refund in await shop.refunds(order)] == [42000]


async def test_a_rejection_tells_her_the_one_reason_and_keeps_the_other_for_the_file(
    shop: Shop, customer: CustomerScreen, supervisor: Supervision
) -> None:
    buyer = await shop.add_customer("Oluwaseun Adeyemi", "olu@example.com")
    order = await shop.add_order(buyer, ("Walnut serving table", 30000))
    await ask_for_a_refund(customer, "There is a scratch on the table you sent me", order, buyer)
    await customer.enter_the_code(await customer.read_the_code(buyer))
    await customer.agree(order.items[0])
    await customer.hears("is looked at by a colleague first")
    await supervisor.look_at(order.items[0])
    await supervisor.reject("A scratch like this is part of oiled walnut.", "Third claim for the same table.")
    await customer.hears("A scratch like this is part of oiled walnut.")
    await expect(customer.page.get_by_text("Third claim")).to_have_count(0)
    await supervisor.page.get_by_text("Last decided").click()
    await supervisor.page.get_by_text("File: Third claim for the same table.").wait_for()
    assert await shop.refunds(order) == []


async def test_an_approver_asks_back_and_offers_less_and_each_sees_it_on_his_own_card(
    shop: Shop, customer: CustomerScreen, desk: Desk, supervisor: Supervision
) -> None:
    buyer = await shop.add_customer("Margarethe von Hohenstein", "margarethe@example.com")
    order = await shop.add_order(buyer, ("Cherry wood bread box", 30000))
    box = order.items[0]
    await ask_for_a_refund(customer, "My bread box arrived with a crack", order, buyer)
    await customer.enter_the_code(await customer.read_the_code(buyer))
    await customer.agree(box)
    await customer.hears("is looked at by a colleague first")
    await customer.say("I would like to talk to a person")
    await desk.accept()

    await supervisor.look_at(box)
    await supervisor.ask_back("Is it the lid or the box?")
    asked = desk.action("Refund an item", "€300.00")
    await asked.get_by_label("Sofia Lindqvist asks: Is it the lid or the box?").fill("Only the lid.")
    await asked.get_by_role("button", name="Answer").click()
    await expect(supervisor.decision).to_contain_text("Only the lid.")

    await supervisor.counter("200.00", "The lid is a part of it, so we pay a part.", "Lid only.")
    card = customer.card("A counter-offer")
    await expect(card.locator("s")).to_have_text("€300.00")
    await card.get_by_role("button", name="Refund €200.00").click()
    await expect(card).to_contain_text("You agreed")
    offer = desk.action("Counter-offer instead of €300.00")
    await expect(offer).to_contain_text("Done")
    await expect(desk.action("€300.00", "Countered")).to_contain_text("The lid is a part of it, so we pay a part.")
    assert [one["amount"]["amount"] for one in await shop.refunds(order)] == [20000]
    await desk.wrap_up("Refunded")


async def test_a_person_gets_everything_that_is_known_acts_under_the_same_gate_and_the_machine_is_silent(
    demo: Demonstration, shop: Shop, customer: CustomerScreen, desk: Desk, supervisor: Supervision
) -> None:
    buyer = await shop.add_customer("Jonas Petersen", "jonas@example.com")
    order = await shop.add_order(buyer, ("Oak cutting board", 2400), ("Kitchen knives, set of five", 9000))
    board = order.items[0]
    await customer.open_the_chat()
    await customer.say(f"Where is my order {order.id}? My e-mail is {buyer.email}")
    await customer.hears("delivered")
    await customer.page.get_by_role("button", name="Talk to a person").click()
    await customer.page.get_by_text("You are 1st in line").wait_for()
    await supervisor.show("Floor")
    await expect(supervisor.queue("Customer care")).to_contain_text("1 offered")

    await desk.accept()
    await customer.is_with(desk.name)
    await expect(supervisor.agent(desk.name)).to_contain_text("Handling")
    await expect(desk.known).to_contain_text("J••• P•••")
    await expect(desk.known).not_to_contain_text("Petersen")
    await expect(desk.transcript).to_contain_text(f"Where is my order {order.id}?")
    await expect(desk.transcript).not_to_contain_text(buyer.email)
    await expect(desk.action("Look an order up")).to_contain_text("Done")

    spoken = await customer.from_the_machine.count()
    await desk.page.get_by_role("button", name="Verify customer").click()
    await customer.enter_the_code(await customer.read_the_code(buyer))
    await expect(desk.known).to_contain_text("Verified with one factor")
    await expect(desk.known).to_contain_text("Jonas Petersen")

    await desk.write("Good day, here is a person. Which of the two is it?")
    await customer.hears("Good day, here is a person. Which of the two is it?")
    await customer.say("The board is split, I want my money back")
    await expect(desk.said("The board is split, I want my money back")).to_have_count(1)
    await desk.refund(board)
    refund = desk.action("Refund an item", "€24.00")
    await expect(refund).to_contain_text("Waits for the customer: confirmation")
    assert await shop.refunds(order) == []
    await customer.agree(board)
    await expect(refund).to_contain_text("Done")
    await refund.get_by_text("Why?").click()
    await expect(refund).to_contain_text("Judged on")
    assert [one["amount"]["amount"] for one in await shop.refunds(order)] == [2400]

    await desk.wrap_up("Refunded", "Split along the grain.")
    await customer.page.get_by_text("This conversation has ended.").wait_for()
    await expect(customer.from_the_machine).to_have_count(spoken)


async def test_a_reload_of_every_page_loses_nothing_and_repeats_nothing(
    shop: Shop, customer: CustomerScreen, desk: Desk, supervisor: Supervision
) -> None:
    buyer = await shop.add_customer("Céline Marchand", "celine@example.com")
    order = await shop.add_order(buyer, ("Linen tea towels, set of three", 2200))
    await ask_for_a_refund(customer, "my tea towels arrived broken", order, buyer)
    button = customer.log.get_by_role("button", name="Refund €22.00")
    await button.wait_for()
    await customer.box.fill("half a sentence")
    before = await customer.log.inner_text()
    await customer.page.reload()
    await button.wait_for()
    await expect(customer.box).to_have_value("half a sentence")
    assert await customer.log.inner_text() == before
    await customer.say("I would like to talk to a person")
    await desk.accept()
    await desk.write("I see the towels.")
    await desk.reply.fill("an unfinished reply")
    seen = await desk.story()
    await desk.page.reload()
    await expect(desk.reply).to_have_value("an unfinished reply")
    await expect(desk.said("I see the towels.")).to_have_count(1)
    assert await desk.story() == seen
    await supervisor.show("Floor")
    await expect(supervisor.agent(desk.name)).to_contain_text("Handling")
    await supervisor.page.reload()
    await expect(supervisor.agent(desk.name)).to_contain_text("Handling")
    await customer.page.reload()
    await customer.hears("I see the towels.")
    await customer.agree(order.items[0])
    await desk.wrap_up("Solved")
    assert len(await shop.refunds(order)) == 1


async def test_a_dropped_connection_goes_on_where_it_was_on_both_sides(
    shop: Shop, customer: CustomerScreen, desk: Desk
) -> None:
    await customer.open_the_chat()
    await customer.say("I want to talk to a human")
    await desk.accept()
    await customer.is_with(desk.name)
    await customer.context.set_offline(True)
    await customer.page.get_by_text("No connection.").wait_for()
    await customer.box.fill("written in a tunnel")
    await customer.box.press("Enter")
    await customer.page.get_by_text("Sent as soon as you are connected").wait_for()
    await desk.write("Are you still on the train?")
    await customer.context.set_offline(False)
    await customer.hears("Are you still on the train?")
    await expect(customer.own("written in a tunnel")).to_have_count(1)
    await expect(desk.said("written in a tunnel")).to_have_count(1)

    await desk.page.context.set_offline(True)
    await desk.page.get_by_text("Disconnected.").wait_for()
    await customer.say("I am out of the tunnel")
    await desk.page.context.set_offline(False)
    await expect(desk.said("I am out of the tunnel")).to_have_count(1)
    await expect(desk.page.get_by_text("Disconnected.")).to_be_hidden()
    await desk.wrap_up("Solved")


async def ask_for_a_refund(customer: CustomerScreen, words: str, order: Order, buyer: Buyer) -> None:
    """Open the chat and report the first item of an order as damaged."""
    await customer.open_the_chat()
    await customer.say(words)
    await customer.identify(order, buyer)
    await customer.pick(order.items[0])
