"""The conversation of these tests: something arrived damaged, and the customer gets her money back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from interlock.cli.story.shop import Buyer, Order, Shop
from interlock.connectors.http import local_client
from tests.system.customers import Customer, Frame


class Purchase(NamedTuple):
    """An order that only one test knows, of one delivered kettle."""

    buyer: Buyer
    order: Order

    @property
    def item(self) -> str:
        """The item's identifier."""
        return self.order.items[0].id


async def purchase(shop: Shop, price: int = 1840) -> Purchase:
    """A new customer with a new order; the price is in cents."""
    name = f"Eva {uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop')).capitalize()}"
    buyer = await shop.add_customer(name, f"{uuid4().hex[:12]}@example.com")
    return Purchase(buyer, await shop.add_order(buyer, ("Enamel kettle", price)))


async def up_to_the_card(customer: Customer, bought: Purchase, kind: str = "confirm") -> Frame:
    """The conversation until the first card, which is that of the confirmation for a small amount; gives it."""
    await customer.say("The kettle arrived broken")
    await customer.hears("Which order is it about")
    await customer.say(bought.order.id)
    await customer.hears("which e-mail address did you order with")
    await customer.say(bought.buyer.email)
    choices = (await customer.hears("Which item is it"))["card"]["choices"]
    await customer.say(choices[0]["label"])
    return await customer.gets_card(kind)


async def up_to_the_supervisor(customer: Customer, shop: Shop, bought: Purchase) -> Frame:
    """The conversation about a dear thing until a supervisor has to decide; gives the card that was confirmed."""
    await customer.code(await up_to_the_card(customer, bought, "code"), await shop.code(bought.buyer.email))
    card = await customer.gets_card("confirm")
    await customer.confirm(card)
    await customer.hears("looked at by a colleague")
    return card


async def whole_conversation(customer: Customer, bought: Purchase) -> None:
    """The conversation until the refund is made."""
    await customer.confirm(await up_to_the_card(customer, bought))
    await customer.hears("Done.")
    await customer.hears("anything else")


@asynccontextmanager
async def faults(shop_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The shop's faults, to be set with ``put``; they are ended afterwards."""
    async with local_client(f"{shop_url}/admin") as client:
        client.headers["X-Admin-Key"] = "demo-admin"
        try:
            yield client
        finally:
            (await client.delete("/faults")).raise_for_status()


async def misbehave(client: httpx.AsyncClient, **how: Any) -> None:
    """Set the shop's faults."""
    (await client.put("/faults", json=how)).raise_for_status()
