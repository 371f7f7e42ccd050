"""Do the policies page and the answer to *why* keep their promises? A real browser against the mocked centre."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_why_says_what_the_customer_is_told_and_what_to_do_and_how_it_was_derived(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/supervisor#approvals")
    why = page.locator(".detail .why")
    await why.locator("summary").first.click()
    await expect(why.get_by_text("I first have to make sure that it is you")).to_be_visible()
    await expect(why.get_by_text("It goes on when the customer gives the one-time code")).to_be_visible()
    await why.get_by_text("Full derivation").click()
    await expect(why.get_by_text("€420.00").first).to_be_visible()
    await expect(why.locator("code", has_text="refund.supervisor")).to_be_visible()


async def test_a_lower_limit_is_tried_on_the_past_from_its_rule(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/policies")
    await page.get_by_placeholder("Find by name").fill("refund.supervisor")
    await page.locator(".rule > summary").click()
    await page.get_by_role("button", name="Try another number on the past").click()
    await expect(page.get_by_label("Number now")).to_contain_text("€200.00")
    await page.get_by_label("Instead").fill("ten")
    await page.get_by_role("button", name="Judge again").click()
    await expect(page.get_by_text("Write an amount such as 100.00.")).to_be_visible()
    assert centre.called("/replays") == []
    await page.get_by_label("Instead").fill("100.00")
    await page.get_by_role("button", name="Judge again").click()
    await expect(page.locator(".replay-head")).to_contain_text("2 decisions would change: €300.00")
    await expect(page.locator(".flip-report")).to_contain_text("allowed → asked for more")
    await expect(page.locator(".replay-tried")).to_contain_text("refund.supervisor: €200.00 → €100.00")
    (body,) = centre.called("/replays")
    assert body == {"constants": [{"rule": "refund.supervisor", "was": 20_000, "now": 10_000}], "since": "30d"}


async def test_a_version_is_approved_in_a_second_deliberate_step_after_it_was_looked_at(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/policies#versions")
    await page.locator(".waiting-version").get_by_text("Line by line").click()
    await expect(page.locator(".difference .added")).to_have_text("+10000")
    await page.get_by_role("button", name="Approve…").click()
    assert centre.called("/approve") == []
    await page.get_by_role("dialog").get_by_role("button", name="Approve version").click()
    await expect(page.get_by_text("The version is in force.")).to_be_visible()
    assert len(centre.called("/releases/r_b7c2d9e10f33/approve")) == 1


async def test_what_is_in_shadow_says_what_it_would_have_changed(centre: Centre) -> None:
    page = centre.page
    await page.goto(f"{centre.url}/policies")
    await expect(page.locator(".shadow")).to_contain_text("would have changed")


async def test_a_flip_leads_to_the_record_of_its_interaction_at_its_proposal_also_on_a_phone(centre: Centre) -> None:
    page = centre.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{centre.url}/policies#replay")
    await (
        page.locator("label", has=page.get_by_text("Rule", exact=True))
        .locator("select")
        .select_option("refund.supervisor")
    )
    await page.get_by_label("Instead").fill("100.00")
    await page.get_by_role("button", name="Judge again").click()
    link = page.get_by_role("link", name="Record of pr_3")
    assert await page.locator(".flip-report").evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing is cut off"
    await link.click()
    await page.wait_for_url("**/interactions/i_3f3a9c2#pr_3")
    await expect(page.get_by_role("log", name="Transcript")).to_contain_text("my casserole is broken")
    proposals = page.get_by_role("region", name="Proposals")
    await expect(proposals.get_by_text("Refunds over 200.00 are approved by a supervisor.").first).to_be_visible()
    await expect(proposals.locator(".effects").first).to_contain_text("found by looking it up")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
