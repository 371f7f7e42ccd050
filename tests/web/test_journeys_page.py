"""Do the pages of the journeys keep their promises? A real browser against the mocked centre."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_journey_is_found_drawn_and_walked_with_the_keyboard(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/journeys")
    await page.get_by_role("link", name="Something arrived damaged").click()
    first = page.locator(".step").first
    await expect(first).to_contain_text("1204 came")
    await expect(first).to_contain_text("318 left (26 %)")
    await expect(first).to_contain_text("3 now")
    details = page.get_by_role("complementary", name="The chosen step")
    await expect(details).to_contain_text("Came to it")
    await first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(details).to_contain_text("Step 3")
    await page.keyboard.press("ArrowRight")
    await expect(details).to_contain_text("step 3 denied 1", ignore_case=True)
    await page.keyboard.press("ArrowLeft")
    unfolded = page.locator(".step.of-tenant")
    await expect(unfolded).to_have_count(0)
    await page.keyboard.press("d")
    await expect(unfolded.first).to_be_visible()
    shown = page.get_by_role("button", name="Fit the width")
    await expect(shown).to_have_text("100 %")
    await page.keyboard.press("+")
    await expect(shown).to_have_text("120 %")
    await page.get_by_role("button", name="24 hours").click()
    await expect(first).to_contain_text("nobody in this time")


async def test_keys_that_come_faster_than_the_page_is_painted_act_on_the_step_that_they_led_to(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/journeys/damaged_item")
    await page.locator(".step").first.focus()
    await page.evaluate(
        """() => ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'd'].forEach((key) =>
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))"""
    )
    await expect(page.get_by_role("complementary", name="The chosen step")).to_contain_text("Step 3")
    await expect(page.locator(".step.of-tenant").first).to_be_visible()


async def test_no_step_of_a_picture_covers_another_one(centre: Centre) -> None:
    page = centre.page
    for journey in ("damaged_item", "order_status"):
        await page.goto(f"{centre.url}/journeys/{journey}")
        await expect(page.locator(".step").first).to_be_visible()
        for fold in await page.locator(".fold").all():
            await fold.evaluate("it => it.click()")
        covering = await page.evaluate(
            """() => {
              const boxes = [...document.querySelectorAll('.step')].map((it) => [it.getBoundingClientRect(), it.textContent]);
              const beside = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1;
              const above = (a, b) => a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
              const clear = ([a], [b]) => beside(a, b) || above(a, b);
              const after = (one, i) => boxes.slice(i + 1).filter((two) => !clear(one, two));
              return boxes.flatMap((one, i) => after(one, i).map((two) => [one[1], two[1]]));
            }"""
        )
        assert covering == []


async def test_readiness_leads_with_what_is_missing_and_fits_a_phone(centre: Centre) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/journeys/damaged_item#readiness")
    missing = page.get_by_role("region", name="Missing")
    await expect(missing).to_contain_text("Refund an item: no action takes it back.")
    await expect(page.get_by_role("region", name="Actions")).to_contain_text("Refunds over 25.00 need a one-time code.")
    for view in ("readiness", "list", "picture"):
        await page.goto(f"{centre.url}/journeys/damaged_item#{view}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, view


async def test_what_a_profile_hears_stands_beside_what_everybody_does(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/journeys/subscription#list")
    said = page.get_by_role("main").get_by_text(re.compile("^loyal: “.*”$"))
    await expect(said.first).to_be_visible()


async def test_an_earlier_version_is_compared_in_words_and_in_the_picture(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/journeys/damaged_item")
    await page.get_by_label("Compare with an earlier version").select_option("r_0")
    shown = page.get_by_role("region", name="Changes since that version")
    await expect(shown).to_contain_text("2 steps different since then")
    words = ("gone.*One moment.", "changed.*Which item is it?.*What is broken?", "new.*wrong size")
    await expect(shown.get_by_role("listitem")).to_have_text([re.compile(each) for each in words])
    await expect(page.locator(".step.is-changed")).to_have_count(1)
    await shown.get_by_role("link", name="step 5").click()
    await expect(page.get_by_role("complementary", name="The chosen step")).to_contain_text("Which item is it?")
    await page.get_by_label("Compare with an earlier version").select_option("")
    await expect(shown).to_have_count(0)
    await page.goto(f"{centre.url}/journeys/order_status")
    await expect(page.locator(".step").first).to_be_visible()
    await expect(page.get_by_label("Compare with an earlier version")).to_have_count(0)
