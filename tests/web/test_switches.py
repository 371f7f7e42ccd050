"""Do kill switches and breakers on the supervisor's page say who, why, and how it goes on?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre
from .mock_data import iso

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_something_is_halted_with_a_reason_and_everybody_sees_who_did_it_and_why(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor")
    await page.get_by_role("button", name="Halt…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Which").select_option("shop.refund_item")
    await expect(dialog.get_by_role("button", name="Halt", exact=True)).to_be_disabled()
    await dialog.get_by_label("Why").fill("It pays twice.")
    await dialog.get_by_role("button", name="Halt", exact=True).click()
    await expect(page.get_by_text("One kill switch is thrown")).to_be_visible()
    line = page.locator(".switches li")
    await expect(line).to_contain_text("It pays twice.")
    await expect(line).to_contain_text("Sofia Marchetti")
    assert centre.called("/halt") == [{"scope": "action", "name": "shop.refund_item", "reason": "It pays twice."}]
    await line.get_by_role("button", name="Release…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Release").click()
    await expect(page.get_by_text("Nothing is halted.")).to_be_visible()


async def test_a_breaker_that_is_open_says_why_and_whose_it_is_and_can_be_closed(centre: Centre) -> None:
    page = centre.page
    line = {"guarded": "connector", "name": "shop", "state": "open", "owner": "the shop's people", "by": "interlock"}
    when = {"since": iso(20), "tried_again_at": iso(-3600), "why": "8 of 12 calls failed"}
    centre.world.board["breakers"] = [{**line, **when}]
    await page.goto(f"{centre.url}/supervisor")
    shown = page.locator(".switches li")
    for words in ("Open", "shop", "8 of 12 calls failed", "the shop's people"):
        await expect(shown).to_contain_text(words)
    await shown.get_by_role("button", name="Close breaker").click()
    await expect(shown).to_have_count(0)
    assert centre.called("/breakers/close") == [{"guarded": "connector", "name": "shop"}]


async def test_a_breaker_is_opened_by_hand_with_a_reason_and_says_whose_it_is_and_how_it_comes_back(
    centre: Centre,
) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor")
    await page.get_by_role("button", name="Open breaker…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Of which connector or journey").select_option("Journey damaged_item")
    await expect(dialog).to_contain_text("Looked after by operations")
    await expect(dialog.get_by_role("button", name="Open breaker")).to_be_disabled()
    await dialog.get_by_label("Why").fill("It asks for the wrong order.")
    await dialog.get_by_role("button", name="Open breaker").click()
    shown = page.locator(".switches li")
    for words in ("Open", "It asks for the wrong order.", "opened by Sofia Marchetti", "Stays open until somebody"):
        await expect(shown).to_contain_text(words)
    reason = "It asks for the wrong order."
    assert centre.called("/breakers/open") == [{"guarded": "journey", "name": "damaged_item", "reason": reason}]


async def test_what_was_given_up_on_is_listed_with_its_reason_and_is_tried_again(centre: Centre) -> None:
    page = centre.page
    line = {"state": "parked", "at": iso(700), "attempts": 5, "node": None}
    why = "KeyError in interlock.runtime.effects, line 88"
    refund = {**line, "id": "due/1", "command": "PerformEffect", "lane": "i_1", "reason": why}
    centre.world.due = [
        refund,
        {**line, "id": "due/2", "command": "RouteQueue", "lane": "queue:care", "reason": "down"},
    ]
    centre.world.board["parked"] = 2
    await page.goto(f"{centre.url}/supervisor")
    parked = page.get_by_role("region", name="Parked work")
    await expect(parked.locator("li").first).to_contain_text(why)
    await expect(parked.get_by_role("link", name="Open record")).to_have_attribute("href", "/interactions/i_1")
    await parked.get_by_role("button", name="Try Perform effect again").click()
    await expect(parked.locator("li")).to_have_count(1)
    await parked.get_by_role("button", name="Try Route queue again").click()
    await expect(parked).to_have_count(0)
    assert centre.called("/due/retry") == [{"ids": ["due/1"]}, {"ids": ["due/2"]}]
