"""How do other nodes hear of a fact soon, and of a live signal at all: a coalesced NOTIFY, never inside a write transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import psycopg
import structlog

from interlock.runtime.signals import Relay, Signal

CHANNEL: Final = "interlock"
COALESCE_S: Final = 0.02
RETRY_S: Final = 1.0
SIGNALS_AT_ONCE: Final = 500
"""Live signals that wait to be sent; more are dropped, for a signal that comes late says nothing."""
LONGEST_SIGNAL: Final = 4_000
"""Bytes of a notice with a signal; PostgreSQL takes up to 8,000."""

Connection = psycopg.AsyncConnection[tuple[object, ...]]

logger = structlog.get_logger(__name__)


class _Notice(msgspec.Struct, frozen=True, array_like=True):
    """What nodes tell each other: who, and a signal about something; none means that there are facts to read."""

    tenant: str
    node: str
    of: str = ""
    signal: Signal = {}


class Waker:
    """Tells the other nodes that there is something to read, and hears it from them. Polling is the backstop.

    Live signals go the same way and have no backstop: what is not heard now is not worth hearing.
    """

    def __init__(self, url: str, tenant: str, node: str) -> None:
        self._url = url
        self._tenant = tenant
        self._node = node
        self._dirty = False
        self._signals: dict[tuple[str, str], Signal] = {}
        self._something = asyncio.Event()

    def tell(self) -> None:
        """Something was written here."""
        self._dirty = True
        self._something.set()

    def signal(self, of: str, signal: Signal) -> None:
        """Carry a live signal to the other nodes; the same one is carried once in 20 ms."""
        if len(self._signals) < SIGNALS_AT_ONCE:
            self._signals[of, repr(signal)] = signal
            self._something.set()

    async def run(self, heard: Callable[[], None], heard_signal: Relay) -> None:
        """Tell and listen until cancelled.

        Args:
            heard: called when another node has written something.
            heard_signal: called with each live signal of another node.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep(self._tell))
            group.create_task(self._keep(lambda connection: self._listen(connection, heard, heard_signal)))

    async def _keep(self, work: Callable[[Connection], Awaitable[None]]) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name="interlock wake"
                ) as connection:
                    await work(connection)
            except psycopg.Error as error:
                logger.warning("no wake-ups between nodes for now", error=str(error).strip())
            self._signals.clear()
            await asyncio.sleep(RETRY_S)

    async def _tell(self, connection: Connection) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            signals, self._signals = self._signals, {}
            dirty, self._dirty = self._dirty, False
            notices = [_Notice(self._tenant, self._node, of, signal) for (of, _), signal in signals.items()]
            if dirty:
                notices.append(_Notice(self._tenant, self._node))
            payloads = [text for notice in notices if len(text := msgspec.json.encode(notice)) <= LONGEST_SIGNAL]
            await connection.execute(
                "select pg_notify(%s, payload) from unnest(%s::text[]) as payload",
                (CHANNEL, [text.decode() for text in payloads]),
            )
            await asyncio.sleep(COALESCE_S)

    async def _listen(self, connection: Connection, heard: Callable[[], None], heard_signal: Relay) -> None:
        await connection.execute(f"listen {CHANNEL}".encode())
        async for received in connection.notifies():
            try:
                notice = msgspec.json.decode(received.payload, type=_Notice)
            except msgspec.DecodeError:
                continue  # whoever else uses the channel: it is not ours to understand
            if (notice.tenant, notice.node) == (self._tenant, self._node) or notice.tenant != self._tenant:
                continue
            if notice.of:
                heard_signal(notice.of, notice.signal)
            else:
                heard()
