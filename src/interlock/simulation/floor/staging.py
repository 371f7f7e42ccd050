"""Which customers, agents and orders does a scenario make, on which days? Poisson arrivals, shifts, outages; all seeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from random import Random
from typing import Final, NamedTuple

from interlock.kernel.events import Command
from interlock.simulation.clock import chance_of
from interlock.simulation.floor.lasting import AT_ONCE, patience_of
from interlock.simulation.floor.loading import Loaded
from interlock.simulation.floor.play import Answering, Contact, Person
from interlock.simulation.floor.scenario import Arrivals, Shift, Team
from interlock.simulation.floor.setting import Setting
from interlock.vocabulary.calendars import DAYS, Opening
from interlock.vocabulary.capacity import Capacity
from interlock.vocabulary.hours import Span
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import CloseQueue, OpenQueue, Presence, SetPresence
from interlock.vocabulary.skills import Skill

MIDNIGHT: Final = time(0)
MONDAY: Final = date(2026, 11, 23)
ALL_DAY: Final = Span(Opening(MIDNIGHT, MIDNIGHT))


class Stretch(NamedTuple):
    """From when until when, in UTC; the end is not part of it."""

    begins: datetime
    ends: datetime


def setting(loaded: Loaded, days: int) -> Setting:
    """The floor of a scenario for so many days."""
    starts = loaded.scenario.starts
    first = MONDAY if starts is None else starts.date
    dates = [first + timedelta(days=number) for number in range(days)]
    zone = loaded.zone
    people = [person for team in loaded.scenario.teams for person in _people(team, loaded, dates)]

    def contacts(seed: int) -> Iterator[Contact]:
        streams = enumerate(loaded.scenario.arrivals)
        return merge(*(_stream(loaded, arrivals, dates, chance_of(seed, "arrivals", at)) for at, arrivals in streams))

    return Setting(
        loaded.specs,
        loaded.settings,
        zone,
        _moment(first, MIDNIGHT, loaded),
        _moment(first + timedelta(days=days), MIDNIGHT, loaded),
        contacts,
        people,
        sorted(_orders(loaded, dates), key=lambda order: order[0]),
    )


# Customers.


def _stream(loaded: Loaded, arrivals: Arrivals, dates: Sequence[date], chance: Random) -> Iterator[Contact]:
    """The customers of one stream, in the order in which they come."""
    broken = [each for day in dates for each in _outages(loaded, "virtual_agent", day)]
    channel = arrivals.channel or next(iter(loaded.specs[QueueName(arrivals.queue)].channels))
    virtual = arrivals.virtual_agent
    for at in _times(loaded, arrivals, dates, chance):
        works = not any(each.begins <= at < each.ends for each in broken)
        # Everything is drawn in any case, so that an outage changes nothing else about anybody.
        takes = AT_ONCE if virtual.takes is None else virtual.takes.draw(chance)
        contained = chance.random() < virtual.contains
        yield Contact(
            at,
            QueueName(arrivals.queue),
            channel,
            patience_of(arrivals.patience, chance),
            arrivals.handling.draw(chance),
            AT_ONCE if arrivals.wrap_up is None else arrivals.wrap_up.draw(chance),
            arrivals.priority,
            takes if works else AT_ONCE,
            contained and works,
        )


def _times(loaded: Loaded, arrivals: Arrivals, dates: Sequence[date], chance: Random) -> Iterator[datetime]:
    if arrivals.recorded is not None:
        first = _moment(dates[0], MIDNIGHT, loaded)
        last = _moment(dates[-1] + timedelta(days=1), MIDNIGHT, loaded)
        yield from (at.astimezone(UTC) for at in loaded.recorded[arrivals.recorded] if first <= at < last)
        return
    profile = arrivals.profile if arrivals.profile is not None else {ALL_DAY: arrivals.per_hour or 0.0}
    spans = sorted(profile.items(), key=lambda one: one[0].opening)
    for day in dates:
        if arrivals.days and DAYS[day.weekday()] not in arrivals.days:
            continue
        for span, rate in spans:
            if rate:
                yield from _poisson(_stretch(day, span, loaded), rate / 3600, chance)


def _poisson(stretch: Stretch, per_second: float, chance: Random) -> Iterator[datetime]:
    """Exponential gaps; a stretch begins anew, which changes nothing for a process without memory."""
    at = stretch.begins
    while (at := at + timedelta(seconds=chance.expovariate(per_second))) < stretch.ends:
        yield at


# Agents.


def _people(team: Team, loaded: Loaded, dates: Sequence[date]) -> Iterator[Person]:
    plan = _plan(team, loaded, dates)
    capacity = Capacity(team.capacity) if team.profile is None else loaded.capacities[team.profile]
    answering = Answering(team.answers_after, team.rejects, team.misses, team.returns_after)
    for number in range(1, team.agents + 1):
        agent = StaffId(f"s_{team.team}_{number:04}")
        wants = SetPresence(
            agent=agent,
            presence=Presence.AVAILABLE,
            queues=tuple(QueueName(queue) for queue in team.queues),
            capacity=capacity.units,
            shares=capacity.shares,
            skills=tuple(Skill(name, level) for name, level in team.skills.items()),
        )
        yield Person(agent, team.team, wants, plan, answering)


def _plan(team: Team, loaded: Loaded, dates: Sequence[date]) -> list[tuple[datetime, Presence]]:
    """The presence that the team wants from each moment on: that of its shifts, breaks and outages, the last one winning."""
    shifts = team.shifts or (Shift(ALL_DAY),)
    layers: list[tuple[list[Stretch], Presence]] = [([], Presence.AVAILABLE), ([], Presence.BREAK)]
    for day in dates:
        for shift in shifts:
            if not shift.days or DAYS[day.weekday()] in shift.days:
                layers[0][0].append(_stretch(day, shift.hours, loaded))
                layers[1][0].extend(_stretch(day, rest, loaded) for rest in shift.breaks)
    away = [each for day in dates for each in _outages(loaded, f"team:{team.team}", day)]
    layers.append((away, Presence.OTHER_WORK))
    changes = sorted({at for stretches, _ in layers for stretch in stretches for at in stretch})
    plan: list[tuple[datetime, Presence]] = []
    before = Presence.OFFLINE
    for at in changes:
        wanted = Presence.OFFLINE
        for stretches, presence in layers:
            there = any(each.begins <= at < each.ends for each in stretches)
            # Whoever is not at work has neither breaks nor outages.
            if there and (presence is Presence.AVAILABLE or wanted is not Presence.OFFLINE):
                wanted = presence
        if wanted is not before:
            plan.append((at, wanted))
            before = wanted
    return plan


# What goes wrong.


def _orders(loaded: Loaded, dates: Sequence[date]) -> Iterator[tuple[datetime, Command]]:
    for queue in loaded.specs:
        for stretch in (each for day in dates for each in _outages(loaded, f"queue:{queue}", day)):
            yield stretch.begins, CloseQueue(queue=queue, message="Out of order.", by="scenario")
            yield stretch.ends, OpenQueue(queue=queue, by="scenario")


def _outages(loaded: Loaded, out: str, day: date) -> list[Stretch]:
    return [
        _stretch(day, outage.hours, loaded)
        for outage in loaded.scenario.outages
        if outage.out == out and (outage.on is None or outage.on.date == day)
    ]


def _stretch(day: date, span: Span, loaded: Loaded) -> Stretch:
    ends = day if span.opening.end != MIDNIGHT else day + timedelta(days=1)
    return Stretch(_moment(day, span.opening.start, loaded), _moment(ends, span.opening.end, loaded))


def _moment(day: date, at: time, loaded: Loaded) -> datetime:
    return datetime.combine(day, at, loaded.zone).astimezone(UTC)
