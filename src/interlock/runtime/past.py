"""What was judged in the past: the log read in its order, of some types only, in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from interlock.control.history import History
from interlock.kernel.events import START, Cursor, Event, Recorded
from interlock.kernel.log import Log, Query
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
