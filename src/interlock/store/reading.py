"""How are facts read by tags: whatever is asked for at the same time is read in one statement.

A turn or a judgement reads several things side by side, and under load many of them do; each statement costs the node
and PostgreSQL more than the few rows that it finds. So reads are gathered: what was asked for since the last statement
was sent goes with the next one. Nobody waits longer than a pass of the event loop for company.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from interlock.kernel.log import Query
from interlock.store.database import Database

EVENT_COLUMNS: Final = "e.xid::text, e.position, e.id, e.at, e.type, e.open::text, e.key, e.sealed, e.cause, k.wrapped"
STATEMENTS_AT_ONCE: Final = 4
"""Beyond these, reads wait for a statement to come back, and go together then."""
NOTHING_SEEN: Final = "1:1:"
"""A snapshot in which no fact is visible."""

# The fact behind a tag is the first at or after its place: only the primary key has that order. Asked for by equality, on empty
# tables another index that begins with the tenant costs no more, and a plan that reads all of a tenant's facts would stay.
_READ: Final = f"""
with wanted as materialized (
    select distinct q.reading, t.xid, t.position
      from unnest(%s::int[], %s::text[], %s::text[], %s::pg_snapshot[]) as q (reading, tag, types, since)
     cross join lateral (
        select t.xid, t.position from interlock.event_tag t
         where t.tenant = %s and t.tag = q.tag and (q.types is null or t.type = any (string_to_array(q.types, ',')))
           and t.xid >= pg_snapshot_xmin(q.since) and not pg_visible_in_snapshot(t.xid, q.since)
        offset 0) as t)
select pg_current_snapshot()::text, w.reading, {EVENT_COLUMNS}
  from (select 1) as always
  left join (wanted w
             cross join lateral (select * from interlock.event e
                                  where e.tenant = %s and (e.xid, e.position) >= (w.xid, w.position)
                                  order by e.xid, e.position limit 1) as e
             left join interlock.person_key k on k.tenant = e.tenant and k.key = e.key) on true
 order by e.xid, e.position"""  # noqa: S608  # columns, no values

Row = tuple[Any, ...]


class Found(NamedTuple):
    """What a read finds: the rows of its facts in the log's order, and the snapshot that they were seen in."""

    rows: Sequence[Row]
    snapshot: str


class _Wanted(NamedTuple):
    queries: Sequence[Query]
    since: str
    found: asyncio.Future[Found]


class Reader:
    """Reads one tenant's facts, gathering what is asked for at the same time."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._waiting: list[_Wanted] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._called = False

    async def read(self, queries: Sequence[Query], since: str) -> Found:
        """The facts that match any of the queries and were not visible in ``since``, in one snapshot.

        Raises:
            Unavailable: the database cannot be reached.
        """
        loop = asyncio.get_running_loop()
        wanted = _Wanted(queries, since or NOTHING_SEEN, loop.create_future())
        self._waiting.append(wanted)
        if not self._called:
            self._called = True
            # Not in this pass of the loop but the next: tasks that were begun beside this one have asked by then.
            loop.call_soon(loop.call_soon, self._send)
        return await wanted.found

    def _send(self) -> None:
        self._called = False
        if self._waiting and len(self._under_way) < STATEMENTS_AT_ONCE:
            together, self._waiting = self._waiting, []
            statement = asyncio.get_running_loop().create_task(self._read(together))
            self._under_way.add(statement)
            statement.add_done_callback(self._sent)

    def _sent(self, statement: asyncio.Task[None]) -> None:
        self._under_way.discard(statement)
        self._send()

    async def _read(self, together: Sequence[_Wanted]) -> None:
        try:
            found = await self._found(together)
        except BaseException as error:
            for wanted in together:
                if not wanted.found.done():
                    wanted.found.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for wanted, one in zip(together, found, strict=True):
            if not wanted.found.done():
                wanted.found.set_result(one)

    async def _found(self, together: Sequence[_Wanted]) -> list[Found]:
        asked = [
            (number, query.tag, type_names(query), wanted.since)
            for number, wanted in enumerate(together)
            for query in wanted.queries
        ]
        columns = [list(column) for column in zip(*asked, strict=True)] or [[], [], [], []]
        async with self._database.connection(self._tenant) as connection:
            cursor = await connection.execute(_READ, (*columns, self._tenant, self._tenant))
            rows = await cursor.fetchall()
        of_each: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            if row[1] is not None:
                of_each[row[1]].append(row[2:])
        return [Found(of_each[number], rows[0][0]) for number in range(len(together))]


def type_names(query: Query) -> str | None:
    """The types of a query as the functions of the database take them, separated by commas; None for all types."""
    return ",".join(kind.__name__ for kind in query.types) or None
