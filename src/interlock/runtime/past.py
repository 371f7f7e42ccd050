"""What was in the past: the log read in its order, of some types only, in batches; and folds of the latest of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from interlock.control.history import KEPT, History
from interlock.interactions.acceptance import OF_ACCEPTANCE, Acceptance
from interlock.interactions.assisting import KEPT as TAKEN_KEPT
from interlock.interactions.assisting import Taken
from interlock.journeys.traffic import KEPT as TRAFFIC_KEPT
from interlock.journeys.traffic import OF_TRAFFIC, Traffic
from interlock.kernel.events import START, Cursor, Event, Recorded
from interlock.kernel.log import Log, Query
from interlock.runtime.clock import Clock
from interlock.vocabulary.interactions import WrappedUp
from interlock.vocabulary.proposals import ProposalJudged
from interlock.vocabulary.releases import ReleasePublished

BATCH: Final = 250
"""Facts that are read at once; between two batches other work of the node gets its turn."""


class Folding(Protocol):
    """Something that takes facts in one by one, and drops what is older than a moment."""

    def fold(self, recorded: Recorded) -> None: ...
    def forget(self, before: datetime) -> None: ...


F = TypeVar("F", bound=Folding)


async def past(log: Log, types: Sequence[type[Event]], after: Cursor) -> AsyncIterator[Sequence[Recorded]]:
    """Every fact of those types behind a place in the log, batch by batch, until there is none."""
    while batch := await log.after(after, BATCH, types):
        yield batch
        after = batch[-1].cursor


async def since(log: Log, at: datetime | None) -> Cursor:
    """The place behind which the facts since a moment begin; the very first where none is named."""
    return START if at is None else await log.before(at)


async def read_history(log: Log, at: datetime | None) -> History:
    """How the rules were used since a moment, and when each first came into force."""
    history = History()
    for recorded in (await log.read(Query("releases:all", (ReleasePublished,)))).events:
        history.fold(recorded)
    async for batch in past(log, (ProposalJudged,), await since(log, at)):
        for recorded in batch:
            history.fold(recorded)
    return history


class Recent(Generic[F]):
    """A fold of the latest facts of some types: read when somebody asks for the first time, and caught up from then on."""

    def __init__(
        self,
        log: Log,
        clock: Clock,
        kept: timedelta,
        types: Sequence[type[Event]],
        begin: Callable[[], Awaitable[F]],
    ) -> None:
        """Of the last ``kept``; ``begin`` gives the fold before the first of them."""
        self._log, self._clock, self._kept, self._types, self._begin = log, clock, kept, types, begin
        self._fold: F | None = None
        self._cursor = START
        self._reading = asyncio.Lock()

    async def now(self) -> F:
        """The fold up to now."""
        async with self._reading:
            oldest = self._clock() - self._kept
            if self._fold is None:
                self._cursor = await since(self._log, oldest)
                self._fold = await self._begin()
            fold = self._fold
            async for batch in past(self._log, self._types, self._cursor):
                for recorded in batch:
                    fold.fold(recorded)
                self._cursor = batch[-1].cursor
                await asyncio.sleep(0)
            fold.forget(oldest)
            return fold


def recent_use(log: Log, clock: Clock) -> Recent[History]:
    """How the rules were used lately."""

    async def begin() -> History:
        history = History()
        for recorded in (await log.read(Query("releases:all", (ReleasePublished,)))).events:
            history.fold(recorded)
        return history

    return Recent(log, clock, KEPT, (ProposalJudged, ReleasePublished), begin)


def recent_wrap_ups(log: Log, clock: Clock) -> Recent[Taken]:
    """How agents lately took what was suggested to them."""

    async def begin() -> Taken:
        return Taken()

    return Recent(log, clock, TAKEN_KEPT, (WrappedUp,), begin)


def recent_acceptance(log: Log, clock: Clock) -> Recent[Acceptance]:
    """How suggestions to agents lately came out."""

    async def begin() -> Acceptance:
        return Acceptance()

    return Recent(log, clock, TAKEN_KEPT, OF_ACCEPTANCE, begin)


def recent_traffic(log: Log, clock: Clock) -> Recent[Traffic]:
    """How journeys were walked lately."""

    async def begin() -> Traffic:
        return Traffic()

    return Recent(log, clock, TRAFFIC_KEPT, OF_TRAFFIC, begin)
