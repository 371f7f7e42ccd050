"""Do the cards of proposals that wait say what they are and for whom? On the desk and in the customer's chat."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("scene", ["cards"])
async def test_the_desk_tells_a_draft_a_wait_a_question_and_a_counter_offer_apart(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/desk")
    card = page.locator(".action-card")
    draft, waiting, asked, old, new = (card.nth(number) for number in range(5))
    await expect(draft.get_by_label("Goes out exactly so")).to_contain_text("the second pan goes out on Monday")
    await draft.get_by_role("button", name="Send…").click()
    assert centre.called("/send") == []
    await draft.get_by_role("button", name="Send exactly this").click()
    await expect(draft.get_by_role("button", name="Send…")).to_be_visible()
    assert centre.called("/send") == [{"args_hash": "11aa"}]

    await expect(waiting).to_contain_text("Waits for its time: a wait of 2 days until")
    await waiting.get_by_role("button", name="Withdraw…").click()
    await waiting.get_by_role("button", name="Withdraw it").click()
    await expect(waiting.get_by_role("button", name="Withdraw…")).to_be_visible()
    assert len(centre.called("/withdraw")) == 1

    await asked.get_by_label("Sofia Marchetti asks: Is the bottom bent as well").fill("Only the rim.")
    await asked.get_by_role("button", name="Answer").click()
    await expect(asked.get_by_role("button", name="Answer")).to_be_enabled()
    assert centre.called("/answer") == [{"question": "q_1", "text": "Only the rim."}]

    await expect(old).to_contain_text("Countered")
    await expect(old).to_contain_text("The rim can be hammered straight, so we pay a part.")
    await expect(new).to_contain_text("Counter-offer instead of €420.00")
    await expect(new).to_contain_text("Waits for the customer: confirmation")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="In hand").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await draft.evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing on the card is cut off"


async def test_the_customer_sees_until_when_it_waits_and_what_a_counter_offer_stands_instead_of(
    centre: Centre,
) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/host")
    await page.locator(".launcher").click()
    await page.locator("textarea").fill("please wait with it")
    await page.keyboard.press("Enter")
    waiting = page.locator(".card").filter(has_text="Not before")
    await waiting.get_by_role("button", name="Do not do it").click()
    await expect(waiting).to_contain_text("Withdrawn. Nothing was changed")
    await page.locator("textarea").fill("less would do")
    await page.keyboard.press("Enter")
    counter = page.locator(".card").filter(has_text="A counter-offer")
    await expect(counter.locator("s")).to_have_text("€420.00")
    await counter.get_by_role("button", name="Refund €300.00").click()
    await expect(counter).to_contain_text("You agreed")
    await page.reload()
    await expect(waiting).to_contain_text("Withdrawn. Nothing was changed")
    await expect(counter).to_contain_text("You agreed")
