"""The log on PostgreSQL: one tenant's facts, due work, ledgers and keys; one function and one round trip for an append."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import uuid4

import msgspec
import psycopg
from psycopg.pq import TransactionStatus

from interlock.kernel.errors import Answered, Conflict
from interlock.kernel.events import START, Cursor, Event, Recorded
from interlock.kernel.log import Appended, Claimed, Due, Judging, Log, Plan, Query, Slice, Standing, Total, Window
from interlock.store import due_rows
from interlock.store.codec import decode_command, decode_event, encode_command, encode_event
from interlock.store.database import Connection, Database
from interlock.store.reading import EVENT_COLUMNS, Reader, type_names
from interlock.store.snapshots import with_own
from interlock.store.vault import Vault

GUARD_FAILED: Final = "IL001"
ANSWERED: Final = "IL002"
KEY_DESTROYED: Final = "IL003"
LEASE_S: Final = 4.0
"""How long a node keeps the due commands of its own appends before another one may take them over."""

_AFTER: Final = f"""
select {EVENT_COLUMNS} from interlock.event e
  left join interlock.person_key k on k.tenant = e.tenant and k.key = e.key
 where e.tenant = %s and (e.xid, e.position) > (%s::xid8, %s) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
 order by e.xid, e.position limit %s"""  # noqa: S608  # columns, no values
_AFTER_OF: Final = _AFTER.replace(" order by", " and e.type = any (%s) order by")
_BEFORE: Final = """
select e.xid::text, e.position from interlock.event e
 where e.tenant = %s and e.at >= %s order by e.xid, e.position limit 1"""
_LAST: Final = _BEFORE.replace(" and e.at >= %s order by e.xid, e.position", " order by e.xid desc, e.position desc")
_APPEND: Final = "select xid::text, positions, granted, pg_current_snapshot()::text from interlock.append(%s::jsonb)"
_TOTALS: Final = (
    "select amount, settled, latest, in_flight"
    " from interlock.totals(%s::text[], %s::text[], %s::timestamptz[], %s::text[])"
)
_CLAIM: Final = """
update interlock.due as d set owner = %s, lease_until = %s, attempts = attempts + 1
 where d.tenant = %s and d.id in (
    select c.id from interlock.due c
     where c.tenant = %s and c.parked is null and c.due_at <= %s
       and (c.lease_until is null or c.lease_until < %s)
       and not exists (select 1 from interlock.due e
                        where e.tenant = c.tenant and e.lane = c.lane and e.parked is null and e.seq < c.seq
                          and (e.due_at <= %s or e.attempts > 0))
     order by c.due_at, c.seq limit %s for update skip locked)
returning d.id, d.due_at, d.type, d.body, d.attempts, d.seq"""


def lock_key(tenant: str, tag: str) -> int:
    """The advisory lock of a tag: 64 bits of a hash, signed."""
    return int.from_bytes(blake2b(f"{tenant}|{tag}".encode(), digest_size=8).digest(), "big", signed=True)


class PostgresLog:
    """``interlock.kernel.log.Log`` for one tenant. ``clock`` gives the time that facts are recorded with."""

    def __init__(self, database: Database, tenant: str, vault: Vault, clock: Any, node: str = "") -> None:
        self.tenant = tenant
        self._database = database
        self._vault = vault
        self._now = clock
        self._node = node or None
        self._live_keys: dict[str, tuple[str, bytes]] = {}
        self._reader = Reader(database, tenant)

    async def read(self, *queries: Query, since: str = "") -> Slice:
        found = await self._reader.read(queries, since)
        return Slice(tuple(map(self._recorded, found.rows)), found.snapshot)

    async def append(self, plan: Plan) -> Appended:
        async with self._database.connection(self.tenant) as connection:
            return await self._append(connection, plan)

    async def _append(self, connection: Connection, plan: Plan, *, commit: bool = False) -> Appended:
        ids = [_event_id(self.tenant, plan.cause, index) for index in range(len(plan.facts))]
        facts = [await self._fact_json(connection, fact, id) for fact, id in zip(plan.facts, ids, strict=True)]
        now = self._now()
        try:
            asked = self._plan_json(plan, facts, now)
            if commit:
                async with connection.pipeline():
                    cursor = await connection.execute(_APPEND, (asked,))
                    await connection.execute("commit")
            else:
                cursor = await connection.execute(_APPEND, (asked,))
            row = await cursor.fetchone()
        except psycopg.errors.UniqueViolation as error:
            raise Answered(plan.cause) from error
        except psycopg.Error as error:
            raise self._translated(error, plan) from error
        assert row is not None
        xid = int(row[0])
        recorded = tuple(
            Recorded(Cursor(xid, position), id, now, fact, plan.cause)
            for position, id, fact in zip(row[1] or (), ids, plan.facts, strict=True)
        )
        return Appended(recorded, tuple(row[2]), with_own(row[3], xid))

    def _plan_json(self, plan: Plan, facts: Sequence[Mapping[str, Any]], now: datetime) -> str:
        """The plan as ``interlock.append`` takes it."""
        locks = {lock_key(self.tenant, tag): False for fact in facts for tag in fact["tags"]}
        locks.update((lock_key(self.tenant, query.tag), True) for query in plan.guard)
        asked: dict[str, Any] = {"at": now, "cause": plan.cause, "locks": sorted(locks.items())}
        if plan.guard and plan.snapshot:
            asked["guard"] = [(query.tag, type_names(query)) for query in plan.guard]
            asked["snapshot"] = plan.snapshot
        if facts:
            asked["facts"] = facts
        if keys := {fact["key"] for fact in facts if "key" in fact}:
            asked["keys"] = sorted(keys)
        if plan.answers:
            asked["answers"] = plan.answers
        if plan.cancel:
            asked["cancel"] = plan.cancel
        if plan.due:
            asked["due"] = [_due_json(one) for one in plan.due]
            asked["node"], asked["lease_until"] = self._node, now + timedelta(seconds=LEASE_S)
        if plan.postings:
            asked["postings"] = [one._replace(at=one.at or now)._asdict() for one in plan.postings]
        return msgspec.json.encode(asked).decode()

    def _translated(self, error: psycopg.Error, plan: Plan) -> Exception:
        if error.sqlstate == GUARD_FAILED:
            return Conflict("a fact has appeared that the decision did not see")
        if error.sqlstate == ANSWERED:
            return Answered(plan.answers)
        if error.sqlstate == KEY_DESTROYED:
            self._live_keys.clear()
            return Conflict("a personal key was destroyed meanwhile")
        return error

    async def _fact_json(self, connection: Connection, fact: Event, id: str) -> dict[str, Any]:
        """A fact as ``interlock.append`` takes it, with its personal part sealed."""
        one = encode_event(fact)
        body: dict[str, Any] = {"id": id, "type": one.type, "version": one.version, "tags": fact.tags()}
        body["open"] = msgspec.Raw(one.open)
        if one.personal is not None:
            if not one.person:
                raise ValueError(f"{one.type} has personal fields but names no person to seal them for")
            key, wrapped = self._live_keys.get(one.person) or await self._live_key(connection, one.person)
            body["key"], body["sealed"] = key, self._vault.seal(wrapped, key, one.personal, id)
        return body

    async def _live_key(self, connection: Connection, person: str) -> tuple[str, bytes]:
        key = f"k_{uuid4().hex}"
        await connection.execute(
            "insert into interlock.person_key (tenant, key, person, wrapped) values (%s, %s, %s, %s)"
            " on conflict (tenant, person) where wrapped is not null do nothing",
            (self.tenant, key, person, self._vault.new_key(key)),
        )
        row = await (
            await connection.execute(
                "select key, wrapped from interlock.person_key"
                " where tenant = %s and person = %s and wrapped is not null",
                (self.tenant, person),
            )
        ).fetchone()
        if row is None:
            raise Conflict("the person was erased just now")
        if len(self._live_keys) > 10_000:
            self._live_keys.clear()
        self._live_keys[person] = (row[0], row[1])
        return row[0], row[1]

    def _recorded(self, row: tuple[Any, ...]) -> Recorded:
        xid, position, id, at, type_name, open_json, key, sealed, cause, wrapped = row
        personal = self._vault.open(wrapped, key, sealed, id) if sealed is not None and wrapped is not None else None
        event = decode_event(type_name, open_json, personal, erased=sealed is not None and wrapped is None)
        return Recorded(Cursor(int(xid), position), id, at, event, cause)

    @asynccontextmanager
    async def judging(self, windows: Sequence[Window]) -> AsyncIterator[Judging]:
        locks = sorted({lock_key(self.tenant, f"ledger|{one.ledger}|{one.subject}") for one in windows})
        async with self._database.connection(self.tenant) as connection:
            async with connection.pipeline():
                await connection.execute("begin")
                # An advisory lock, not a row lock: it assigns no transaction number, so the order of facts stays that of appends.
                await connection.execute("select pg_advisory_xact_lock(k) from unnest(%s::bigint[]) as k", (locks,))
                cursor = await connection.execute(_TOTALS, _columns(windows))
            rows = await cursor.fetchall()
            try:
                yield _Judging(self, connection, _totals(windows, rows))
            finally:
                # Nothing was appended, or it failed: the locks go, and nothing was written.
                if connection.info.transaction_status is not TransactionStatus.IDLE:
                    await connection.execute("rollback")

    async def totals(self, windows: Sequence[Window]) -> Mapping[tuple[str, str], Total]:
        # One statement sees one moment.
        async with self._database.connection(self.tenant) as connection:
            rows = await (await connection.execute(_TOTALS, _columns(windows))).fetchall()
        return _totals(windows, rows)

    async def after(self, cursor: Cursor, limit: int, types: Sequence[type[Event]] = ()) -> Sequence[Recorded]:
        place = (self.tenant, str(cursor.xid), cursor.position)
        query, given = (
            (_AFTER_OF, (*place, [kind.__name__ for kind in types], limit)) if types else (_AFTER, (*place, limit))
        )
        async with self._database.connection(self.tenant) as connection:
            rows = await (await connection.execute(query, given)).fetchall()
        return [self._recorded(row) for row in rows]

    async def before(self, at: datetime) -> Cursor:
        async with self._database.connection(self.tenant) as connection:
            row = await (await connection.execute(_BEFORE, (self.tenant, at))).fetchone()
            if row is None:
                row = await (await connection.execute(_LAST, (self.tenant,))).fetchone()
                return START if row is None else Cursor(int(row[0]), row[1])
        return Cursor(int(row[0]), row[1] - 1)

    async def claim(self, owner: str, now: datetime, lease_s: float, limit: int) -> Sequence[Claimed]:
        until = now + timedelta(seconds=lease_s)
        async with self._database.connection(self.tenant) as connection:
            rows = await (
                await connection.execute(_CLAIM, (owner, until, self.tenant, self.tenant, now, now, now, limit))
            ).fetchall()
        rows.sort(key=lambda row: row[5])
        return [
            Claimed(Due(id, due_at, decode_command(type_name, body)), attempts, until)
            for id, due_at, type_name, body, attempts, _ in rows
        ]

    async def hold(self, owner: str, ids: Sequence[str], now: datetime, lease_s: float) -> Sequence[str]:
        async with self._database.connection(self.tenant) as connection:
            rows = await (
                await connection.execute(
                    "update interlock.due set lease_until = %s"
                    " where tenant = %s and owner = %s and id = any (%s) returning id",
                    (now + timedelta(seconds=lease_s), self.tenant, owner, list(ids)),
                )
            ).fetchall()
        return [row[0] for row in rows]

    async def release(self, owner: str, id: str, at: datetime, parked: str | None, *, anew: bool = False) -> None:
        async with self._database.connection(self.tenant) as connection:
            await connection.execute(
                "update interlock.due set owner = null, lease_until = null, due_at = %s, parked = %s,"
                " attempts = case when %s then least(attempts, 1) else attempts end"
                " where tenant = %s and id = %s and owner = %s",
                (at, parked, anew, self.tenant, id, owner),
            )

    async def next_due(self) -> datetime | None:
        async with self._database.connection(self.tenant) as connection:
            row = await (
                await connection.execute(
                    "select min(due_at) from interlock.due where tenant = %s and parked is null and owner is null",
                    (self.tenant,),
                )
            ).fetchone()
        return row[0] if row else None

    async def parked(self) -> Mapping[str, str]:
        return await due_rows.parked(self._database, self.tenant)

    async def standing(self, limit: int) -> Sequence[Standing]:
        return await due_rows.standing(self._database, self.tenant, limit)

    async def retry(self, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
        return await due_rows.retry(self._database, self.tenant, ids, now)

    async def bring_forward(self, of: str, command: str, now: datetime) -> int:
        return await due_rows.bring_forward(self._database, self.tenant, of, command, now)

    async def destroy_keys(self, person: str) -> int:
        self._live_keys.pop(person, None)
        async with self._database.connection(self.tenant) as connection:
            result = await connection.execute(
                "update interlock.person_key set wrapped = null, destroyed_at = now()"
                " where tenant = %s and person = %s and wrapped is not null",
                (self.tenant, person),
            )
        return result.rowcount


class _Judging:
    def __init__(self, log: PostgresLog, connection: Connection, totals: Mapping[tuple[str, str], Total]) -> None:
        self._log = log
        self._connection = connection
        self.totals = totals

    async def append(self, plan: Plan) -> Appended:
        # Committed before anybody hears of it: what follows from a fact may begin at once, and must find it.
        return await self._log._append(self._connection, plan, commit=True)


def _columns(windows: Sequence[Window]) -> tuple[list[Any], ...]:
    return (
        [one.ledger for one in windows],
        [one.subject for one in windows],
        [one.since for one in windows],
        [one.aside for one in windows],
    )


def _totals(windows: Sequence[Window], rows: Sequence[Any]) -> dict[tuple[str, str], Total]:
    return {
        (one.ledger, one.subject): Total(amount, settled, latest, tuple(in_flight))
        for one, (amount, settled, latest, in_flight) in zip(windows, rows, strict=True)
    }


def _event_id(tenant: str, cause: str, index: int) -> str:
    return blake2b(f"{tenant}|{cause}|{index}".encode(), digest_size=16).hexdigest()


def _due_json(one: Due) -> dict[str, Any]:
    type_name, body = encode_command(one.command)
    return {"id": one.id, "lane": one.command.lane(), "at": one.at, "type": type_name, "body": body}


def connect(database: Database, tenant: str, vault: Vault, clock: Any, node: str = "") -> Log:
    """The log of a tenant in a database."""
    return PostgresLog(database, tenant, vault, clock, node)
