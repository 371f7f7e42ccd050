"""What has an agent done since when: his presence with its reasons, offers, and each interaction, span by span?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from interlock.kernel.events import Recorded
from interlock.routing.agents import NO_AGENT, Agent, after
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.routing import Presence, WorkState

Kind = Literal["presence", "offer", "work"]


class Span(msgspec.Struct, frozen=True):
    """One thing for a while.

    Attributes:
        what: a presence, ``offered``, or what he did with an interaction.
        until: None where it goes on.
    """

    kind: Kind
    what: str
    begins: datetime
    until: datetime | None
    reason: str = ""
    interaction: InteractionId = InteractionId("")

    def lasts(self, since: datetime, now: datetime) -> tuple[datetime, datetime]:
        """The part of it that lies in a window."""
        return max(self.begins, since), min(self.until or now, now)


class Timeline(msgspec.Struct, frozen=True):
    """A window of time of one agent. Times are in seconds.

    Attributes:
        spans: what touches the window, by when it began.
        presences: how long he was what.
        busy_s: how long he had something in hand that was not put aside, however many at once.
        idle_s: how long he was available and had nothing in hand.
        occupancy: busy ÷ (busy + idle); None where he was neither.
    """

    since: datetime
    until: datetime
    spans: tuple[Span, ...]
    presences: dict[str, float]
    busy_s: float
    idle_s: float
    occupancy: float | None


def timeline(facts: Iterable[Recorded], since: datetime, now: datetime) -> Timeline:
    """The window from ``since`` to ``now``, from all facts about the agent in their order."""
    agent, open_ = NO_AGENT, dict[str, Span]()
    spans: list[Span] = []
    for recorded in facts:
        agent = after(agent, recorded.event, recorded.at)
        marks = _marks(agent, recorded.at)
        for key, span in list(open_.items()):
            there = marks.get(key)
            if there is None or (there.what, there.reason) != (span.what, span.reason):
                spans.append(msgspec.structs.replace(open_.pop(key), until=max(span.begins, recorded.at)))
        for key, mark in marks.items():
            open_.setdefault(key, mark)
    spans += open_.values()
    seen = [span for span in spans if span.begins < now and (span.until is None or span.until > since)]
    seen.sort(key=lambda span: (span.begins, span.kind, span.interaction))
    return _summed(seen, since, now)


def _marks(agent: Agent, at: datetime) -> dict[str, Span]:
    marks: dict[str, Span] = {}
    if agent.since is not None:
        marks["presence"] = Span("presence", agent.presence.value, at, None, agent.reason)
    if agent.offer is not None:
        marks[f"offer:{agent.offer.offer}"] = Span("offer", "offered", at, None, "", agent.offer.interaction)
    for work in agent.work:
        marks[f"work:{work.interaction}"] = Span("work", work.state.value, at, None, "", work.interaction)
    return marks


def _summed(spans: Sequence[Span], since: datetime, now: datetime) -> Timeline:
    presences: dict[str, float] = {}
    available: list[tuple[datetime, datetime]] = []
    busy: list[tuple[datetime, datetime]] = []
    for span in spans:
        part = span.lasts(since, now)
        if span.kind == "presence":
            presences[span.what] = presences.get(span.what, 0.0) + (part[1] - part[0]).total_seconds()
            if span.what == Presence.AVAILABLE:
                available.append(part)
        elif span.kind == "work" and span.what != WorkState.PARKED:
            busy.append(part)
    busy_s = _covered(busy)
    idle_s = _covered([*available, *busy]) - busy_s
    whole = busy_s + idle_s
    return Timeline(since, now, tuple(spans), presences, busy_s, idle_s, busy_s / whole if whole else None)


def _covered(parts: Iterable[tuple[datetime, datetime]]) -> float:
    """How long at least one of the parts lasts, in seconds."""
    total, end = timedelta(0), None
    for begins, ends in sorted(parts):
        from_ = begins if end is None else max(begins, end)
        if ends > from_:
            total += ends - from_
            end = ends
    return total.total_seconds()
