"""What stands behind the connectors in a scenario: systems that answer as it says, and remember which calls they carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from interlock.connectors.contract import Answer, Authorised, Connection, Declined, Done
from interlock.control.actions import Action, lookup_request, request_of
from interlock.journeys.scenarios import NOT_FOUND, AnswersReply, FailsReply, RefusesReply, Reply
from interlock.kernel.documents import Misread, money_minor
from interlock.kernel.errors import Unavailable
from interlock.simulation.calls import TIME_LIMIT_S, CallCheck
from interlock.simulation.services import Problem
from interlock.vocabulary.money import Money


class Arrived(NamedTuple):
    """A call that a system carried out.

    Attributes:
        told: the action's arguments and the operation's parameters, by name.
    """

    operation: str
    action: str
    told: Mapping[str, Any]


class Systems:
    """All systems of one scenario.

    Attributes:
        arrived: the calls that changed something, in order.
        unforeseen: what was asked that the scenario does not answer, in words.
    """

    def __init__(
        self, replies: Mapping[str, tuple[Reply, ...]], actions: Mapping[str, Action], own: Collection[str]
    ) -> None:
        self.arrived: list[Arrived] = []
        self.unforeseen: list[str] = []
        self._replies = replies
        self._given: dict[tuple[str, int], int] = {}
        self._done: dict[tuple[str, str], Any] = {}
        self._connectors = {action.connector for action in actions.values()}
        self._silent = {f"{each.connector}.{each.operation}" for each in actions.values() if each.name in own}

    def connections(self, check: CallCheck) -> Mapping[str, Connection]:
        """A connection to each system."""
        return {name: Answering(name, self, check) for name in self._connectors}

    def reply(self, operation: str, parameters: Mapping[str, Any], *, heard: bool) -> Reply | None:
        """The next reply that fits; None where the scenario has none.

        Args:
            heard: whether the answer can still get lost.
        """
        for index, reply in enumerate(self._replies.get(operation, ())):
            if not heard and isinstance(reply, FailsReply) and reply.fails == "answer_lost":
                continue
            given = self._given.get((operation, index), 0)
            if (reply.times is None or given < reply.times) and fits(reply.given, parameters):
                self._given[operation, index] = given + 1
                return reply
        if operation in self._silent:
            return AnswersReply(answers={})
        return None

    def known(self, operation: str, key: str) -> Any:
        """What was answered to a call with this key; None where there was none."""
        return self._done.get((operation, key)) if key else None

    def carried_out(
        self, operation: str, key: str, action: Action | None, told: Mapping[str, Any], answer: Any
    ) -> None:
        """Remember a call."""
        if key:
            self._done[operation, key] = answer
        if action is not None and action.effect == "execute":
            self.arrived.append(Arrived(operation, action.name, told))


class Answering:
    """``interlock.connectors.contract.Connection`` to one of a scenario's systems."""

    def __init__(self, name: str, systems: Systems, check: CallCheck) -> None:
        self.name = name
        self._systems = systems
        self._check = check

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read a resource. Raises Unavailable."""
        try:
            return await self._exchange(operation, parameters)
        except Problem as problem:
            if problem.code == NOT_FOUND:
                return None
            raise Unavailable(self.name, f"{operation} refuses: {problem.code}") from None

    async def perform(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> Answer:
        """Carry out what was allowed. Raises Unavailable."""
        self._check.allowed(authorised, action, args, key)
        request = request_of(action, args, key)
        key = key if action.idempotency else ""
        try:
            return Done(await self._exchange(action.operation, request, key, action, {**args, **request}))
        except Problem as problem:
            return Declined(problem.code, problem.reason)

    async def look_up(self, action: Action, args: Mapping[str, Any], key: str) -> Any:
        """Ask what became of a call. Raises Unavailable."""
        assert action.lookup is not None
        return await self.read(action.lookup.operation, lookup_request(action, args, key)) or {}

    async def _exchange(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        key: str = "",
        action: Action | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        systems, name = self._systems, f"{self.name}.{operation}"
        await asyncio.sleep(0)
        before = systems.known(name, key)
        if before is not None:
            return dict(before)
        lost = False
        while True:
            match systems.reply(name, parameters, heard=not lost):
                case None:
                    systems.unforeseen.append(f"{name} was asked for {shown(parameters)}")
                    raise Unavailable(self.name, "the scenario does not say what it answers", sent=False)
                case RefusesReply() as reply:
                    raise Problem(reply.refusal.code, reply.refusal.reason)
                case FailsReply(fails="answer_lost"):
                    lost = True
                case FailsReply() as reply:
                    await self._fail(reply)
                case AnswersReply(answers=answers):
                    answer: dict[str, Any] = plain(answers)
                    systems.carried_out(name, key, action, told or parameters, answer)
                    if lost:
                        raise Unavailable(self.name, "its answer got lost")
                    return answer

    async def _fail(self, reply: FailsReply) -> None:
        if reply.fails == "unreachable":
            raise Unavailable(self.name, "it was not reached", sent=False)
        if reply.fails == "timeout":
            await asyncio.sleep(TIME_LIMIT_S)
            raise Unavailable(self.name, f"it did not answer within {TIME_LIMIT_S:g} s")
        raise Unavailable(self.name, "it answered with status 500")


def plain(value: Any) -> Any:
    """A value as it was written, as JSON has it."""
    match value:
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
    return value


def fits(wanted: Any, found: Any) -> bool:
    """Whether a value is what was written, or has it in it: a mapping may have more keys; 18.40 fits an amount of money."""
    match wanted, found:
        case Mapping(), Mapping():
            return all(name in found and fits(each, found[name]) for name, each in wanted.items())
        case list(), list() | tuple():
            return len(wanted) == len(found) and all(fits(*pair) for pair in zip(wanted, found, strict=True))
        case ((int() | Decimal()), {"amount": int() as amount, "currency": str() as currency}):
            try:
                return money_minor(wanted, currency) == amount
            except Misread:
                return False
        case Decimal(), int() | float():
            return wanted == Decimal(str(found))
    return bool(wanted == found) and isinstance(wanted, bool) is isinstance(found, bool)


def shown(value: Any) -> str:
    """A value as one would write it in a scenario, on one line."""
    match value:
        case {"amount": int() as amount, "currency": str() as currency} if len(value) == 2:
            return str(Money(amount, currency))
        case Mapping():
            return "{ " + ", ".join(f"{name}: {shown(each)}" for name, each in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(shown(each) for each in value) + "]"
        case None:
            return "null"
        case bool():
            return str(value).lower()
    return str(value)
