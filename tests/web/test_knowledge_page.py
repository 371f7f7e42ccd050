"""Do the pages of the articles keep their promises? A real browser against the mocked centre."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_articles_to_look_at_are_told_from_others_and_one_names_the_conversations_that_it_answered(
    centre: Centre,
) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/knowledge")
    rows = page.locator(".articles tbody tr")
    await expect(rows).to_have_count(4)
    await expect(rows.filter(has_text="Parcels by post")).to_contain_text("Expired")
    await expect(rows.filter(has_text="Cleaning copper")).to_contain_text("agents, chat")
    await expect(rows.filter(has_text="Returns in summer")).to_contain_text("Ends soon")
    await expect(rows.filter(has_text="Returning something")).to_contain_text("May contradict summer")
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="To look at (4)")).to_have_attribute("aria-pressed", "true")
    against = page.get_by_role("region", name="May contradict each other")
    await expect(against.get_by_role("blockquote")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await rows.get_by_role("link", name="Returning something").click()
    await expect(page.get_by_role("heading", name="What it costs")).to_be_visible()
    answers = page.get_by_role("region", name="Answered 2 questions")
    await expect(answers.get_by_role("listitem").first).to_contain_text("in the words of main")
    await expect(answers.get_by_role("link").last).to_have_attribute("href", "/interactions/i_8")
    versions = page.get_by_role("region", name="2 versions")
    await expect(versions.get_by_role("listitem").first).to_contain_text("In force")
    await versions.get_by_text("Version 1").click()
    await expect(versions.get_by_text("You have 20 days to send something back.")).to_be_visible()
    await expect(versions).to_contain_text("by Sofia Marchetti")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
