"""Do the supervisor's page and the desk say who is locked out, and what a customer was promised?"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .conftest import Centre
from .mock_data import iso

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

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


async def test_what_a_customer_was_promised_stands_where_the_customer_is_shown(centre: Centre) -> None:
    page = centre.page
    promise = {
        "promise": "pm_1",
        "kind": "late_refund",
        "title": "A refund after the guarantee is over",
        "state": "open",
        "about": "A-1042",
        "value": {"amount": 1840, "currency": "EUR"},
        "source": "agent",
        "by": "Amara Okafor",
        "made_at": iso(90_000),
        "valid_until": iso(-900_000),
        "words": "We refund the kettle nevertheless.",
        "interaction": "i_1",
    }
    kept = {**promise, "promise": "pm_0", "state": "kept", "source": "journey", "words": ""}
    centre.world.promises = [promise, kept]
    await page.goto(f"{centre.url}/desk")
    shown = page.locator(".promises li")
    await expect(shown).to_have_count(2)
    for words in ("To be kept", "€18.40", "A-1042", "We refund the kettle nevertheless.", "by Amara Okafor"):
        await expect(shown.first).to_contain_text(words)
    await expect(shown.last).to_contain_text("Kept")
    await expect(shown.last).to_contain_text("by the virtual agent")
