"""What only a real PostgreSQL can show: late commits, two connections at once, row security, migrations."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from interlock.kernel.errors import Conflict, Unavailable
from interlock.kernel.events import START
from interlock.kernel.log import Plan, Query, Window
from interlock.store.database import ROLE, Connection, Database
from interlock.store.migrate import MigrationError, migrate
from interlock.store.postgres import PostgresLog
from interlock.store.records import PostgresRecords
from interlock.store.vault import KeyFileError, Vault, open_vault
from interlock.vocabulary.ids import InteractionId, OfferId, QueueName, StaffId, VisitId
from interlock.vocabulary.routing import QueueClosed, VisitOffered
from tests.store.test_log import message


def now() -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=8)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return open_vault(tmp_path / "keys.json", "test")


@pytest.fixture
def log(database: Database, vault: Vault) -> PostgresLog:
    return PostgresLog(database, "test", vault, now, "a")


def closed(queue: str) -> QueueClosed:
    return QueueClosed(queue=QueueName(queue), message="", by="u")


def offered(queue: str, agent: str) -> VisitOffered:
    return VisitOffered(
        visit=VisitId("v_" + queue),
        offer=OfferId("o_" + queue),
        interaction=InteractionId("i_" + queue),
        queue=QueueName(queue),
        agent=StaffId(agent),
        expires_at=now(),
    )


@asynccontextmanager
async def slow_writer(log: PostgresLog, database: Database) -> AsyncIterator[Callable[[Plan], Awaitable[object]]]:
    """Appends in a transaction that commits only at the end of the block."""
    async with database.connection("test") as connection, connection.transaction():
        yield lambda plan: log._append(connection, plan)


async def test_a_fact_that_commits_late_is_neither_skipped_nor_read_out_of_order(
    log: PostgresLog, database: Database
) -> None:
    async with slow_writer(log, database) as slow:
        # The slow transaction writes first and commits last.
        await slow(Plan((closed("slow"),), cause="slow"))
        await log.append(Plan((closed("quick"),), cause="quick"))
        assert await log.after(START, 10) == [], "nothing after an open writer may be handed out yet"
    queues = [one.event.queue for one in await log.after(START, 10) if isinstance(one.event, QueueClosed)]
    assert queues == ["slow", "quick"]


async def test_what_was_under_way_during_an_append_is_read_since_its_snapshot(
    log: PostgresLog, database: Database
) -> None:
    guard = (Query("queue:care"),)
    seen = await log.read(*guard)
    async with slow_writer(log, database) as slow:
        await slow(
            Plan((closed("other"),), cause="slow")
        )  # it has its number before the other one, and commits after it
        written = await log.append(Plan((closed("care"),), guard=guard, snapshot=seen.snapshot, cause="quick"))
        await slow(Plan((closed("care"),), cause="late"))
    since = await log.read(*guard, since=written.snapshot)
    assert [one.cause for one in since.events] == ["late"]
    with pytest.raises(Conflict):
        await log.append(Plan((closed("care"),), guard=guard, snapshot=written.snapshot, cause="next"))


async def test_reads_at_the_same_time_are_one_statement(
    log: PostgresLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = 0
    connection = database.connection

    def counted(tenant: str) -> AbstractAsyncContextManager[Connection]:
        nonlocal statements
        statements += 1
        return connection(tenant)

    monkeypatch.setattr(database, "connection", counted)
    await asyncio.gather(*(log.read(Query(f"queue:{number}")) for number in range(20)))
    assert statements == 1
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(log.read(Query("queue:1")), 0)
    assert (await log.read(Query("queue:1"))).events == (), "whoever gives up leaves the others alone"


async def test_a_lower_position_does_not_mean_seen(log: PostgresLog, database: Database) -> None:
    guard = (Query("queue:care"),)
    async with slow_writer(log, database) as slow:
        await slow(Plan((closed("care"),), cause="slow"))
        seen = await log.read(*guard)
        assert seen.events == ()
        decided = asyncio.create_task(
            log.append(Plan((closed("care"),), guard=guard, snapshot=seen.snapshot, cause="quick"))
        )
        await asyncio.sleep(0.05)
        assert not decided.done(), "the guarded tag is locked until the writer has committed"
    with pytest.raises(Conflict):
        await decided


async def test_two_queues_cannot_offer_to_one_agent_when_both_guard_the_agent(log: PostgresLog) -> None:
    barrier = asyncio.Barrier(2)

    async def offer(queue: str) -> bool:
        guard = (Query(f"visit:v_{queue}"), Query("agent:u_1"))
        seen = await log.read(*guard)
        await barrier.wait()
        try:
            await log.append(Plan((offered(queue, "u_1"),), guard=guard, snapshot=seen.snapshot, cause=queue))
        except Conflict:
            return False
        return True

    for round_number in range(10):
        assert sorted(await asyncio.gather(offer(f"x{round_number}"), offer(f"y{round_number}"))) == [False, True]


async def test_written_tags_do_not_serialise_writers_that_guard_nothing(log: PostgresLog, database: Database) -> None:
    async with slow_writer(log, database) as slow:
        await slow(Plan((closed("care"),), cause="slow"))
        async with asyncio.timeout(5):
            await log.append(Plan((closed("care"),), cause="quick"))


async def test_concurrent_judgements_of_one_customer_wait_for_each_other(log: PostgresLog) -> None:
    order: list[str] = []

    async def judge(name: str) -> None:
        async with log.judging([Window("refunds", "c-1", now())]) as judging:
            order.append(f"{name} in")
            await asyncio.sleep(0.02)
            order.append(f"{name} out")
            await judging.append(Plan((closed(name),), cause=name))

    await asyncio.gather(judge("a"), judge("b"), judge("c"))
    assert [step.split()[1] for step in order] == ["in", "out"] * 3


async def test_one_tenant_never_sees_or_touches_another(database: Database, vault: Vault, tmp_path: Path) -> None:
    mine = PostgresLog(database, "mine", open_vault(tmp_path / "keys.json", "mine"), now, "a")
    theirs = PostgresLog(database, "theirs", open_vault(tmp_path / "keys.json", "theirs"), now, "a")
    await theirs.append(Plan((closed("care"), message()), cause="c"))
    await PostgresRecords(database, "theirs").put("account", "amara", b"{}")
    assert (await mine.read(Query("queue:care"))).events == ()
    assert await mine.after(START, 10) == []
    assert await mine.destroy_keys("p_1") == 0
    assert await PostgresRecords(database, "mine").all("account") == {}


@pytest.mark.parametrize("table", ["event", "event_tag", "due", "ledger_entry", "person_key", "record"])
async def test_row_security_holds_even_for_a_query_that_forgets_the_tenant(
    database: Database, log: PostgresLog, table: str
) -> None:
    await log.append(Plan((closed("care"), message()), cause="c"))
    async with database.connection("other") as connection:
        rows = await (await connection.execute(f"select * from interlock.{table}".encode())).fetchall()
    assert rows == []


async def test_the_application_cannot_change_or_delete_a_fact(database: Database, log: PostgresLog) -> None:
    await log.append(Plan((closed("care"),), cause="c"))
    for statement in (b"delete from interlock.event", b"update interlock.event set open = '{}'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.connection("test") as connection:
                await connection.execute(statement)


async def test_nothing_personal_stands_in_the_tables_in_clear(database_url: str, log: PostgresLog) -> None:
    await log.append(Plan((message("eva@example.com wants her money"),), cause="c"))
    with psycopg.connect(database_url) as owner:
        for table in ("event", "event_tag", "due", "ledger_entry", "person_key", "record"):
            owner.execute("set row_security = off")
            for (row,) in owner.execute(f"select t::text from interlock.{table} t".encode()):
                assert "eva@" not in row and "money" not in row


def test_two_nodes_that_start_together_migrate_once(empty_database_url: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(empty_database_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    *nothing, everything = sorted(applied, key=len)
    assert nothing == [[], [], []]
    assert everything == sorted(everything) and everything[0] == "0001_log.sql"


def test_a_database_of_a_newer_version_is_refused_with_the_mend(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("insert into interlock.migration (name) values ('9999_future.sql')")
    with pytest.raises(MigrationError, match=r"9999_future\.sql.*run the newer version"):
        migrate(database_url)


def test_a_database_that_is_not_there_is_unavailable_not_a_crash() -> None:
    with pytest.raises(Unavailable, match="database"):
        migrate("postgresql://127.0.0.1:1/nothing")


async def test_with_another_key_file_sealed_facts_say_so(log: PostgresLog, database: Database, tmp_path: Path) -> None:
    await log.append(Plan((message(),), cause="c"))
    stranger = PostgresLog(database, "test", open_vault(tmp_path / "other.json", "test"), now, "a")
    with pytest.raises(KeyFileError, match="not the key file"):
        await stranger.read(Query("interaction:i_1"))


def test_a_damaged_key_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("not json")
    with pytest.raises(KeyFileError, match=r"keys\.json: not a key file"):
        open_vault(path, "test")
    assert path.read_text() == "not json"


def test_an_owner_who_is_no_superuser_can_migrate_and_act_as_the_application(
    empty_database_url: str, postgres_server: str
) -> None:
    name = f"owner_{uuid4().hex[:8]}"
    with psycopg.connect(empty_database_url, autocommit=True) as superuser:
        database = superuser.info.dbname
        superuser.execute(f"drop role if exists {name}".encode())
        superuser.execute(f"create role {name} login createrole".encode())
        superuser.execute(f"grant create on database {database} to {name}".encode())
        superuser.execute(f"grant {ROLE} to {name} with admin option".encode())
    with psycopg.connect(empty_database_url, user=name) as owner:
        info = owner.info
        dsn = f"postgresql://{name}@/{info.dbname}?host={(info.host or '').replace('/', '%2F')}&port={info.port}"
    migrate(dsn)
    with psycopg.connect(dsn, autocommit=True) as application:
        application.execute(f"set role {ROLE}".encode())
        assert application.execute("select count(*) from interlock.event").fetchone() == (0,)
