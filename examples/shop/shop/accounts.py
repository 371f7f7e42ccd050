"""Who are the shop's customers and what did they order? Reading, matching and adding both."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from .problems import Problem
from .records import ItemRecord, OrderRecord
from .storage import Store, moment, stamp
from .wire import (
    Address,
    Customer,
    CustomerId,
    Email,
    ItemId,
    Match,
    Moment,
    Payment,
    PositiveMoney,
    Status,
    Text,
)

MOST_ITEMS = 50


class NewCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer to add. Unless said otherwise the e-mail address has been known for three years."""

    name: Text
    email: Email
    phone: Text = "+46 8 465 004 00"
    address: Address = Address(street="Storgatan 1", postal_code="118 26", city="Stockholm", country="Sweden")
    email_registered_at: Moment | None = None

    def __post_init__(self) -> None:
        """Refuse times that no calendar needs."""
        _check_year(self.email_registered_at)


class NewItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an order to add; ``id`` is given (``i-1``, ``i-2`` …) unless it is named."""

    name: Text
    price: PositiveMoney
    id: ItemId | None = None


class NewOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order to add. Times that are not named fit the status."""

    customer_id: CustomerId
    items: Annotated[list[NewItem], Meta(min_length=1, max_length=MOST_ITEMS)]
    status: Status = "delivered"
    payment: Payment = Payment(method="card", label="Visa ending 4242")
    placed_at: Moment | None = None
    expected_at: Moment | None = None
    delivered_at: Moment | None = None
    carrier: Text | None = None
    tracking: Text | None = None

    def __post_init__(self) -> None:
        """Refuse times that no calendar needs."""
        _check_year(self.placed_at, self.expected_at, self.delivered_at)


def find_customer(store: Store, customer_id: str) -> Customer:
    """The customer's record.

    Raises:
        Problem: 404, there is no such customer.
    """
    row = store.row("SELECT * FROM customer WHERE customer_id = ?", _identifier(customer_id))
    if row is None:
        raise Problem(
            404,
            "no-such-customer",
            "There is no customer with this identifier.",
            where="path.customer_id",
            mend="Identifiers look like c-104.",
        )
    return Customer(
        customer_id=row["customer_id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        address=Address(street=row["street"], postal_code=row["postal_code"], city=row["city"], country=row["country"]),
        email_registered_at=moment(row["email_registered_at"]),
        email_before=row["email_before"],
        email_before_registered_at=moment(row["email_before_registered_at"]) if row["email_before"] else None,
    )


def find_order(store: Store, order_id: str) -> OrderRecord:
    """The order as it is now; upper or lower case does not matter.

    Raises:
        Problem: 404, there is no such order.
    """
    row = store.row("SELECT * FROM orders WHERE order_id = ?", order_number(order_id))
    if row is None:
        raise Problem(
            404,
            "no-such-order",
            "There is no order with this number.",
            where="order_id",
            mend="Order numbers look like A-1042.",
        )
    items = store.rows("SELECT * FROM item WHERE order_id = ? ORDER BY place", row["order_id"])
    return _order_record(row, items)


def match_customer(store: Store, order_id: str, email: str) -> Match:
    """Whose order this is, if the address is that person's.

    Raises:
        Problem: 404, in the same words whether the order is unknown or belongs to another address.
    """
    row = store.row(
        "SELECT customer_id, name FROM orders JOIN customer USING (customer_id) WHERE order_id = ? AND email_key = ?",
        order_number(order_id),
        email.strip().casefold(),
    )
    if row is None:
        raise Problem(
            404,
            "no-match",
            "This order number and this e-mail address do not belong together.",
            where="body",
            mend="Both are in the confirmation mail of the order.",
        )
    return Match(customer_id=row["customer_id"], name=row["name"])


def add_customer(store: Store, new: NewCustomer, now: datetime) -> Customer:
    """Add a customer under a new number.

    Raises:
        Problem: 409, another customer has this e-mail address.
    """
    registered = new.email_registered_at or now - timedelta(days=3 * 365)
    with store.transaction():
        if store.row("SELECT 1 FROM customer WHERE email_key = ?", new.email.casefold()) is not None:
            raise Problem(
                409,
                "address-taken",
                "Another customer has this e-mail address.",
                where="body.email",
                mend="Name another address.",
            )
        customer = Customer(
            customer_id=f"c-{store.next_number('customer')}",
            name=new.name,
            email=new.email,
            phone=new.phone,
            address=new.address,
            email_registered_at=registered,
        )
        insert_customer(store, customer)
    return customer


def add_order(store: Store, new: NewOrder, now: datetime) -> OrderRecord:
    """Add an order under a new number.

    Raises:
        Problem: 422, the customer does not exist or two items have the same identifier.
    """
    items = tuple(
        ItemRecord(id=item.id or f"i-{place}", name=item.name, price=item.price.amount)
        for place, item in enumerate(new.items, 1)
    )
    if len({item.id for item in items}) < len(items):
        raise Problem(
            422,
            "same-item-twice",
            "Two items have the same id.",
            where="body.items",
            mend="Leave the ids out to have them given.",
        )
    placed_at = new.placed_at or now - timedelta(days=1 if new.status == "processing" else 6)
    sent = new.status in ("shipped", "delivered")
    with store.transaction():
        if store.row("SELECT 1 FROM customer WHERE customer_id = ?", new.customer_id) is None:
            raise Problem(
                422,
                "no-such-customer",
                "There is no customer with this identifier.",
                where="body.customer_id",
                mend="Add the customer first with POST /admin/customers.",
            )
        order = OrderRecord(
            order_id=f"A-{store.next_number('order')}",
            customer_id=new.customer_id,
            status=new.status,
            placed_at=placed_at,
            expected_at=new.expected_at or (None if new.status == "cancelled" else now + timedelta(days=1)),
            delivered_at=new.delivered_at or (now - timedelta(days=2) if new.status == "delivered" else None),
            carrier=new.carrier or ("DHL" if sent else None),
            tracking=new.tracking or ("KC00340434161094" if sent else None),
            payment=new.payment,
            items=items,
        )
        insert_order(store, order)
    return order


def insert_customer(store: Store, customer: Customer) -> None:
    """Write a customer; call inside a transaction."""
    address = customer.address
    store.write(
        "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        customer.customer_id,
        customer.name,
        customer.email,
        customer.email.casefold(),
        customer.phone,
        address.street,
        address.postal_code,
        address.city,
        address.country,
        stamp(customer.email_registered_at),
        customer.email_before,
        stamp(customer.email_before_registered_at),
    )


def insert_order(store: Store, order: OrderRecord) -> None:
    """Write an order with its items; call inside a transaction."""
    store.write(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        order.order_id,
        order.customer_id,
        order.status,
        stamp(order.placed_at),
        stamp(order.expected_at),
        stamp(order.delivered_at),
        order.carrier,
        order.tracking,
        order.payment.method,
        order.payment.label,
    )
    for place, item in enumerate(order.items):
        store.write(
            "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)",
            order.order_id,
            place,
            item.id,
            item.name,
            item.price,
            item.refunded,
        )


def order_number(text: str) -> str:
    """The number as the shop writes it, from a number as people write it."""
    return text.strip().upper()


def _check_year(*moments: datetime | None) -> None:
    # Near the ends of the calendar a time cannot be brought to UTC any more.
    if any(moment is not None and not 1970 <= moment.year <= 2999 for moment in moments):
        raise ValueError("Expected a time between 1970 and 2999")


def _identifier(text: str) -> str:
    return text.strip().lower()


def _order_record(row: sqlite3.Row, items: list[sqlite3.Row]) -> OrderRecord:
    return OrderRecord(
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        status=row["status"],
        placed_at=moment(row["placed_at"]),
        expected_at=moment(row["expected_at"]) if row["expected_at"] else None,
        delivered_at=moment(row["delivered_at"]) if row["delivered_at"] else None,
        carrier=row["carrier"],
        tracking=row["tracking"],
        payment=Payment(method=row["payment_method"], label=row["payment_label"]),
        items=tuple(
            ItemRecord(id=item["item_id"], name=item["name"], price=item["price"], refunded=item["refunded"])
            for item in items
        ),
    )
