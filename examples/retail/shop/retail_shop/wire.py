"""What does the shop say and take over HTTP? Money is whole minor units with a currency."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[str, Meta(min_length=1, max_length=40)]
ItemIds = Annotated[list[Number], Meta(min_length=1, max_length=20)]
Status = Literal[
    "pending",
    "pending_items_changed",
    "processed",
    "delivered",
    "cancelled",
    "return_requested",
    "exchange_requested",
]
Reason = Literal["no longer needed", "ordered by mistake"]


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units: 1840 is 18.40."""

    amount: int
    currency: str


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody lives, or where something is sent."""

    address1: Text
    city: Text
    state: Text
    country: Text
    zip: Number
    address2: Annotated[str, Meta(max_length=200)] = ""


class PaymentMethod(msgspec.Struct, frozen=True):
    """A way to pay that is on file; a gift card has a balance."""

    payment_method_id: str
    kind: Literal["credit_card", "gift_card", "paypal"]
    balance: Money | None = None


class Match(msgspec.Struct, frozen=True):
    """Who was found."""

    customer_id: str
    name: str


class Customer(msgspec.Struct, frozen=True):
    """A customer's record."""

    customer_id: str
    name: str
    email: str
    address: Address
    payment_methods: list[PaymentMethod]
    order_ids: list[str]


class Item(msgspec.Struct, frozen=True):
    """One line of an order: a variant of a product."""

    item_id: str
    product_id: str
    name: str
    options: dict[str, str]
    price: Money


class Payment(msgspec.Struct, frozen=True):
    """Money that was paid or given back."""

    kind: Literal["payment", "refund"]
    amount: Money
    payment_method_id: str


class Change(msgspec.Struct, frozen=True):
    """What a customer wants done with a delivered order."""

    item_ids: list[str]
    new_item_ids: list[str]
    payment_method_id: str
    difference: Money
    """What is still to be paid; negative where it is given back."""


class Order(msgspec.Struct, frozen=True):
    """An order as it is now."""

    order_id: str
    customer_id: str
    status: Status
    address: Address
    items: list[Item]
    total: Money
    paid_with: str
    """The payment method that it is paid with."""
    payments: list[Payment]
    change: Change | None = None
    cancel_reason: str = ""


class Variant(msgspec.Struct, frozen=True):
    """One variant of a product."""

    item_id: str
    product_id: str
    name: str
    options: dict[str, str]
    available: bool
    price: Money


class Product(msgspec.Struct, frozen=True):
    """A product with its variants."""

    product_id: str
    name: str
    variants: list[Variant]


class Variants(msgspec.Struct, frozen=True):
    """Variants by item number; a number that is not known is left out."""

    variants: dict[str, Variant]


class Transfer(msgspec.Struct, frozen=True):
    """A conversation that was given to a person."""

    transfer_id: str


class Calculation(msgspec.Struct, frozen=True):
    """The value of an expression, with two digits behind the point."""

    value: str


class EmailQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has this address?"""

    email: Text


class NameQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is called so and lives there?"""

    first_name: Text
    last_name: Text
    zip: Number


class Cancellation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an order is cancelled."""

    reason: Reason


class NewAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole address that holds from now on."""

    address: Address


class NewPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an order is paid with instead."""

    payment_method_id: Number


class Swap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items of an order, and the item that each of them becomes, in the same place."""

    item_ids: ItemIds
    new_item_ids: ItemIds
    payment_method_id: Number


class Return(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items that are sent back, and where the money goes."""

    item_ids: ItemIds
    payment_method_id: Number


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person has to know who takes over."""

    summary: Annotated[str, Meta(min_length=1, max_length=4000)]


class Expression(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers, ``+ - * /`` and brackets."""

    expression: Annotated[str, Meta(min_length=1, max_length=200)]


class Health(msgspec.Struct, frozen=True):
    """How much the shop holds."""

    customers: int
    orders: int
    products: int
