"""What do a ledger's lines come to, on PostgreSQL and in memory alike?"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from interlock.kernel.events import START
from interlock.kernel.log import Log, Plan, Posting, Total, Window
from tests.store.conftest import NOW

DAY = Window("refunds", "c-1", NOW - timedelta(hours=24))


def posting(kind: str, entry: str, amount: int, at: datetime = NOW, ref: str = "") -> Posting:
    return Posting(kind, "refunds", "c-1", entry, amount, at, ref)  # type: ignore[arg-type]  # a literal in a loop


async def total_of(log: Log, window: Window = DAY) -> Total:
    async with log.judging([window]) as judging:
        return judging.totals[window.ledger, window.subject]


async def test_a_ledger_holds_reservations_until_they_are_settled_or_released(log: Log) -> None:
    assert await total_of(log) == Total()
    await log.append(Plan(postings=(posting("reserve", "pr_1", 1840), posting("reserve", "pr_2", 900)), cause="c1"))
    assert await total_of(log) == Total(2740, 0, None, ("pr_1", "pr_2"))
    later = NOW + timedelta(minutes=1)
    done = (posting("settle", "pr_1", 1800, later), posting("release", "pr_2", 0))
    await log.append(Plan(postings=done, cause="c2"))
    assert await total_of(log) == Total(1800, 1, later, ())


async def test_lines_older_than_the_window_count_only_while_they_are_in_flight(log: Log) -> None:
    old, edge = NOW - timedelta(hours=25), DAY.since
    lines = (
        posting("settle", "pr_1", 1840, old),
        posting("settle", "pr_2", 40, edge),
        posting("settle", "pr_3", 5, edge + timedelta(microseconds=1)),
        posting("reserve", "pr_4", 7, old),
    )
    await log.append(Plan(postings=lines, cause="c1"))
    assert await total_of(log) == Total(12, 1, edge + timedelta(microseconds=1), ("pr_4",))


async def test_an_entry_that_is_set_aside_and_other_subjects_do_not_count(log: Log) -> None:
    other = posting("settle", "pr_9", 1)._replace(subject="c-2")
    lines = (posting("reserve", "pr_1", 10), posting("settle", "pr_2", 20), other)
    await log.append(Plan(postings=lines, cause="c1"))
    assert await total_of(log, DAY._replace(aside="pr_1")) == Total(20, 1, NOW, ())
    assert await total_of(log, DAY._replace(aside="pr_2")) == Total(10, 0, None, ("pr_1",))


async def test_several_ledgers_are_read_at_once_each_in_its_own_window(log: Log) -> None:
    other = posting("settle", "pr_2", 3, NOW - timedelta(days=3))._replace(ledger="monthly")
    await log.append(Plan(postings=(posting("settle", "pr_1", 5), other), cause="c1"))
    month = Window("monthly", "c-1", NOW - timedelta(days=30))
    async with log.judging([month, DAY]) as judging:
        assert {key: total.amount for key, total in judging.totals.items()} == {
            ("monthly", "c-1"): 3,
            ("refunds", "c-1"): 5,
        }


async def test_an_undo_takes_off_what_it_names_and_no_more_than_there_is(log: Log) -> None:
    lines = (posting("settle", "pr_1", 100, ref="rf_1"), posting("settle", "pr_2", 50, ref="rf_2"))
    await log.append(Plan(postings=lines, cause="c1"))

    async def undo(amount: int, ref: str) -> Total:
        reverse = Posting("reverse", "refunds", "", "pr_undo", amount, NOW, ref)
        await log.append(Plan(postings=(reverse,), cause=f"undo {amount} {ref}"))
        return await total_of(log)

    assert await undo(30, "rf_1") == Total(120, 2, NOW, ())
    assert await undo(5_000, "rf_1") == Total(50, 1, NOW, ())
    assert await undo(10, "rf_unknown") == await undo(10, "") == Total(50, 1, NOW, ())


async def test_whoever_only_looks_waits_for_nobody_who_judges(log: Log) -> None:
    await log.append(Plan(postings=(posting("settle", "pr_1", 5),), cause="c1"))
    nobody = DAY._replace(subject="c-9")
    async with log.judging([DAY, nobody]) as judging, asyncio.timeout(20):
        assert await log.totals([nobody, DAY]) == judging.totals
        assert judging.totals["refunds", "c-1"].amount == 5


async def test_a_judgement_that_fails_writes_nothing(log: Log) -> None:
    with pytest.raises(RuntimeError, match="fact function"):
        async with log.judging([DAY]):
            raise RuntimeError("a fact function broke")
    assert (await log.after(START, 10)) == []
