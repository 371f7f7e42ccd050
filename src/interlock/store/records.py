"""Small documents beside the log: releases, snapshots of views, accounts, sign-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from interlock.store.database import Database


class PostgresRecords:
    """``interlock.kernel.log.Records`` of one tenant in PostgreSQL."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def get(self, kind: str, key: str) -> bytes | None:
        async with self._database.connection(self._tenant) as connection:
            row = await (
                await connection.execute(
                    "select body from interlock.record where tenant = %s and kind = %s and key = %s"
                    " and (expires_at is null or expires_at > now())",
                    (self._tenant, kind, key),
                )
            ).fetchone()
        return bytes(row[0]) if row else None

    async def put(self, kind: str, key: str, body: bytes, *, expires_at: datetime | None = None) -> None:
        async with self._database.connection(self._tenant) as connection:
            await connection.execute(
                "insert into interlock.record (tenant, kind, key, body, expires_at) values (%s, %s, %s, %s, %s)"
                " on conflict (tenant, kind, key) do update set body = excluded.body, expires_at = excluded.expires_at",
                (self._tenant, kind, key, body, expires_at),
            )

    async def add(self, kind: str, key: str, body: bytes) -> bool:
        async with self._database.connection(self._tenant) as connection:
            result = await connection.execute(
                "insert into interlock.record (tenant, kind, key, body) values (%s, %s, %s, %s) on conflict do nothing",
                (self._tenant, kind, key, body),
            )
        return result.rowcount == 1

    async def replace(self, kind: str, key: str, before: bytes, body: bytes) -> bool:
        async with self._database.connection(self._tenant) as connection:
            result = await connection.execute(
                "update interlock.record set body = %s where tenant = %s and kind = %s and key = %s and body = %s",
                (body, self._tenant, kind, key, before),
            )
        return result.rowcount == 1

    async def remove(self, kind: str, key: str) -> None:
        async with self._database.connection(self._tenant) as connection:
            await connection.execute(
                "delete from interlock.record where tenant = %s and kind = %s and key = %s", (self._tenant, kind, key)
            )

    async def all(self, kind: str) -> Mapping[str, bytes]:
        async with self._database.connection(self._tenant) as connection:
            rows = await (
                await connection.execute(
                    "select key, body from interlock.record where tenant = %s and kind = %s"
                    " and (expires_at is null or expires_at > now()) order by key",
                    (self._tenant, kind),
                )
            ).fetchall()
        return {key: bytes(body) for key, body in rows}


class MemoryRecords:
    """``interlock.kernel.log.Records`` in memory."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._now = clock
        self._held: dict[tuple[str, str], tuple[bytes, datetime | None]] = {}

    async def get(self, kind: str, key: str) -> bytes | None:
        body, expires_at = self._held.get((kind, key), (None, None))
        return None if expires_at is not None and expires_at <= self._now() else body

    async def put(self, kind: str, key: str, body: bytes, *, expires_at: datetime | None = None) -> None:
        self._held[kind, key] = (body, expires_at)

    async def add(self, kind: str, key: str, body: bytes) -> bool:
        if (kind, key) in self._held:
            return False
        self._held[kind, key] = (body, None)
        return True

    async def replace(self, kind: str, key: str, before: bytes, body: bytes) -> bool:
        held, expires_at = self._held.get((kind, key), (None, None))
        if held != before:
            return False
        self._held[kind, key] = (body, expires_at)
        return True

    async def remove(self, kind: str, key: str) -> None:
        self._held.pop((kind, key), None)

    async def all(self, kind: str) -> Mapping[str, bytes]:
        return {key: body for (of, key), (body, _) in sorted(self._held.items()) if of == kind}
