"""How are journeys walked: how many runs wait at which step, how many came to it, left there, and how long did it take?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.ids import InteractionId, RunId
from interlock.vocabulary.interactions import InteractionEnded, InteractionReopened
from interlock.vocabulary.journeys import HANDED_OVER, JourneyEnded, JourneyStarted, StepReached

KEPT: Final = timedelta(days=30)
"""How far back the steps of journeys are counted."""

BY_HOUR: Final = timedelta(hours=26)
"""How far back is counted by the hour; before that by the day, so that a month is thirty additions and not seven hundred."""

OF_TRAFFIC: Final[tuple[type[Event], ...]] = (
    JourneyStarted,
    StepReached,
    JourneyEnded,
    InteractionEnded,
    InteractionReopened,
)
"""The facts that tell it."""

BROKEN_OFF: Final = frozenset({"cancelled", "changed_subject", "set_aside"})
"""Outcomes that the customer brought about at the step where the run waited: she stopped it, or went on to something else,
or automation stepped aside for a matter that was recognised."""

OUTLIVES: Final = frozenset({"proposal", "approval", "time"})
"""What a run goes on waiting for when the interaction is over: nobody has to be there for it."""

CALL: Final = "call"
"""What a run waits for that another one has to do for it: it outlives what that one does."""

SEEN_THROUGH: Final = frozenset({"wrapped_up", "merged"})
"""How an interaction ends that people had: a run that stood at its hand-over did what it was for."""

REOPENED_WITHIN: Final = timedelta(days=7)
"""How long a run that was left is remembered, so that it counts as waiting again when its interaction is reopened."""

LEFT: Final = "left"
"""The outcome of a run whose customer went away."""

_RATIO: Final = 1.05
"""Times are kept in classes, each so much longer than the one before: a median is right to within half of that."""

Key = tuple[str, str]
"""A journey in a release: (release, journey)."""


class StepTraffic(NamedTuple):
    """What a step saw.

    Attributes:
        waiting: runs that stand there now.
        reached: runs that came to it, each once, however often it was asked again.
        left: runs whose customer went away there, stopped it, or went on to something else.
        median_s: how long a run stood there that went on, in seconds; None where none did.
    """

    waiting: int
    reached: int
    left: int
    median_s: float | None


class JourneyTraffic(NamedTuple):
    """What a journey saw: runs now, runs that began, their outcomes (``left`` for those that were left), its steps."""

    live: int
    began: int
    outcomes: Mapping[str, int]
    steps: Mapping[str, StepTraffic]


@dataclass(slots=True)
class _Run:
    key: Key
    path: str = ""
    waits_for: str = ""
    since: datetime | None = None
    seen: set[str] = field(default_factory=set)
    away: str = ""
    """Where it stood when its interaction ended, while it waits for what outlives that."""
    left: tuple[datetime, str] | None = None
    """When it was left, and at which step."""


@dataclass(slots=True)
class _Hour:
    """What happened to the runs of one journey within one hour; by path, but for how they ended."""

    began: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    stood: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, other: _Hour) -> None:
        """Take in what happened within another one."""
        self.began += other.began
        self.ended.update(other.ended)
        self.reached.update(other.reached)
        self.left.update(other.left)
        for path, classes in other.stood.items():
            self.stood.setdefault(path, Counter()).update(classes)


@dataclass(slots=True)
class Traffic:
    """A fold of the journeys' facts: the latest hour by hour, what is older by the day, what is older than ``KEPT`` not at all.
    Nothing personal is in it.

    A run is known from its beginning, so one that began before the first fact that was folded is not counted.
    """

    hours: dict[datetime, dict[Key, _Hour]] = field(default_factory=dict)
    _by_day: datetime = datetime.min.replace(tzinfo=UTC)
    """What is older stands in the first hour of its day."""
    _runs: dict[RunId, _Run] = field(default_factory=dict)
    _of: dict[InteractionId, list[RunId]] = field(default_factory=dict)

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in; others than those of journeys are left alone."""
        at = recorded.at
        match recorded.event:
            case JourneyStarted() as event:
                self._runs[event.run] = _Run((event.release, event.journey))
                self._of.setdefault(event.interaction, []).append(event.run)
                self._hour(at, (event.release, event.journey)).began += 1
            case StepReached() as event if (run := self._runs.get(event.run)) is not None:
                if run.away and event.waits_for not in OUTLIVES:
                    # What was waited for is over, and nobody is there for what comes next.
                    for each in self._open(event.interaction):
                        if each is run or each.waits_for == CALL:
                            self._left(each, each.away or each.path, at)
                else:
                    self._reached(run, event, at)
            case JourneyEnded() as event if (run := self._runs.pop(event.run, None)) is not None:
                self._ended(run, event.outcome, at)
                self._forget_run(event.interaction, event.run)
            case InteractionEnded() as event:
                runs = self._open(event.interaction)
                outlives = OUTLIVES | {CALL} if any(run.waits_for in OUTLIVES for run in runs) else OUTLIVES
                for run in runs:
                    self._alone(run, outlives, event.reason in SEEN_THROUGH, at)
            case InteractionReopened() as event:
                for run in self._open(event.interaction):
                    self._back(run, at)
            case _:
                return

    def forget(self, before: datetime) -> None:
        """Drop what is older than a moment, by the hour, and what was left so long ago that nobody comes back to it."""
        for hour in [hour for hour in self.hours if hour < _day_of(before)]:
            del self.hours[hour]
        self._by_day = before + KEPT - BY_HOUR
        for hour in [hour for hour in self.hours if hour < _hour_of(self._by_day) and hour != _day_of(hour)]:
            for key, seen in self.hours.pop(hour).items():
                self.hours.setdefault(_day_of(hour), {}).setdefault(key, _Hour()).add(seen)
        gone = before + KEPT - REOPENED_WITHIN
        for interaction, runs in list(self._of.items()):
            for name in [name for name in runs if (left := self._runs[name].left) is not None and left[0] < gone]:
                del self._runs[name]
                self._forget_run(interaction, name)

    def keys(self, journey: str) -> set[Key]:
        """The releases in which a journey was walked."""
        begun = {key for hour in self.hours.values() for key in hour if key[1] == journey}
        return begun | {run.key for run in self._runs.values() if run.key[1] == journey}

    def of(self, keys: Collection[Key], since: datetime) -> JourneyTraffic:
        """What the journey of those releases saw since a moment: by the full hour in which that lies, or, for what is
        longer ago than ``BY_HOUR``, by the full day (UTC)."""
        first = _hour_of(since) if since >= self._by_day else _day_of(since)
        whole = _Hour()
        for hour, by_key in self.hours.items():
            for key in keys if hour >= first else ():
                if key in by_key:
                    whole.add(by_key[key])
        live = [run for run in self._runs.values() if run.key in keys and run.left is None]
        waiting = Counter(run.path for run in live)
        steps = {
            path: StepTraffic(waiting[path], whole.reached[path], whole.left[path], _median(whole.stood.get(path)))
            for path in sorted({*whole.reached, *whole.left, *whole.stood, *waiting} - {""})
        }
        return JourneyTraffic(len(live), whole.began, dict(+whole.ended), steps)

    # One run.

    def _reached(self, run: _Run, event: StepReached, at: datetime) -> None:
        if event.path != run.path:
            self._stood(run, at)
            run.path, run.since = event.path, at
            if event.path not in run.seen:
                run.seen.add(event.path)
                self._hour(at, run.key).reached[event.path] += 1
        run.waits_for, run.left = event.waits_for, None

    def _ended(self, run: _Run, outcome: str, at: datetime) -> None:
        if run.left is not None:
            return  # it counted as over when it was left
        hour = self._hour(at, run.key)
        hour.ended[outcome] += 1
        if outcome not in BROKEN_OFF:
            self._stood(run, at)
        elif run.path:
            hour.left[run.path] += 1

    def _alone(self, run: _Run, outlives: Collection[str], seen_through: bool, at: datetime) -> None:
        """The interaction is over."""
        if run.left is not None or not run.path:
            return
        if run.waits_for in outlives:
            run.away = run.path
        elif seen_through:
            run.left = (at, "")
            self._hour(at, run.key).ended[HANDED_OVER] += 1
        else:
            self._left(run, run.path, at)

    def _left(self, run: _Run, path: str, at: datetime) -> None:
        if run.left is not None:
            return
        run.left = (at, path)
        hour = self._hour(at, run.key)
        hour.left[path] += 1
        hour.ended[LEFT] += 1

    def _back(self, run: _Run, at: datetime) -> None:
        """The customer is back: a run that was left waits again. One that stood at its hand-over is over for good."""
        run.away = ""
        if run.left is None or not run.left[1] or run.waits_for == "hand_over":
            return
        hour = self._hour(run.left[0], run.key)
        hour.left[run.left[1]] -= 1
        hour.ended[LEFT] -= 1
        run.left, run.since = None, at

    def _stood(self, run: _Run, at: datetime) -> None:
        if run.path and run.since is not None:
            classes = self._hour(at, run.key).stood.setdefault(run.path, Counter())
            classes[_class_of((at - run.since).total_seconds())] += 1

    def _open(self, interaction: InteractionId) -> Sequence[_Run]:
        return [self._runs[name] for name in self._of.get(interaction, ())]

    def _forget_run(self, interaction: InteractionId, run: RunId) -> None:
        runs = self._of[interaction]
        runs.remove(run)
        if not runs:
            del self._of[interaction]

    def _hour(self, at: datetime, key: Key) -> _Hour:
        return self.hours.setdefault(_hour_of(at), {}).setdefault(key, _Hour())


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _day_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _class_of(seconds: float) -> int:
    return max(0, round(math.log(max(seconds, 1e-3) * 1e3) / math.log(_RATIO)))


def _median(classes: Counter[int] | None) -> float | None:
    if not classes:
        return None
    middle, seen = (classes.total() + 1) / 2, 0
    for size in sorted(classes):
        seen += classes[size]
        if seen >= middle:
            return round(_RATIO**size / 1e3, 3)
    raise AssertionError("a median is among its values")
