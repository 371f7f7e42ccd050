"""How do a demonstration and a check arrange the shop: faults, new customers and orders, the ledger, a fresh start?"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from .accounts import NewCustomer, NewOrder, add_customer, add_order
from .api import Clock, FirstDay, key_guard
from .faults import FaultReport, Faults, FaultSwitch
from .opening import health_of, start_anew
from .problems import Problem
from .records import euros
from .refunds import find_refunds
from .storage import Store
from .wire import Customer, Health, Money, Order, Refund

OPERATIONS = (
    "createRefund",
    "createRefundPlain",
    "findRefund",
    "getCustomer",
    "getOrder",
    "health",
    "listMail",
    "matchCustomer",
    "sendMail",
)


class Ledger(msgspec.Struct, frozen=True):
    """The refunds that were really made, newest first, and their sum."""

    refunds: list[Refund]
    total: Money


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


@get("/ledger")
async def ledger(
    store: NamedDependency[Store],
    customer_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
    order_id: Annotated[str | None, QueryParameter(max_length=40, required=False)] = None,
) -> Ledger:
    """The refunds that were really made."""
    refunds = find_refunds(store, customer_id=customer_id, order_id=order_id)
    return Ledger(refunds=refunds, total=euros(sum(refund.amount.amount for refund in refunds)))


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
            ledger,
            reset,
        ],
    )
