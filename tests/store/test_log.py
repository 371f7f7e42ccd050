"""What every log promises, on PostgreSQL and in memory alike; the interleavings of two connections are apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interlock.kernel.errors import Answered, Conflict
from interlock.kernel.events import ERASED, START
from interlock.kernel.log import Due, Log, Plan, Posting, Query, Total, Window
from interlock.store.database import Database
from interlock.store.memory import MemoryLog
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault
from interlock.vocabulary.channels import Author, Card
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import TakeTurn
from interlock.vocabulary.routing import QueueClosed, QueueOpened, RouteQueue, VisitEnded

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "postgres"])
async def log(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Log]:
    if request.param == "memory":
        yield MemoryLog(clock, node="a")
        return
    database = Database(request.getfixturevalue("database_url"), size=4)
    await database.open()
    try:
        yield PostgresLog(database, "test", open_vault(tmp_path / "keys.json", "test"), clock, "a")
    finally:
        await database.close()


def message(text: str = "hello", *, person: str = "p_1", interaction: str = "i_1") -> MessagePosted:
    return MessagePosted(
        interaction=InteractionId(interaction),
        person=PersonId(person),
        message=MessageId("m_1"),
        author=Author("customer", person),
        text=text,
        card=Card(kind="confirm", title="Refund €18.40", args_hash="h"),
    )


def closed(queue: str = "care") -> QueueClosed:
    return QueueClosed(queue=QueueName(queue), message="Back soon", by="u_1")


def ended(interaction: str, agent: str) -> VisitEnded:
    return VisitEnded(
        visit=VisitId("v_1"),
        interaction=InteractionId(interaction),
        queue=QueueName("care"),
        how="answered",
        waited_ms=4000,
        agent=StaffId(agent),
    )


async def test_what_was_appended_is_read_back_by_each_of_its_tags(log: Log) -> None:
    await log.append(Plan((message("the kettle is broken"), closed()), cause="c1"))
    by_interaction = await log.read(Query("interaction:i_1"))
    by_queue = await log.read(Query("queue:care"))
    assert [one.event for one in by_interaction.events] == [message("the kettle is broken")]
    assert [one.event for one in by_queue.events] == [closed()]
    assert by_queue.events[0].at == NOW


async def test_a_query_can_ask_for_some_types_only(log: Log) -> None:
    opened = QueueOpened(queue=QueueName("care"), by="u_1")
    await log.append(Plan((closed(), opened), cause="c1"))
    found = await log.read(Query("queue:care", (QueueOpened,)))
    assert [one.event for one in found.events] == [opened]


async def test_facts_that_several_queries_match_are_read_once_and_in_order(log: Log) -> None:
    await log.append(Plan((ended("i_1", "u_1"),), cause="c1"))
    await log.append(Plan((ended("i_2", "u_1"),), cause="c2"))
    found = await log.read(Query("agent:u_1"), Query("queue:care"))
    assert [one.event for one in found.events] == [ended("i_1", "u_1"), ended("i_2", "u_1")]


async def test_reading_what_is_not_there_gives_nothing_and_a_snapshot(log: Log) -> None:
    found = await log.read(Query("interaction:none"))
    assert found.events == ()
    await log.append(Plan((closed(),), guard=(Query("queue:care"),), snapshot=found.snapshot, cause="c1"))


async def test_an_append_is_refused_when_a_matching_fact_has_appeared(log: Log) -> None:
    guard = (Query("queue:care"),)
    seen = await log.read(*guard)
    await log.append(Plan((closed(),), guard=guard, snapshot=seen.snapshot, cause="c1"))
    with pytest.raises(Conflict):
        await log.append(Plan((closed(),), guard=guard, snapshot=seen.snapshot, cause="c2"))
    assert len((await log.read(*guard)).events) == 1


async def test_a_fact_of_another_type_or_tag_does_not_stand_in_the_way(log: Log) -> None:
    guard = (Query("queue:care", (QueueOpened,)),)
    seen = await log.read(*guard)
    await log.append(Plan((closed(),), cause="c1"))
    await log.append(Plan((closed("returns"),), cause="c2"))
    await log.append(Plan((closed(),), guard=guard, snapshot=seen.snapshot, cause="c3"))


async def test_the_same_cause_is_recorded_once(log: Log) -> None:
    await log.append(Plan((closed(),), cause="same"))
    with pytest.raises(Answered):
        await log.append(Plan((closed(),), cause="same"))
    assert len((await log.read(Query("queue:care"))).events) == 1


async def handed_out(log: Log, count: int) -> None:
    """Wait until a follower gets so many facts: an open writer anywhere on the server, of another test say, holds them back."""
    async with asyncio.timeout(20):
        while len(await log.after(START, count)) < count:  # noqa: ASYNC110  # nothing tells when the other one is done
            await asyncio.sleep(0.01)


async def test_followers_get_everything_in_order_and_from_where_they_were(log: Log) -> None:
    for number in range(5):
        await log.append(Plan((closed(f"q{number}"),), cause=f"c{number}"))
    await handed_out(log, 5)
    first = await log.after(START, 3)
    rest = await log.after(first[-1].cursor, 10)
    assert [one.event for one in (*first, *rest)] == [closed(f"q{number}") for number in range(5)]
    assert await log.after(rest[-1].cursor, 10) == []


async def test_a_reader_of_the_past_gets_some_types_only_and_begins_at_a_moment(log: Log, clock: Clock) -> None:
    opened = QueueOpened(queue=QueueName("q1"), by=StaffId("u_1"))
    await log.append(Plan((closed("q1"), opened), cause="c1"))
    between = await log.before(NOW + timedelta(minutes=1))
    clock.now = NOW + timedelta(hours=1)
    await log.append(Plan((closed("q2"), closed("q3")), cause="c2"))
    await handed_out(log, 4)
    assert [one.event for one in await log.after(START, 10, (QueueClosed,))] == [closed(f"q{n}") for n in (1, 2, 3)]
    assert [one.event for one in await log.after(START, 1, (QueueOpened,))] == [opened]
    late = await log.before(NOW + timedelta(minutes=30))
    assert [one.event for one in await log.after(late, 10)] == [closed("q2"), closed("q3")]
    assert [one.event for one in await log.after(between, 10)] == [closed("q2"), closed("q3")]
    assert await log.after(await log.before(NOW + timedelta(days=1)), 10) == []
    assert len(await log.after(await log.before(NOW), 10)) == 4


async def test_erasing_a_person_makes_his_words_unreadable_and_leaves_the_log_whole(log: Log) -> None:
    await log.append(Plan((message("my address is 1 High Street"), message("hers", person="p_2")), cause="c1"))
    assert await log.destroy_keys("p_1") == 1
    his, hers = (one.event for one in (await log.read(Query("interaction:i_1"))).events)
    assert isinstance(his, MessagePosted) and isinstance(hers, MessagePosted)
    assert his.text is ERASED and his.card is ERASED and his.author == Author("customer", "p_1")
    assert hers.text == "hers"


async def test_a_person_who_comes_back_after_erasure_is_readable_from_then_on(log: Log) -> None:
    await log.append(Plan((message("before"),), cause="c1"))
    await log.destroy_keys("p_1")
    for _ in range(2):  # the first append may meet the destroyed key in the node's cache
        try:
            await log.append(Plan((message("after"),), cause="c2"))
            break
        except Conflict:
            continue
    texts = [
        one.event.text for one in (await log.read(Query("person:p_1"))).events if isinstance(one.event, MessagePosted)
    ]
    assert texts == [ERASED, "after"]


TURN = TakeTurn(interaction=InteractionId("i_1"), message=MessageId("m_1"))
ROUTE = RouteQueue(queue=QueueName("care"))


async def test_a_due_command_is_granted_to_its_writer_and_answered_once(log: Log) -> None:
    written = await log.append(Plan((closed(),), due=(Due("d1", NOW, TURN),), cause="c1"))
    assert written.granted == ("d1",)
    await log.append(Plan((closed(),), answers="d1", cause="d1"))
    with pytest.raises(Answered):
        await log.append(Plan((closed(),), answers="d1", cause="d1 again"))
    assert len((await log.read(Query("queue:care"))).events) == 2


async def test_what_the_writer_left_undone_is_claimed_when_its_lease_is_over(log: Log, clock: Clock) -> None:
    await log.append(Plan(due=(Due("d1", NOW, TURN),), cause="c1"))
    assert await log.claim("b", clock.now, 4, 10) == []
    clock.now += timedelta(seconds=5)
    claimed = await log.claim("b", clock.now, 4, 10)
    assert [(one.due.id, one.due.command, one.attempts) for one in claimed] == [("d1", TURN, 2)]
    assert await log.hold("a", ["d1"], clock.now, 4) == []
    assert await log.hold("b", ["d1"], clock.now, 4) == ["d1"]


async def test_a_timer_waits_for_its_time_and_can_be_moved_and_cancelled(log: Log, clock: Clock) -> None:
    later = NOW + timedelta(days=3)
    written = await log.append(Plan(due=(Due("timer/x", later, TURN), Due("timer/y", later, ROUTE)), cause="c1"))
    assert written.granted == ()
    assert await log.next_due() == later
    await log.append(Plan(due=(Due("timer/x", later + timedelta(days=1), TURN),), cancel=("timer/y",), cause="c2"))
    clock.now = later
    assert await log.claim("b", clock.now, 4, 10) == []
    clock.now += timedelta(days=1)
    assert [one.due.id for one in await log.claim("b", clock.now, 4, 10)] == ["timer/x"]


async def test_one_lane_is_carried_out_in_order_and_only_one_at_a_time(log: Log, clock: Clock) -> None:
    await log.append(Plan(due=(Due("d1", NOW, TURN),), cause="c1"))
    await log.append(Plan(due=(Due("d2", NOW, TURN),), cause="c2"))
    await log.append(Plan(due=(Due("other", NOW, ROUTE),), cause="c3"))
    clock.now += timedelta(seconds=5)
    assert [one.due.id for one in await log.claim("b", clock.now, 4, 10)] == ["d1", "other"]
    await log.release("b", "d1", clock.now + timedelta(seconds=2), None)
    assert await log.claim("b", clock.now, 4, 10) == [], "what is tried again later keeps its place"
    clock.now += timedelta(seconds=3)
    assert [one.due.id for one in await log.claim("b", clock.now, 4, 10)] == ["d1"]


async def test_a_command_that_only_waits_does_not_count_as_failing_and_keeps_its_place(log: Log, clock: Clock) -> None:
    await log.append(Plan(due=(Due("d1", NOW, TURN),), cause="c1"))
    await log.append(Plan(due=(Due("d2", NOW, TURN),), cause="c2"))
    clock.now += timedelta(seconds=5)
    for _ in range(4):
        (claimed,) = await log.claim("b", clock.now, 4, 1)
        assert (claimed.due.id, claimed.attempts) == ("d1", 2)
        await log.release("b", "d1", clock.now + timedelta(seconds=1), None, anew=True)
        assert await log.claim("b", clock.now, 4, 10) == [], "what stands behind it waits with it"
        clock.now += timedelta(seconds=1)


async def test_a_parked_command_is_visible_and_does_not_hold_the_others(log: Log, clock: Clock) -> None:
    await log.append(Plan(due=(Due("d1", NOW, TURN),), cause="c1"))
    await log.append(Plan(due=(Due("d2", NOW, TURN),), cause="c2"))
    await log.release("a", "d1", clock.now, "KeyError: 'item'")
    assert await log.parked() == {"d1": "KeyError: 'item'"}
    clock.now += timedelta(seconds=5)
    assert [one.due.id for one in await log.claim("b", clock.now, 4, 10)] == ["d2"]


async def test_parked_commands_stand_first_and_are_tried_anew_in_their_old_place_when_somebody_says_so(
    log: Log, clock: Clock
) -> None:
    later = NOW + timedelta(days=3)
    due = (Due("timer/x", later, ROUTE), Due("d1", NOW, TURN), Due("d2", NOW, ROUTE))
    await log.append(Plan(due=due, cause="c1"))
    await log.release("a", "d1", NOW, "KeyError in a.b, line 1")
    await log.release("a", "d2", NOW, None)
    assert [(one.id, one.command, one.at, one.parked) for one in await log.standing(10)] == [
        ("d1", "TakeTurn", NOW, "KeyError in a.b, line 1"),
        ("d2", "RouteQueue", NOW, ""),
        ("timer/x", "RouteQueue", later, ""),
    ]
    assert [one.id for one in await log.standing(1)] == ["d1"]
    await log.append(Plan(due=(Due("d3", NOW, TURN),), cause="c2"))
    await log.release("a", "d3", NOW, None)
    clock.now += timedelta(seconds=5)
    assert await log.retry(["d2", "nobody knows it"], clock.now) == []
    assert await log.retry(["d1"], clock.now) == ["d1"]
    assert await log.parked() == {}
    claimed = await log.claim("b", clock.now, 4, 10)
    assert sorted((one.due.id, one.attempts) for one in claimed) == [("d1", 1), ("d2", 2)]
    await log.release("b", "d1", clock.now, "again")
    assert await log.retry(None, clock.now) == ["d1"]


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


async def test_a_judgement_that_fails_writes_nothing(log: Log) -> None:
    with pytest.raises(RuntimeError, match="fact function"):
        async with log.judging([DAY]):
            raise RuntimeError("a fact function broke")
    assert (await log.after(START, 10)) == []
