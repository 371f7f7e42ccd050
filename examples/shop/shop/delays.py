"""What does the shop do when a parcel will be late: put it down, and tell whoever listens?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import msgspec

from .accounts import find_order
from .problems import Problem
from .storage import Store, stamp
from .wire import Moment, Order

TELLS_WITHIN_S = 5.0
MEDIA_TYPE = "application/cloudevents+json"

Tell = Callable[[dict[str, Any]], Awaitable[int]]
"""Tells of an event; gives the status of the answer."""


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an order is expected now."""

    expected_at: Moment


class Delayed(msgspec.Struct, frozen=True):
    """The order as it is now, and how the event was answered."""

    order: Order
    told: int


def put_off(store: Store, order_id: str, to: datetime) -> tuple[Order, int]:
    """Put a later day down for an order that is under way.

    Returns:
        The order, and by how many days it is later.

    Raises:
        Problem: 404 for an order that there is not; 422 for one that is not under way, or that is not later by this.
    """
    with store.transaction():
        before = find_order(store, order_id)
        if before.status not in ("processing", "shipped") or before.expected_at is None:
            raise Problem(
                422, "not-under-way", "This order is not under way, so it cannot be late.", where="path.order_id"
            )
        days = (to.date() - before.expected_at.date()).days
        if days < 0:
            raise Problem(422, "not-later", "It is expected later than that already.", where="body.expected_at")
        store.write("UPDATE orders SET expected_at = ? WHERE order_id = ?", stamp(to), before.order_id)
        return find_order(store, order_id).shown(), days


def event_of(order: Order, days: int, now: datetime) -> dict[str, Any]:
    """The event, as CloudEvents 1.0 has it: the same for the same order and day."""
    assert order.expected_at is not None
    day = order.expected_at.date().isoformat()
    return {
        "specversion": "1.0",
        "type": "shipment.delayed",
        "source": "/shop/shipments",
        "id": f"{order.order_id}/{day}/{now.isoformat()}",
        "time": now.isoformat(),
        "data": {
            "customer_id": order.customer_id,
            "order_id": order.order_id,
            "expected_at": day,
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
            why = f"The order was changed, and nobody could be told: {type(error).__name__}."
            raise Problem(502, "not-told", why, mend="Ask for the same day again.") from None
        return answer.status_code

    return tell
