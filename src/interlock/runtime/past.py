"""What was judged in the past: the log read in its order, of some types only, in batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from interlock.control.history import KEPT, History
from interlock.kernel.events import START, Cursor, Event, Recorded
from interlock.kernel.log import Log, Query
from interlock.runtime.clock import Clock
from interlock.vocabulary.proposals import ProposalJudged
from interlock.vocabulary.releases import ReleasePublished

BATCH: Final = 250
"""Facts that are read at once; between two batches other work of the node gets its turn."""


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


class RecentUse:
    """How the rules were used lately: read when somebody asks for the first time, and caught up from then on."""

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log, self._clock = log, clock
        self._history: History | None = None
        self._cursor = START
        self._reading = asyncio.Lock()

    async def now(self) -> History:
        """The use of the rules up to now."""
        async with self._reading:
            oldest = self._clock() - KEPT
            if self._history is None:
                self._history = History()
                self._cursor = await since(self._log, oldest)
                for recorded in (await self._log.read(Query("releases:all", (ReleasePublished,)))).events:
                    self._history.fold(recorded)
            async for batch in past(self._log, (ProposalJudged, ReleasePublished), self._cursor):
                for recorded in batch:
                    self._history.fold(recorded)
                self._cursor = batch[-1].cursor
                await asyncio.sleep(0)
            self._history.forget(oldest)
            return self._history
