"""Does a customer take her conversation from the chat to the phone, with nothing but the code on her screen?"""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from interlock.cli.story.shop import Shop
from tests.e2e.demonstration import Demonstration
from tests.e2e.people import CustomerScreen

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_she_goes_on_by_phone_where_she_was_in_the_chat_and_comes_back_by_writing(
    demo: Demonstration, shop: Shop, customer: CustomerScreen, visitor: Page
) -> None:
    buyer = await shop.add_customer("Runa Dahl", "runa@example.com")
    order = await shop.add_order(buyer, ("Enamel stovetop kettle, 1 l", 1890), ("Stoneware mug, speckled", 1450))
    await customer.open_the_chat()
    await customer.say("My kettle arrived with a dent in it")
    await customer.identify(order, buyer)
    await customer.hears("Which item is it?")
    await customer.page.get_by_role("button", name="Go on elsewhere").click()
    code = (await customer.page.locator(".carry-code").inner_text()).replace(" ", "")

    await visitor.goto(f"{demo.url}/phone")
    await visitor.get_by_role("button", name="Call", exact=True).first.click()
    captions = visitor.get_by_role("log", name="Captions")
    await captions.get_by_text("What can we do for you").or_(captions.get_by_text("Hello and welcome")).first.wait_for()
    await visitor.keyboard.type(f"#{code}")
    await captions.get_by_text("what we talked about in the chat").wait_for()
    await captions.get_by_text("Enamel stovetop kettle").last.wait_for()
    await expect(customer.log).to_contain_text("We go on by phone now.")

    await customer.page.get_by_role("button", name="Close", exact=True).click()
    await customer.say("Stoneware mug, speckled")
    await customer.hears("what we talked about by phone")
    await customer.agree(order.items[1])
    await customer.hears("Done. €14.50 goes back")
    assert [refund["amount"]["amount"] for refund in await shop.refunds(order)] == [1450]
