"""Does the supervisor's page say who is locked out, and is one released there?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre
from .mock_data import iso

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOCK = "details_71c2e81b5a25408a6af2f2348088e263"


async def test_a_lock_out_is_listed_and_released_with_a_reason(centre: Centre) -> None:
    page = centre.page
    centre.world.lockouts = [
        {"lock": LOCK, "kind": "details", "failures": 10, "since": iso(60), "until": iso(-3600), "customer": ""}
    ]
    await page.goto(f"{centre.url}/supervisor")
    card = page.get_by_label("Lock-outs")
    await expect(card).to_contain_text("An order number or e-mail address")
    await expect(card).to_contain_text("10 failed tries")
    await card.get_by_role("button", name="Release…").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Release")).to_be_disabled()
    await dialog.get_by_label("Why").fill("She called.")
    await dialog.get_by_role("button", name="Release").click()
    await expect(card).to_contain_text("Nobody is locked out.")
    assert centre.called(f"/lockouts/{LOCK}/release") == [{"reason": "She called."}]
