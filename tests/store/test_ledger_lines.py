"""Are the lines of the ledgers rebuilt from the facts as they were, and mended where somebody spoilt them?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.main import app
from interlock.control import effects
from interlock.control.ledgers import POSTING, postings
from interlock.control.proposals import fold
from interlock.kernel.events import Event
from interlock.kernel.lines import Line
from interlock.kernel.log import Plan, Window
from interlock.store.database import Database
from interlock.store.ledger_lines import Rebuilt, rebuild
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from tests.control.given import EVA, demo, judged, proposed, recorded, remedy_met

TENANT = "test"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
REFUND = "shop.refund_item"
EACH = sum(REFUND in each.actions for each in (*demo().ledgers.values(), *demo().steps.values()))
"""Lines that one refund writes: one in each of its ledgers and steps."""
LINES = 2 * EACH
"""Of ``three_refunds``: the one that was made, and the one under way."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=4)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def log(database: Database, tmp_path: Path) -> PostgresLog:
    return PostgresLog(database, TENANT, open_vault(tmp_path / "keys.json", TENANT), lambda: NOW, "a")


async def record(log: PostgresLog, *facts: Event) -> None:
    for fact in facts:
        await log.append(Plan((fact,), postings=postings(fact), cause=f"{type(fact).__name__}/{fact.proposal}"))  # type: ignore[attr-defined]


async def three_refunds(log: PostgresLog) -> None:
    """One that was made, one that failed, one under way."""
    for number, becomes in enumerate(("made", "failed", "")):
        refund = proposed(1000 + number, proposal=f"pr_{number}")
        allowed = judged(refund, remedy_met(refund, "confirm"))
        await record(log, allowed)
        state = fold(recorded(refund, allowed))
        if becomes == "made":
            answer = {"amount": {"amount": 700, "currency": "EUR"}}
            await record(log, effects.succeeded(state, demo().action(refund.action), answer))
        elif becomes == "failed":
            await record(log, effects.failed(state, "x", "y"))


async def spoil(database: Database, statement: str) -> None:
    async with database.connection(TENANT) as connection:
        await connection.execute(statement.encode())


async def rebuilt(database: Database, *, write: bool = True) -> Rebuilt:
    return await rebuild(database, TENANT, POSTING, postings, write=write)


async def test_lines_that_the_facts_account_for_are_left_alone(log: PostgresLog, database: Database) -> None:
    await three_refunds(log)
    assert await rebuilt(database) == Rebuilt(LINES, (), ())


async def test_what_was_spoilt_is_told_and_mended(log: PostgresLog, database: Database) -> None:
    await three_refunds(log)
    await spoil(database, "update interlock.ledger_entry set amount = 1 where ledger = 'refunds_per_customer'")
    await spoil(database, "delete from interlock.ledger_entry where ledger = 'step.refunded'")
    await spoil(
        database,
        "insert into interlock.ledger_entry (tenant, ledger, subject, at, entry, amount, settled)"
        f" values ('{TENANT}', 'refunds_per_customer', '{EVA}', now(), 'pr_x', 9, true)",
    )
    told = await rebuilt(database, write=False)
    assert (told.lines, len(told.missing), len(told.surplus)) == (LINES, 4, 3)
    assert Line("refunds_per_customer", EVA, "pr_0", 700, NOW, True) in told.missing
    assert await rebuilt(database) == told
    assert await rebuilt(database) == Rebuilt(LINES, (), ())
    async with log.judging([Window("refunds_per_customer", EVA, datetime(2026, 3, 1, tzinfo=UTC))]) as judging:
        (total,) = judging.totals.values()
        assert (total.amount, total.settled, total.in_flight) == (700 + 1002, 1, ("pr_2",))


async def test_another_tenant_s_lines_are_left_alone(log: PostgresLog, database: Database, tmp_path: Path) -> None:
    await three_refunds(log)
    other = PostgresLog(database, "other", open_vault(tmp_path / "keys.json", "other"), lambda: NOW, "a")
    await three_refunds(other)
    await spoil(database, "delete from interlock.ledger_entry")
    assert len((await rebuilt(database)).missing) == LINES
    assert await rebuild(database, "other", POSTING, postings) == Rebuilt(LINES, (), ())


async def test_a_fact_that_is_being_written_is_neither_missed_nor_counted_twice(
    log: PostgresLog, database: Database
) -> None:
    await three_refunds(log)
    refund = proposed(500, proposal="pr_9")
    allowed = judged(refund, remedy_met(refund, "confirm"))
    window = Window("refunds_per_customer", EVA, datetime(2026, 3, 1, tzinfo=UTC))
    async with log.judging([window]) as judging:
        # The judgement has read its ledgers, and the lines are rebuilt before it writes.
        assert await rebuilt(database) == Rebuilt(LINES, (), ())
        await judging.append(Plan((allowed,), postings=postings(allowed), cause="pr_9"))
    assert await rebuilt(database) == Rebuilt(LINES + EACH, (), ())


def test_the_command_tells_what_differs_and_mends_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERLOCK_TENANT", TENANT)

    async def prepare() -> None:
        database = Database(database_url, size=2)
        await database.open()
        await three_refunds(PostgresLog(database, TENANT, open_vault(tmp_path / "keys.json", TENANT), lambda: NOW, "a"))
        await spoil(database, "delete from interlock.ledger_entry where ledger = 'step.refunded'")
        await database.close()

    asyncio.run(prepare())
    runner = CliRunner()
    told = runner.invoke(app, ["ledger", "rebuild", "--check", "--data", str(tmp_path)])
    assert told.exit_code == 1
    assert (
        "missing step.refunded of i_1: 1 by pr_0" in told.stdout
        and f"{LINES} lines by the facts; 2 differ" in told.stdout
    )
    mended = runner.invoke(app, ["ledger", "rebuild", "--data", str(tmp_path)])
    assert mended.exit_code == 0 and "2 differed and are mended" in mended.stdout
    again = runner.invoke(app, ["ledger", "rebuild", "--check", "--data", str(tmp_path)])
    assert again.exit_code == 0 and f"{LINES} lines by the facts; nothing differs" in again.stdout
