"""What does a judgement read outside, side by side, and is what is known of a customer still fresh?"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.control.actions import Action, CustomerFact
from interlock.control.readings import (
    KnownFact,
    ReadRequest,
    ResourceRead,
    customer_request,
    read_requests,
    resource_request,
)
from interlock.control.templates import Unknown, dig
from interlock.kernel.errors import Unavailable
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.proposals import ActionProposed

if TYPE_CHECKING:
    from interlock.runtime.app import App

CUSTOMER_FACTS_KEPT: Final = 20_000
"""Facts of customers that a node keeps while they are fresh."""

Key = tuple[str, str, str, CustomerId]


class Outside:
    """Reads through the connectors; a failure is part of what was read."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._known: OrderedDict[Key, tuple[datetime, Any]] = OrderedDict()

    async def resource(self, action: Action, proposed: ActionProposed) -> ResourceRead | None:
        """The resource that the action touches; None where it touches none."""
        request = resource_request(action, proposed)
        return None if request is None else await self._read(action.connector, *request)

    async def reads(
        self,
        action: Action,
        proposed: ActionProposed,
        customer: CustomerId,
        resource: Awaitable[ResourceRead | None],
    ) -> dict[str, ResourceRead]:
        """The action's further reads by name; without those that need a customer where none is known.

        Args:
            resource: the read of the resource, which runs beside; only reads that name something of it wait for it.
        """
        found = await self._all(action, read_requests(action, proposed, customer))
        if any(read.after_resource for read in action.reads):
            record = await resource
            if record is not None and record.record is not None:
                found |= await self._all(action, read_requests(action, proposed, customer, record.record))
        return found

    async def _all(self, action: Action, requests: Mapping[str, ReadRequest]) -> dict[str, ResourceRead]:
        found = {
            name: ResourceRead(at=self._app.clock(), failure=each.failure)
            for name, each in requests.items()
            if each.failure
        }
        asked = {name: each for name, each in requests.items() if not each.failure}
        answers = await asyncio.gather(
            *(self._read(action.connector, each.operation, each.parameters) for each in asked.values())
        )
        return found | dict(zip(asked, answers, strict=True))

    async def of_customer(self, facts: Sequence[CustomerFact], customer: CustomerId) -> list[KnownFact]:
        """What is known of the customer: what was read before, as long as it is fresh, or read now."""
        if not customer:
            return [KnownFact(fact=fact, at=self._app.clock()) for fact in facts]
        wanted: dict[bytes, list[CustomerFact]] = {}
        for fact in facts:
            if self._fresh(fact, customer) is None:
                parameters = customer_request(fact, customer)
                wanted.setdefault(msgspec.json.encode((fact.connector, fact.operation, parameters)), []).append(fact)
        groups = list(wanted.values())
        requests = ((each[0].connector, each[0].operation, customer_request(each[0], customer)) for each in groups)
        answers = await asyncio.gather(*(self._read(*request) for request in requests))
        read = {fact.spec.name: answer for group, answer in zip(groups, answers, strict=True) for fact in group}
        return [self._settled(fact, customer, read.get(fact.spec.name)) for fact in facts]

    def forget(self) -> None:
        """Drop what is kept: somebody was erased."""
        self._known.clear()

    def _fresh(self, fact: CustomerFact, customer: CustomerId) -> tuple[datetime, Any] | None:
        kept = self._known.get(_key(fact, customer))
        if kept is None or fact.fresh is None or self._app.clock() - kept[0] > fact.fresh:
            return None
        return kept

    def _settled(self, fact: CustomerFact, customer: CustomerId, read: ResourceRead | None) -> KnownFact:
        key = _key(fact, customer)
        if read is None:
            at, value = self._known[key]
            return KnownFact(fact=fact, at=at, value=value)
        if read.failure:
            at, value = self._known.get(key, (read.at, None))
            return KnownFact(fact=fact, at=at, value=value, failure=read.failure)
        try:
            value = dig(read.record, fact.spec.path)
        except Unknown:
            what = f"there is no '{fact.spec.path}' in" if read.record is not None else "there is no such customer in"
            return KnownFact(fact=fact, at=read.at, failure=f"{what} {fact.connector}")
        if fact.fresh is not None:
            self._known[key] = (read.at, value)
            self._known.move_to_end(key)
            while len(self._known) > CUSTOMER_FACTS_KEPT:
                self._known.popitem(last=False)
        return KnownFact(fact=fact, at=read.at, value=value)

    async def _read(self, connector: str, operation: str, parameters: dict[str, Any]) -> ResourceRead:
        app = self._app
        try:
            record = await app.connector(connector).read(operation, parameters)
        except Unavailable as error:
            return ResourceRead(at=app.clock(), failure=f"{error.system} did not answer: {error.reason}"[:300])
        return ResourceRead(at=app.clock(), record=record)


def _key(fact: CustomerFact, customer: CustomerId) -> Key:
    return (fact.connector, fact.operation, fact.spec.path, customer)
