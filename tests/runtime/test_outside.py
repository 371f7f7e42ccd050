"""Is what is known of a customer read again when it is too old, and what if it cannot be?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from interlock.control.readings import KnownFact, ResourceRead
from interlock.kernel.errors import Unavailable
from interlock.runtime.outside import Outside
from interlock.vocabulary.ids import CustomerId
from tests.control.given import EVA, NOW, proposed
from tests.control.warehouse import depot as definitions

DEPOT = definitions()
PLAN, CREDIT = DEPOT.customer_facts["plan"], DEPOT.customer_facts["credit"]
SWAP = {"order_id": "o-1", "old_items": ["1111"], "new_items": ["2222"]}
CUSTOMER: dict[str, Any] = {"contract": {"plan": "gold", "credit": 500}}


class Depot:
    """A system that counts what it is asked."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.answer: dict[str, Any] | Exception | None = CUSTOMER

    def clock(self) -> datetime:
        return self.now

    def connector(self, name: str) -> Any:
        assert name == "depot"
        return SimpleNamespace(read=self.read)

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        self.asked.append((operation, parameters))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


def opened() -> tuple[Depot, Outside]:
    depot = Depot()
    return depot, Outside(depot)  # type: ignore[arg-type]  # as much of a node as it uses


def order(record: dict[str, Any] | None = None) -> asyncio.Future[ResourceRead | None]:
    """The read of the resource, which runs beside."""
    read = asyncio.get_running_loop().create_future()
    read.set_result(ResourceRead(at=NOW, record=record))
    return read


async def plan(outside: Outside, customer: CustomerId = EVA) -> KnownFact:
    (found,) = await outside.of_customer((PLAN,), customer)
    return found


async def test_facts_of_one_operation_are_read_by_one_call_and_kept_while_they_are_fresh() -> None:
    depot, outside = opened()
    found = await outside.of_customer((PLAN, CREDIT), EVA)
    assert [each.value for each in found] == ["gold", 500]
    depot.later(minutes=5)
    again = await outside.of_customer((PLAN, CREDIT), EVA)
    assert [each.at for each in again] == [NOW, NOW]
    assert depot.asked == [("getCustomer", {"customer_id": EVA})]


async def test_what_is_too_old_is_read_again() -> None:
    depot, outside = opened()
    await plan(outside)
    depot.later(minutes=5, seconds=1)
    depot.answer = {"contract": {"plan": "basic"}}
    found = await plan(outside)
    assert (found.value, found.at, found.failure) == ("basic", depot.now, "")


async def test_what_is_too_old_and_cannot_be_read_again_is_stale() -> None:
    depot, outside = opened()
    await plan(outside)
    depot.later(minutes=7)
    depot.answer = Unavailable("depot", "it was not reached")
    found = await plan(outside)
    assert (found.value, found.at) == ("gold", NOW)
    assert found.failure == "depot did not answer: it was not reached"


async def test_what_is_still_fresh_does_without_the_system() -> None:
    depot, outside = opened()
    await plan(outside)
    depot.answer = Unavailable("depot", "it was not reached")
    assert (await plan(outside)).failure == ""


async def test_what_the_system_does_not_say_is_missing_and_asked_for_again_next_time() -> None:
    depot, outside = opened()
    depot.answer = None
    assert (await plan(outside)).failure == "there is no such customer in depot"
    depot.answer = {"contract": {}}
    assert (await plan(outside)).failure == "there is no 'contract.plan' in depot"
    depot.answer = CUSTOMER
    assert (await plan(outside)).value == "gold"


async def test_each_customer_has_his_own_and_nobody_has_none() -> None:
    depot, outside = opened()
    await plan(outside)
    depot.answer = {"contract": {"plan": "basic"}}
    assert (await plan(outside, CustomerId("c-2"))).value == "basic"
    assert (await plan(outside)).value == "gold"
    nobody = await plan(outside, CustomerId(""))
    assert nobody.value is None
    assert len(depot.asked) == 2


async def test_nothing_is_kept_of_anybody_when_somebody_is_erased() -> None:
    depot, outside = opened()
    await plan(outside)
    outside.forget()
    await plan(outside)
    assert len(depot.asked) == 2


async def test_a_further_read_that_fails_says_why() -> None:
    depot, outside = opened()
    depot.answer = Unavailable("depot", "it was not reached")
    of = proposed(action="depot.swap", args=SWAP, bundle=DEPOT)
    found = await outside.reads(DEPOT.action("depot.swap"), of, EVA, order())
    assert found["variants"].failure == "depot did not answer: it was not reached"
    assert depot.asked == [("getVariants", {"ids": ["2222"], "who": EVA})]


async def test_a_read_that_names_something_of_the_resource_is_asked_once_that_was_read() -> None:
    depot, outside = opened()
    action = definitions(reads={"variants": {"operation": "getVariants", "with": {"ids": "{order.ids}"}}}).action(
        "depot.swap"
    )
    of = proposed(action="depot.swap", args=SWAP, bundle=DEPOT)
    assert await outside.reads(action, of, EVA, order()) == {}
    assert depot.asked == []
    found = await outside.reads(action, of, EVA, order({"ids": ["2222"]}))
    assert (found["variants"].record, depot.asked) == (CUSTOMER, [("getVariants", {"ids": ["2222"]})])
    (unknown,) = (await outside.reads(action, of, EVA, order({}))).values()
    assert unknown.failure == "there is no 'order.ids' in what was read"
    assert len(depot.asked) == 1
