"""Does the desk show what may help as a suggestion, and does taking one send nothing and do nothing by itself?"""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from .conftest import Centre
from .mock_suggestions import ACTION, ARTICLE, INTERNAL, REPLY, STEP, TIP

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def suggestions_of(page: Page) -> Locator:
    """Where the suggestions for the interaction in hand stand."""
    return page.get_by_role("region", name="Suggestions")


async def test_an_article_fills_the_reply_box_and_what_became_of_it_is_told_when_the_reply_goes(
    centre: Centre,
) -> None:
    page = centre.page
    centre.world.suggestions = [ARTICLE, INTERNAL]
    await page.goto(f"{centre.url}/desk")
    shown = suggestions_of(page).get_by_role("listitem")
    await expect(shown).to_have_count(2)
    for words in ("Article, suggested", "82 %", "Guarantee, version 3", "9 days old"):
        await expect(shown.first).to_contain_text(words)
    await expect(shown.last.get_by_role("button", name="Put into the reply")).to_have_count(0)
    await shown.first.get_by_role("button", name="Put into the reply").click()
    reply = page.locator("#reply")
    await expect(reply).to_have_value(ARTICLE["reply"])
    await expect(reply).to_be_focused()
    await expect(shown).to_have_count(1)
    assert centre.called("/messages") == [] and centre.called("/sg_article") == []
    await reply.fill(ARTICLE["reply"].replace("always", "nearly always"))
    await reply.press("Enter")
    await expect(reply).to_have_value("")
    await shown.get_by_role("button", name="No help: Damaged casseroles").click()
    await expect(suggestions_of(page)).to_have_count(0)
    await centre.mock("nothing")
    assert centre.called("/sg_article") == [{"how": "edited"}]
    assert centre.called("/sg_internal") == [{"how": "dismissed"}]


async def test_where_nothing_helps_or_somebody_else_has_it_the_desk_is_silent(centre: Centre) -> None:
    await centre.page.goto(f"{centre.url}/desk")
    await expect(centre.page.get_by_role("heading", name="Actions", exact=True)).to_be_visible()
    await expect(suggestions_of(centre.page)).to_have_count(0)
    centre.world.suggestions = [ARTICLE]
    await centre.mock("say", text="And the guarantee?")
    await expect(suggestions_of(centre.page).get_by_role("listitem")).to_have_count(1)
    centre.world.interactions["i_1"]["my_state"] = "none"
    await centre.mock("nothing")
    await expect(suggestions_of(centre.page)).to_have_count(0)


async def test_an_action_shows_what_the_gate_would_say_and_opens_the_form_that_still_asks_before_it_goes(
    centre: Centre,
) -> None:
    page = centre.page
    centre.world.suggestions = [ACTION, STEP]
    await page.goto(f"{centre.url}/desk")
    action = suggestions_of(page).get_by_role("listitem").first
    for words in ("The gate would ask for confirmation and approval", "approved by a supervisor", "€60.00", "A-1043"):
        await expect(action).to_contain_text(words)
    await expect(suggestions_of(page)).to_contain_text("Next step, suggested")
    column, card = await page.locator("#column-known").bounding_box(), await action.bounding_box()
    assert column is not None and card is not None and card["x"] + card["width"] < column["x"] + column["width"]
    await action.get_by_role("button", name="Open the form…").click()
    form = page.get_by_role("form", name="Refund an item")
    await expect(form.get_by_label("Amount")).to_have_value("60.00")
    assert centre.called("/proposals") == [] and centre.called("/sg_action") == []
    await form.get_by_label("Amount").fill("50")
    await form.get_by_role("button", name="Review…").click()
    await expect(form).to_contain_text("Is this right?")
    await page.keyboard.press("Enter")
    assert centre.called("/proposals") == [], "no single key moves money"
    await page.keyboard.press("Control+Enter")
    await expect(form).to_have_count(0)
    await expect(suggestions_of(page).get_by_role("listitem")).to_have_count(1)
    (proposed,) = centre.called("/proposals")
    assert (proposed["action"], proposed["args"]["amount"]["amount"]) == ("shop.refund_item", 5000)
    assert centre.called("/sg_action") == [{"how": "edited"}]


async def test_what_is_asked_before_it_is_known_who_asks_waits_for_the_token(centre: Centre) -> None:
    page, shown = centre.page, asyncio.Event()
    centre.world.suggestions = [TIP]

    async def held(route: Route) -> None:
        await shown.wait()
        await route.continue_()

    await page.route("**/v1/me", held)
    await page.goto(f"{centre.url}/desk")
    await page.get_by_role("heading", name="Actions", exact=True).wait_for()  # the live document was faster
    shown.set()
    await expect(suggestions_of(page)).to_contain_text("Tip for you alone, suggested")
    await page.unroute("**/v1/me")


async def test_a_tip_is_for_the_agent_alone_and_one_press_says_that_it_helped(centre: Centre) -> None:
    page = centre.page
    centre.world.suggestions = [TIP]
    await page.goto(f"{centre.url}/desk")
    await expect(suggestions_of(page)).to_contain_text("Tip for you alone, suggested")
    await expect(suggestions_of(page).get_by_role("button", name="Put into the reply")).to_have_count(0)
    await suggestions_of(page).get_by_role("button", name="Helped").click()
    await expect(suggestions_of(page)).to_have_count(0)
    await centre.mock("nothing")
    assert centre.called("/sg_tip") == [{"how": "taken"}]


async def test_a_model_drafts_a_reply_only_when_the_agent_asks_and_it_is_marked_with_the_models_name(
    centre: Centre,
) -> None:
    page = centre.page
    centre.world.drafts = True
    await page.goto(f"{centre.url}/desk")
    ask = suggestions_of(page).get_by_role("button", name="Draft a reply")
    await expect(ask).to_be_visible()
    assert centre.called("/draft") == []
    await ask.click()
    draft = suggestions_of(page).get_by_role("listitem")
    await expect(draft).to_contain_text("Draft by a language model, suggested")
    await expect(draft).to_contain_text("Written by the language model main")
    await draft.get_by_role("button", name="Put into the reply").click()
    await expect(page.locator("#reply")).to_have_value(REPLY["reply"])
    assert centre.called("/messages") == []
