"""What do a customer, an agent and a supervisor see on their screens, and what do they press there?

What is awaited for a while is awaited by ``wait_for``: each time that ``expect`` looks in vain at what is not there yet, it
describes the whole page for a message.
"""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import BrowserContext, Locator, Page, expect

from interlock.cli.story.shop import Buyer, Item, Order
from tests.e2e.demonstration import Demonstration

PASSWORD: Final = "demo"


class CustomerScreen:
    """A customer's browser: the shop with the chat in its corner, and her mailbox."""

    def __init__(self, context: BrowserContext, page: Page, demo: Demonstration) -> None:
        self.context, self.page, self._demo = context, page, demo
        self.log = page.get_by_role("log", name="Conversation")
        self.box = page.locator("interlock-chat").get_by_role("textbox").last

    async def open_the_chat(self) -> None:
        """Open the shop's page and the chat in its corner."""
        await self.page.goto(f"{self._demo.shop}/")
        await self.page.get_by_role("button", name="Open the chat").click()
        await expect(self.log).to_contain_text("What can we do for you?")

    async def come_back(self) -> None:
        """Open the shop's page again; the chat is open as it was."""
        await self.page.goto(f"{self._demo.shop}/")
        await self.log.wait_for()

    @property
    def from_the_machine(self) -> Locator:
        """What the virtual agent said."""
        return self.page.locator(".row.virtual_agent")

    async def is_with(self, agent: str) -> None:
        """Wait until the window's head says that a person is there."""
        await expect(self.page.get_by_role("dialog").get_by_role("banner")).to_contain_text(agent)

    async def say(self, text: str) -> None:
        """Write something; it has been sent when this returns."""
        await self.box.fill(text)
        await self.box.press("Enter")
        await self.own(text).last.wait_for()

    def own(self, text: str) -> Locator:
        """What she said, as far as the server has it."""
        return self.page.locator(".row.customer:not(.unsent) .bubble").get_by_text(text, exact=True)

    async def hears(self, text: str | re.Pattern[str]) -> None:
        """Wait until the newest messages have these words."""
        await self.log.get_by_text(text).last.wait_for()

    async def identify(self, order: Order, buyer: Buyer) -> None:
        """Answer the questions for the order and the address."""
        await self.hears("Which order is it about?")
        await self.say(order.id)
        await self.hears("which e-mail address did you order with")
        await self.say(buyer.email)

    async def pick(self, item: Item) -> None:
        """Press the button of an item that she is offered."""
        await self.log.get_by_role("button", name=item.name).last.click()

    def card(self, title: str | re.Pattern[str]) -> Locator:
        """The newest card with this title."""
        return self.page.locator(".card").filter(has_text=title).last

    async def agree(self, item: Item) -> None:
        """Read the confirmation of a refund, and press its button."""
        await self.log.get_by_role("button", name=f"Refund €{item.amount}").last.click()
        await self.log.get_by_text("You agreed").last.wait_for()

    async def read_the_code(self, buyer: Buyer) -> str:
        """Open the mailbox in another tab and read the newest code there."""
        mailbox = await self.context.new_page()
        await mailbox.goto(f"{self._demo.shop}/mailbox?to={buyer.email}")
        await mailbox.get_by_role("button", name=re.compile("code", re.IGNORECASE)).first.click()
        code = await mailbox.get_by_role("article").locator("output").inner_text()
        await mailbox.close()
        return code.replace(" ", "")

    async def try_the_code(self, code: str) -> None:
        """Type it into the newest card that asks for one."""
        field = self.log.locator(".code").last
        await field.fill(code)
        await field.press("Enter")

    async def enter_the_code(self, code: str) -> None:
        """Give the right one."""
        await self.try_the_code(code)
        await self.log.get_by_text("The code was right").last.wait_for()


class StaffScreen:
    """A member of the staff at one of the staff pages."""

    def __init__(self, page: Page, demo: Demonstration) -> None:
        self.page, self._demo = page, demo

    async def come(self, login: str, password: str, path: str) -> None:
        """Come to a page, signed in already."""
        about = {"login": login, "password": password}
        answer = await self.page.context.request.post(f"{self._demo.url}/v1/sign-in", data=about)
        assert answer.ok, await answer.text()
        await self.page.goto(f"{self._demo.url}{path}")

    async def sign_in(self, name: str, path: str) -> None:
        """Come to a page, be sent to sign in, and come back to it."""
        await self.page.goto(f"{self._demo.url}{path}")
        await self.page.get_by_role("button", name=name).click()
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await self.page.wait_for_url(f"**{path}")

    async def sign_in_as(self, login: str, password: str, path: str) -> None:
        """The same for somebody who is none of the demonstration's own people."""
        await self.page.goto(f"{self._demo.url}{path}")
        await self.page.get_by_label("Login").fill(login)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await self.page.wait_for_url(f"**{path}")


class Desk(StaffScreen):
    """An agent's desk."""

    def __init__(self, page: Page, demo: Demonstration, name: str) -> None:
        super().__init__(page, demo)
        self.name = name
        self.offer = page.locator(".offer")
        self.transcript = page.get_by_role("log", name="Transcript")
        self.known = page.get_by_role("complementary", name="What is known")
        self.reply = page.locator("#reply")
        self.work = page.locator(".work-row")

    async def be(self, presence: str) -> None:
        """Choose a presence in the menu on top."""
        button = self.page.locator("#presence-button")
        await button.click()
        await self.page.get_by_role("group", name=re.compile("^Presence")).get_by_role("button", name=presence).click()
        await expect(button).to_contain_text(presence)

    async def accept(self) -> None:
        """Take the offer by its button; the interaction is in hand when this returns."""
        in_hand = self.page.get_by_role("main").locator(".talk-head code")
        before = await in_hand.all_inner_texts()
        await self.offer.get_by_role("button", name="Accept").click()
        for interaction in before:
            await expect(in_hand).not_to_have_text(interaction)
        await expect(self.reply).to_be_enabled()

    async def refund(self, item: Item) -> None:
        """Start at the item that was looked up, check the form that it filled, and press the button with the sum."""
        await self.transcript.get_by_role("button", name=f"Refund an item: {item.name}").last.click()
        await expect(self.page.get_by_label("Amount")).to_have_value(item.amount)
        await self.page.get_by_role("button", name="Review").click()
        await self.page.get_by_role("button", name=f"Refund €{item.amount}").click()

    async def wrap_up(self, disposition: str, note: str = "") -> None:
        """End the conversation and say how it came out."""
        await self.page.get_by_role("button", name="Wrap up").click()
        await self.page.get_by_role("button", name="Start wrap-up").click()
        form = self.page.get_by_role("form", name="Wrap-up")
        await form.get_by_text(disposition, exact=True).click()
        await form.get_by_label("Note for colleagues").fill(note)
        await form.get_by_role("button", name="Finish wrap-up").click()
        await expect(self.work).to_have_count(0)

    async def write(self, text: str) -> None:
        """Write to the customer; the transcript has it when this returns."""
        await self.reply.fill(text)
        await self.reply.press("Enter")
        await expect(self.said(text)).to_have_count(1)

    def said(self, text: str) -> Locator:
        """What stands in the transcript, not counting what is only being sent."""
        return self.page.locator(".entry.message:not(.pending) .text").get_by_text(text, exact=True)

    async def story(self) -> list[str]:
        """Everything in the transcript in order, but not how long ago it was."""
        return await self.transcript.locator(".said .text, .event-text, .action-title").all_inner_texts()

    def action(self, *texts: str) -> Locator:
        """The newest action in the transcript that has all these words on its card."""
        found = self.transcript.get_by_role("article")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last


class Supervision(StaffScreen):
    """The supervisor's page."""

    def __init__(self, page: Page, demo: Demonstration) -> None:
        super().__init__(page, demo)
        self.waiting = page.get_by_role("complementary", name="Waiting for a decision").locator(".work-row")
        self.decision = page.get_by_role("region", name="Decision")

    async def show(self, view: str) -> None:
        """Choose a view: Floor, Approvals or Wallboard."""
        await self.page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()

    def queue(self, title: str) -> Locator:
        """The row of a queue on the floor."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("button", name=title))

    def agent(self, name: str) -> Locator:
        """The row of an agent on the floor."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name))

    async def look_at(self, item: Item) -> None:
        """Choose what waits for a decision about an item."""
        await self.show("Approvals")
        await self.waiting.filter(has_text=item.name).click()
        await expect(self.decision.get_by_role("heading", level=1)).to_contain_text(item.name)

    async def approve(self, item: Item) -> None:
        """Approve it, in two deliberate steps."""
        await self.decision.get_by_role("button", name="Approve refund").click()
        await self.page.get_by_role("dialog").get_by_role("button", name=f"Approve refund of €{item.amount}").click()

    async def reject(self, customer_reason: str, file_reason: str) -> None:
        """Reject it with both reasons."""
        await self.decision.get_by_role("button", name="Reject").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Reason for the customer").fill(customer_reason)
        await dialog.get_by_label("Reason for the file").fill(file_reason)
        await dialog.get_by_role("button", name="Reject").click()

    async def ask_back(self, text: str) -> None:
        """Ask something before deciding."""
        await self.decision.get_by_role("button", name="Ask back").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("textbox").fill(text)
        await dialog.get_by_role("button", name="Ask", exact=True).click()

    async def counter(self, amount: str, customer_reason: str, file_reason: str) -> None:
        """Offer a lower amount with both reasons."""
        await self.decision.get_by_role("button", name="Counter").click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Amount instead of").fill(amount)
        await dialog.get_by_label("Reason for the customer").fill(customer_reason)
        await dialog.get_by_label("Reason for the file").fill(file_reason)
        await dialog.locator("button[type=submit]").click()
