"""What travels over the shop's API: which fields, types and limits has each request and each answer?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# Large enough for any household, small enough that a sum of a thousand still fits a 64-bit integer.
LARGEST_AMOUNT = 1_000_000_000_000
LONGEST_KEY = 200

Currency = Literal["EUR"]
Status = Literal["processing", "shipped", "delivered", "cancelled"]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=500)]
Key = Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
OrderId = Annotated[str, Meta(max_length=40, examples=["A-1042"])]
CustomerId = Annotated[str, Meta(max_length=40, examples=["c-104"])]
SubscriptionId = Annotated[str, Meta(max_length=40, examples=["S-2001"])]
SubscriptionStatus = Literal["active", "paused", "cancelled"]
Service = Literal["sharpening", "descaling", "engraving"]
TimeId = Annotated[str, Meta(max_length=40, examples=["t-202612010900"])]
Tracking = Annotated[str, Meta(max_length=40, examples=["KC10450000104"])]
ParcelState = Literal["in_transit", "delayed", "out_for_delivery", "attempted", "at_parcel_shop", "delivered", "lost"]
ItemId = Annotated[str, Meta(max_length=40, examples=["i-1"])]
# A naive time would mean something else on every machine.
Moment = Annotated[datetime, Meta(tz=True)]


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in minor units (cents) with its currency."""

    amount: Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT)]
    currency: Currency


class PositiveMoney(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of at least one minor unit with its currency."""

    amount: Annotated[int, Meta(ge=1, le=LARGEST_AMOUNT)]
    currency: Currency


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where parcels go."""

    street: Text
    postal_code: Text
    city: Text
    country: Text


class Customer(msgspec.Struct, frozen=True):
    """A customer's record. ``email_registered_at`` says since when the shop has known the e-mail address.

    ``email_before`` is the address that this one took the place of, and ``email_before_registered_at`` since when the shop
    had known that one; both are null for an address that was never changed.
    """

    customer_id: CustomerId
    name: str
    email: Email
    phone: str
    address: Address
    email_registered_at: Moment
    email_before: Email | None = None
    email_before_registered_at: Moment | None = None


class Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an order was paid, and therefore where a refund goes."""

    method: Literal["card", "paypal", "sepa", "invoice"]
    label: Annotated[str, Meta(min_length=1, max_length=80, examples=["Visa ending 4242"])]


class Item(msgspec.Struct, frozen=True):
    """One line of an order: ``refundable`` is what is left of ``price`` after what was ``refunded``."""

    id: ItemId
    name: str
    price: Money
    refunded: Money
    refundable: Money


class Order(msgspec.Struct, frozen=True):
    """An order as the shop knows it now."""

    order_id: OrderId
    customer_id: CustomerId
    status: Status
    placed_at: Moment
    expected_at: Moment | None
    delivered_at: Moment | None
    carrier: str | None
    tracking: str | None
    payment: Payment
    items: list[Item]
    total: Money


class MatchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order number and the e-mail address that is said to belong to it."""

    order_id: Annotated[str, Meta(max_length=200)]
    email: Annotated[str, Meta(max_length=254)]


class EmailChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another e-mail address."""

    email: Email


class EmailChanged(msgspec.Struct, frozen=True):
    """The address was changed, and the one before was told so. ``email`` is the one that holds now."""

    customer_id: CustomerId
    email: Email
    email_registered_at: Moment
    told: Email


class Match(msgspec.Struct, frozen=True):
    """Whose order it is."""

    customer_id: CustomerId
    name: str


class RefundRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay back (a part of) one item."""

    order_id: OrderId
    item_id: ItemId
    amount: PositiveMoney
    reason: Note = ""


class PlainRefundRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay back (a part of) one item; ``reference`` is kept for looking up and prevents nothing."""

    order_id: OrderId
    item_id: ItemId
    amount: PositiveMoney
    reference: Key
    reason: Note = ""


class Refund(msgspec.Struct, frozen=True):
    """A refund that was really made. ``reference`` is the idempotency key or the caller's own reference."""

    refund_id: Annotated[str, Meta(examples=["r-5001"])]
    order_id: OrderId
    customer_id: CustomerId
    item_id: ItemId
    item_name: str
    amount: Money
    destination: Annotated[str, Meta(examples=["Visa ending 4242"])]
    reason: str
    reference: str | None
    created_at: Moment


class RefundList(msgspec.Struct, frozen=True):
    """Refunds, newest first."""

    refunds: list[Refund]


class MailRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail to hand over to the gateway. ``to`` is one address, and so is ``sender``, to which an answer goes.

    ``message_id``, ``in_reply_to`` and ``references`` are the headers of these names.
    """

    to: Email
    subject: Text
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    reference: Annotated[str, Meta(max_length=LONGEST_KEY)] | None = None
    sender: Annotated[str, Meta(max_length=254)] = ""
    message_id: Annotated[str, Meta(max_length=1000)] = ""
    in_reply_to: Annotated[str, Meta(max_length=1000)] = ""
    references: Annotated[str, Meta(max_length=10_000)] = ""


class Mail(msgspec.Struct, frozen=True):
    """A mail that the gateway has taken and delivered to the mailbox page."""

    mail_id: Annotated[str, Meta(examples=["m-1"])]
    to: Email
    subject: str
    text: str
    reference: str | None
    sent_at: Moment
    sender: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: str = ""


class MailList(msgspec.Struct, frozen=True):
    """Mails, newest first."""

    mails: list[Mail]


class Subscription(msgspec.Struct, frozen=True):
    """Goods that are sent again and again. ``stay_credit`` is what the house would give for staying, if its rules allow it."""

    subscription_id: SubscriptionId
    customer_id: CustomerId
    goods: str
    status: SubscriptionStatus
    every_weeks: int
    price: Money
    stay_credit: Money
    since: Moment
    next_delivery_at: Moment | None


class SubscriptionList(msgspec.Struct, frozen=True):
    """A customer's subscriptions, the oldest first."""

    subscriptions: list[Subscription]


class SubscriptionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes: ``weeks`` is how long it pauses, or how many lie between two deliveries from now on."""

    change: Literal["pause", "interval", "cancel"]
    weeks: Annotated[int, Meta(ge=1, le=26)] | None = None


class CreditRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A credit for the next delivery of a subscription."""

    subscription_id: SubscriptionId
    amount: PositiveMoney
    reason: Note = ""


class Credit(msgspec.Struct, frozen=True):
    """A credit that was really given. ``reference`` is the idempotency key."""

    credit_id: Annotated[str, Meta(examples=["g-1"])]
    subscription_id: SubscriptionId
    customer_id: CustomerId
    amount: Money
    reason: str
    reference: str | None
    created_at: Moment


class CreditList(msgspec.Struct, frozen=True):
    """Credits, newest first."""

    credits: list[Credit]


class WorkshopTime(msgspec.Struct, frozen=True):
    """A time at the workshop in Bremen; ``label`` says it on the clock of Bremen."""

    time_id: TimeId
    starts_at: Moment
    label: str
    free: bool


class WorkshopTimes(msgspec.Struct, frozen=True):
    """Free times, the earliest first."""

    times: list[WorkshopTime]


class AppointmentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody wants to come at a time."""

    customer_id: CustomerId
    service: Service
    time_id: TimeId


class AppointmentMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time to which an appointment is moved."""

    time_id: TimeId


class Appointment(msgspec.Struct, frozen=True):
    """An appointment at the workshop; ``label`` says its time on the clock of Bremen. ``reference`` is the idempotency key."""

    appointment_id: Annotated[str, Meta(examples=["w-1"])]
    customer_id: CustomerId
    service: Service
    starts_at: Moment
    label: str
    status: Literal["booked", "cancelled"]
    reference: str | None


class AppointmentList(msgspec.Struct, frozen=True):
    """Appointments, the earliest first."""

    appointments: list[Appointment]


class Upcoming(msgspec.Struct, frozen=True):
    """A customer's next appointment; null where there is none."""

    appointment: Appointment | None


class ParcelShop(msgspec.Struct, frozen=True):
    """Where a parcel waits for whom it is for."""

    name: str
    street: str
    open_until: Annotated[str, Meta(examples=["20:00"])]


class Parcel(msgspec.Struct, frozen=True):
    """Where a parcel is now, as its carrier knows it."""

    tracking: Tracking
    state: ParcelState
    expected_at: Moment | None
    collect_by: Moment | None = None
    parcel_shop: ParcelShop | None = None


class Health(msgspec.Struct, frozen=True):
    """The shop is open."""

    status: Literal["ok"]
    customers: int
    orders: int
