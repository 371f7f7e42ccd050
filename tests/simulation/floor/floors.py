"""Which floors do the tests play: agents who are always there, customers whose times are exponential, and what is measured?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import NamedTuple

from interlock.routing import Specs, load_queues
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.estimates import Estimate, ratio
from interlock.simulation.floor.lasting import ENDLESS
from interlock.simulation.floor.play import Contact, Person
from interlock.simulation.floor.setting import Setting, play
from interlock.simulation.floor.tally import SLOTS, Hours, Visits
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import Presence, SetPresence
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.skills import Skill

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
SETTINGS = TenantSettings(short_abandon=timedelta(0))
A, B = QueueName("a"), QueueName("b")


def queue(name: str, answered_within: str = "20s", more: str = "") -> str:
    """The file of a queue for calls."""
    channels = f"channels: {{ voice: {{ answered_within: {answered_within}, target: 80% }} }}"
    return f"queue: {name}\ntitle: {name}\n{channels}\n{more}"


def queues(*texts: str) -> Specs:
    """Queues as they are read from their files."""
    return load_queues({f"{number}.yaml": text for number, text in enumerate(texts)})


def agents(team: str, count: int, serves: Sequence[QueueName], skills: Sequence[Skill] = ()) -> list[Person]:
    """Agents who are always there and take one call at a time."""
    return [
        Person(
            StaffId(f"s_{team}_{number:02}"),
            team,
            SetPresence(
                agent=StaffId(f"s_{team}_{number:02}"),
                presence=Presence.AVAILABLE,
                queues=tuple(serves),
                capacity=1,
                skills=tuple(skills),
            ),
            [(MIDNIGHT, Presence.AVAILABLE)],
        )
        for number in range(count)
    ]


class Stream(NamedTuple):
    """Calls of a queue: rates per second of arriving, being served and leaving (0 for never)."""

    queue: QueueName
    arrivals: float
    service: float
    leaving: float = 0.0

    def calls(self, seed: int) -> Iterator[Contact]:
        """Calls without end."""
        chance, at = chance_of(seed, self.queue), 0.0
        while True:
            at += chance.expovariate(self.arrivals)
            yield Contact(
                MIDNIGHT + timedelta(seconds=at),
                self.queue,
                Channel.VOICE,
                timedelta(seconds=chance.expovariate(self.leaving)) if self.leaving else ENDLESS,
                timedelta(seconds=chance.expovariate(self.service)),
            )


def floor(specs: Specs, people: Sequence[Person], streams: Sequence[Stream], calls: int) -> Setting:
    """A floor on which about so many calls come."""
    lasts = timedelta(seconds=calls / sum(stream.arrivals for stream in streams))

    def contacts(seed: int) -> Iterator[Contact]:
        for contact in merge(*(stream.calls(seed) for stream in streams)):
            if contact.at > MIDNIGHT + lasts:
                return
            yield contact

    return Setting(specs, SETTINGS, UTC, MIDNIGHT, MIDNIGHT + lasts, contacts, people)


class Measured(NamedTuple):
    """What was measured of a queue."""

    service_level: Estimate
    mean_wait: Estimate
    asa: Estimate
    abandoned: Estimate
    calls: int


def measured(setting: Setting, seed: int, parts: int = 20) -> tuple[dict[QueueName, Measured], Estimate]:
    """The figures of each queue and the occupancy of all, from so many stretches of time; the first one warms up."""
    run = play(setting, seed)
    slots = (setting.ends - setting.starts) / timedelta(minutes=15)
    each = max(1.0, slots / (parts + 1))

    def part(day: int, slot: int) -> int:
        return int((day * SLOTS + slot) / each)

    visits: dict[tuple[QueueName, int], Visits] = defaultdict(Visits)
    hours: dict[int, Hours] = defaultdict(Hours)
    for (name, at), counts in run.tally.visits.items():
        visits[name, part(*at)].add(counts)
    for (_, at), spent in run.tally.hours.items():
        hours[part(*at)].add(spent)
    last = part(*run.tally.slot(setting.ends))

    def of(name: QueueName, figure: Callable[[Visits], tuple[float, float]]) -> Estimate:
        found = ratio([figure(visits[name, number]) for number in range(1, last)])
        assert found is not None
        return found

    figures = {
        name: Measured(
            of(name, lambda one: (one.within, one.entered)),
            of(name, lambda one: (one.wait_ms / 1000, one.entered)),
            of(name, lambda one: (one.answered_wait_ms / 1000, one.answered)),
            of(name, lambda one: (one.abandoned, one.entered)),
            sum(counts.entered for (queue, _), counts in visits.items() if queue == name),
        )
        for name in setting.specs
    }
    busy = ratio(
        [(hours[number].handling, hours[number].handling + hours[number].available) for number in range(1, last)]
    )
    assert busy is not None
    return figures, busy
