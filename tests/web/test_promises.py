"""Does the desk show what a customer was promised, and is something promised there by the keyboard alone?"""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from .conftest import Centre
from .mock_promises import PROMISE
from .mock_server import problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "We pay the kettle back, although the two years are over."


def promises_of(page: Page) -> Locator:
    """Where the promises of the interaction in hand stand."""
    return page.get_by_role("region", name="Promises")


def button_of(page: Page) -> Locator:
    """What opens the form."""
    return page.get_by_role("button", name="Make a promise…")


async def open_form(centre: Centre) -> Locator:
    """The form, opened by its key, with the kind and the order filled in and the focus on the amount."""
    await centre.page.goto(f"{centre.url}/desk")
    await expect(button_of(centre.page)).to_be_enabled()
    await centre.page.locator("body").press("m")
    form = centre.page.get_by_role("form", name="Make a promise")
    await expect(form.get_by_label("Amount")).to_be_focused()
    return form


async def test_what_a_customer_was_promised_stands_where_the_customer_is_shown(centre: Centre) -> None:
    kept = {**PROMISE, "promise": "pm_0", "state": "kept", "source": "journey", "words": ""}
    centre.world.promises = [PROMISE, kept]
    await centre.page.goto(f"{centre.url}/desk")
    shown = promises_of(centre.page).get_by_role("listitem")
    await expect(shown).to_have_count(2)
    for words in ("To be kept", "€18.40", "A-1042", "We refund the kettle nevertheless.", "by Amara Okafor"):
        await expect(shown.first).to_contain_text(words)
    await expect(shown.last).to_contain_text("Kept")
    await expect(shown.last).to_contain_text("by the virtual agent")


async def test_a_promise_is_made_with_the_keyboard_and_stands_in_the_list_at_once(centre: Centre) -> None:
    page = centre.page
    form = await open_form(centre)
    await expect(promises_of(page)).to_contain_text("Nothing was promised.")
    await expect(form.get_by_label("Kind")).to_have_value("late_refund")
    await expect(form.get_by_label("Order number")).to_have_value("A-1043")
    await expect(form).to_contain_text("You may promise up to €50.00.")
    await page.keyboard.type("18,40")
    await page.keyboard.press("Tab")
    await page.keyboard.type(WORDS)
    await page.keyboard.press("Tab")
    await page.keyboard.type("14")
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Is this right?")
    await page.keyboard.press("Enter")
    assert centre.called("/promises") == [], "one more Enter does nothing"
    await page.keyboard.press("Control+Enter")
    await expect(promises_of(page).get_by_role("listitem")).to_contain_text(WORDS)
    assert centre.called("/promises") == [
        {
            "promise": "late_refund",
            "about": "A-1043",
            "value": {"amount": 1840, "currency": "EUR"},
            "words": WORDS,
            "days": 14,
        }
    ]
    await expect(form).to_have_count(0)
    await expect(button_of(page)).to_be_focused()
    await expect(page.locator("#reply")).to_have_value(WORDS)
    assert centre.called("/messages") == [], "the words are sent by whoever wrote them"


async def test_each_kind_has_its_own_limits_and_more_than_may_be_promised_is_said_at_once(centre: Centre) -> None:
    page = centre.page
    form = await open_form(centre)
    await page.keyboard.type("15.01")
    await form.get_by_label("Kind").select_option("The postage of what is sent back")
    await expect(form).to_contain_text("You may promise up to €15.00.")
    await form.get_by_label("Parcel").fill("NP 4471")
    await form.get_by_label("Holds for").fill("15")
    await form.get_by_role("button", name="Review…").press("Enter")
    await expect(form.get_by_label("Amount")).to_be_focused()
    await expect(form).to_contain_text("At most €15.00.")
    await expect(form).to_contain_text("Write a number from 1 to 14.")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("15")
    await form.get_by_label("Holds for").fill("")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Promise €15.00").click()
    await expect(form).to_have_count(0)
    (body,) = centre.called("/promises")
    assert body == {"promise": "way_back", "about": "NP 4471", "value": {"amount": 1500, "currency": "EUR"}}


async def test_a_refusal_stands_at_the_field_that_it_is_about_and_nothing_is_lost(centre: Centre) -> None:
    page = centre.page
    form = await open_form(centre)
    centre.world.refuses = [
        problem(503, "Unavailable", "The database is down.", "unavailable"),
        problem(403, "Refused", "You may promise up to EUR 10.00.", "beyond_authority"),
    ]
    await page.keyboard.type("18.40")
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Is this right?")
    centre.world.can_promise[0]["most"] = {"amount": 1000, "currency": "EUR"}
    await page.keyboard.press("Control+Enter")
    amount = form.get_by_label("Amount")
    await expect(amount).to_be_focused()
    await expect(amount).to_have_value("18.40")
    await expect(amount).to_have_accessible_description("You may promise up to EUR 10.00.")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("10")
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Is this right?")
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_role("alert")).to_have_text("The database is down.")
    await expect(amount).to_have_value("10")
    await expect(promises_of(page)).to_contain_text("Nothing was promised.")


async def test_escape_goes_back_one_step_and_then_to_the_button(centre: Centre) -> None:
    page = centre.page
    form = await open_form(centre)
    await page.keyboard.type("18.40")
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Is this right?")
    await page.keyboard.press("Escape")
    await expect(form.get_by_label("Amount")).to_have_value("18.40")
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await expect(button_of(page)).to_be_focused()
    assert centre.called("/promises") == []


async def test_where_nothing_can_be_promised_the_button_says_why(centre: Centre) -> None:
    page = centre.page
    centre.world.can_promise = []
    await page.goto(f"{centre.url}/desk")
    await expect(button_of(page)).to_be_disabled()
    await expect(promises_of(page)).to_contain_text("There is nothing that somebody with your role may promise.")
    await page.locator("body").press("m")
    await expect(page.get_by_role("form", name="Make a promise")).to_have_count(0)
    centre.world.interactions["i_1"]["my_state"] = "none"
    await centre.mock("nothing")
    await expect(promises_of(page)).to_contain_text("Whoever has the interaction promises something in it.")
    centre.world.interactions["i_1"]["customer"]["matched"] = False
    await centre.mock("nothing")
    await expect(promises_of(page)).to_contain_text("Nobody has been matched here yet")


async def test_the_form_fits_a_telephone(centre: Centre) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/desk")
    await page.get_by_role("button", name="Known", exact=True).click()
    await button_of(page).click()
    form = page.get_by_role("form", name="Make a promise")
    await expect(form.get_by_label("Amount")).to_be_focused()
    box = await form.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
