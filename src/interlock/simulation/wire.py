"""What lies between a node and the log: a connection that takes time, breaks before or after the fact, and a node that dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random

from interlock.kernel.errors import Unavailable
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.kernel.log import Appended, Claimed, Judging, Plan, Query, Slice, Standing, Total, Window
from interlock.simulation.weather import Weather
from interlock.store.codec import decode_command, decode_event, encode_command, encode_event
from interlock.store.memory import MemoryLog


class Wire:
    """``interlock.kernel.log.Log``, as one node reaches it.

    Attributes:
        weather: can be changed at any time.
        alive: a dead node's operations end where they are; none reaches the log any more.
    """

    def __init__(
        self,
        log: MemoryLog,
        chance: Random,
        weather: Weather,
        die: Callable[[], None],
        written: Callable[[Sequence[Recorded]], None],
    ) -> None:
        self.tenant = log.tenant
        self.weather = weather
        self.alive = True
        self._log = log
        self._chance = chance
        self._die = die
        self._written = written

    async def read(self, *queries: Query, since: str = "") -> Slice:
        await self._there()
        found = await self._log.read(*queries, since=since)
        await self._back()
        return found

    async def append(self, plan: Plan) -> Appended:
        return await self._append(self._log, plan)

    async def _append(self, log: MemoryLog | Judging, plan: Plan) -> Appended:
        await self._there()
        written = await log.append(_as_stored(plan))
        self._written(written.recorded)
        await self._back()
        return written

    @asynccontextmanager
    async def judging(self, windows: Sequence[Window]) -> AsyncIterator[Judging]:
        await self._there()
        async with self._log.judging(windows) as judging:
            await self._back()
            yield _Judging(self._append, judging)

    async def totals(self, windows: Sequence[Window]) -> Mapping[tuple[str, str], Total]:
        await self._there()
        found = await self._log.totals(windows)
        await self._back()
        return found

    async def after(self, cursor: Cursor, limit: int, types: Sequence[type[Event]] = ()) -> Sequence[Recorded]:
        if cursor.position >= len(self._log.store.events):
            return ()  # Nearly all looks are such: a loop that only looks must not be most of what a simulation does.
        await self._there()
        found = await self._log.after(cursor, limit, types)
        await self._back()
        return found

    async def before(self, at: datetime) -> Cursor:
        await self._there()
        found = await self._log.before(at)
        await self._back()
        return found

    async def claim(self, owner: str, now: datetime, lease_s: float, limit: int) -> Sequence[Claimed]:
        if not self._log.anything_due(now):
            return ()
        await self._there()
        claimed = await self._log.claim(owner, now, lease_s, limit)
        await self._back()
        return claimed

    async def hold(self, owner: str, ids: Sequence[str], now: datetime, lease_s: float) -> Sequence[str]:
        await self._there()
        kept = await self._log.hold(owner, ids, now, lease_s)
        await self._back()
        return kept

    async def release(self, owner: str, id: str, at: datetime, parked: str | None, *, anew: bool = False) -> None:
        await self._there()
        await self._log.release(owner, id, at, parked, anew=anew)
        await self._back()

    async def next_due(self) -> datetime | None:
        await self._there()
        return await self._log.next_due()

    async def parked(self) -> Mapping[str, str]:
        await self._there()
        return await self._log.parked()

    async def standing(self, limit: int) -> Sequence[Standing]:
        await self._there()
        return await self._log.standing(limit)

    async def retry(self, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
        await self._there()
        return await self._log.retry(ids, now)

    async def bring_forward(self, of: str, command: str, now: datetime) -> int:
        await self._there()
        return await self._log.bring_forward(of, command, now)

    async def destroy_keys(self, person: str) -> int:
        await self._there()
        return await self._log.destroy_keys(person)

    async def _there(self) -> None:
        """On the way to the log: so far, nothing has happened."""
        await self._travel()
        if self._chance.random() < self.weather.wire_before:
            raise Unavailable("database", "the connection broke", sent=False)

    async def _back(self) -> None:
        """On the way back: it has happened, and nobody here knows yet."""
        await self._travel()
        if self._chance.random() < self.weather.wire_after:
            raise Unavailable("database", "the connection broke before the answer came")

    async def _travel(self) -> None:
        if self.weather.wire_slow:
            slow = self._chance.random() < self.weather.wire_slow
            await asyncio.sleep(self._chance.uniform(0.0005, 0.02) if slow else 0)
        if self.alive and self._chance.random() < self.weather.deaths:
            self._die()
        if not self.alive:
            raise asyncio.CancelledError("this node is dead")


class _Judging:
    """A transaction on the other end of the wire."""

    def __init__(self, append: Callable[[Judging, Plan], Awaitable[Appended]], judging: Judging) -> None:
        self._through = append
        self._judging = judging

    @property
    def totals(self) -> Mapping[tuple[str, str], Total]:
        return self._judging.totals

    async def append(self, plan: Plan) -> Appended:
        return await self._through(self._judging, plan)


def _as_stored(plan: Plan) -> Plan:
    """A plan as a database would hand it back: through JSON and back. Raises ValueError for what one would not take."""
    facts = []
    for fact in plan.facts:
        encoded = encode_event(fact)
        if "\\u0000" in encoded.open:
            raise ValueError(f"{encoded.type} has a NUL, which no database takes as JSON")
        facts.append(decode_event(encoded.type, encoded.open, encoded.personal, erased=False))
    due = [one._replace(command=decode_command(*encode_command(one.command))) for one in plan.due]
    return plan._replace(facts=tuple(facts), due=tuple(due))
