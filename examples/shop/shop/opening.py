"""How does a shop open its doors: which goods, people and orders are there on the first day?"""

from __future__ import annotations

from datetime import date

from .accounts import insert_customer, insert_order
from .generator import generate
from .parcels import set_state
from .records import Dataset
from .refunds import insert_refund
from .storage import Store
from .story import STORY_PARCELS, story_subscriptions
from .subscriptions import insert_subscription
from .wire import Health


def open_doors(store: Store, today: date) -> None:
    """Fill a new shop; a shop that has been filled before stays as it is."""
    if store.is_new():
        start_anew(store, today)


def start_anew(store: Store, today: date) -> None:
    """Empty the shop and begin as on the first day, in one transaction."""
    data = generate(today)
    with store.transaction():
        store.empty()
        for customer in data.customers:
            insert_customer(store, customer)
        for order in data.orders:
            insert_order(store, order)
        for refund in data.refunds:
            insert_refund(store, refund)
        for subscription in story_subscriptions(today):
            insert_subscription(store, subscription)
        for tracking, state in STORY_PARCELS.items():
            set_state(store, tracking, state)
        for series, last in _last_numbers(data).items():
            store.write("INSERT INTO meta VALUES (?, ?)", f"last_{series}", str(last))


def health_of(store: Store) -> Health:
    """How many customers and orders there are."""
    counts = store.row("SELECT (SELECT count(*) FROM customer) AS customers, (SELECT count(*) FROM orders) AS orders")
    assert counts is not None  # An aggregate always has its one row.
    return Health(status="ok", customers=counts["customers"], orders=counts["orders"])


def _last_numbers(data: Dataset) -> dict[str, int]:
    return {
        "customer": max(_number(customer.customer_id) for customer in data.customers),
        "order": max(_number(order.order_id) for order in data.orders),
        "refund": max(_number(refund.refund_id) for refund in data.refunds),
        "mail": 0,
        "text": 0,
        "credit": 0,
        "appointment": 0,
    }


def _number(identifier: str) -> int:
    return int(identifier.rpartition("-")[2])
