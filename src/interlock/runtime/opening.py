"""How does a node start: database, definitions, views caught up, loops; and how does it end."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from interlock.runtime import health
from interlock.runtime.app import App
from interlock.runtime.clock import WallClock
from interlock.runtime.demo import add_demo_shop, add_demo_staff
from interlock.runtime.knowledge_files import at_start as knowledge_at_start
from interlock.runtime.publishing import at_start
from interlock.runtime.settings import Settings
from interlock.runtime.wake import Waker
from interlock.store.database import Database
from interlock.store.postgres import PostgresLog
from interlock.store.records import PostgresRecords
from interlock.store.texts import PostgresTexts
from interlock.store.vault import open_vault, prove_keys

logger = structlog.get_logger(__name__)


def node_name() -> str:
    """This process, for people and for leases."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@asynccontextmanager
async def open_app(settings: Settings, url: str) -> AsyncIterator[App]:
    """A running node: definitions published if they changed, views caught up, loops started; drained at the end."""
    clock, name = WallClock(), node_name()
    vault = open_vault(settings.keys, settings.tenant)
    database = Database(url, size=settings.pool)
    await database.open()
    try:
        log = PostgresLog(database, settings.tenant, vault, clock, name)
        records = PostgresRecords(database, settings.tenant)
        await prove_keys(vault, records, settings.keys)
        definitions = await at_start(log, records, settings.definitions)
        waker = Waker(url, settings.tenant, name)
        app = App(settings, log, records, clock, vault.secret, definitions, node=name, tell=waker.tell)
        app.knowledge.texts = PostgresTexts(database, settings.tenant)
        app.signals.relay = waker.signal
        app.connect()
        await app.load_views()
        await app.staff.load()
        await app.outside.load()
        await knowledge_at_start(app.knowledge, settings.definitions)
        if settings.demo:
            await add_demo_staff(app.staff)
            await add_demo_shop(app.outside)
        await app.follower.catch_up()
        async with _running(
            waker.run(app.follower.wake, app.signals.hear),
            app.follower.run(),
            app.node.run(),
            app.node.watch_parked(),
            health.watch(app),
        ):
            try:
                yield app
            finally:
                await app.close()
    finally:
        await database.close()


@asynccontextmanager
async def _running(*loops: Any) -> AsyncIterator[None]:
    tasks = [asyncio.get_running_loop().create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(_loudly)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _loudly(task: asyncio.Task[None]) -> None:
    """A loop of the node must not end by itself; if it does, the process does."""
    if not task.cancelled() and task.exception() is not None:
        logger.critical("a loop of this node broke", exc_info=task.exception())
        os._exit(70)
