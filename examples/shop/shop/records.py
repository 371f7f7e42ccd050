"""What does the shop keep of an order and a refund, before it is shown to anybody?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from .wire import Customer, Item, Money, Order, Payment, Refund, Status

CURRENCY = "EUR"


def euros(cents: int) -> Money:
    """Cents as money on the wire."""
    return Money(amount=cents, currency="EUR")


class ItemRecord(msgspec.Struct, frozen=True):
    """One line of an order; ``price`` and ``refunded`` in cents."""

    id: str
    name: str
    price: int
    refunded: int = 0


class OrderRecord(msgspec.Struct, frozen=True):
    """An order as it is kept; times in UTC."""

    order_id: str
    customer_id: str
    status: Status
    placed_at: datetime
    payment: Payment
    items: tuple[ItemRecord, ...]
    expected_at: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str | None = None
    tracking: str | None = None

    def shown(self) -> Order:
        """The order as the API shows it, with what can still be refunded of each item."""
        return Order(
            order_id=self.order_id,
            customer_id=self.customer_id,
            status=self.status,
            placed_at=self.placed_at,
            expected_at=self.expected_at,
            delivered_at=self.delivered_at,
            carrier=self.carrier,
            tracking=self.tracking,
            payment=self.payment,
            items=[
                Item(
                    id=item.id,
                    name=item.name,
                    price=euros(item.price),
                    refunded=euros(item.refunded),
                    refundable=euros(item.price - item.refunded),
                )
                for item in self.items
            ],
            total=euros(sum(item.price for item in self.items)),
        )


class Dataset(msgspec.Struct, frozen=True):
    """Everything that a new shop begins with."""

    customers: tuple[Customer, ...]
    orders: tuple[OrderRecord, ...]
    refunds: tuple[Refund, ...]
