"""Does the traffic of journeys say what really happened: who waits where, who came, who left, and how long it took?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from interlock.journeys.traffic import KEPT, JourneyTraffic, StepTraffic, Traffic
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.vocabulary.ids import InteractionId, PersonId, RunId, SessionId
from interlock.vocabulary.interactions import EndReason, InteractionEnded, InteractionReopened
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted, StepReached

START = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
P, S = PersonId("p_1"), SessionId("s_1")
KEY = ("r_1", "refund")


def started(run: str = "1", release: str = "r_1") -> Event:
    about = {"interaction": InteractionId(f"i_{run}"), "person": P, "run": RunId(f"run_{run}")}
    return JourneyStarted(**about, journey="refund", release=release)


def reached(path: str, waits_for: str = "slot", run: str = "1", tries: int = 0) -> Event:
    about = {"interaction": InteractionId(f"i_{run}"), "person": P, "run": RunId(f"run_{run}")}
    return StepReached(**about, path=path, waits_for=waits_for, tries=tries)


def ended(outcome: str, run: str = "1") -> Event:
    about = {"interaction": InteractionId(f"i_{run}"), "person": P, "run": RunId(f"run_{run}")}
    return JourneyEnded(**about, journey="refund", outcome=outcome)


def over(reason: EndReason = "inactivity", run: str = "1") -> Event:
    return InteractionEnded(interaction=InteractionId(f"i_{run}"), person=P, session=S, reason=reason)


def reopened(run: str = "1") -> Event:
    return InteractionReopened(interaction=InteractionId(f"i_{run}"), person=P, session=S)


def walked(*facts: Event | tuple[float, Event], into: Traffic | None = None) -> Traffic:
    """A traffic after some facts, each a second after the one before or after as many seconds as it says."""
    traffic, at = into or Traffic(), START
    for number, fact in zip(count(1), facts, strict=False):
        wait, event = fact if isinstance(fact, tuple) else (1.0, fact)
        at += timedelta(seconds=wait)
        traffic.fold(Recorded(Cursor(1, number), f"e_{number}", at, event, ""))
    return traffic


def seen(facts: Iterable[Event | tuple[float, Event]], since: datetime = START) -> JourneyTraffic:
    return walked(*facts).of({KEY}, since)


def test_a_run_waits_where_it_stands_and_nowhere_else() -> None:
    found = seen([started(), reached("0"), reached("1")])
    assert (found.live, found.began, found.outcomes) == (1, 1, {})
    assert (found.steps["0"].waiting, found.steps["1"].waiting) == (0, 1)
    assert (found.steps["0"].reached, found.steps["1"].reached) == (1, 1)


def test_being_asked_again_is_not_coming_again_and_its_time_goes_on() -> None:
    found = seen([started(), reached("0"), (20, reached("0", tries=1)), (20, reached("1"))])
    assert found.steps["0"].reached == 1
    assert abs((found.steps["0"].median_s or 0) - 40) <= 1


def test_a_correction_takes_a_run_back_without_counting_it_twice() -> None:
    found = seen([started(), reached("0"), reached("1"), reached("0"), reached("1")])
    assert (found.steps["0"].reached, found.steps["1"].reached, found.steps["1"].waiting) == (1, 1, 1)


def test_the_median_is_of_the_runs_that_went_on() -> None:
    facts: list[Event | tuple[float, Event]] = []
    for number, seconds in enumerate((10, 30, 500)):
        facts += [started(str(number)), reached("0", run=str(number)), (seconds, ended("paid", str(number)))]
    facts += [started("9"), reached("0", run="9"), (4_000, over(run="9"))]
    step = seen(facts).steps["0"]
    assert (step.reached, step.left, step.waiting) == (4, 1, 0)
    assert abs((step.median_s or 0) / 30 - 1) <= 0.03


def test_who_does_not_answer_any_more_left_at_that_step() -> None:
    found = seen([started(), reached("0"), reached("2", "choice"), over()])
    assert found.steps["2"] == StepTraffic(waiting=0, reached=1, left=1, median_s=None)
    assert (found.live, found.outcomes) == (0, {"left": 1})


def test_who_stops_it_or_goes_on_to_something_else_left_there_too() -> None:
    for outcome in ("cancelled", "changed_subject"):
        found = seen([started(), reached("0"), ended(outcome)])
        assert (found.steps["0"].left, found.outcomes) == (1, {outcome: 1})
    assert seen([started(), reached("0"), ended("paid")]).steps["0"].left == 0


def test_who_comes_back_has_not_left() -> None:
    found = seen([started(), reached("0"), over(), (60, reopened()), (5, reached("1"))])
    assert (found.steps["0"].left, found.steps["1"].waiting) == (0, 1)
    assert found.outcomes == {}


def test_what_waits_for_an_approval_outlives_the_interaction() -> None:
    facts = [started(), reached("3", "approval"), over("customer_left")]
    assert (seen(facts).live, seen(facts).outcomes) == (1, {})
    found = seen([*facts, (90, ended("paid"))])
    assert (found.live, found.outcomes, found.steps["3"].left) == (0, {"paid": 1}, 0)


def test_what_runs_out_with_nobody_there_was_left_where_the_customer_went_away() -> None:
    found = seen([started(), reached("3", "proposal"), over("customer_left"), (600, reached("4", "hand_over"))])
    assert (found.live, found.steps["3"].left, found.outcomes) == (0, 1, {"left": 1})
    assert "4" not in found.steps


def test_a_run_that_waits_for_another_one_goes_the_way_of_that_one() -> None:
    about = {"interaction": InteractionId("i_1"), "person": P, "run": RunId("run_2")}
    part: list[Event] = [
        JourneyStarted(**about, journey="part", release="r_1", parent="run_1"),
        StepReached(**about, path="0", waits_for="slot"),
    ]
    facts = [started(), reached("2", "call"), *part]
    assert seen([*facts, over()]).steps["2"].left == 1
    waiting = [*facts, StepReached(**about, path="1", waits_for="proposal"), over("customer_left")]
    assert (seen(waiting).live, seen(waiting).steps["2"].left) == (1, 0)
    found = seen([*waiting, (600, StepReached(**about, path="2", waits_for="slot"))])
    assert (found.live, found.steps["2"].left) == (0, 1)


def test_a_hand_over_that_people_saw_through_is_no_drop_off() -> None:
    facts = [started(), reached("4", "hand_over")]
    assert seen([*facts, over("wrapped_up")]).outcomes == {"handed_over": 1}
    assert seen([*facts, over("customer_left")]).outcomes == {"left": 1}


def test_a_run_is_over_once() -> None:
    found = seen([started(), reached("4", "hand_over"), over("wrapped_up"), ended("handed_over")])
    assert found.outcomes == {"handed_over": 1}


def test_only_the_hours_that_are_asked_for_count_and_who_waits_always_does() -> None:
    facts = [started("a"), reached("0", run="a"), (7_200, started("b")), reached("0", run="b"), ended("paid", "b")]
    late = seen(facts, START + timedelta(hours=2))
    assert (late.began, late.steps["0"].reached, late.steps["0"].waiting) == (1, 1, 1)
    assert seen(facts).began == 2


def test_releases_are_told_apart() -> None:
    traffic = walked(started("a"), reached("0", run="a"), started("b", "r_2"), reached("0", run="b"))
    assert traffic.keys("refund") == {KEY, ("r_2", "refund")}
    assert traffic.of({("r_2", "refund")}, START).steps["0"].reached == 1
    assert traffic.of(traffic.keys("refund"), START).steps["0"].reached == 2


def test_what_is_older_than_a_day_is_counted_by_the_day_and_nothing_of_it_is_lost() -> None:
    facts: list[Event | tuple[float, Event]] = []
    for number in range(100):
        run = str(number)
        facts += [(3_600, started(run)), reached("0", run=run), (30, ended("paid", run))]
    traffic = walked(*facts)
    now = START + timedelta(hours=100)
    before = [traffic.of({KEY}, now - back) for back in (timedelta(hours=24), timedelta(days=30))]
    traffic.forget(now - KEPT)
    assert [traffic.of({KEY}, now - back) for back in (timedelta(hours=24), timedelta(days=30))] == before
    assert len(traffic.hours) < 40
    three_days = traffic.of({KEY}, now - timedelta(days=3))
    assert 72 <= three_days.began <= 96, "from the beginning of that day"


def test_what_is_old_is_forgotten_and_who_still_waits_is_not() -> None:
    traffic = walked(started("a"), reached("0", run="a"), started("b"), reached("0", run="b"), over(run="b"))
    traffic.forget(START + timedelta(days=1))
    assert traffic.hours == {}
    found = traffic.of({KEY}, START)
    assert (found.live, found.steps["0"].waiting, found.steps["0"].reached) == (1, 1, 0)
    walked(reopened("b"), into=traffic)
    assert traffic.of({KEY}, START).live == 1, "who left more than a month ago is gone"


def test_facts_of_a_run_whose_beginning_is_not_known_are_left_alone() -> None:
    traffic = walked(reached("0"), over(), ended("paid"), (KEPT.total_seconds(), reopened()))
    assert (traffic.keys("refund"), traffic.hours) == (set(), {})
