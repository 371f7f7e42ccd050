"""What does the shop do when a parcel will be late: put it down, and tell whoever listens?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import httpx
import msgspec

from .accounts import find_order
from .answers import recall, remember
from .problems import Problem
from .storage import Store, stamp
from .wire import Moment, Order
from .workshop import BREMEN

TELLS_WITHIN_S = 5.0
OPERATION = "delayOrder"
MEDIA_TYPE = "application/cloudevents+json"

Tell = Callable[[dict[str, Any]], Awaitable[int]]
"""Tells of an event; gives the status of the answer. Raises Problem (502) where it was not taken."""


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an order is expected now."""

    expected_at: Moment


class Delayed(msgspec.Struct, frozen=True):
    """The order as it is now, and how the event was answered."""

    order: Order
    told: int


class Late(msgspec.Struct, frozen=True):
    """Which order is late, and until which day, on the calendar of the shop."""

    order_id: str
    day: date


class Told(msgspec.Struct, frozen=True):
    """The event that tells of a delay, kept until somebody has heard it."""

    event: dict[str, Any]


def put_off(store: Store, order_id: str, to: datetime, now: datetime) -> tuple[Order, dict[str, Any]]:
    """Put a later day down for an order that is under way; the same day once more changes nothing.

    Returns:
        The order, and the event that tells of it: the same one each time that the same day is asked for.

    Raises:
        Problem: 404 for an order that there is not; 422 for one that is not under way, or that is not later by this.
    """
    with store.transaction():
        before = find_order(store, order_id)
        if before.status not in ("processing", "shipped") or before.expected_at is None:
            raise Problem(
                422, "not-under-way", "This order is not under way, so it cannot be late.", where="path.order_id"
            )
        late = Late(before.order_id, to.astimezone(BREMEN).date())
        days = (late.day - before.expected_at.astimezone(BREMEN).date()).days
        if days == 0:
            told = recall(store, OPERATION, f"{late.order_id}/{late.day}", late, Told)
            if told is not None:
                return before.shown(), told.event
        if days <= 0:
            raise Problem(422, "not-later", "It is expected then already, or later.", where="body.expected_at")
        store.write("UPDATE orders SET expected_at = ? WHERE order_id = ?", stamp(to), before.order_id)
        order = find_order(store, order_id).shown()
        told = Told(_event(order, late, days, now))
        remember(store, OPERATION, told.event["id"], late, told)
        return order, told.event


def _event(order: Order, late: Late, days: int, now: datetime) -> dict[str, Any]:
    """The event, as CloudEvents 1.0 has it."""
    return {
        "specversion": "1.0",
        "type": "shipment.delayed",
        "source": "/shop/shipments",
        "id": f"{late.order_id}/{late.day}",
        "time": now.isoformat(),
        "data": {
            "customer_id": order.customer_id,
            "order_id": order.order_id,
            "expected_at": late.day.isoformat(),
            "days_late": days,
        },
    }


def teller(interlock: str, key: str) -> Tell:
    """Tells Interlock at an address, with the key of an account that may."""

    async def tell(event: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": MEDIA_TYPE}
        try:
            async with httpx.AsyncClient(timeout=TELLS_WITHIN_S, trust_env=False) as client:
                answer = await client.post(
                    f"{interlock}/v1/events", content=msgspec.json.encode(event), headers=headers
                )
        except httpx.HTTPError as error:
            raise _not_told(type(error).__name__) from None
        if not answer.is_success:
            raise _not_told(f"the answer was {answer.status_code}")
        return answer.status_code

    return tell


def _not_told(why: str) -> Problem:
    text = f"The order was changed, and nobody could be told: {why}."
    return Problem(502, "not-told", text, mend="Ask for the same day again; the same event is told then.")
