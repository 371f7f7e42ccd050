"""The stage of the demonstration: the five minutes that explain the product, in a real browser."""

from __future__ import annotations

import re

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.demonstration import Demonstration

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Stage:
    """A visitor at the stage."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log", name="Conversation")
        self.verdicts = page.locator(".verdict")
        self.books = page.get_by_role("region", name="The shop’s ledger")
        self.refused = page.locator("#refused")
        self.unauthorised = page.locator("#unauthorised")

    async def say(self, text: str) -> None:
        """Write something in the customer's chat."""
        box = self.page.locator(".chat-place").get_by_role("textbox").last
        await box.fill(text)
        await box.press("Enter")

    async def hears(self, text: str | re.Pattern[str]) -> None:
        """Wait until the chat has these words."""
        await self.log.get_by_text(text).last.wait_for()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(demo: Demonstration, visitor: Page) -> Stage:
    """The stage, entered by its one button."""
    page = visitor
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.goto(f"{demo.url}/stage")
    await page.get_by_role("button", name="Enter as the demo’s supervisor").click()
    await expect(page.get_by_role("log", name="Conversation")).to_contain_text("What can we do for you?")
    return Stage(page)


async def test_what_the_visitor_tries_is_refused_and_what_is_right_reaches_the_books_once(
    stage: Stage, demo: Demonstration
) -> None:
    page = stage.page
    await expect(stage.unauthorised).to_have_text("0")
    await page.get_by_role("button", name="The kettle in A-1042 arrived broken").click()
    await expect(page.locator(".chat-place").get_by_role("textbox").last).to_have_value(re.compile("A-1042"))
    await page.locator(".chat-place").get_by_role("textbox").last.press("Enter")
    await stage.log.get_by_role("button", name="Enamel stovetop kettle").click()
    waiting = stage.verdicts.filter(has_text="Refund €18.40").first
    await expect(waiting).to_contain_text("Not yet")
    await expect(waiting).to_contain_text("Missing: confirmation, from the customer")
    await stage.log.get_by_role("button", name="Refund €18.40").click()
    await expect(waiting).to_contain_text("Allowed")
    mine = stage.books.locator(".entry-line.here")
    await expect(mine).to_have_count(1)
    await expect(mine).to_contain_text("€18.40")
    await expect(stage.unauthorised).to_have_text("0")

    await page.get_by_role("button", name="What if the limit had been lower?").click()
    limit = page.get_by_label("Limit in euros")
    await expect(limit).to_have_value("100.00")
    await limit.fill("10.00")
    await page.get_by_role("button", name="Judge the past again").click()
    flips = page.get_by_role("region", name="Decisions that flip")
    await expect(flips.get_by_role("row").filter(has_text="€18.40")).to_contain_text("allowed → asked for more")
    await expect(page.get_by_role("list", name="By rule")).to_contain_text("refund.supervisor")
    await flips.get_by_role("row").filter(has_text="€18.40").get_by_role("button", name="Show conversation").click()
    await expect(page.get_by_role("log", name="Transcript, to read")).to_contain_text("The kettle in A-1042")
    await page.get_by_role("button", name="Close").click()

    before = int(await stage.refused.inner_text())
    await page.get_by_role("button", name="As if the model fell for it").click()
    await page.get_by_role("button", name="Refund a stranger’s order, A-1107").click()
    await expect(stage.verdicts.first).to_contain_text("The order belongs to somebody else.")
    await stage.verdicts.first.get_by_text("Why?").click()
    await expect(stage.verdicts.first).to_contain_text("The customer is told")
    await page.get_by_role("button", name="Refund €400.00 for a kettle").click()
    await expect(stage.refused).to_have_text(str(before + 2))
    await expect(page.get_by_role("log", name="What the agent sees")).to_contain_text("€400.00")
    await expect(mine).to_have_count(1)

    body = {"order_id": "A-1043", "item_id": "i-1", "amount": {"amount": 500, "currency": "EUR"}, "reason": "goodwill"}
    async with httpx.AsyncClient(base_url=demo.shop, trust_env=False) as shop:
        paid = await shop.post("/api/refunds", json=body, headers={"X-Api-Key": "demo-key"})
        assert paid.status_code < 300, paid.text
    await expect(stage.unauthorised).to_have_text("1")
    await expect(stage.books.locator(".entry-line.wrong")).to_contain_text("The log knows of no such proposal.")


async def test_a_node_dies_in_the_middle_of_a_refund_and_the_books_have_it_once(
    stage: Stage, demo: Demonstration
) -> None:
    page = stage.page
    async with httpx.AsyncClient(base_url=demo.shop, trust_env=False) as shop:
        admin = {"X-Admin-Key": "demo-admin"}
        buyer = {"name": "Ida Sandberg", "email": "ida@example.com"}
        ida = (await shop.post("/admin/customers", json=buyer, headers=admin)).json()["customer_id"]
        items = [{"name": "Enamel stovetop kettle, 1 l", "price": {"amount": 1840, "currency": "EUR"}}]
        made = await shop.post("/admin/orders", json={"customer_id": ida, "items": items}, headers=admin)
        order = made.json()["order_id"]
        await stage.say(f"The kettle in {order} arrived broken. I am ida@example.com")
        await stage.log.get_by_role("button", name="Enamel stovetop kettle").click()
        await stage.log.get_by_role("button", name="Refund €18.40").wait_for()
        await page.get_by_role("button", name="Kill the node in the middle of a refund").click()
        await page.get_by_text("The chat now goes through the second node").wait_for(timeout=90_000)
        await stage.log.get_by_role("button", name="Refund €18.40").click()
        await expect(page.locator("#killed-refunds")).to_have_text("1", timeout=60_000)
        await stage.hears(re.compile("Done. €18.40 goes back"))
        told = (await shop.get("/admin/ledger", params={"order_id": order}, headers=admin)).json()["refunds"]
    assert [one["amount"]["amount"] for one in told] == [1840]
    await expect(page.locator(".kill time")).to_have_count(4, timeout=90_000)  # killed, taken over, done, back


async def test_panes_fold_and_a_narrow_window_begins_with_the_chat_and_the_verdicts(
    demo: Demonstration, visitor: Page
) -> None:
    page = visitor
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{demo.url}/stage")
    await page.get_by_role("button", name="Enter as the demo’s supervisor").click()
    gate, books = (page.get_by_role("button", name=name) for name in ("The gate", "The shop’s ledger"))
    await expect(gate).to_have_attribute("aria-expanded", "true")
    await expect(books).to_have_attribute("aria-expanded", "false")
    await books.click()
    await page.get_by_role("list", name="Refunds that the shop made, newest first").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390, "nothing sticks out"
