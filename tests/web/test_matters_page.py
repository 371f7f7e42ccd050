"""Does the page of the matters say what waits for a person, until when, and is one settled there?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre
from .mock_matters import matters

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_matter_is_taken_on_and_settled_with_a_note(centre: Centre) -> None:
    centre.world.matters = matters()
    centre.world.me["staff"] |= {"name": "Sofia Marchetti", "roles": ["supervisor"]}
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/matters")
    await expect(page.get_by_role("heading", name="6 open matters")).to_be_visible()
    late = page.get_by_role("row").filter(has_text="7TQ0-2R4K")
    await expect(late).to_contain_text("4 days late")
    await expect(late.get_by_role("link", name="Open the interaction")).to_have_attribute("href", "/interactions/i_2")
    await expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Matters")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await late.get_by_role("button", name="Take on").click()
    await expect(late).to_contain_text("taken on by Sofia Marchetti")
    await late.get_by_role("button", name="Settle…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Settle", exact=True)).to_be_disabled()
    await dialog.get_by_label("How it was settled").fill("Everything was erased today.")
    await dialog.get_by_role("button", name="Settle", exact=True).click()
    await expect(late).to_have_count(0)
    told = {"interaction": "i_2", "matter": "data_request", "kind": "erasure"}
    assert centre.called("/v1/matters") == [
        {**told, "mark": "taken", "note": ""},
        {**told, "mark": "settled", "note": "Everything was erased today."},
    ]
    await page.get_by_role("button", name="Legal").click()
    await expect(page.get_by_role("row")).to_have_count(1)
    await page.get_by_role("button", name="All").click()
    await page.get_by_role("button", name="Settled").click()
    await expect(late).to_contain_text("Everything was erased today.")
    await expect(late.get_by_role("button", name="Open again…")).to_be_visible()


async def test_an_empty_day_and_a_list_that_cannot_be_read_are_told(centre: Centre) -> None:
    page = centre.page
    centre.world.matters = []
    centre.world.me["staff"] |= {"name": "Ada Admin", "roles": ["admin"]}
    await page.goto(f"{centre.url}/matters")
    await expect(page.get_by_text("Nothing waits for anybody")).to_be_visible()
    pages = page.get_by_role("navigation", name="Pages")
    await expect(pages.get_by_role("link")).to_have_text(
        ["Desk", "Supervisor", "Journeys", "Knowledge", "Triggers", "Policies"]
    )  # what an admin may see: matters are no part of it
    await page.route("**/v1/matters?settled=true", lambda route: route.fulfill(status=500, body="{}"))
    await page.get_by_role("button", name="Settled").click()
    await expect(page.get_by_role("alert").get_by_role("button", name="Try again")).to_be_visible()
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_text("Nothing waits for anybody")).to_be_visible()
