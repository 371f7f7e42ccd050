"""How do the followers of other nodes hear of a fact soon: a coalesced NOTIFY, never inside a write transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import psycopg
import structlog

CHANNEL: Final = "interlock"
COALESCE_S: Final = 0.02
RETRY_S: Final = 1.0

logger = structlog.get_logger(__name__)


class Waker:
    """Tells the other nodes that there is something to read, and hears it from them. Polling is the backstop."""

    def __init__(self, url: str, tenant: str, node: str, heard: Callable[[], None]) -> None:
        self._url = url
        self._payload = f"{tenant}|{node}"
        self._tenant = tenant
        self._heard = heard
        self._dirty = asyncio.Event()

    def tell(self) -> None:
        """Something was written here."""
        self._dirty.set()

    async def run(self) -> None:
        """Tell and listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(self._tell))
            group.create_task(self._keep(self._listen))

    async def _keep(self, work: Callable[[psycopg.AsyncConnection[tuple[object, ...]]], Awaitable[None]]) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name="interlock wake"
                ) as connection:
                    await work(connection)
            except psycopg.Error as error:
                logger.warning("no wake-ups between nodes for now", error=str(error).strip())
            await asyncio.sleep(RETRY_S)

    async def _tell(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await connection.execute("select pg_notify(%s, %s)", (CHANNEL, self._payload))
            await asyncio.sleep(COALESCE_S)

    async def _listen(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        await connection.execute(f"listen {CHANNEL}".encode())
        async for notice in connection.notifies():
            tenant, _, _ = notice.payload.partition("|")
            if tenant == self._tenant and notice.payload != self._payload:
                self._heard()
