"""Does the floor in memory decide on what the log would have given, and count what the supervisor's page counts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from interlock.kernel.events import Cursor, Event, Recorded
from interlock.routing.measures import total
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.lasting import Exponential
from interlock.simulation.floor.play import Answering, Contact
from interlock.simulation.floor.routed import Floor
from interlock.simulation.floor.setting import Setting, play
from interlock.simulation.floor.tally import summed
from interlock.vocabulary.routing import (
    CloseQueue,
    OfferClosed,
    OpenQueue,
    Presence,
    PresencePended,
    QueueClosed,
    VisitEnded,
)
from interlock.vocabulary.skills import Skill
from tests.simulation.floor.floors import MIDNIGHT, A, B, Stream, agents, floor, queue, queues

SPECS = queues(
    queue("a", "20s", "skills: { preferred: { own: 1 } }\nrings: [{ for: 20s, skills: { own: 2 } }, { overflow: b }]"),
    queue("b", "20s", "limit: 6\npriority: 1"),
)
FAST = Answering(Exponential(timedelta(seconds=4)), rejects=0.1, misses=0.05, returns_after=timedelta(seconds=50))


class Remembering(Floor):
    """A floor that keeps its facts as a log does, and compares what each decision knows with what that would give."""

    last: Remembering

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.facts: list[Recorded] = []
        self.decided = 0
        Remembering.last = self

    def happens(self, *facts: Event) -> None:
        for fact in facts:
            self.facts.append(Recorded(Cursor(0, len(self.facts) + 1), "", self.now, fact, ""))
            super().happens(fact)

    def state(self, command: Any) -> Any:
        known = super().state(command)
        decider = self._deciders[type(command)]
        queries = tuple(decider.reads(command))
        found = decider.fold(each for each in self.facts if any(query.matches(each.event) for query in queries))
        if isinstance(command, CloseQueue | OpenQueue):
            assert known == found
            return known
        # Of the end of a visit nothing more is asked than that it is over.
        if not found.ended:
            assert (known.visit, known.person, known.ended) == (found.visit, found.person, found.ended)
            assert (known.accepted, known.closed) == (found.accepted, found.closed)
        if any(query.tag.startswith("agent:") for query in queries):
            assert known.agent(command.agent) == found.agent(command.agent)
        self.decided += 1
        return known


def busy_floor(calls: int = 150) -> Setting:
    """Everything happens on it: rings, overflow, a limit, rejected and missed offers, breaks, a closed queue."""
    streams = [Stream(A, 4 / 60, 1 / 60, 1 / 60), Stream(B, 3 / 60, 1 / 60, 1 / 90)]
    people = [*agents("a", 3, [A], [Skill("own", 2)]), *agents("b", 3, [B])]
    setting = floor(SPECS, people, streams, calls)
    rest = [(MIDNIGHT, Presence.AVAILABLE), (MIDNIGHT + timedelta(minutes=6), Presence.BREAK)]
    rest += [(MIDNIGHT + timedelta(minutes=9), Presence.AVAILABLE)]
    orders = [
        (MIDNIGHT + timedelta(minutes=11), CloseQueue(queue=B, message="Out", by="x")),
        (MIDNIGHT + timedelta(minutes=13), OpenQueue(queue=B, by="x")),
    ]

    def contacts(seed: int) -> Sequence[Contact]:
        chance = chance_of(seed, "wrap-up")
        wrap_up = [timedelta(seconds=chance.expovariate(1 / 20)) for _ in range(calls * 2)]
        return [each._replace(wrap_up=after) for each, after in zip(setting.contacts(seed), wrap_up, strict=False)]

    people = [person._replace(plan=rest, answering=FAST) for person in people]
    return setting._replace(people=people, orders=orders, contacts=contacts)


def test_a_decision_knows_what_its_queries_would_find_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.simulation.floor.setting.Floor", Remembering)
    play(busy_floor(100), 3)
    played = Remembering.last
    kinds = {type(each.event) for each in played.facts}
    assert {OfferClosed, PresencePended, QueueClosed, VisitEnded} <= kinds
    how = {each.event.how for each in played.facts if isinstance(each.event, OfferClosed)}
    assert how == {"rejected", "timed_out", "withdrawn"}
    assert played.decided > 200
    assert not played.board.visits
    assert not played._visits, "what is over is forgotten"
    assert not played._visit_of


def test_what_is_counted_is_what_the_supervisors_page_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = busy_floor()
    floors: list[Floor] = []

    def made(*given: Any) -> Floor:
        floors.append(Floor(*given))
        return floors[-1]

    monkeypatch.setattr("interlock.simulation.floor.setting.Floor", made)
    tally = play(setting, 5).tally
    for name in SPECS:
        page = total(floors[0].board.queues[name].intervals.counts.values())
        ours = summed(counts for (queue, _), counts in tally.visits.items() if queue == name)
        for figure in ("entered", "answered", "within", "abandoned", "short_abandoned", "wait_ms", "answered_wait_ms"):
            assert getattr(ours, figure) == getattr(page, figure), figure
        assert ours.entered > 20


def test_the_same_seed_gives_the_same_and_another_one_gives_another() -> None:
    one, again, other = (play(busy_floor(), seed).tally.visits for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_who_leaves_while_an_agent_is_asked_is_not_given_to_him() -> None:
    people = agents("a", 1, [A])
    slow = Answering(Exponential(timedelta(hours=10)))
    setting = floor(SPECS, [people[0]._replace(answering=slow)], [Stream(B, 1.0, 1.0)], 1)
    leaves = Contact(MIDNIGHT + timedelta(seconds=1), A, "voice", patience=timedelta(seconds=10))  # type: ignore[arg-type]
    found = summed(play(setting._replace(contacts=lambda seed: [leaves]), 1).tally.visits.values())
    assert (found.entered, found.answered, found.abandoned) == (1, 0, 1)
