"""Do the nodes on one database hear of each other's facts and live signals, and of nobody else's?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from interlock.runtime.signals import Signal
from interlock.runtime.wake import CHANNEL, LONGEST_SIGNAL, Waker
from tests.system.customers import eventually


class Node:
    """What a node has heard."""

    def __init__(self, url: str, tenant: str, name: str) -> None:
        self.waker = Waker(url, tenant, name)
        self.woken = 0
        self.signals: list[tuple[str, Signal]] = []

    def wake(self) -> None:
        self.woken += 1

    def hear(self, of: str, signal: Signal) -> None:
        self.signals.append((of, signal))


@asynccontextmanager
async def nodes(url: str, *names: tuple[str, str]) -> AsyncIterator[list[Node]]:
    """Nodes (tenant, name) that listen."""
    found = [Node(url, *name) for name in names]
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(each.waker.run(each.wake, each.hear)) for each in found]
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            seen = "select count(*) = %s from pg_stat_activity where query = %s and datname = current_database()"

            async def listening() -> bool:
                row = await (await connection.execute(seen, (len(names), f"listen {CHANNEL}"))).fetchone()
                return row is not None and bool(row[0])

            await eventually("everybody to listen", listening)
        yield found
        for task in running:
            task.cancel()


TYPING: Signal = {"signal": "typing", "author": "agent"}


async def test_a_signal_reaches_the_other_nodes_of_its_tenant_and_comes_back_to_none(database_url: str) -> None:
    async with nodes(database_url, ("bank", "a"), ("bank", "b"), ("shop", "c")) as (a, b, c):
        a.waker.signal("interaction:i-1", TYPING)
        a.waker.signal("interaction:i-1", TYPING)
        a.waker.tell()

        async def woken() -> bool:
            return b.woken == 1

        await eventually("the other node to wake", woken)
        assert b.signals == [("interaction:i-1", TYPING)]
        assert (a.woken, a.signals, c.woken, c.signals) == (0, [], 0, [])


async def test_what_is_no_notice_of_a_node_is_passed_over_and_one_that_is_too_long_is_not_sent(
    database_url: str,
) -> None:
    async with nodes(database_url, ("bank", "a"), ("bank", "b")) as (a, b):
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            for payload in ("bank|x", "", "[]", '["bank", 7]'):
                await connection.execute("select pg_notify(%s, %s)", (CHANNEL, payload))
        a.waker.signal("interaction:i-1", {"signal": "x" * LONGEST_SIGNAL})
        a.waker.signal("interaction:i-2", TYPING)

        async def heard() -> bool:
            return bool(b.signals)

        await eventually("the signal after them", heard)
        assert (b.signals, b.woken) == ([("interaction:i-2", TYPING)], 0)
