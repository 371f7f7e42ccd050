"""The log in memory: the same promises as on PostgreSQL within one process, for tests and simulation."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice

import msgspec

from interlock.kernel.errors import Answered, Conflict
from interlock.kernel.events import ERASED, START, Cursor, Event, Recorded, sealed_fields
from interlock.kernel.lines import Lines
from interlock.kernel.log import Appended, Claimed, Due, Judging, Plan, Query, Slice, Standing, Total, Window

LEASE_S = 4.0


@dataclass(slots=True)
class _Waiting:
    due: Due
    seq: int
    attempts: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    parked: str | None = None


class MemoryStore:
    """What several nodes of one simulated cluster share."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.by_tag: dict[str, list[int]] = defaultdict(list)
        self.ids: set[str] = set()
        self.due: dict[str, _Waiting] = {}
        self.lanes: dict[str, dict[str, _Waiting]] = defaultdict(dict)
        self.lines = Lines()
        self.erased: dict[str, int] = {}
        self.seq = 0
        self.judging = asyncio.Lock()


class MemoryLog:
    """``interlock.kernel.log.Log`` of one tenant, for one node of a simulated cluster."""

    def __init__(
        self, clock: Callable[[], datetime], store: MemoryStore | None = None, tenant: str = "test", node: str = ""
    ) -> None:
        self.tenant = tenant
        self.store = store or MemoryStore()
        self._now = clock
        self._node = node

    async def read(self, *queries: Query, since: str = "") -> Slice:
        store = self.store
        seen = int(since or 0)
        found = {
            index
            for query in queries
            for index in store.by_tag.get(query.tag, ())
            if index >= seen and (not query.types or isinstance(store.events[index].event, query.types))
        }
        return Slice(tuple(self._opened(store.events[index]) for index in sorted(found)), str(len(store.events)))

    def _opened(self, recorded: Recorded) -> Recorded:
        person = getattr(recorded.event, "person", "")
        hidden = sealed_fields(type(recorded.event))
        if not hidden or recorded.cursor.position > self.store.erased.get(person, 0):
            return recorded
        event = msgspec.structs.replace(recorded.event)
        for name in hidden:
            msgspec.structs.force_setattr(event, name, ERASED)
        return recorded._replace(event=event)

    async def append(self, plan: Plan) -> Appended:
        self._check(plan)
        ids = [_event_id(plan.cause, index) for index in range(len(plan.facts))]
        if any(id in self.store.ids for id in ids):
            raise Answered(plan.cause)
        now = self._now()
        if plan.answers:
            self._forget(plan.answers)
        recorded = tuple(self._record(fact, id, now, plan.cause) for fact, id in zip(plan.facts, ids, strict=True))
        for key in plan.cancel:
            if key in self.store.due:
                self._forget(key)
        granted = tuple(due.id for due in plan.due if self._put(due, now))
        for posting in plan.postings:
            self.store.lines.post(posting, now)
        return Appended(recorded, granted, str(len(self.store.events)))

    def _check(self, plan: Plan) -> None:
        if plan.snapshot:
            seen = int(plan.snapshot)
            for query in plan.guard:
                for index in reversed(self.store.by_tag.get(query.tag, ())):
                    if index < seen:
                        break
                    if not query.types or isinstance(self.store.events[index].event, query.types):
                        raise Conflict("a fact has appeared that the decision did not see")
        if plan.answers and plan.answers not in self.store.due:
            raise Answered(plan.answers)

    def _record(self, fact: Event, id: str, now: datetime, cause: str) -> Recorded:
        index = len(self.store.events)
        recorded = Recorded(Cursor(index + 1, index + 1), id, now, fact, cause)
        self.store.events.append(recorded)
        self.store.ids.add(id)
        for tag in fact.tags():
            self.store.by_tag[tag].append(index)
        return recorded

    def _put(self, due: Due, now: datetime) -> bool:
        self.store.seq += 1
        if due.id in self.store.due:
            self._forget(due.id)
        lane = self.store.lanes[due.command.lane()]
        others = any(
            other.owner != self._node and not other.parked and (other.due.at <= now or other.attempts)
            for other in lane.values()
        )
        waiting = _Waiting(due, self.store.seq)
        mine = bool(self._node) and due.at <= now and not others
        if mine:
            waiting.owner, waiting.attempts = self._node, 1
            waiting.lease_until = now + timedelta(seconds=LEASE_S)
        self.store.due[due.id] = lane[due.id] = waiting
        return mine

    def _forget(self, id: str) -> None:
        waiting = self.store.due.pop(id)
        name = waiting.due.command.lane()
        lane = self.store.lanes[name]
        del lane[id]
        if not lane:
            del self.store.lanes[name]

    @asynccontextmanager
    async def judging(self, windows: Sequence[Window]) -> AsyncIterator[Judging]:
        async with self.store.judging:
            yield _Judging(self, await self.totals(windows))

    async def totals(self, windows: Sequence[Window]) -> Mapping[tuple[str, str], Total]:
        return {(one.ledger, one.subject): self.store.lines.total(one) for one in windows}

    async def after(self, cursor: Cursor, limit: int, types: Sequence[type[Event]] = ()) -> Sequence[Recorded]:
        events, start = self.store.events, cursor.position
        if not types:
            return [self._opened(one) for one in events[start : start + limit]]
        # By their places: an iterator would go through all that came before, at each look.
        wanted = (events[index] for index in range(start, len(events)) if isinstance(events[index].event, tuple(types)))
        return [self._opened(one) for one in islice(wanted, limit)]

    async def before(self, at: datetime) -> Cursor:
        events = self.store.events
        first = next((index for index, one in enumerate(events) if one.at >= at), len(events))
        return events[first - 1].cursor if first else START

    async def claim(self, owner: str, now: datetime, lease_s: float, limit: int) -> Sequence[Claimed]:
        claimed: list[Claimed] = []
        until = now + timedelta(seconds=lease_s)
        for waiting in sorted(self._free(now), key=lambda one: (one.due.at, one.seq)):
            if len(claimed) >= limit:
                break
            lane = self.store.lanes[waiting.due.command.lane()].values()
            if any(one.seq < waiting.seq and not one.parked and (one.due.at <= now or one.attempts) for one in lane):
                continue
            waiting.owner, waiting.lease_until = owner, until
            waiting.attempts += 1
            claimed.append(Claimed(waiting.due, waiting.attempts, until))
        return claimed

    def anything_due(self, now: datetime) -> bool:
        """Whether some command can be claimed by now."""
        return any(True for _ in self._free(now))

    def _free(self, now: datetime) -> Iterator[_Waiting]:
        for one in self.store.due.values():
            if one.due.at <= now and not one.parked and (one.lease_until is None or one.lease_until < now):
                yield one

    async def hold(self, owner: str, ids: Sequence[str], now: datetime, lease_s: float) -> Sequence[str]:
        kept = [id for id in ids if id in self.store.due and self.store.due[id].owner == owner]
        for id in kept:
            self.store.due[id].lease_until = now + timedelta(seconds=lease_s)
        return kept

    async def release(self, owner: str, id: str, at: datetime, parked: str | None, *, anew: bool = False) -> None:
        waiting = self.store.due.get(id)
        if waiting and waiting.owner == owner:
            waiting.owner, waiting.lease_until, waiting.parked = "", None, parked
            waiting.due = waiting.due._replace(at=at)
            waiting.attempts = min(waiting.attempts, 1) if anew else waiting.attempts

    async def next_due(self) -> datetime | None:
        return min((one.due.at for one in self.store.due.values() if not one.parked and not one.owner), default=None)

    async def parked(self) -> Mapping[str, str]:
        return {id: one.parked for id, one in self.store.due.items() if one.parked}

    async def standing(self, limit: int) -> Sequence[Standing]:
        rows = sorted(self.store.due.values(), key=lambda one: (not one.parked, one.due.at, one.seq))
        return [
            Standing(
                one.due.id,
                one.due.command.lane(),
                type(one.due.command).__name__,
                one.due.at,
                one.attempts,
                one.owner,
                one.parked or "",
            )
            for one in rows[:limit]
        ]

    async def retry(self, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
        found = sorted(id for id, one in self.store.due.items() if one.parked and (ids is None or id in ids))
        for waiting in map(self.store.due.__getitem__, found):
            waiting.parked, waiting.attempts = None, 0
            waiting.due = waiting.due._replace(at=now)
        return found

    async def bring_forward(self, of: str, command: str, now: datetime) -> int:
        moved = 0
        for waiting in self.store.due.values():
            fields = msgspec.to_builtins(waiting.due.command)
            if type(waiting.due.command).__name__ == command and of in fields.values() and waiting.due.at > now:
                waiting.due = waiting.due._replace(at=now)
                moved += 1
        return moved

    async def destroy_keys(self, person: str) -> int:
        self.store.erased[person] = len(self.store.events)
        return 1


class _Judging:
    def __init__(self, log: MemoryLog, totals: Mapping[tuple[str, str], Total]) -> None:
        self._log = log
        self.totals = totals

    async def append(self, plan: Plan) -> Appended:
        return await self._log.append(plan)


def _event_id(cause: str, index: int) -> str:
    return blake2b(f"{cause}|{index}".encode(), digest_size=16).hexdigest()
