"""When does a queue raise an alert, when does that end, and what is done meanwhile: once, by whichever node sees it?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Conflict
from interlock.routing import choose, from_snapshot, load_queue, load_queues, to_snapshot
from interlock.routing.health import changes, headed, measured
from interlock.routing.screens import document, me
from interlock.vocabulary.ids import InteractionId, VisitId
from interlock.vocabulary.routing import CloseQueue, EnterQueue, VisitEnded
from interlock.vocabulary.urgency import PressQueue, QueueAlertCleared, QueueAlertRaised, RaisePriority, SetAlert
from tests.routing.floor import AMARA, CARE, RETURNS, Floor

CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% } }"
CROWDED = """alerts:
  crowded: { at: { waiting: 5 }, until: { waiting: 2 }, priority: 3, overflow: returns, message: Come back. }"""


def floor(alerts: str = CROWDED) -> Floor:
    files = {
        "care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}\n{alerts}",
        "r.yaml": f"queue: returns\ntitle: R\n{CHANNELS}",
    }
    return Floor(load_queues(files))  # fmt: skip


def look(of: Floor) -> list[tuple[str, bool]]:
    """What a node does every few seconds."""
    assert of.board.queues == of.rebuilt().queues
    found = changes(of.board, of.specs, of.now)
    for command in found:
        of.do(command)
    return [(command.alert, command.raised) for command in found]


def leaves(of: Floor, visit: VisitId, waited: timedelta = timedelta(0)) -> None:
    """Somebody answers."""
    ended = of.board.visits[visit]
    waited_ms = waited // timedelta(milliseconds=1)
    of.happens(
        VisitEnded(visit=visit, interaction=ended.interaction, queue=ended.queue, how="answered", waited_ms=waited_ms)
    )


def test_it_is_raised_at_its_threshold_and_ends_only_at_the_other_one() -> None:
    of = floor()
    visits = [of.waiting(f"c{number}") for number in range(4)]
    assert look(of) == []
    visits.append(of.waiting("fifth"))
    assert look(of) == [("crowded", True)] and look(of) == []
    for visit in visits[:2]:
        leaves(of, visit)
    assert look(of) == [], "three is under five, and not down to two"
    visits.append(of.waiting("sixth"))
    visits.append(of.waiting("seventh"))
    assert look(of) == [], "it stands already: coming and going about the threshold raises it once"
    for visit in visits[2:5]:
        leaves(of, visit)
    assert look(of) == [("crowded", False)]
    assert [type(one) for one in of.facts(QueueAlertRaised, QueueAlertCleared)] == [QueueAlertRaised, QueueAlertCleared]


def test_the_longest_wait_raises_it_with_time_alone() -> None:
    of = floor("alerts: { slow: { at: { longest_wait: 5m } } }")
    ada = of.waiting("ada")
    of.wait(seconds=59)
    of.waiting("bob")
    of.wait(seconds=240)
    assert look(of) == []
    of.wait(seconds=1)
    assert look(of) == [("slow", True)]
    leaves(of, ada)
    assert measured(of.board, of.specs, of.now)[CARE].longest_wait == 241.0
    assert look(of) == [], "four fifths of it are 240 s"
    leaves(of, VisitId("v_bob"))
    assert look(of) == [("slow", False)]


def test_the_service_level_of_now_leaves_out_whoever_still_has_time_and_counts_whoever_has_none() -> None:
    of = floor("alerts: { poor: { at: { service_level: 60% } } }")
    for number in range(4):
        leaves(of, of.waiting(f"good{number}"))
    assert measured(of.board, of.specs, of.now)[CARE].service_level is None, "four visits say too little"
    leaves(of, of.waiting("fifth"))
    of.waiting("waits")
    assert measured(of.board, of.specs, of.now)[CARE].service_level == 1.0
    of.wait(seconds=61)
    assert measured(of.board, of.specs, of.now)[CARE].service_level == 5 / 6
    for number in range(3):
        leaves(of, of.waiting(f"late{number}"), waited=timedelta(minutes=2))
    assert look(of) == [("poor", True)]
    of.wait(minutes=60)
    for number in range(5):
        leaves(of, of.waiting(f"next{number}"))
    assert measured(of.board, of.specs, of.now)[CARE].service_level == 5 / 6
    assert look(of) == [("poor", False)], "83 % is over 68 %, a fifth nearer to 100 %"


def test_who_waits_and_who_comes_rises_in_line_while_it_stands() -> None:
    of = floor()
    for number in range(5):
        of.waiting(f"c{number}")
    look(of)
    assert [each for each in of.due if isinstance(each, PressQueue)] == [PressQueue(queue=CARE, points=3)]
    of.settle()
    assert {visit.priority for visit in of.board.visits.values()} == {3}
    wanted = EnterQueue(interaction=InteractionId("i_new"), queue=CARE, priority=1)
    assert headed(of.board, of.specs, wanted, of.now).priority == 4


def test_a_raised_priority_is_what_the_choice_and_its_index_go_by() -> None:
    of = floor("")
    first, second = of.waiting("ada"), of.waiting("bob")
    of.available(AMARA, queues=(RETURNS,))
    assert of.matching.pairs(of.now) == []
    of.do(RaisePriority(interaction=InteractionId("i_bob"), points=2))
    assert of.do(RaisePriority(interaction=InteractionId("i_nobody"), points=2)) == ()
    of.available(AMARA, queues=(CARE,), capacity=1)
    assert of.board.visits[second].offer is not None and of.board.visits[first].offer is None
    assert choose(of.board, of.specs, of.now) == []


def test_whoever_comes_waits_where_somebody_is_there_to_help() -> None:
    of = floor()
    of.available(AMARA, queues=(RETURNS,))
    for number in range(5):
        of.waiting(f"c{number}")
    wanted = EnterQueue(interaction=InteractionId("i_new"), queue=CARE)
    assert headed(of.board, of.specs, wanted, of.now).queue == CARE
    look(of)
    assert headed(of.board, of.specs, wanted, of.now).queue == RETURNS
    of.do(CloseQueue(queue=RETURNS, message="Fire drill.", by="s_sofia"))
    assert headed(of.board, of.specs, wanted, of.now).queue == CARE, "nobody is sent to a queue that is shut"
    alone = floor()
    for number in range(5):
        alone.waiting(f"c{number}")
    look(alone)
    assert headed(alone.board, alone.specs, wanted, alone.now).queue == CARE, "nor to one where nobody is"


def test_two_nodes_that_see_the_same_record_it_once() -> None:
    of = floor()
    for number in range(5):
        of.waiting(f"c{number}")
    (command,) = changes(of.board, of.specs, of.now)
    one, other = of.prepare(command), of.prepare(command)
    of.commit(one)
    with pytest.raises(Conflict):
        of.commit(other)
    assert of.do(command) == ()


def test_an_alert_that_is_not_defined_any_more_ends() -> None:
    of = floor()
    for number in range(5):
        of.waiting(f"c{number}")
    look(of)
    without = load_queues({"care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}"})
    assert changes(of.board, without, of.now) == [SetAlert(queue=CARE, alert="crowded", raised=False)]
    assert from_snapshot(to_snapshot(of.board)).queues == of.board.queues


def test_supervisors_see_what_stands_and_those_who_serve_the_queue_read_what_is_asked_of_them() -> None:
    of = floor()
    for number in range(5):
        of.waiting(f"c{number}")
    look(of)
    of.available(AMARA, queues=(CARE,))
    (shown,) = document(of.board, {}, of.specs, of.now)["queues"][0]["alerts"]
    assert (shown["alert"], shown["measure"], shown["value"], shown["threshold"]) == ("crowded", "waiting", 5.0, 5.0)
    staff = {"id": AMARA, "name": "Amara", "roles": []}
    mine = me(of.board, staff, of.specs, summaries={}, details={}, dispositions=[])
    assert [(one["title"], one["message"]) for one in mine["notices"]] == [("Care", "Come back.")]


@pytest.mark.parametrize(
    ("alert", "told"),
    [
        ("at: {}", "an alert looks at one measure; give one of waiting, longest_wait, service_level"),
        ("at: { waiting: 5, longest_wait: 1m }", "an alert looks at one measure"),
        ("at: { waiting: 5 }, until: { waiting: 5 }", "it would end before it is raised; write less than the threshold"),
        ("at: { waiting: 5 }, until: { longest_wait: 5m }", "it is raised by waiting, and ends by it; give waiting here, too"),
        ("at: { service_level: 80% }, until: { service_level: 70% }", "before it is raised; write a higher service level"),
        ("at: { waiting: 0 }", "it would end before it is raised"),
        ("at: { waiting: 5 }, overflow: care", "a queue does not overflow to itself; name another queue"),
        ("at: { waitin: 5 }", "did you mean 'waiting'"),
        ("at: { waiting: 5 }, priority: 101", "priority"),
    ],
)  # fmt: skip
def test_an_alert_that_cannot_be_meant_is_told_with_its_mend(alert: str, told: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        load_queue(f"queue: care\ntitle: Care\n{CHANNELS}\nalerts: {{ a: {{ {alert} }} }}", "care.yaml")
    assert told in str(wrong.value)


def test_an_overflow_to_a_queue_that_there_is_not_is_told() -> None:
    files = {
        "care.yaml": f"queue: care\ntitle: C\n{CHANNELS}\nalerts: {{ a: {{ at: {{ waiting: 5 }}, overflow: cares }} }}"
    }
    with pytest.raises(DefinitionError, match=r"care\.yaml:4:\d+: there is no queue 'cares'; did you mean 'care'"):
        load_queues(files)
