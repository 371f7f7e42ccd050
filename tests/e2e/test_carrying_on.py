"""Does a customer take her conversation from the chat to the phone, with nothing but the code on her screen?"""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from interlock.cli.story.shop import Shop
from tests.e2e.demonstration import Demonstration
from tests.e2e.people import CustomerScreen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_she_goes_on_by_phone_where_she_was_in_the_chat_and_comes_back_by_writing(
    demo: Demonstration, shop: Shop, customer: CustomerScreen, visitor: Page
) -> None:
    buyer = await shop.add_customer("Runa Dahl", "runa@example.com")
    order = await shop.add_order(buyer, ("Enamel stovetop kettle, 1 l", 1890), ("Stoneware mug, speckled", 1450))
    await customer.open_the_chat()
    await customer.say("My kettle arrived with a dent in it")
    await customer.identify(order, buyer)
    await customer.hears("Which item is it?")
    await customer.page.get_by_role("button", name="Go on elsewhere").click()
    code = (await customer.page.locator(".carry-code").inner_text()).replace(" ", "")
    await customer.page.get_by_role("button", name="Send it to my e-mail address").click()
    await expect(customer.page.get_by_role("status").filter(has_text="Sent to r•••@example.com")).to_be_visible()

    await visitor.goto(f"{demo.url}/phone")
    await visitor.get_by_role("button", name="Call", exact=True).first.click()
    captions = visitor.get_by_role("log", name="Captions")
    await captions.get_by_text("What can we do for you").or_(captions.get_by_text("Hello and welcome")).first.wait_for()
    await visitor.keyboard.type(f"#{code}")
    await captions.get_by_text("what we talked about in the chat").wait_for()
    await captions.get_by_text("Enamel stovetop kettle").last.wait_for()
    await expect(customer.log).to_contain_text("We go on by phone now.")

    await customer.page.get_by_role("button", name="Close", exact=True).click()
    await customer.say("Stoneware mug, speckled")
    await customer.hears("what we talked about by phone")
    await customer.agree(order.items[1])
    await customer.hears("Done. €14.50 goes back")
    assert [refund["amount"]["amount"] for refund in await shop.refunds(order)] == [1450]


async def test_who_comes_by_a_link_is_asked_first_and_told_where_it_is_good_no_more(
    demo: Demonstration, visitor: Page
) -> None:
    await visitor.goto(f"{demo.shop}/#interlock-carry=00000000000000000000000000000000")
    await visitor.get_by_role("alertdialog", name="Go on here").get_by_role("button", name="Go on here").click()
    await expect(visitor.get_by_role("alert").filter(has_text="That code is not known")).to_be_visible()
    assert "interlock-carry" not in visitor.url
