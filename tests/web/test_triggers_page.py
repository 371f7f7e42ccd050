"""Does the page of the triggers keep its promises? A real browser against the mocked centre."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_became_of_triggers_is_told_and_a_test_says_what_would_happen(centre: Centre) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/triggers")
    await expect(page.get_by_text("She did not agree to it")).to_be_visible()
    await expect(page.get_by_role("link", name="In her last chat")).to_have_attribute("href", "/interactions/i_9")
    tried = page.get_by_role("region", name="Test a trigger")
    event = tried.get_by_label("Event")
    written = await event.input_value()
    assert '"days_late": 3' in written and '"type": "shipment.delayed"' in written
    await event.fill("{")
    await tried.get_by_role("button", name="Tell what would happen").click()
    await expect(tried.get_by_role("alert")).to_contain_text("This is no JSON")
    await event.fill(written)
    await tried.get_by_role("button", name="Tell what would happen").click()
    await expect(tried).to_contain_text("It would be refused")
    await expect(tried).to_contain_text("Consent to delivery news does not hold: she never agreed")
    await event.fill(written.replace('"customer_id": ""', '"customer_id": "c-104"'))
    await tried.get_by_role("button", name="Tell what would happen").click()
    await expect(tried).to_contain_text("There is news about your order A-1045.")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
