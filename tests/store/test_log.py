"""What every log promises, on PostgreSQL and in memory alike; the interleavings of two connections are apart."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from interlock.kernel.errors import Answered, Conflict
from interlock.kernel.events import ERASED, START
from interlock.kernel.log import Due, Log, Plan, Query
from interlock.vocabulary.channels import Author, Card
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import TakeTurn
from interlock.vocabulary.routing import QueueClosed, QueueOpened, RouteQueue, VisitEnded
from tests.store.conftest import NOW, Clock


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


async def test_from_the_snapshot_of_an_append_only_what_came_after_it_is_read(log: Log) -> None:
    guard = (Query("queue:care"),)
    await log.append(Plan((closed(),), cause="c1"))
    seen = await log.read(*guard)
    written = await log.append(Plan((closed(),), guard=guard, snapshot=seen.snapshot, cause="c2"))
    assert (await log.read(*guard, since=written.snapshot)).events == ()
    later = await log.append(Plan((closed(),), guard=guard, snapshot=written.snapshot, cause="c3"))
    assert (await log.read(*guard, since=written.snapshot)).events == later.recorded
    with pytest.raises(Conflict):
        await log.append(Plan((closed(),), guard=guard, snapshot=written.snapshot, cause="c4"))


async def test_reads_at_the_same_time_each_get_their_own_facts(log: Log) -> None:
    for queue in ("care", "returns"):
        await log.append(Plan((closed(queue),), cause=queue))
    seen = await log.read(Query("queue:care"))
    both = Query("queue:care"), Query("queue:returns")
    found = await asyncio.gather(
        log.read(both[0]), log.read(*both), log.read(both[0], since=seen.snapshot), log.read(both[1]), log.read()
    )
    queues = [[one.event.queue for one in each.events if isinstance(one.event, QueueClosed)] for each in found]
    assert queues == [["care"], ["care", "returns"], [], ["returns"], []]


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
