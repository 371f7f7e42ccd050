"""Is a journey changed on its page only through its scenarios, and tried on some people, widened and taken back?"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_change_is_played_tried_on_some_people_widened_and_taken_back(centre: Centre) -> None:
    page = centre.page
    centre.world.me["staff"]["roles"] = ["admin"]
    await page.goto(f"{centre.url}/journeys/damaged_item#change")
    form = page.get_by_role("region", name="Change it")
    await expect(form.get_by_role("button", name="Play the scenarios and publish")).to_be_disabled()
    text = await form.get_by_role("textbox", name="Text").input_value()
    assert text.startswith("journey: damaged_item") or "journey: damaged_item" in text
    await form.get_by_role("textbox", name="Text").fill(text.replace("Which item is it?", "What is broken?"))
    await expect(form).to_contain_text("1 file changed: journeys/damaged_item.yaml")
    await form.get_by_role("button", name="Play the scenarios and publish").click()
    shown = page.get_by_role("region", name="Scenarios")
    await expect(shown.get_by_role("status")).to_have_text("118 of 119 hold, 1 does not")
    await expect(shown).to_contain_text("scenarios/damaged_item.yaml:14")
    await expect(shown).to_contain_text("Not in force")
    await form.get_by_role("textbox", name="Text").fill(text.replace("Which item is it?", "Which of them is it?"))
    await form.get_by_label("Some people first").check()
    await form.get_by_label("Percent of the people").fill("10")
    await form.get_by_label("Among").select_option(label="Those who write in the chat")
    await form.get_by_role("button", name="Play the scenarios and try it").click()
    tried = page.get_by_role("region", name="Tried on some people")
    await expect(tried).to_contain_text("Tried on 10 % of the people")
    await expect(tried.get_by_role("row", name=re.compile("^Tried"))).to_contain_text("18 refunded (90 %)")
    (_, begun) = [body for path, body in centre.world.calls if path in ("/releases", "/canary")]
    assert begun["share"] == 10 and begun["segment"] == 'channel == "chat"'
    assert list(begun["files"]) == ["journeys/damaged_item.yaml"]
    await expect(form.get_by_label("Some people first")).to_be_disabled()
    await tried.get_by_label("Percent of the people").fill("50")
    await tried.get_by_role("button", name="Widen it").click()
    await expect(tried).to_contain_text("Tried on 50 % of the people")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await tried.get_by_role("button", name="Take it back").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    await expect(tried).to_have_count(0)
    assert centre.called("/canary/end") == [{"note": ""}]


async def test_who_may_not_publish_reads_what_is_written_and_changes_nothing(centre: Centre) -> None:
    page = centre.page
    centre.world.canary = {
        "release": "r_2", "by": {"id": "u", "name": "Ann"}, "at": "2026-11-27T10:00:00Z", "share": 5, "segment": "",
        "note": "", "changes": [],
    }  # fmt: skip
    await page.goto(f"{centre.url}/journeys/damaged_item#change")
    await expect(page.get_by_role("region", name="What is written")).to_contain_text("journey: damaged_item")
    tried = page.get_by_role("region", name="Tried on some people")
    await expect(tried).to_contain_text("Tried on 5 % of the people")
    await expect(tried.get_by_role("button", name=re.compile("Widen|Take it back|everybody"))).to_have_count(0)
