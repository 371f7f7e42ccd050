"""When is a customer owed an answer: by business hours, through restarts, wrong clocks, changes of queue and her own silence?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interlock.kernel.errors import Conflict
from interlock.routing import from_snapshot, load_queues, load_slas, sla_view, to_snapshot
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, QueueName, SessionId
from interlock.vocabulary.interactions import HandedBack, InteractionEnded, MessagePosted, WrapUpStarted
from interlock.vocabulary.routing import CloseQueue, OfferClosed, VisitEnded
from interlock.vocabulary.sla import CheckSla, SlaBreached, SlaClockEnded, SlaClockStarted, SlaWarned
from tests.routing.floor import AMARA, CARE, RETURNS, Floor

CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% }, email: { answered_within: 8h, target: 90% } }"
HOURS = """
hours:
  timezone: Europe/Berlin
  weekly:
    monday: [08:00-12:00, 13:00-18:00]
    tuesday: [08:00-12:00, 13:00-18:00]
    friday: [08:00-12:00, 13:00-18:00]
  special: { 2026-03-03: [] }
"""
FILES = {
    "care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}",
    "returns.yaml": f"queue: returns\ntitle: Returns\n{CHANNELS}{HOURS}",
    "backlog.yaml": f"queue: backlog\ntitle: Backlog\npriority: -5\n{CHANNELS}",
}
SLAS = """
slas:
  returned:
    queues: [returns]
    first_response: 4h
    resolution: 8h
    warn: { before: 1h, priority: 5 }
    breach: { priority: 20, reroute: care }
  rest:
    first_response: 1h
    next_response: 30m
    resolution: 10h
"""
SPECS = load_queues(FILES)
SOMEBODY = Author(kind="customer")


def floor(text: str = SLAS) -> Floor:
    return Floor(SPECS, load_slas({"slas.yaml": text}, SPECS))


def asks(of: Floor, name: str = "ada", queue: QueueName = CARE, channel: Channel = Channel.CHAT) -> InteractionId:
    """A customer begins to wait for a person."""
    of.waiting(name, queue, channel=channel)
    of.settle()
    return InteractionId(f"i_{name}")


def says(of: Floor, interaction: InteractionId, kind: Any, after: timedelta = timedelta(0)) -> None:
    of.wait(seconds=after.total_seconds())
    posted = MessagePosted(
        interaction=interaction,
        person=PersonId(interaction.replace("i_", "p_")),
        message=MessageId(f"m_{len(of.log)}"),
        author=Author(kind=kind),
        text="…",
    )
    of.happens(posted)
    of.settle()


def due(of: Floor, interaction: InteractionId) -> dict[str, str | None]:
    assert of.board.clocks == of.rebuilt().clocks
    return {one["clock"]: one["due"] for one in sla_view.shown(of.board.clocks, interaction)}


def ended(of: Floor) -> list[tuple[str, str, int]]:
    facts = [fact for fact in of.facts(SlaClockEnded) if isinstance(fact, SlaClockEnded)]
    return [(one.clock, one.how, one.took_ms // 60_000) for one in facts]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_a_first_answer_is_owed_from_when_she_waits_and_the_next_from_what_she_says_after_it() -> None:
    of = floor()
    ada = asks(of)
    assert due(of, ada) == {"first_response": "2026-03-02T10:00:00Z", "resolution": "2026-03-02T19:00:00Z"}
    says(of, ada, "customer", minutes(10))
    says(of, ada, "virtual_agent", minutes(1))
    assert due(of, ada)["first_response"] == "2026-03-02T10:00:00Z", "neither she nor a machine answers"
    says(of, ada, "agent", minutes(9))
    assert ended(of) == [("first_response", "kept", 20)]
    says(of, ada, "customer", minutes(5))
    says(of, ada, "customer", minutes(5))
    assert due(of, ada)["next_response"] == "2026-03-02T09:55:00Z", "the answer is owed to the first of them"
    says(of, ada, "agent", minutes(35))
    assert ended(of)[1:] == [("next_response", "late", 40)]


def test_the_whole_stands_still_while_it_is_her_turn() -> None:
    of = floor()
    ada = asks(of)
    says(of, ada, "agent", minutes(30))
    assert due(of, ada) == {"resolution": None}
    assert sla_view.shown(of.board.clocks, ada)[0]["left_s"] == (600 - 30) * 60
    assert not any(key.startswith("sla:") for key in of.timers)
    says(of, ada, "customer", timedelta(days=3))
    assert due(of, ada)["resolution"] == "2026-03-05T19:00:00Z"
    of.wait(minutes=60)
    of.happens(WrapUpStarted(interaction=ada, person=PersonId("p_ada"), agent=AMARA))
    of.settle()
    assert ended(of)[-1] == ("resolution", "kept", 90)
    assert due(of, ada) == {} and of.board.clocks == {}


def test_only_the_hours_of_the_queue_count_with_split_shifts_and_holidays() -> None:
    of = floor()
    of.now = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # a Monday, 11:30 in Berlin
    ada = asks(of, queue=RETURNS)
    assert due(of, ada)["first_response"] == "2026-03-02T15:30:00Z", "half an hour, an hour's break, three and a half"
    assert due(of, ada)["resolution"] == "2026-03-06T09:30:00Z", "Tuesday is a holiday; Friday is the next day"


def test_answers_outside_the_hours_take_no_time() -> None:
    of = floor()
    of.now = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    ada = asks(of, queue=RETURNS)
    says(of, ada, "agent", timedelta(hours=12))
    assert ended(of) == [("first_response", "kept", 0)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=UTC), "2026-03-29T20:00:00Z"),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), "2026-10-25T20:00:00Z"),
    ],
)
def test_a_day_is_24_hours_also_when_the_clocks_change(now: datetime, expected: str) -> None:
    whole_days = "weekly: { saturday: [00:00-24:00], sunday: [00:00-24:00] }"
    of = floor(f"slas:\n  all:\n    hours: {{ timezone: Europe/Berlin, {whole_days} }}\n    first_response: 24h")
    of.now = now
    assert due(of, asks(of))["first_response"] == expected


def test_hours_by_local_time_end_an_hour_earlier_by_utc_in_summer() -> None:
    of = floor()
    of.now = datetime(2026, 3, 27, 16, 0, tzinfo=UTC)  # a Friday, 17:00 in Berlin; clocks go forward on Sunday
    ada = asks(of, queue=RETURNS)
    assert due(of, ada)["first_response"] == "2026-03-30T09:00:00Z", "an hour on Friday, three from 08:00 summer time"


def test_a_restart_and_another_node_come_to_the_same_due_times_and_say_nothing_twice() -> None:
    of = floor()
    ada = asks(of, queue=RETURNS)
    says(of, ada, "agent", minutes(30))
    says(of, ada, "customer", minutes(30))
    before, facts = due(of, ada), len(of.log)
    again = Floor(SPECS, load_slas({"slas.yaml": SLAS}, SPECS))
    again.now, again.timers = of.now, dict(of.timers)
    for recorded in of.log:
        again.log.append(recorded)
        again.projection.fold(again.board, recorded)
    assert due(again, ada) == before
    assert again.do(CheckSla(interaction=ada)) == () and len(again.log) == facts
    assert from_snapshot(to_snapshot(of.board)).clocks == of.board.clocks
    again.wait(hours=60 * 24)
    said = [(one.clock, one.policy) for one in again.facts(SlaBreached)]  # type: ignore[attr-defined]  # those facts
    assert ("resolution", "returned") in said and len(said) == len(set(said))


def test_a_timer_that_comes_hours_late_after_a_restart_still_warns_and_breaches_once_each() -> None:
    of = floor()
    asks(of, queue=RETURNS)
    of.now += timedelta(days=5)
    of.wait(seconds=1)
    of.wait(hours=48)
    for kind in (SlaWarned, SlaBreached):
        said = [(one.clock, one.policy) for one in of.facts(kind)]  # type: ignore[attr-defined]  # those facts
        assert len(said) == len(set(said)) and ("first_response", "returned") in said


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_was_an_hour_wrong_for_a_while_moves_no_due_time(jump: timedelta) -> None:
    of = floor()
    ada = asks(of)
    right = due(of, ada)
    of.now += jump
    says(of, ada, "customer")
    of.do(CheckSla(interaction=ada))
    assert due(of, ada) == right, "due times are moments, and nothing is counted from when it was looked at"
    of.now -= jump
    says(of, ada, "agent", minutes(40))
    assert ended(of) == [("first_response", "kept", 40)], "what was kept is told from what happened, not from an alarm"


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_wrong_clock_between_two_turns_costs_no_more_than_those_turns(jump: timedelta) -> None:
    of = floor()
    ada = asks(of)
    of.wait(minutes=10)
    of.now += jump
    says(of, ada, "agent")
    of.now -= jump
    says(of, ada, "customer", minutes(5))
    says(of, ada, "agent", minutes(5))
    of.happens(WrapUpStarted(interaction=ada, person=PersonId("p_ada"), agent=AMARA))
    of.settle()
    took = {clock: minutes for clock, _, minutes in ended(of)}
    assert 0 <= took["resolution"] <= 75 and 0 <= took["first_response"] <= 70 and took["next_response"] == 5


def test_it_is_warned_an_hour_before_with_more_priority_and_rerouted_when_it_runs_out() -> None:
    of = floor()
    ada = asks(of, queue=RETURNS)
    of.wait(hours=3, minutes=59)  # with the break from 12 to 13 in Berlin, 11 to 12 in UTC: 2:59 of business time
    assert of.facts(SlaWarned) == []
    of.wait(minutes=1)
    (warned,) = of.facts(SlaWarned)
    assert isinstance(warned, SlaWarned) and warned.due == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert of.board.visits == of.rebuilt().visits
    assert [(visit.queue, visit.priority) for visit in of.board.visits.values()] == [(RETURNS, 5)]
    assert sla_view.shown(of.board.clocks, ada)[0]["state"] == "soon"
    of.wait(hours=1)
    (breached,) = of.facts(SlaBreached)[:1]
    assert isinstance(breached, SlaBreached) and breached.reroute == CARE
    (visit,) = of.board.visits.values()
    assert (visit.queue, visit.since, visit.priority) == (CARE, datetime(2026, 3, 2, 9, tzinfo=UTC), 25)
    assert [one.how for one in of.facts(VisitEnded)] == ["overflowed"]  # type: ignore[attr-defined]  # those facts


def test_another_queue_is_another_policy_for_the_same_wait() -> None:
    of = floor()
    ada = asks(of, queue=RETURNS)
    of.wait(hours=5)
    assert [one.queue for one in of.board.visits.values()] == [CARE]
    assert due(of, ada) == {"first_response": "2026-03-02T10:00:00Z", "resolution": "2026-03-02T19:00:00Z"}
    policies = [one.policy for one in of.facts(SlaBreached)]  # type: ignore[attr-defined]  # those facts
    assert policies == ["returned", "rest"], "an hour is over in customer care as well"


def test_a_visit_that_is_offered_is_taken_back_when_it_goes_elsewhere_and_a_shut_queue_is_left_out() -> None:
    of = floor()
    asks(of, queue=RETURNS)
    of.wait(hours=4, minutes=59, seconds=50)
    of.available(AMARA, queues=(RETURNS,))
    of.settle()
    of.wait(seconds=10)
    assert [one.how for one in of.facts(OfferClosed)] == ["withdrawn"]  # type: ignore[attr-defined]  # those facts
    shut = floor()
    asks(shut, queue=RETURNS)
    shut.do(CloseQueue(queue=CARE, message="Fire drill.", by="s_sofia"))
    shut.wait(hours=6)
    assert [visit.queue for visit in shut.board.visits.values()] == [RETURNS]


@pytest.mark.parametrize("how", ["abandoned", "closed"])
def test_whoever_left_before_anybody_answered_is_counted_neither_as_kept_nor_as_late(how: Any) -> None:
    of = floor()
    ada = asks(of)
    of.wait(hours=3)
    (visit,) = of.board.visits.values()
    of.happens(VisitEnded(visit=visit.visit, interaction=ada, queue=CARE, how=how, waited_ms=1))
    of.settle()
    assert {how for _, how, _ in ended(of)} == {"dropped"}
    counts = of.board.queues[CARE].intervals.since(of.now - timedelta(days=1))
    assert (counts.slas_kept, counts.slas_late, counts.slas_kept_share) == (0, 0, None)


def test_what_was_kept_and_what_was_late_is_counted_in_the_queue() -> None:
    of = floor()
    for name, wait in (("ada", 10), ("bob", 70)):
        one = asks(of, name)
        says(of, one, "agent", minutes(wait))
    counts = of.board.queues[CARE].intervals.since(of.now - timedelta(days=1))
    assert (counts.slas_kept, counts.slas_late, counts.slas_kept_share) == (1, 1, 0.5)


def test_a_thank_you_that_nobody_answers_is_owed_nothing_when_it_is_over() -> None:
    of = floor()
    ada = asks(of)
    says(of, ada, "agent", minutes(1))
    says(of, ada, "customer", minutes(1))
    end = InteractionEnded(interaction=ada, person=PersonId("p_ada"), session=SessionId("s"), reason="wrapped_up")
    of.happens(end)
    of.settle()
    assert ended(of)[1:] == [("next_response", "dropped", 0), ("resolution", "kept", 1)]


def test_who_is_handed_back_and_waits_again_is_owed_a_first_answer_again() -> None:
    of = floor()
    ada = asks(of)
    says(of, ada, "agent", minutes(1))
    of.happens(HandedBack(interaction=ada, person=PersonId("p_ada"), agent=AMARA))
    of.settle()
    assert due(of, ada) == {}
    of.wait(hours=1)
    of.waiting("ada")
    of.settle()
    assert due(of, ada)["first_response"] == "2026-03-02T11:01:00Z"


def test_a_call_is_answered_by_whoever_takes_it_and_has_no_next_answers() -> None:
    of = floor()
    of.available(AMARA)
    call = of.taken("ada", AMARA, Channel.VOICE)
    of.settle()
    says(of, call, "customer", minutes(1))
    assert [each[:2] for each in ended(of)] == [("first_response", "kept")]
    assert set(due(of, call)) == {"resolution"}


def test_what_was_said_before_anybody_looked_is_judged_all_the_same() -> None:
    of = floor()
    ada = asks(of)
    says(of, ada, "agent", minutes(1))
    quick = [Author(kind="customer"), Author(kind="agent"), Author(kind="customer")]
    for number, author in enumerate(quick):
        of.now += minutes(1)
        of.happens(
            MessagePosted(
                interaction=ada, person=PersonId("p"), message=MessageId(f"m{number}"), author=author, text=""
            )
        )
    of.settle()
    assert ended(of)[1:] == [("next_response", "kept", 1)]
    assert due(of, ada)["next_response"] == "2026-03-02T09:34:00Z"


def test_two_nodes_that_look_at_once_record_it_once() -> None:
    of = floor()
    one, two = of.prepare(CheckSla(interaction=asks(of))), of.prepare(CheckSla(interaction=InteractionId("i_ada")))
    assert one.facts == two.facts == ()
    of.waiting("bob")
    first = of.prepare(CheckSla(interaction=InteractionId("i_bob")))
    second = of.prepare(CheckSla(interaction=InteractionId("i_bob")))
    assert len(of.commit(first)) == 2
    with pytest.raises(Conflict):
        of.commit(second)
    assert len(of.facts(SlaClockStarted)) == 4
