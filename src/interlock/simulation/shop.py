"""What is outside: a shop with orders, refunds that were really made, and a mailbox; whatever arrives there is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from interlock.simulation.clock import VirtualClock
from interlock.simulation.services import Problem, Services

CUSTOMERS: Final = 24
PRICES: Final = (
    490,
    1840,
    2500,
    2501,
    9900,
    10000,
    10001,
    14000,
    18000,
    19900,
    20000,
    20001,
    30000,
    42000,
    60000,
    60001,
)
"""What things cost, in cents: on both sides of every limit."""

CROWD: Final = range(6, 12)
"""Those whom crowds come as: a few of their things together are over the daily limit, and none alone needs an approval."""

CROWD_PRICES: Final = (14000, 18000, 19900, 20000)
STATUSES: Final = ("delivered",) * 9 + ("processing", "shipped", "cancelled")


@dataclass(slots=True)
class Item:
    """One line of an order; amounts in cents."""

    id: str
    name: str
    price: int
    refunded: int = 0

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return self.price - self.refunded


@dataclass(slots=True)
class Order:
    """One order; ``delivered_at`` is a week after it was placed unless it is named."""

    id: str
    owner: str
    status: str
    placed_at: datetime
    items: list[Item] = field(default_factory=list)
    delivered_at: datetime | None = None
    paid_with: str = "Visa ending 4242"

    @property
    def arrived_at(self) -> datetime:
        """When it was delivered, where it was."""
        return self.delivered_at or self.placed_at + timedelta(days=7)


class Buyer(NamedTuple):
    """A customer as the shop knows her."""

    id: str
    name: str
    email: str
    registered_at: datetime
    email_before: str | None = None


class Refund(NamedTuple):
    """A refund that was really made; ``reference`` is the proposal that it was made for."""

    number: int
    reference: str
    customer: str
    order: str
    item: str
    amount: int
    at: datetime


class Mail(NamedTuple):
    """A mail that was really sent."""

    reference: str
    to: str
    text: str


class Shop:
    """The systems behind all connectors of the simulation."""

    def __init__(self, chance: Random, clock: VirtualClock, customers: int = CUSTOMERS) -> None:
        self._clock = clock
        self.buyers: dict[str, Buyer] = {}
        self.orders: dict[str, Order] = {}
        self.refunds: list[Refund] = []
        self.mails: list[Mail] = []
        self.services = Services(clock)
        self._answers: dict[tuple[str, str], Any] = {}
        self.first_refund = 1
        self._operations: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
            "getOrder": self._get_order,
            "getCustomer": self._get_customer,
            "matchCustomer": self._match,
            "createRefund": self._refund,
            "createRefundPlain": lambda given, key: self._refund(given, str(given["reference"])),
            "findRefund": self._find,
            "changeEmail": self._change_email,
            "sendMail": self._mail,
            "sendText": self._mail,
            **self.services.operations,
        }
        self._open(chance, customers)

    def do(self, operation: str, given: Mapping[str, Any], key: str) -> Any:
        """Do what is asked, once for each key where there is one. Raises Problem."""
        if key and (operation, key) in self._answers:
            return self._answers[operation, key]
        answer = self._operations[operation](given, key)
        if key:
            self._answers[operation, key] = answer
        return answer

    def orders_of(self, customer: str) -> list[Order]:
        """A customer's orders."""
        return [order for order in self.orders.values() if order.owner == customer]

    def code_in(self, reference: str) -> str:
        """The one-time code in the mail that was sent for a proposal; empty where it has not arrived."""
        texts = (mail.text for mail in self.mails if mail.reference == reference)
        return next((text.partition("code is ")[2][:6] for text in texts), "")

    def made_for(self, proposal: str) -> list[Refund]:
        """The refunds that were made for a proposal."""
        return [refund for refund in self.refunds if refund.reference == proposal]

    def _open(self, chance: Random, customers: int) -> None:
        now = self._clock()
        for number in range(customers):
            id = f"c-{100 + number}"
            # Somebody has just changed the address: no code may go there.
            known_for = timedelta(days=400) if number % 12 else timedelta(minutes=-5)
            self.buyers[id] = Buyer(id, f"Customer {number}", f"customer{number}@example.com", now - known_for)
            for _ in range(chance.choice((2, 3, 4, 6))):
                crowd = number in CROWD
                status = "delivered" if crowd else chance.choice(STATUSES)
                order = Order(f"A-{1000 + len(self.orders)}", id, status, now - timedelta(days=9))
                for place in range(chance.choice((2, 3, 5, 8))):
                    order.items.append(
                        Item(f"i-{place + 1}", f"Thing {place + 1}", chance.choice(CROWD_PRICES if crowd else PRICES))
                    )
                self.orders[order.id] = order
        self.services.open(chance, list(self.buyers))

    def _order(self, id: object) -> Order:
        order = self.orders.get(str(id).strip().upper())
        if order is None:
            raise Problem("no_such_order", "There is no order with this number.")
        return order

    def _get_order(self, given: Mapping[str, Any], key: str) -> Any:
        order = self._order(given["order_id"])
        sent = order.status in ("shipped", "delivered")
        return {
            "order_id": order.id,
            "customer_id": order.owner,
            "status": order.status,
            "placed_at": order.placed_at.isoformat(),
            "expected_at": (order.placed_at + timedelta(days=10)).isoformat() if order.status != "cancelled" else None,
            "delivered_at": order.arrived_at.isoformat() if order.status == "delivered" else None,
            "carrier": "DHL" if sent else None,
            "tracking": f"KC{order.id[2:]}" if sent else None,
            "payment": {"method": "card", "label": order.paid_with},
            "items": [
                {
                    "id": item.id,
                    "name": item.name,
                    "price": _euros(item.price),
                    "refunded": _euros(item.refunded),
                    "refundable": _euros(item.left),
                }
                for item in order.items
            ],
            "total": _euros(sum(item.price for item in order.items)),
        }

    def _get_customer(self, given: Mapping[str, Any], key: str) -> Any:
        buyer = self.buyers.get(str(given["customer_id"]))
        if buyer is None:
            raise Problem("no_such_customer", "There is no customer with this identifier.")
        return {
            "customer_id": buyer.id,
            "name": buyer.name,
            "email": buyer.email,
            "phone": "+46 8 465 004 00",
            "email_registered_at": buyer.registered_at.isoformat(),
            "email_before": buyer.email_before,
        }

    def _change_email(self, given: Mapping[str, Any], key: str) -> Any:
        buyer, email = self.buyers[str(given["customer_id"])], str(given["email"])
        if any(each.email.casefold() == email.casefold() for each in self.buyers.values()):
            raise Problem("address_taken", "This address cannot be used.")
        changed = buyer._replace(email=email, registered_at=self._clock(), email_before=buyer.email)
        self.buyers[buyer.id] = changed
        self.mails.append(Mail(key, buyer.email, f"The e-mail address of your account was changed to {email[:1]}."))
        return {"customer_id": buyer.id, "email": email, "email_registered_at": changed.registered_at.isoformat()}

    def _match(self, given: Mapping[str, Any], key: str) -> Any:
        order = self.orders.get(str(given["order_id"]).strip().upper())
        buyer = self.buyers[order.owner] if order else None
        if buyer is None or buyer.email.casefold() != str(given["email"]).strip().casefold():
            raise Problem("no_match", "This order number and this e-mail address do not belong together.")
        return {"customer_id": buyer.id, "name": buyer.name}

    def _refund(self, given: Mapping[str, Any], key: str) -> Any:
        order = self._order(given["order_id"])
        item = next((item for item in order.items if item.id == given["item_id"]), None)
        if item is None:
            raise Problem("no_such_item", "This order has no such item.")
        amount = int(given["amount"]["amount"])
        if not 0 < amount <= item.left:
            raise Problem("more_than_is_left", "That is more than can still be refunded for this item.")
        item.refunded += amount
        refund = Refund(
            self.first_refund + len(self.refunds), key, order.owner, order.id, item.id, amount, self._clock()
        )
        self.refunds.append(refund)
        return self._shown(refund)

    def _shown(self, refund: Refund) -> dict[str, Any]:
        return {
            "refund_id": f"r-{refund.number}",
            "order_id": refund.order,
            "customer_id": refund.customer,
            "item_id": refund.item,
            "item_name": next(item.name for item in self.orders[refund.order].items if item.id == refund.item),
            "amount": _euros(refund.amount),
            "destination": self.orders[refund.order].paid_with,
            "reference": refund.reference,
            "created_at": refund.at.isoformat(),
        }

    def _find(self, given: Mapping[str, Any], key: str) -> Any:
        return {"refunds": [self._shown(refund) for refund in self.made_for(str(given["reference"]))]}

    def _mail(self, given: Mapping[str, Any], key: str) -> Any:
        self.mails.append(Mail(str(given.get("reference", "")), str(given["to"]), str(given["text"])))
        return {"mail_id": f"m-{len(self.mails)}", "sent_at": self._clock().isoformat()}


def _euros(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}
