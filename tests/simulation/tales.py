"""What customers come for in the demonstration, told so that it can be played in the chat and on the phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from interlock.simulation.services import STATES, Subscription
from interlock.simulation.shop import Order
from tests.simulation.caller import Customer, identify, order_of

Tale = Callable[[Customer], Awaitable[None]]
FILTERS: Final = "Coffee filters, every 4 weeks"


async def address_changed(customer: Customer) -> None:
    await customer.say("I want to change my email address")
    await identify(customer, order_of(customer.centre, 1840))
    await customer.say("eva@example.org")
    await customer.code()
    await customer.answer(True)


async def _subscriber(customer: Customer, wanted: str, credit: int = 500) -> Subscription:
    subscription = customer.centre.shop.services.subscriptions["S-2001"]
    subscription.stay_credit = credit
    await customer.say("cancel my subscription")
    await identify(customer, customer.centre.shop.orders_of(subscription.owner)[0])
    await customer.pick(FILTERS)
    await customer.pick(wanted)
    return subscription


async def subscription_kept(customer: Customer) -> None:
    await _subscriber(customer, "End it")
    await customer.pick("I stay")
    await customer.answer(True)


async def subscription_ended(customer: Customer) -> None:
    await _subscriber(customer, "End it", credit=501)
    await customer.answer(True)


async def subscription_thought_about(customer: Customer) -> None:
    await _subscriber(customer, "End it")
    await customer.pick("I think about it")


async def subscription_paused(customer: Customer) -> None:
    await _subscriber(customer, "Pause it")
    await customer.say("8")
    await customer.answer(True)


async def _booked(customer: Customer, greedy: int) -> None:
    customer.centre.shop.services.greedy = greedy
    await customer.say("book an appointment")
    await identify(customer, order_of(customer.centre, 1840))
    await customer.pick("Sharpen knives")
    await customer.say("7 December 2026")
    await customer.pick("Monday 7 December 2026 at 09:00")


async def appointment_after_a_conflict(customer: Customer) -> None:
    await _booked(customer, 1)
    await customer.pick("Monday 7 December 2026 at 13:00")
    await customer.answer(True)


async def appointment_moved(customer: Customer) -> None:
    await _booked(customer, 0)
    await customer.answer(True)
    await customer.say("I have to move my appointment")
    await customer.pick("Move it")
    await customer.say("8 December 2026")
    await customer.pick("Tuesday 8 December 2026 at 13:00")
    await customer.answer(True)


def on_its_way(customer: Customer, state: str) -> Order:
    """An order whose parcel is in a state, by its carrier."""
    for order in customer.centre.shop.orders.values():
        if STATES[int(order.id.removeprefix("A-")) % len(STATES)] == state:
            order.status = "shipped"
            return order
    raise AssertionError(f"no parcel is {state}")


async def _asks_where(customer: Customer, state: str) -> None:
    await customer.pick("Where is my order?")
    await identify(customer, on_its_way(customer, state))


async def parcel_waits(customer: Customer) -> None:
    await _asks_where(customer, "at_parcel_shop")


async def parcel_is_late(customer: Customer) -> None:
    await _asks_where(customer, "delayed")


async def parcel_is_lost(customer: Customer) -> None:
    await _asks_where(customer, "lost")
    await customer.pick("No")
