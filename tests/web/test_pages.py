"""Do the pages keep their promises? A real browser against the mocked centre."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_no_typed_key_accepts_an_offer_and_the_focus_stays_where_it_is(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator("#reply").fill("")
    await centre.mock("offer")
    await expect(page.locator(".offer")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "reply"
    await page.keyboard.type("yes a accept o 1 2 3")
    await page.keyboard.press("Space")
    await page.locator("#reply").blur()
    for key in "abcdefghilmnoqsxyz":
        await page.keyboard.press(key)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    assert centre.called("/accept") == []
    await page.keyboard.press("F8")
    await expect(page.locator(".work-row")).to_have_count(5)
    assert len(centre.called("/accept")) == 1


async def test_an_offer_moves_nothing_that_the_hand_is_about_to_hit(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    row = page.locator(".work-row").first
    before = await row.bounding_box()
    await centre.mock("offer")
    await expect(page.locator(".offer")).to_be_visible()
    assert await row.bounding_box() == before


async def test_every_interaction_keeps_its_own_draft_also_over_a_reload(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator("#reply").fill("Dear Eva, about your")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.locator("#reply")).to_have_value("")
    await page.locator("#reply").fill("Dear Tomás")
    await page.reload()
    await expect(page.locator("#reply")).to_have_value("Dear Tomás")
    await page.keyboard.press("Alt+1")
    await expect(page.locator("#reply")).to_have_value("Dear Eva, about your")
    assert centre.called("/messages") == []


async def test_a_reply_that_is_refused_is_not_lost(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator("#reply").fill("fail")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The customer has left; nothing was sent.")).to_be_visible()
    await page.get_by_role("button", name="Back to the reply box").click()
    await expect(page.locator("#reply")).to_have_value("fail")


async def test_a_reply_appears_once_although_it_was_shown_before_the_server_had_it(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator("#reply").fill("It is on its way.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".entry.message:not(.pending) .text", has_text="It is on its way.")).to_have_count(1)
    await expect(page.locator(".text", has_text="It is on its way.")).to_have_count(1)


async def test_a_refund_takes_more_than_one_key_and_starts_from_what_was_looked_up(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.get_by_role("button", name="Refund an item: Cast-iron casserole").click()
    await expect(page.locator("#arg-amount")).to_have_value("140.00")
    await expect(page.locator("#arg-item_id")).to_have_value("i-1")
    await page.locator("#arg-amount").press("Enter")
    await expect(page.get_by_role("button", name="Refund €140.00")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Space")
    assert centre.called("/proposals") == []
    await page.get_by_role("button", name="Refund €140.00").click()
    await expect(page.get_by_text("Waits for the customer: confirmation")).to_be_visible()
    assert centre.called("/proposals") == [
        {
            "action": "shop.refund_item",
            "args": {"order_id": "A-1043", "item_id": "i-1", "amount": {"amount": 14000, "currency": "EUR"}},
        }
    ]


async def test_a_list_is_written_with_commas_and_a_record_part_by_part(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator(".action-list").get_by_role("button", name="Exchange items").click()
    await page.get_by_label("Items", exact=True).fill("i-1, i-2, i-3, i-4")
    await page.get_by_label("Street").fill("1 Hill Road")
    await page.get_by_label("Within (days)").fill("3")
    await page.get_by_role("button", name="Review…").click()
    await expect(page.get_by_text("Write 1 to 3, with commas between them.")).to_be_visible()
    await page.get_by_label("Items", exact=True).fill("i-1, i-2")
    await page.get_by_role("button", name="Review…").click()
    await page.get_by_role("button", name="Exchange items").last.click()
    await expect(page.locator(".action-form")).to_be_hidden()
    assert centre.called("/proposals") == [
        {
            "action": "shop.exchange_items",
            "args": {"items": ["i-1", "i-2"], "address": {"street": "1 Hill Road"}, "days": 3},
        }
    ]


async def test_wrap_up_asks_for_a_disposition_and_says_where_it_is_missing(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.locator(".work-row").nth(2).click()
    await page.get_by_role("button", name="Finish wrap-up").click()
    await expect(page.get_by_text("Choose how it came out.")).to_be_visible()
    await page.get_by_text("Needs a follow-up").click()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".work-row")).to_have_count(3)
    assert centre.called("/disposition") == [{"disposition": "follow_up", "note": "", "suggested": ""}]


async def test_a_lost_connection_is_said_and_the_screen_catches_up(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await expect(page.locator("#reply")).to_be_visible()
    await page.context.set_offline(True)
    await centre.mock("drop")
    await expect(page.get_by_text("Disconnected.")).to_be_visible()
    await centre.mock("say", text="said while the desk was away")
    await page.context.set_offline(False)
    await expect(page.locator(".entry .text", has_text="said while the desk was away")).to_be_visible()
    await expect(page.get_by_text("Disconnected.")).to_be_hidden()


@pytest.mark.parametrize("scene", ["crowd"])
async def test_the_reply_box_keeps_its_place_with_forty_interactions_and_folded_columns(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    before = await page.locator("#reply").bounding_box()
    await page.keyboard.press("[")
    await page.keyboard.press("]")
    await expect(page.locator(".rail")).to_have_count(2)
    after = await page.locator("#reply").bounding_box()
    assert before is not None and after is not None
    assert (after["y"], after["height"]) == (before["y"], before["height"])
    assert after["y"] + after["height"] < 800


@pytest.mark.parametrize("scene", ["morning"])
async def test_an_empty_morning_says_what_to_do(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    await page.get_by_role("button", name="Set me available").click()
    await expect(page.get_by_text("You are available.", exact=False).first).to_be_visible()


async def test_approving_needs_a_second_deliberate_step(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor#approvals")
    await expect(page.locator(".detail")).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.press("a")
    assert centre.called("/approve") == []
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".inbox-list .work-row")).to_have_count(3)
    assert centre.called("/approve") == [{"args_hash": "9f2c41"}]


async def test_a_rejection_has_a_reason_for_the_customer_and_one_for_the_file(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor#approvals")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Reject")).to_be_disabled()
    await page.get_by_label("Reason for the customer").fill("The thirty days are over.")
    await page.get_by_label("Reason for the file").fill("Third return this quarter.")
    await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert centre.called("/reject") == [
        {"customer_reason": "The thirty days are over.", "file_reason": "Third return this quarter."}
    ]


async def test_what_somebody_has_to_look_at_stands_on_the_supervisor_s_page(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor")
    alerts = page.get_by_role("region", name="Alerts")
    await expect(alerts.locator("li")).to_contain_text("refundable_remainder of the connector shop fails")
    await expect(alerts.locator("li")).to_contain_text("3 times")


async def test_the_widget_sends_after_a_reload_what_it_could_not_send_before_and_only_once(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await expect(page.get_by_text("I am the virtual assistant, a machine.")).to_be_visible()
    await page.locator("textarea").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.customer:not(.unsent)")).to_have_count(1)
    await page.context.set_offline(True)
    await centre.mock("drop")
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await page.locator("textarea").fill("my parcel is broken")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Sent as soon as you are connected")).to_be_visible()
    await page.context.set_offline(False)
    await page.reload()
    await expect(page.get_by_text("Which item is damaged?")).to_be_visible()
    await expect(page.locator(".row.customer:not(.unsent) .bubble", has_text="my parcel is broken")).to_have_count(1)
    await expect(page.locator(".row.unsent")).to_have_count(0)
    (received,) = (await centre.mock("nothing"))["chats"]
    assert len(set(received)) == 2, "a resend keeps the identifier of its message"


async def test_the_chat_has_its_own_words_in_the_language_that_the_conversation_goes_on_in(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await expect(page.get_by_placeholder("Write a message")).to_be_visible()
    await page.locator("textarea").fill("Deutsch, bitte")
    await page.keyboard.press("Enter")
    await expect(page.get_by_placeholder("Nachricht schreiben")).to_be_visible()
    await expect(page.get_by_role("button", name="Mit einem Menschen sprechen")).to_be_visible()
    await page.locator("textarea").fill("refund the towels")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Refund €18.40").click()
    await expect(page.get_by_text("Sie haben zugestimmt")).to_be_visible()


async def test_a_message_that_came_too_fast_is_sent_again_by_itself_without_a_new_connection(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await page.locator("textarea").fill("I write too quickly")
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.customer:not(.unsent) .bubble", has_text="too quickly")).to_have_count(1)
    await expect(page.locator(".row.unsent")).to_have_count(0)


async def test_a_confirmation_card_is_answered_once_and_stays_answered_after_a_reload(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await page.locator("textarea").fill("refund the towels")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Refund €18.40").click()
    await expect(page.get_by_text("You agreed")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("You agreed")).to_be_visible()
    await expect(page.get_by_role("button", name="Refund €18.40")).to_have_count(0)


async def test_a_wrong_code_is_said_beside_the_field_and_can_be_entered_again(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await page.locator("textarea").fill("a code please")
    await page.keyboard.press("Enter")
    await page.locator(".code").fill("111 111")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You have 2 tries left.")).to_be_visible()
    await page.locator(".code").fill("123456")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The code was right")).to_be_visible()


async def test_the_widget_tells_the_place_in_line_and_escape_closes_it(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(page.get_by_text("You are 2nd in line")).to_be_visible()
    await page.locator("textarea").press("Escape")
    await expect(page.locator(".panel")).to_have_count(0)
    await expect(page.locator(".launcher")).to_be_focused()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/desk",
        "/supervisor",
        "/supervisor#approvals",
        "/supervisor#wall",
        "/policies",
        "/policies#replay",
        "/policies#versions",
        "/host",
    ],
)
async def test_no_page_is_wider_than_a_small_phone(centre: Centre, path: str) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{centre.url}{path}")
    await page.wait_for_load_state("networkidle")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_sign_in_says_what_is_wrong_and_keeps_the_login(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/sign-in?next=https://elsewhere.example/")
    await page.get_by_label("Login").fill("amara")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("The name or the password is not right.", exact=False)).to_be_visible()
    await expect(page.get_by_label("Login")).to_have_value("amara")
    await page.get_by_role("button", name="Amara Okafor").click()
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/desk")
