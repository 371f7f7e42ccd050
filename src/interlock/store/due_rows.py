"""Which due commands wait, which are parked, and how are they moved: the statements for operators, one tenant at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from interlock.kernel.log import Standing
from interlock.store.database import Database

_STANDING: Final = """
select id, lane, type, due_at, attempts, coalesce(owner, ''), coalesce(parked, '') from interlock.due
 where tenant = %s order by parked is null, due_at, seq limit %s"""
_RETRY: Final = """
update interlock.due set parked = null, due_at = %s, attempts = 0, owner = null, lease_until = null
 where tenant = %s and parked is not null and (%s::text[] is null or id = any (%s::text[])) returning id"""


async def standing(database: Database, tenant: str, limit: int) -> Sequence[Standing]:
    """``Log.standing``."""
    async with database.connection(tenant) as connection:
        rows = await (await connection.execute(_STANDING, (tenant, limit))).fetchall()
    return [Standing(*row) for row in rows]


async def retry(database: Database, tenant: str, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
    """``Log.retry``."""
    wanted = None if ids is None else list(ids)
    async with database.connection(tenant) as connection:
        rows = await (await connection.execute(_RETRY, (now, tenant, wanted, wanted))).fetchall()
    return sorted(row[0] for row in rows)


async def parked(database: Database, tenant: str) -> Mapping[str, str]:
    """``Log.parked``."""
    async with database.connection(tenant) as connection:
        found = await connection.execute(
            "select id, parked from interlock.due where tenant = %s and parked is not null", (tenant,)
        )
        return dict(await found.fetchall())


async def bring_forward(database: Database, tenant: str, of: str, command: str, now: datetime) -> int:
    """``Log.bring_forward``."""
    async with database.connection(tenant) as connection:
        moved = await connection.execute(
            "update interlock.due set due_at = %s where tenant = %s and type = %s and due_at > %s and parked is null"
            " and exists (select 1 from jsonb_each_text(body) as field where field.value = %s)",
            (now, tenant, command, now, of),
        )
    return moved.rowcount
