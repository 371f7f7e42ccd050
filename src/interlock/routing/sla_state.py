"""Which clocks of an interaction run, since when, and in which spans of time: folded from its facts alone?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from interlock.kernel.events import Event, Recorded
from interlock.vocabulary.calendars import Calendar
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    InteractionEnded,
    MessagePosted,
    WrapUpStarted,
)
from interlock.vocabulary.routing import VisitEnded, VisitEntered
from interlock.vocabulary.sla import SlaBreached, SlaClock, SlaClockEnded, SlaClockPaused, SlaClockStarted, SlaWarned

HAPPENED: Final[tuple[type[Event], ...]] = (
    VisitEntered,
    VisitEnded,
    MessagePosted,
    AgentJoined,
    HandedBack,
    WrapUpStarted,
    InteractionEnded,
)
"""What starts, stops and ends clocks."""
TOLD: Final[tuple[type[Event], ...]] = (SlaClockStarted, SlaClockPaused, SlaClockEnded, SlaWarned, SlaBreached)
"""What was recorded about them."""
SPOKEN: Final = frozenset({Channel.VOICE, Channel.CALLBACK})
"""Channels in which whoever joins is the answer."""


class Period(msgspec.Struct, frozen=True):
    """One run of a clock, from its start to its end.

    Attributes:
        spans: the times in which it ran; the last one goes on where its end is None.
        over: whether it has ended; ``dropped`` where nothing is made of it.
    """

    clock: SlaClock
    since: datetime
    spans: tuple[tuple[datetime, datetime | None], ...]
    over: bool = False
    dropped: bool = False

    @property
    def running_since(self) -> datetime | None:
        """When it began to run; None while it stands still."""
        start, end = self.spans[-1]
        return start if end is None else None

    def took(self, calendar: Calendar) -> timedelta:
        """The business time of the spans that are over."""
        return sum((calendar.open_time(start, end) for start, end in self.spans if end is not None), timedelta(0))

    def stopped(self, at: datetime) -> Period:
        """The same, standing still from then on."""
        start, end = self.spans[-1]
        return self if end is not None else self.with_spans((*self.spans[:-1], (start, max(start, at))))

    def resumed(self, at: datetime) -> Period:
        """The same, running again from then on."""
        end = self.spans[-1][1]
        return self if end is None else self.with_spans((*self.spans, (max(end, at), None)))

    def with_spans(self, spans: tuple[tuple[datetime, datetime | None], ...]) -> Period:
        """The same with other spans."""
        return msgspec.structs.replace(self, spans=spans)


class Told(msgspec.Struct, frozen=True):
    """What was recorded last about a clock: how it runs, and what has been said about it under which policies."""

    since: datetime
    policy: str
    queue: QueueName
    due: datetime | None
    warn_at: datetime | None = None
    warned: frozenset[str] = frozenset()
    breached: frozenset[str] = frozenset()


class Clocks(msgspec.Struct, frozen=True):
    """The clocks of one interaction. ``with_people``: people owe it something, from its first queue until they are done."""

    queue: QueueName = QueueName("")
    channel: Channel = Channel.CHAT
    with_people: bool = False
    open: dict[SlaClock, Period] = {}
    over: tuple[Period, ...] = ()
    """Those that have ended without its having been recorded."""
    told: dict[SlaClock, Told] = {}

    def begins(self, clock: SlaClock, since: datetime) -> Clocks:
        """A clock begins, unless it runs."""
        if clock in self.open:
            return self
        return msgspec.structs.replace(self, open={**self.open, clock: Period(clock, since, ((since, None),))})

    def stands(self, clock: SlaClock, at: datetime, *, still: bool) -> Clocks:
        """A clock stands still, or goes on."""
        period = self.open.get(clock)
        if period is None:
            return self
        changed = period.stopped(at) if still else period.resumed(at)
        return msgspec.structs.replace(self, open={**self.open, clock: changed})

    def ends(self, clock: SlaClock, at: datetime, *, dropped: bool = False) -> Clocks:
        """A clock is over."""
        period = self.open.get(clock)
        if period is None:
            return self
        ended = msgspec.structs.replace(period.stopped(at), over=True, dropped=dropped)
        rest = {name: each for name, each in self.open.items() if name != clock}
        return msgspec.structs.replace(self, open=rest, over=(*self.over, ended))


NO_CLOCKS: Final = Clocks()


def evolve(clocks: Clocks, recorded: Recorded) -> Clocks:
    """Fold a fact of the interaction."""
    event, at = recorded.event, recorded.at
    match event:
        case VisitEntered():
            return _asked_for(clocks, event)
        case MessagePosted() if clocks.with_people:
            return _said(clocks, event.author.kind, at)
        case AgentJoined() if clocks.channel in SPOKEN:
            return clocks.ends("first_response", at)
        case HandedBack() | WrapUpStarted() | InteractionEnded():
            return _done(clocks, at, dropped=False)
        case VisitEnded(how="abandoned" | "short_abandoned" | "closed"):
            return _done(clocks, at, dropped=True)
    return _told(clocks, event)


def _asked_for(clocks: Clocks, event: VisitEntered) -> Clocks:
    there = msgspec.structs.replace(clocks, queue=event.queue, channel=event.channel)
    if clocks.with_people:
        return there
    begun = msgspec.structs.replace(there, with_people=True)
    return begun.begins("first_response", event.since).begins("resolution", event.since)


def _said(clocks: Clocks, by: str, at: datetime) -> Clocks:
    if by == "agent":
        answered = clocks.ends("first_response", at).ends("next_response", at)
        return answered.stands("resolution", at, still=True)
    if by == "customer":
        going_on = clocks.stands("resolution", at, still=False)
        owed = "first_response" not in clocks.open and clocks.channel not in SPOKEN
        return going_on.begins("next_response", at) if owed else going_on
    return clocks


def _done(clocks: Clocks, at: datetime, *, dropped: bool) -> Clocks:
    # Nothing was answered: then there is no resolution either. And a last word of thanks need not be answered.
    dropped = dropped or "first_response" in clocks.open
    for clock in ("first_response", "next_response"):
        clocks = clocks.ends(clock, at, dropped=True)
    return msgspec.structs.replace(clocks.ends("resolution", at, dropped=dropped), with_people=False)


def _told(clocks: Clocks, event: Event) -> Clocks:
    match event:
        case SlaClockStarted():
            before = clocks.told.get(event.clock)
            told = Told(event.since, event.policy, event.queue, event.due, event.warn_at)
            if before is not None and before.since == event.since:
                told = msgspec.structs.replace(told, warned=before.warned, breached=before.breached)
            return _tell(clocks, event.clock, told)
        case SlaClockPaused() if event.clock in clocks.told:
            return _tell(clocks, event.clock, msgspec.structs.replace(clocks.told[event.clock], due=None))
        case SlaWarned() if event.clock in clocks.told:
            told = clocks.told[event.clock]
            return _tell(clocks, event.clock, msgspec.structs.replace(told, warned=told.warned | {event.policy}))
        case SlaBreached() if event.clock in clocks.told:
            told = clocks.told[event.clock]
            return _tell(clocks, event.clock, msgspec.structs.replace(told, breached=told.breached | {event.policy}))
        case SlaClockEnded():
            over = tuple(each for each in clocks.over if (each.clock, each.since) != (event.clock, event.since))
            told_of = clocks.told.get(event.clock)
            rest = dict(clocks.told)
            if told_of is not None and told_of.since == event.since:
                del rest[event.clock]
            return msgspec.structs.replace(clocks, over=over, told=rest)
    return clocks


def _tell(clocks: Clocks, clock: SlaClock, told: Told) -> Clocks:
    return msgspec.structs.replace(clocks, told={**clocks.told, clock: told})
