"""Is the demo shop's first day believable, documented and always the same?"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "shop"))

from shop.generator import CUSTOMERS, ORDERS, generate
from shop.records import Dataset

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return generate(TODAY)


def test_the_same_day_and_seed_give_the_same_shop(data: Dataset) -> None:
    assert generate(TODAY) == data


def test_another_seed_gives_other_people_but_the_same_story(data: Dataset) -> None:
    other = generate(TODAY, seed=7)
    assert [c.name for c in other.customers] != [c.name for c in data.customers]
    story = {"A-1042", "A-1043", "A-1044", "A-1045", "A-1107", "A-1108"}
    assert [o for o in other.orders if o.order_id in story] == [o for o in data.orders if o.order_id in story]


def test_a_day_later_everything_is_a_day_later(data: Dataset) -> None:
    later = generate(TODAY + timedelta(days=1))
    for before, after in zip(data.orders, later.orders, strict=True):
        assert after.placed_at - before.placed_at == timedelta(days=1)
        assert (after.order_id, after.customer_id, after.items) == (before.order_id, before.customer_id, before.items)


def test_there_are_as_many_customers_and_orders_as_promised_and_no_number_twice(data: Dataset) -> None:
    assert len({c.customer_id for c in data.customers}) == len(data.customers) == CUSTOMERS == 200
    assert len({c.email.casefold() for c in data.customers}) == CUSTOMERS
    assert len({o.order_id for o in data.orders}) == len(data.orders) == ORDERS == 1000
    assert len({r.refund_id for r in data.refunds}) == len(data.refunds)
    known = {c.customer_id for c in data.customers}
    assert all(order.customer_id in known for order in data.orders)


def test_every_status_occurs_and_its_times_fit(data: Dataset) -> None:
    now = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    counts = Counter(order.status for order in data.orders)
    assert set(counts) == {"processing", "shipped", "delivered", "cancelled"}
    assert min(counts.values()) >= 10
    for order in data.orders:
        assert order.placed_at < now
        assert (order.delivered_at is not None) == (order.status == "delivered")
        assert (order.tracking is not None) == (order.status in ("shipped", "delivered"))
        if order.delivered_at is not None:
            assert order.placed_at < order.delivered_at < now


def test_what_items_say_was_refunded_is_what_the_ledger_says(data: Dataset) -> None:
    ledger: defaultdict[tuple[str, str], int] = defaultdict(int)
    for refund in data.refunds:
        ledger[refund.order_id, refund.item_id] += refund.amount.amount
    items = {(order.order_id, item.id): item for order in data.orders for item in order.items}
    assert all(0 <= item.refunded <= item.price for item in items.values())
    assert {place: item.refunded for place, item in items.items() if item.refunded} == ledger


def test_the_story_has_its_documented_numbers(data: Dataset) -> None:
    orders = {order.order_id: order for order in data.orders}
    customers = {customer.customer_id: customer for customer in data.customers}
    assert (customers["c-104"].name, customers["c-104"].email) == ("Eva Lindqvist", "eva@example.com")
    assert [o.order_id for o in data.orders if o.customer_id == "c-104"] == ["A-1042", "A-1043", "A-1044", "A-1045"]
    prices = {number: [item.price for item in orders[number].items] for number in ("A-1042", "A-1043", "A-1044")}
    assert prices == {"A-1042": [1840, 3000], "A-1043": [14000], "A-1044": [42000]}
    assert {orders[number].status for number in prices} == {"delivered"}
    assert orders["A-1045"].status == "shipped"
    assert orders["A-1107"].customer_id == "c-117"
    for customer in customers.values():
        assert customer.email_registered_at.date() < TODAY - timedelta(days=200)


def test_the_readme_names_every_order_of_the_story(data: Dataset) -> None:
    readme = (ROOT / "examples" / "shop" / "README.md").read_text("utf-8")
    for order in data.orders:
        if order.customer_id in ("c-104", "c-117"):
            assert f"`{order.order_id}`" in readme


def test_nobody_has_a_real_mail_domain(data: Dataset) -> None:
    domains = {customer.email.rpartition("@")[2] for customer in data.customers}
    assert domains <= {"example.com", "example.org", "example.net"}
