"""What is a floor that can be played: queues, customers, agents, what is done to it; and how is a run of it made?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from interlock.kernel.events import Command
from interlock.routing import Specs
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.play import Contact, Person, Play
from interlock.simulation.floor.routed import Floor
from interlock.simulation.floor.tally import INTERVAL, Tally
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.settings import TenantSettings

RUNS_ON: Final = timedelta(days=1)
"""How long a run goes on after its last day, until nobody waits or is talked to any more."""

Progress = Callable[[datetime], None]
"""Told how far virtual time has come."""


class Setting(NamedTuple):
    """A floor to be played.

    Attributes:
        starts: the first midnight, in ``zone``.
        ends: the midnight after the last day; nobody comes from then on.
        contacts: the customers of one run, in the order in which they come, by its seed.
        orders: what somebody does to the floor at a time.
    """

    specs: Specs
    settings: TenantSettings
    zone: tzinfo
    starts: datetime
    ends: datetime
    contacts: Callable[[int], Iterable[Contact]]
    people: Sequence[Person]
    orders: Sequence[tuple[datetime, Command]] = ()

    @property
    def teams(self) -> dict[str, tuple[QueueName, ...]]:
        """The queues that each team serves."""
        return {person.team: person.wants.queues for person in self.people}


class Run(NamedTuple):
    """What came of one run.

    Attributes:
        left: who still waited when it was broken off.
    """

    tally: Tally
    left: int


def play(setting: Setting, seed: int, progress: Progress = lambda now: None) -> Run:
    """One run. The same setting and seed give the same counts."""
    floor = Floor(setting.specs, setting.settings, setting.starts)
    teams = {person.agent: person.team for person in setting.people}
    tally = Tally(setting.specs, setting.starts, setting.zone, teams.__getitem__)
    chance = chance_of(seed, "agents")
    run = Play(floor, tally, setting.contacts(seed), setting.people, setting.orders, chance)
    now = setting.starts
    run.begin()
    while now < setting.ends or (run.open and now < setting.ends + RUNS_ON):
        now += INTERVAL
        floor.run(now)
        if now <= setting.ends:
            tally.spend_until(now)
            progress(now)
    return Run(tally, len(floor.board.visits))
