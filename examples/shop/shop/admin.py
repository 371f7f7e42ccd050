"""How do a demonstration and a check arrange the shop: faults, new customers and orders, the ledger, a fresh start?"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from .accounts import NewCustomer, NewOrder, add_customer, add_order, find_customer, find_order
from .api import Clock, FirstDay, key_guard
from .delays import Delay, Delayed, Tell, put_off
from .faults import FaultReport, Faults, FaultSwitch
from .opening import health_of, start_anew
from .parcels import find_parcel, set_state
from .problems import Problem
from .records import euros
from .refunds import find_refunds, make_refund
from .storage import Store
from .wire import Customer, Health, Moment, Money, Order, Parcel, ParcelState, Refund, RefundRequest

OPERATIONS = (
    "bookAppointment",
    "cancelAppointment",
    "changeEmail",
    "changeSubscription",
    "createCredit",
    "createRefund",
    "createRefundPlain",
    "findAppointment",
    "findCredit",
    "findRefund",
    "findTimes",
    "getAppointment",
    "getCustomer",
    "getOrder",
    "getSubscription",
    "getTime",
    "health",
    "listMail",
    "listSubscriptions",
    "matchCustomer",
    "moveAppointment",
    "sendMail",
    "trackParcel",
    "upcomingAppointment",
)


class Ledger(msgspec.Struct, frozen=True):
    """The refunds that were really made, newest first, and their sum."""

    refunds: list[Refund]
    total: Money


class ParcelAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a parcel is from now on."""

    state: ParcelState


class People(msgspec.Struct, frozen=True):
    """Everybody who ever bought something, what it was, and the number that the next refund gets."""

    customers: list[Customer]
    orders: list[Order]
    next_refund: int


class PastRefund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refund that was made at a time in the past, under a key."""

    order_id: str
    item_id: str
    amount: Money
    reference: str
    created_at: Moment
    reason: str = "damaged"


@put("/faults")
async def put_faults(switch: NamedDependency[FaultSwitch], data: JSONBody[Faults]) -> FaultReport:
    """Replace the faults."""
    if data.only is not None and data.only not in OPERATIONS:
        raise Problem(
            422,
            "no-such-operation",
            f"There is no operation {data.only!r}.",
            where="body.only",
            mend=f"One of {', '.join(OPERATIONS)}.",
        )
    switch.put(data)
    return switch.report()


@get("/faults")
async def get_faults(switch: NamedDependency[FaultSwitch]) -> FaultReport:
    """The faults that are left, and how many happened."""
    return switch.report()


@delete("/faults", status_code=200)
async def delete_faults(switch: NamedDependency[FaultSwitch]) -> FaultReport:
    """Behave again."""
    switch.put(Faults())
    return switch.report()


@post("/customers")
async def post_customer(
    store: NamedDependency[Store], clock: NamedDependency[Clock], data: JSONBody[NewCustomer]
) -> Customer:
    """Add a customer."""
    return add_customer(store, data, clock())


@post("/orders")
async def post_order(store: NamedDependency[Store], clock: NamedDependency[Clock], data: JSONBody[NewOrder]) -> Order:
    """Add an order."""
    return add_order(store, data, clock()).shown()


@put("/parcels/{tracking:str}")
async def put_parcel(
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    tracking: Annotated[str, PathParameter(max_length=40)],
    data: JSONBody[ParcelAt],
) -> Parcel:
    """Say where a parcel is."""
    parcel = find_parcel(store, tracking, clock())
    set_state(store, parcel.tracking, data.state)
    return find_parcel(store, tracking, clock())


@post("/orders/{order_id:str}/delay", status_code=200)
async def delay_order(
    order_id: FromPath[str],
    store: NamedDependency[Store],
    clock: NamedDependency[Clock],
    tell: NamedDependency[Tell],
    data: JSONBody[Delay],
) -> Delayed:
    """A parcel will be late: its new day, and the event that tells of it."""
    order, event = put_off(store, order_id, data.expected_at, clock())
    return Delayed(order, await tell(event))


@get("/ledger")
async def ledger(
    store: NamedDependency[Store],
    customer_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
    order_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
) -> Ledger:
    """The refunds that were really made."""
    refunds = find_refunds(store, customer_id=customer_id, order_id=order_id)
    return Ledger(refunds=refunds, total=euros(sum(refund.amount.amount for refund in refunds)))


@get("/people")
async def people(store: NamedDependency[Store]) -> People:
    """All customers and orders."""
    customers = [find_customer(store, row["customer_id"]) for row in store.rows("SELECT customer_id FROM customer")]
    orders = [find_order(store, row["order_id"]).shown() for row in store.rows("SELECT order_id FROM orders")]
    last = store.row("SELECT value FROM meta WHERE key = 'last_refund'")
    return People(customers, orders, int(last["value"]) + 1 if last is not None else 1)


@post("/history")
async def history(store: NamedDependency[Store], data: JSONBody[list[PastRefund]]) -> Ledger:
    """Enter refunds of the past into the books, each once by its key: all of them, or none where one does not fit."""
    with store.transaction():
        made = [
            refund
            for one in data
            if not find_refunds(store, reference=one.reference)
            for refund in [
                make_refund(
                    store,
                    RefundRequest(order_id=one.order_id, item_id=one.item_id, amount=one.amount, reason=one.reason),
                    one.reference,
                    one.created_at,
                )
            ]
        ]
    return Ledger(refunds=made, total=euros(sum(refund.amount.amount for refund in made)))


@post("/reset", status_code=200)
async def reset(
    store: NamedDependency[Store], first_day: NamedDependency[FirstDay], switch: NamedDependency[FaultSwitch]
) -> Health:
    """Begin as on the first day: the seeded data, no mail, no faults."""
    switch.put(Faults())
    start_anew(store, first_day())
    return health_of(store)


def admin_router(admin_key: str) -> Router:
    """All of it under ``/admin`` behind the admin key; connectors have no use for it, so no contract names it."""
    return Router(
        path="/admin",
        guards=[key_guard("X-Admin-Key", admin_key)],
        include_in_schema=False,
        route_handlers=[
            put_faults,
            get_faults,
            delete_faults,
            post_customer,
            post_order,
            put_parcel,
            delay_order,
            ledger,
            people,
            history,
            reset,
        ],
    )
