"""Do the lines of the ledgers say what the facts say, and how are they written anew where they do not?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from interlock.kernel.events import Event
from interlock.kernel.lines import Line, Lines
from interlock.kernel.log import Posting
from interlock.store.codec import decode_event
from interlock.store.database import Connection, Database

READ_AT_ONCE: Final = 2_000
"""Facts that are fetched at once while ledgers are rebuilt."""

_FACTS: Final = (
    "select e.type, e.open::text, e.sealed is not null, e.at from interlock.event e"
    " where e.tenant = %s and e.type = any (%s) order by e.xid, e.position"
)
_LINES: Final = "select ledger, subject, entry, amount, at, settled, ref from interlock.ledger_entry where tenant = %s"
_REMOVE: Final = "delete from interlock.ledger_entry where tenant = %s and ledger = %s and subject = %s and entry = %s"
_WRITE: Final = (
    "insert into interlock.ledger_entry (tenant, ledger, subject, entry, amount, at, settled, ref)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s)"
)

Postings = Callable[[Event, datetime], Sequence[Posting]]


class Rebuilt(NamedTuple):
    """How many lines the facts account for, those that were missing or wrong, and those that nothing accounts for."""

    lines: int
    missing: tuple[Line, ...]
    surplus: tuple[Line, ...]


async def rebuild(
    database: Database, tenant: str, types: Sequence[type[Event]], postings: Postings, *, write: bool = True
) -> Rebuilt:
    """Compare the lines with what the facts come to, and write anew what differs.

    Nodes may go on: judgements read meanwhile, and whatever would change a ledger waits until this is over, or is tried
    again.

    Args:
        types: the types of facts that change ledgers.
        postings: what a fact changes, at the time when it was recorded.
        write: whether to mend what differs, or only to tell.
    """
    async with database.connection(tenant) as connection, connection.transaction():
        await connection.execute("set local statement_timeout = 0")
        await connection.execute("set local plan_cache_mode = auto")
        await connection.execute("set local enable_seqscan = on")
        # Whoever posts has to wait from here on; so a fact is seen here if and only if its postings are.
        await connection.execute("lock table interlock.ledger_entry in share row exclusive mode")
        rebuilt = set(await _from_facts(connection, tenant, types, postings))
        found = {Line(*row) for row in await (await connection.execute(_LINES, (tenant,))).fetchall()}
        missing, surplus = tuple(sorted(rebuilt - found)), tuple(sorted(found - rebuilt))
        if write:
            async with connection.cursor() as cursor:
                await cursor.executemany(_REMOVE, [(tenant, one.ledger, one.subject, one.entry) for one in surplus])
                await cursor.executemany(_WRITE, [(tenant, *one) for one in missing])
    return Rebuilt(len(rebuilt), missing, surplus)


async def _from_facts(connection: Connection, tenant: str, types: Sequence[type[Event]], postings: Postings) -> Lines:
    lines = Lines()
    async with connection.cursor(name="facts") as cursor:
        cursor.itersize = READ_AT_ONCE
        await cursor.execute(_FACTS, (tenant, [kind.__name__ for kind in types]))
        async for kind, open_json, sealed, at in cursor:
            # What is personal says nothing about ledgers, so nothing is opened.
            for posting in postings(decode_event(kind, open_json, None, erased=sealed), at):
                lines.post(posting, at)
    return lines
