"""Commands that work beside a running node: they open the same database, private or given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from interlock.cli import server
from interlock.governance.accounts import Account
from interlock.kernel.log import Log, Records
from interlock.runtime.app import App
from interlock.runtime.clock import WallClock
from interlock.runtime.opening import node_name
from interlock.runtime.publishing import at_start
from interlock.runtime.settings import Settings
from interlock.runtime.stored_releases import Releases
from interlock.store.database import Database
from interlock.store.embedded import running_dsn
from interlock.store.postgres import PostgresLog
from interlock.store.records import PostgresRecords
from interlock.store.texts import PostgresTexts
from interlock.store.vault import open_vault
from interlock.vocabulary.ids import CustomerId


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database; a private PostgreSQL is used if it runs, and else started meanwhile."""
    async with AsyncExitStack() as stack:
        url = settings.database_url or running_dsn(settings.data / "postgres")
        if not url:
            url = await stack.enter_async_context(server.database(settings))
        opened = Database(url, size=2)
        await opened.open()
        stack.push_async_callback(opened.close)
        yield opened


@asynccontextmanager
async def store(settings: Settings) -> AsyncIterator[tuple[Log, Records]]:
    """The tenant's log and records."""
    async with database(settings) as opened:
        yield _store(settings, opened)


def _store(settings: Settings, opened: Database) -> tuple[Log, Records]:
    vault = open_vault(settings.keys, settings.tenant)
    # Without a node's name nothing that follows is granted here: a running node carries it out.
    log = PostgresLog(opened, settings.tenant, vault, WallClock(), "")
    return log, PostgresRecords(opened, settings.tenant)


@asynccontextmanager
async def knowing(settings: Settings) -> AsyncIterator[App]:
    """A node that runs no loops and knows the articles."""
    async with database(settings) as opened:
        node = await _app(settings, *_store(settings, opened))
        node.knowledge.texts = PostgresTexts(opened, settings.tenant)
        await node.knowledge.load()
        yield node


async def _app(settings: Settings, log: Log, records: Records) -> App:
    definitions = await Releases.running(log, records)
    if definitions is None:
        definitions = await at_start(log, records, settings.definitions)
    vault = open_vault(settings.keys, settings.tenant)
    return App(settings, log, records, WallClock(), vault.secret, definitions, node=f"cli-{node_name()}")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """The centre without its loops, for what accounts need: what follows is carried out by a running node."""
    async with store(settings) as (log, records):
        yield await _app(settings, log, records)


async def erase(settings: Settings, customer: str) -> int:
    """Erase a customer; gives how many people that were."""
    async with app(settings) as node:
        return await node.erase(CustomerId(customer), by="cli")


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[App]:
    """A node that runs no loops: what it records is carried on by the nodes that do."""
    async with store(settings) as (log, records):
        yield await _app(settings, log, records)


@asynccontextmanager
async def known(settings: Settings, login: str, password: str) -> AsyncIterator[tuple[Log, Records, Account]]:
    """The log and records, and the local user who proved with his password that he is it. Raises Refused."""
    async with app(settings) as node:
        yield node.log, node.records, await node.staff.prove(login, password)


async def staff_names(settings: Settings, log: Log, records: Records) -> dict[str, str]:
    """The names of the local users by their identifiers."""
    node = await _app(settings, log, records)
    await node.staff.load()
    return {str(staff): name for staff, name in node.staff.names.items()}
