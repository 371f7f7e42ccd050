"""Which customers and orders does the demo story play with? Fixed numbers, documented in the README."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from .goods import CASSEROLE, COPPER_PANS, KETTLE, MUG, POUR_OVER, TOWELS, Good
from .records import ItemRecord, OrderRecord, euros
from .wire import Address, Customer, ParcelState, Payment, Status, Subscription

EVA = "c-104"
TOMAS = "c-117"
KETTLE_ORDER = "A-1042"
CASSEROLE_ORDER = "A-1043"
COPPER_ORDER = "A-1044"
SHIPPED_ORDER = "A-1045"
STRANGERS_ORDER = "A-1107"


def at(today: date, days: int, hour: int, minute: int = 0) -> datetime:
    """A time of day ``days`` after ``today`` (before it, if negative), in UTC."""
    return datetime.combine(today + timedelta(days=days), time(hour, minute), UTC)


def story_customers(today: date) -> list[Customer]:
    """Eva, who plays the story, and Tomás, whose order is none of her business."""
    return [
        Customer(
            customer_id=EVA,
            name="Eva Lindqvist",
            email="eva@example.com",
            phone="+46 8 465 004 17",
            address=Address(street="Björkvägen 12", postal_code="118 26", city="Stockholm", country="Sweden"),
            email_registered_at=at(today, -1147, 9, 12),
        ),
        Customer(
            customer_id=TOMAS,
            name="Tomás Iturralde-Echeverría de la Fuente",
            email="tomas@example.org",
            phone="+353 20 910 0117",
            address=Address(street="4 Harbour Row", postal_code="T12 W58C", city="Cork", country="Ireland"),
            email_registered_at=at(today, -603, 18, 40),
        ),
    ]


def story_orders(today: date) -> list[OrderRecord]:
    """Three delivered orders of Eva's, one of hers on its way, and one delivered and one on its way of Tomás's."""
    visa = Payment(method="card", label="Visa ending 4242")
    paypal = Payment(method="paypal", label="PayPal tomas@example.org")
    return [
        _order(today, KETTLE_ORDER, EVA, "delivered", -7, visa, KETTLE, TOWELS),
        _order(today, CASSEROLE_ORDER, EVA, "delivered", -8, visa, CASSEROLE),
        _order(today, COPPER_ORDER, EVA, "delivered", -10, visa, COPPER_PANS),
        _order(today, SHIPPED_ORDER, EVA, "shipped", -2, visa, MUG, MUG),
        _order(today, STRANGERS_ORDER, TOMAS, "delivered", -9, paypal, POUR_OVER),
        _order(today, "A-1108", TOMAS, "shipped", -3, paypal, TOWELS, KETTLE),
    ]


STORY_PARCELS: dict[str, ParcelState] = {"KC10450000104": "at_parcel_shop", "KC11080000117": "delayed"}
"""Where the two parcels of the story are that are on their way."""


def story_subscriptions(today: date) -> list[Subscription]:
    """Two of Eva's, one of them so new that nothing is offered for it, and one of Tomás's."""
    return [
        _subscription(today, "S-2001", EVA, "Coffee filters, 100 a month", 4, 690, 500, -310),
        _subscription(today, "S-2002", EVA, "Descaling powder", 8, 1250, 500, -20),
        _subscription(today, "S-2003", TOMAS, "Coffee filters, 100 a month", 4, 690, 500, -200),
    ]


def _subscription(
    today: date, number: str, owner: str, goods: str, weeks: int, price: int, credit: int, since: int
) -> Subscription:
    return Subscription(
        subscription_id=number,
        customer_id=owner,
        goods=goods,
        status="active",
        every_weeks=weeks,
        price=euros(price),
        stay_credit=euros(credit),
        since=at(today, since, 10),
        next_delivery_at=at(today, 9, 8),
    )


def _order(
    today: date, order_id: str, owner: str, status: Status, placed: int, payment: Payment, *goods: Good
) -> OrderRecord:
    return OrderRecord(
        order_id=order_id,
        customer_id=owner,
        status=status,
        placed_at=at(today, placed, 19, 24),
        expected_at=at(today, placed + 4, 17),
        delivered_at=at(today, placed + 4, 11, 5) if status == "delivered" else None,
        carrier="PostNord" if owner == EVA else "An Post",
        tracking=f"KC{order_id[2:]}0000{owner[2:]}",
        payment=payment,
        items=tuple(ItemRecord(id=f"i-{n}", name=good.name, price=good.price) for n, good in enumerate(goods, 1)),
    )
