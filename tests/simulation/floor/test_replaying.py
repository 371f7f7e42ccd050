"""Does a replay of the past find what a changed configuration would really have done, and does it say what it cannot know?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from interlock.kernel.errors import Refused
from interlock.kernel.events import Cursor, Event, Recorded
from interlock.routing import Specs
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.doubts import doubts
from interlock.simulation.floor.estimates import difference
from interlock.simulation.floor.lasting import ENDLESS, Exponential
from interlock.simulation.floor.play import Answering, Contact, Person
from interlock.simulation.floor.recorded import OF_FLOOR, RecordedFloor
from interlock.simulation.floor.replaying import Past, Replay, patience_of, replay
from interlock.simulation.floor.results import parts_of
from interlock.simulation.floor.routed import Floor
from interlock.simulation.floor.setting import Run, Setting, play
from interlock.simulation.floor.survival import Patience
from interlock.simulation.floor.tally import Tally, summed
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.routing import Presence
from interlock.vocabulary.skills import Skill
from tests.simulation.floor.floors import MIDNIGHT, SETTINGS, A, B, agents, queue, queues

APART = queues(queue("a", "20s"), queue("b", "20s"))
TOGETHER = queues(queue("a", "20s", "rings: [{ overflow: b }]"), queue("b", "20s", "rings: [{ overflow: a }]"))
DAYS = 3
ZONE = MIDNIGHT.tzinfo
assert ZONE is not None


def customers(seed: int) -> Iterator[Contact]:
    """On each day an hour of calls for a, more than its team can take, and few for b."""
    found = []
    for name, rate in ((A, 4.0 / 60), (B, 1.5 / 60)):
        chance = chance_of(seed, "past", name)
        for day in range(DAYS):
            at = 0.0
            while (at := at + chance.expovariate(rate)) < 3600:
                begins = MIDNIGHT + timedelta(days=day, hours=9, seconds=at)
                patience = timedelta(seconds=chance.expovariate(1 / 90))
                handling = timedelta(seconds=chance.expovariate(1 / 60))
                found.append(Contact(begins, name, Channel.VOICE, patience, handling, timedelta(seconds=5)))
    return iter(sorted(found, key=lambda contact: contact.at))


def people() -> list[Person]:
    answering = Answering(Exponential(timedelta(seconds=3)), rejects=0.02, misses=0.01)
    plan = [
        (MIDNIGHT + timedelta(days=day, hours=hour), presence)
        for day in range(DAYS)
        for hour, presence in ((8, Presence.AVAILABLE), (12, Presence.OFFLINE))
    ]
    staff = [*agents("a", 4, [A], [Skill("own", 2)]), *agents("b", 4, [B])]
    return [person._replace(plan=plan, answering=answering) for person in staff]


class Recording(Floor):
    """A floor whose facts are kept in order, as a log has them."""

    log: list[Recorded]

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.kept = Recording.log = []

    def happens(self, *facts: Event) -> None:
        for fact in facts:
            if isinstance(fact, OF_FLOOR):
                self.kept.append(Recorded(Cursor(0, len(self.kept) + 1), "", self.now, fact, ""))
            super().happens(fact)


def true(specs: Specs, seed: int = 1) -> Setting:
    return Setting(specs, SETTINGS, ZONE, MIDNIGHT, MIDNIGHT + timedelta(days=DAYS), customers, people())


@pytest.fixture(scope="module")
def really() -> Run:
    """Three days on which nobody helped anybody; their facts are in ``Recording.log``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("interlock.simulation.floor.setting.Floor", Recording)
        return play(true(APART), 1)


@pytest.fixture(scope="module")
def past(really: Run) -> Past:
    """What the log has of them."""
    recorded = RecordedFloor(APART, MIDNIGHT, ZONE)
    for each in Recording.log:
        recorded.fold(each)
    recorded.close(recorded.now)
    return Past(recorded, recorded.now)


def replayed(past: Past, specs: Specs) -> Replay:
    one, two = (play(past.setting(SETTINGS, each), 1) for each in (APART, specs))
    return replay(past, APART, [one], [two], specs)


def people_of(tally: Tally) -> list[str]:
    return [name for name, _ in tally.hours]


def notes(past: Past, specs: Specs) -> list[str]:
    return list(doubts(past.recorded, patience_of(past.recorded), specs))


def test_the_log_counts_what_the_floor_counted(really: Run, past: Past) -> None:
    played, read = really.tally, past.recorded.tally
    assert read.visits == played.visits
    assert set(people_of(read)) == {person.agent for person in people()}
    for what in ("handling", "available"):
        spent = [sum(getattr(each, what) for each in tally.hours.values()) for tally in (played, read)]
        assert spent[0] == pytest.approx(spent[1])


def test_a_replay_finds_what_the_change_would_really_have_done(past: Past) -> None:
    found = replayed(past, TOGETHER)
    truth = play(true(TOGETHER), 1).tally
    for line in found.queues:
        really = summed(counts for (name, _), counts in truth.visits.items() if name == line.queue)
        assert line.recorded.service_level is not None
        assert line.as_it_is is not None
        assert line.as_it_is.service_level is not None
        assert line.as_it_is.service_level.value == pytest.approx(line.recorded.service_level.value, abs=0.05)
        assert line.changed is not None
        assert line.changed.service_level is not None
        assert line.changed.abandon_rate is not None
        assert line.changed.service_level.value == pytest.approx(really.service_level, abs=0.05)
        left = (really.abandoned + really.short_abandoned) / really.entered
        assert line.changed.abandon_rate.value == pytest.approx(left, abs=0.04)
    before, other = (line.recorded.occupancy for line in found.queues)
    assert before is not None
    assert other is not None
    assert before.value > 1.5 * other.value, "those who serve a had more to do than those who serve b"
    more = found.queues[1].difference["occupancy"]
    assert more is not None
    assert more.low is not None
    assert more.low > 0, "who serves b has more to do when he helps"
    better = found.queues[0].difference["service_level"]
    assert better is not None
    assert better.low is not None
    assert better.low > 0.05, "a was helped, and the replay is sure of it"
    assert all("drawn from the others" in note or "nobody was seen to wait" in note for note in found.notes), (
        found.notes
    )


def test_what_the_past_cannot_tell_is_said(past: Past) -> None:
    changed = queues(
        queue("a", "20s", "skills: { required: { own: 1 }, preferred: { french: 2 } }"),
        queue("c", "20s"),
    )
    said = notes(past, changed)
    beginnings = [
        "c: nobody came to it",
        "b: its ",
        "c: no agent who was there serves it",
        "a: no agent who was there is known to have the skill french",
    ]
    for beginning in beginnings:
        assert any(note.startswith(beginning) for note in said), said
    assert not any("skill own" in note for note in said)


def test_customers_of_whom_nobody_left_wait_for_ever_and_that_is_said(past: Past) -> None:
    patient = queues(queue("a", "20s"))
    recorded = past.recorded
    came = recorded.came
    try:
        recorded.came = [each for each in came if each.queue == A and each.ended == "answered"]
        assert {contact.patience for contact in past.setting(SETTINGS, patient).contacts(1)} == {ENDLESS}
        (told,) = [note for note in notes(past, patient) if "how long they would" in note]
        assert "a: nobody was seen to wait at all and then leave, so of 100%" in told
    finally:
        recorded.came = came


def test_a_past_in_which_nobody_was_handled_cannot_be_played() -> None:
    with pytest.raises(Refused, match="Nobody was handled"):
        Past(RecordedFloor(APART, MIDNIGHT, ZONE), MIDNIGHT).setting(SETTINGS, APART)


def test_patience_is_found_although_most_are_answered_before_they_leave() -> None:
    """Exponential patience of 100 s, hidden behind waits of 50 s in the mean: two of three are censored."""
    chance, left, stayed = Random(2), list[timedelta](), list[timedelta]()
    for _ in range(3000):
        patience, wait = chance.expovariate(1 / 100), chance.expovariate(1 / 50)
        (left if patience < wait else stayed).append(timedelta(seconds=min(patience, wait)))
    assert len(stayed) > 1800
    known = Patience(left, stayed)
    drawn = [known.draw(chance) for _ in range(3000)]
    sooner = sum(each < timedelta(seconds=60) for each in drawn) / len(drawn)
    assert sooner == pytest.approx(0.451, abs=0.04)  # 1 - exp(-0.6)
    later = [known.draw(chance, timedelta(seconds=60)) for _ in range(3000)]
    assert min(later) > timedelta(seconds=60)
    again = sum(each < timedelta(seconds=120) for each in later) / len(later)
    assert again == pytest.approx(0.451, abs=0.06), "it has no memory"


def test_what_two_configurations_have_in_common_is_no_part_of_their_difference() -> None:
    """Days that differ much, and a change that gives each of them ten points."""
    before = [(20.0, 100.0), (50.0, 100.0), (80.0, 100.0)]
    after = [(30.0, 100.0), (60.0, 100.0), (90.0, 100.0)]
    found = difference(after, before)
    assert found is not None
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)
    assert difference(after, []) is None


def test_days_of_several_runs_are_pooled(really: Run) -> None:
    once, twice = parts_of([really], DAYS), parts_of([really, really], DAYS)
    assert len(once) == len(twice) == DAYS
    assert [2 * part.visits[A].entered for part in once] == [part.visits[A].entered for part in twice]
    assert once[0].visits[A].entered > 150
