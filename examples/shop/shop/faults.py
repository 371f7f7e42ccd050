"""How does the shop misbehave on demand: slow, failing, or doing the work and losing the answer?"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Annotated, cast

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Meta

from .problems import Problem

LONGEST_DELAY_MS = 600_000
DROP_CONNECTION = "drop_connection"
"""Key in the connection's ASGI state under which the server offers to cut the connection."""


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong from now on.

    Attributes:
        delay_ms: every call waits this long before it begins.
        error_rate: this share of the calls is answered with 503 and nothing is done.
        next_errors: so many calls to come are answered with 503 and nothing is done.
        lose_answer: so many calls to come are carried out and then get no answer; the connection is cut.
        only: the operation that is meant (``createRefund`` …), or None for all of them but ``health``.
    """

    delay_ms: Annotated[int, Meta(ge=0, le=LONGEST_DELAY_MS)] = 0
    error_rate: Annotated[float, Meta(ge=0, le=1)] = 0.0
    next_errors: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    lose_answer: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    only: str | None = None


class FaultReport(msgspec.Struct, frozen=True):
    """The faults that are left, and how many happened since they were set."""

    faults: Faults
    delayed: int
    failed: int
    lost: int


class FaultSwitch:
    """The faults that are switched on; they are forgotten when the shop ends."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.put(Faults())

    def put(self, faults: Faults) -> None:
        """Replace all faults and count anew."""
        self._faults = faults
        self._delayed = self._failed = self._lost = 0

    def report(self) -> FaultReport:
        """What is left and what happened."""
        return FaultReport(faults=self._faults, delayed=self._delayed, failed=self._failed, lost=self._lost)

    def concerns(self, operation: str) -> bool:
        """Whether this operation is meant; a look at the shop's health fails only if it is named."""
        only = self._faults.only
        return operation == only if only is not None else operation != "health"

    async def delay(self) -> None:
        """Wait, if calls are to be slow."""
        if self._faults.delay_ms:
            self._delayed += 1
            await asyncio.sleep(self._faults.delay_ms / 1000)

    def fails(self) -> bool:
        """Whether this call fails; uses up one of ``next_errors``."""
        if self._faults.next_errors:
            self._faults = msgspec.structs.replace(self._faults, next_errors=self._faults.next_errors - 1)
        elif not self._chance.random() < self._faults.error_rate:
            return False
        self._failed += 1
        return True

    def loses_answer(self) -> bool:
        """Whether the answer of this call that was carried out gets lost; uses up one of ``lose_answer``."""
        if not self._faults.lose_answer:
            return False
        self._faults = msgspec.structs.replace(self._faults, lose_answer=self._faults.lose_answer - 1)
        self._lost += 1
        return True


class FaultMiddleware(ASGIMiddleware):
    """Applies the switched-on faults to the operations of the API."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, switch: FaultSwitch) -> None:
        self._switch = switch

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Delay, fail, carry out, lose the answer: in this order."""
        operation = getattr(scope["route_handler"], "operation_id", None)
        if not isinstance(operation, str) or not self._switch.concerns(operation):
            await next_app(scope, receive, send)
            return
        await self._switch.delay()
        if self._switch.fails():
            raise Problem(503, "switched-off", "The shop fails on demand; nothing was done.", mend="Try again.")
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await next_app(scope, receive, keep)
        # A refusal is told: there is nothing in it that could have been done unnoticed.
        carried_out = answer[0]["type"] == "http.response.start" and answer[0]["status"] < 400
        if carried_out and self._switch.loses_answer():
            await _drop(scope, receive)
            return
        for message in answer:
            await send(message)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Cut the connection without a byte of an answer."""
    state = cast("dict[str, object]", scope["state"])
    cut = state.get(DROP_CONNECTION)
    if not callable(cut):
        raise RuntimeError("This server cannot cut a connection; run the shop with `python -m shop`.")
    cut()
    # Until the server has noticed, returning would make it answer 500.
    while (await receive())["type"] != "http.disconnect":
        pass
