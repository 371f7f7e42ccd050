"""What is counted while a floor is played: visits by queue, agents' time by team, per day and quarter of an hour?

Visits count by the interval in which they were entered, as on the supervisor's page; service level, ASA and AHT are
``routing.measures``. Occupancy is (handling + wrap-up) ÷ (handling + wrap-up + available).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from interlock.routing import Board, Specs
from interlock.routing.agents import Agent
from interlock.routing.measures import INTERVAL_S, Counts
from interlock.vocabulary.ids import QueueName, StaffId, VisitId
from interlock.vocabulary.routing import Presence, VisitEnded, VisitEntered

SLOTS: Final = 24 * 3600 // INTERVAL_S
"""Intervals of a day."""

INTERVAL: Final = timedelta(seconds=INTERVAL_S)
MILLISECOND: Final = timedelta(milliseconds=1)
State = Literal["handling", "available", "away", "offline"]


class Slot(NamedTuple):
    """An interval: the day of the run from 0, and the quarter of an hour in that day from 0, in local time."""

    day: int
    slot: int


class Hours(msgspec.Struct):
    """Seconds of a team's agents, by what they did; offline is not counted."""

    handling: float = 0.0
    available: float = 0.0
    away: float = 0.0

    def add(self, other: Hours) -> None:
        """Adds another interval's."""
        self.handling += other.handling
        self.available += other.available
        self.away += other.away


class Visits(Counts):
    """What happened to the customers who wanted to enter a queue in one interval."""

    contained: int = 0
    """Customers of whom the virtual agent did all, so that they never waited."""
    turned_away: int = 0
    """Customers who were not let in: the queue was closed, unstaffed or full."""


class Standing(Protocol):
    """A floor at a moment."""

    now: datetime
    board: Board


class _Team:
    def __init__(self, since: datetime) -> None:
        self.since = since
        self.now: Counter[State] = Counter()


class Tally:
    """The counts of one run."""

    def __init__(self, specs: Specs, starts: datetime, zone: tzinfo, team_of: Callable[[StaffId], str]) -> None:
        self._specs, self.zone = specs, zone
        self._first = starts.astimezone(zone).date().toordinal()
        self.visits: defaultdict[tuple[QueueName, Slot], Visits] = defaultdict(Visits)
        self.hours: defaultdict[tuple[str, Slot], Hours] = defaultdict(Hours)
        self._at: dict[VisitId, tuple[VisitEntered, Slot]] = {}
        self._team_of = team_of
        self._teams: dict[str, _Team] = {}
        self._spent = starts
        self._states: dict[StaffId, State] = {}

    def slot(self, at: datetime) -> Slot:
        """The interval of a moment."""
        local = at.astimezone(self.zone)
        return Slot(
            local.date().toordinal() - self._first, (local.hour * 3600 + local.minute * 60 + local.second) // INTERVAL_S
        )

    def entered(self, fact: VisitEntered, at: datetime) -> None:
        """A visit began."""
        slot = self.slot(at)
        self._at[fact.visit] = (fact, slot)
        self.visits[fact.queue, slot].entered += 1

    def visit_ended(self, fact: VisitEnded) -> None:
        """A visit is over."""
        began, slot = self._at.pop(fact.visit)
        counts = self.visits[fact.queue, slot]
        counts.wait_ms += fact.waited_ms
        match fact.how:
            case "answered":
                counts.answered += 1
                counts.answered_wait_ms += fact.waited_ms
                spec = self._specs.get(fact.queue)
                threshold = None if spec is None else spec.threshold_ms(began.channel)
                counts.within += threshold is not None and fact.waited_ms <= threshold
            case "abandoned":
                counts.abandoned += 1
            case "short_abandoned":
                counts.short_abandoned += 1
            case _:
                counts.elsewhere += 1

    def handled(self, queue: QueueName, took: timedelta, at: datetime) -> None:
        """An interaction was wrapped up."""
        counts = self.visits[queue, self.slot(at)]
        counts.handled += 1
        counts.handled_ms += took // MILLISECOND

    def contained(self, queue: QueueName, at: datetime) -> None:
        """The virtual agent did all that somebody wanted."""
        self.visits[queue, self.slot(at)].contained += 1

    def turned_away(self, queue: QueueName, why: str, at: datetime) -> None:
        """Somebody was not let in."""
        self.visits[queue, self.slot(at)].turned_away += 1

    def agent_changed(self, agent: StaffId, floor: Standing) -> None:
        """An agent may do something else from now on."""
        state, before = _state(floor.board.agent(agent)), self._states.get(agent, "offline")
        if state == before:
            return
        name = self._team_of(agent)
        team = self._teams.get(name)
        if team is None:
            team = self._teams[name] = _Team(floor.now)
        self._spend(name, floor.now)
        self._states[agent] = state
        team.now[before] -= 1
        team.now[state] += 1

    def spend_until(self, now: datetime) -> None:
        """The time up to now is spent, interval by interval, so that it counts where it belongs."""
        while self._spent + INTERVAL <= now:
            self._spent += INTERVAL
            self.spend(self._spent)

    def spend(self, now: datetime) -> None:
        """The time up to now is spent; it counts in the interval in which it began."""
        for team in self._teams:
            self._spend(team, now)

    def _spend(self, name: str, now: datetime) -> None:
        team = self._teams[name]
        seconds = (now - team.since).total_seconds()
        if seconds <= 0:
            return
        hours, counted = self.hours[name, self.slot(team.since)], team.now
        hours.handling += seconds * counted["handling"]
        hours.available += seconds * counted["available"]
        hours.away += seconds * counted["away"]
        team.since = now


def _state(agent: Agent) -> State:
    if agent.busy:
        return "handling"
    if agent.presence is Presence.AVAILABLE:
        return "available"
    return "offline" if agent.presence is Presence.OFFLINE else "away"


def summed(parts: Iterable[Visits]) -> Visits:
    """The sum of some intervals."""
    result = Visits()
    for each in parts:
        result.add(each)
    return result
