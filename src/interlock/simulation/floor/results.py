"""What came of runs of a floor: figures per queue and team with their intervals, and their course over the day?

Independent parts (days, or runs of one day) give the intervals; see ``estimates``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from interlock.routing.measures import INTERVAL_S
from interlock.simulation.floor.estimates import Estimate, mean, ratio
from interlock.simulation.floor.setting import Run, Setting
from interlock.simulation.floor.tally import Hours, Visits
from interlock.vocabulary.ids import QueueName

HOURLY: Final = 3600 / INTERVAL_S


class QueueLine(msgspec.Struct, frozen=True):
    """A queue's figures. Counts are those of a day; times are in seconds; shares are from 0 to 1.

    Attributes:
        threshold_s: T of the service level of its first channel, as ``target`` is the share that is to be reached.
        occupancy: that of the agents who serve it, whatever they do.
        turned_away: those who were not let in, because it was closed, unstaffed or full.
    """

    queue: str
    title: str
    target: float | None
    threshold_s: float | None
    entered: Estimate | None
    answered: Estimate | None
    abandoned: Estimate | None
    contained: Estimate | None
    turned_away: Estimate | None
    abandon_rate: Estimate | None
    service_level: Estimate | None
    asa_s: Estimate | None
    mean_wait_s: Estimate | None
    aht_s: Estimate | None
    occupancy: Estimate | None


class TeamLine(msgspec.Struct, frozen=True):
    """A team's figures: hours of all its agents a day."""

    team: str
    handling_h: Estimate | None
    available_h: Estimate | None
    occupancy: Estimate | None


class Course(msgspec.Struct, frozen=True):
    """A queue's or team's mean day: one value for each time; None where nothing was.

    Attributes:
        of: the queue or the team.
        figures: ``entered`` and ``answered`` an hour, ``service_level``, ``wait_s`` of a queue; ``there`` and ``handling``,
            both in agents, of a team.
    """

    of: str
    figures: dict[str, list[float | None]]


class Report(msgspec.Struct, frozen=True):
    """What a simulation found.

    Attributes:
        times: the times of day that the courses have values for, such as ``08:15``.
        notes: what has to be known before anybody believes the figures.
    """

    name: str
    seed: int
    days: int
    runs: int
    customers: int
    queues: list[QueueLine]
    teams: list[TeamLine]
    times: list[str]
    queue_courses: list[Course]
    team_courses: list[Course]
    notes: list[str]


class Part(NamedTuple):
    """One of the parts that are taken for independent."""

    visits: Mapping[QueueName, Visits]
    hours: Mapping[str, Hours]


def report(name: str, seed: int, setting: Setting, runs: Sequence[Run], notes: Sequence[str] = ()) -> Report:
    """The figures of some runs of one setting; the seeds of further runs follow the first."""
    days = max(1, (setting.ends - setting.starts).days)
    parts = parts_of(runs, days)
    pooled = 1 if days == 1 else len(runs)
    left = sum(run.left for run in runs)
    found = [*notes]
    if len(parts) < 2:
        found.append("one day alone tells nothing of how sure its figures are: simulate more days")
    if left:
        found.append(
            f"{left} customers still waited a day after the last one came: they count as entered, and not as answered"
        )
    slots = _slots(setting, runs)
    return Report(
        name=name,
        seed=seed,
        days=days,
        runs=len(runs),
        customers=sum(_came(counts) for run in runs for counts in run.tally.visits.values()),
        queues=[_queue(queue, setting, parts, pooled) for queue in setting.specs],
        teams=[_team(team, parts, pooled) for team in setting.teams],
        times=[f"{slot // 4:02}:{slot % 4 * 15:02}" for slot in slots],
        queue_courses=[_queue_course(queue, runs, slots, days) for queue in setting.specs],
        team_courses=[_team_course(team, runs, slots, days) for team in setting.teams],
        notes=found,
    )


def parts_of(runs: Sequence[Run], days: int) -> list[Part]:
    """The days, each of all runs; of one day alone the runs."""
    visits: dict[tuple[int, QueueName], Visits] = defaultdict(Visits)
    hours: dict[tuple[int, str], Hours] = defaultdict(Hours)
    for number, run in enumerate(runs):
        for (queue, at), counts in run.tally.visits.items():
            visits[number if days == 1 else at.day, queue].add(counts)
        for (team, at), spent in run.tally.hours.items():
            hours[number if days == 1 else at.day, team].add(spent)
    return [
        Part(
            {queue: counts for (part, queue), counts in visits.items() if part == number},
            {team: spent for (part, team), spent in hours.items() if part == number},
        )
        for number in range(len(runs) if days == 1 else days)
    ]


def _queue(queue: QueueName, setting: Setting, parts: Sequence[Part], pooled: int) -> QueueLine:
    spec = setting.specs[queue]
    target = next(iter(spec.channels.values()), None)
    mine = [part.visits.get(queue, Visits()) for part in parts]
    serve = [team for team, served in setting.teams.items() if queue in served]
    time = [[part.hours[team] for team in serve if team in part.hours] for part in parts]

    def daily(count: Callable[[Visits], int]) -> Estimate | None:
        return mean([count(one) / pooled for one in mine])

    def share(above: Callable[[Visits], float], below: Callable[[Visits], float]) -> Estimate | None:
        return ratio([(above(one), below(one)) for one in mine])

    return QueueLine(
        queue=queue,
        title=spec.title,
        target=None if target is None else float(target.target),
        threshold_s=None if target is None else target.answered_within.total_seconds(),
        entered=daily(lambda one: one.entered),
        answered=daily(lambda one: one.answered),
        abandoned=daily(_abandoned),
        contained=daily(lambda one: one.contained),
        turned_away=daily(lambda one: one.turned_away),
        abandon_rate=share(_abandoned, lambda one: one.entered),
        service_level=share(lambda one: one.within, lambda one: one.entered - one.short_abandoned),
        asa_s=share(lambda one: one.answered_wait_ms / 1000, lambda one: one.answered),
        mean_wait_s=share(lambda one: one.wait_ms / 1000, lambda one: one.entered),
        aht_s=share(lambda one: one.handled_ms / 1000, lambda one: one.handled),
        occupancy=ratio([_busy(each) for each in time]),
    )


def _team(team: str, parts: Sequence[Part], pooled: int) -> TeamLine:
    mine = [part.hours.get(team, Hours()) for part in parts]
    return TeamLine(
        team=team,
        handling_h=mean([one.handling / 3600 / pooled for one in mine]),
        available_h=mean([one.available / 3600 / pooled for one in mine]),
        occupancy=ratio([_busy([one]) for one in mine]),
    )


def _abandoned(counts: Visits) -> int:
    return counts.abandoned + counts.short_abandoned


def _came(counts: Visits) -> int:
    return counts.entered + counts.contained + counts.turned_away


def _busy(spent: Sequence[Hours]) -> tuple[float, float]:
    handling = sum(one.handling for one in spent)
    return handling, handling + sum(one.available for one in spent)


def _slots(setting: Setting, runs: Sequence[Run]) -> list[int]:
    """The quarters of an hour from the first in which anything was to the last."""
    used = {at.slot for run in runs for (_, at), counts in run.tally.visits.items() if _came(counts)}
    used |= {
        at.slot
        for run in runs
        for (_, at), spent in run.tally.hours.items()
        if spent.handling + spent.available + spent.away
    }
    return list(range(min(used), max(used) + 1)) if used else []


def _queue_course(queue: QueueName, runs: Sequence[Run], slots: Sequence[int], days: int) -> Course:
    of_slot: dict[int, Visits] = defaultdict(Visits)
    for run in runs:
        for (name, at), counts in run.tally.visits.items():
            if name == queue:
                of_slot[at.slot].add(counts)
    found = [of_slot[slot] for slot in slots]
    spread = days * len(runs) / HOURLY
    return Course(
        queue,
        {
            "entered": [one.entered / spread for one in found],
            "answered": [one.answered / spread for one in found],
            "service_level": [one.service_level for one in found],
            "wait_s": [None if (wait := one.mean_wait_ms) is None else wait / 1000 for one in found],
        },
    )


def _team_course(team: str, runs: Sequence[Run], slots: Sequence[int], days: int) -> Course:
    of_slot: dict[int, Hours] = defaultdict(Hours)
    for run in runs:
        for (name, at), spent in run.tally.hours.items():
            if name == team:
                of_slot[at.slot].add(spent)
    found = [of_slot[slot] for slot in slots]
    spread = days * len(runs) * INTERVAL_S
    return Course(
        team,
        {
            "there": [(one.handling + one.available) / spread for one in found],
            "handling": [one.handling / spread for one in found],
        },
    )
