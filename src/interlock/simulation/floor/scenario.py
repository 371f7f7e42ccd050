"""How is a floor described in a file: who comes when, who is there when, what goes wrong?"""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import (
    Duration,
    Percent,
)
from interlock.simulation.floor.lasting import Lasting, Patience
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.hours import Day, Span, Weekday, Zone
from interlock.vocabulary.skills import Level, SkillName

MOST_AGENTS: Final = 5_000
"""Agents of one team."""

FASTEST: Final = 1_000_000
"""Arrivals an hour of one stream."""

Name = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["mornings"])]
Rate = Annotated[float, Meta(ge=0, le=FASTEST)]
Weekdays = tuple[Weekday, ...]


def _share(name: str, value: float) -> None:
    if value > 1:
        raise ValueError(f"'{name}' must be at most 100%")


class VirtualAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the virtual agent does before somebody waits for a person.

    Attributes:
        contains: the share of customers of whom it does all, so that they never wait.
        takes: how long it has a customer.
    """

    contains: Percent = Percent(0.0)
    takes: Lasting | None = None

    def __post_init__(self) -> None:
        _share("contains", self.contains)


class Arrivals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stream of customers who want to be talked to in one queue and one channel; one of the first three says when they come.

    Attributes:
        queue: by its name.
        handling: how long an agent has each, wrap-up aside.
        per_hour: customers an hour, all day, as a Poisson process.
        profile: the same by hours of the day, such as ``"09:00-12:00": 60``; outside of them nobody comes.
        recorded: a CSV file beside the scenario, with a column ``at``: times in ISO 8601, each of them one customer.
        days: the days of the week on which they come; every day where none is named.
        channel: the queue's first one unless it is named.
        patience: how long they wait before they leave; ``endless`` for ever.
        wrap_up: how long he is busy with it afterwards; not at all unless it is named.
        virtual_agent: what it does for them before they wait.
        priority: added to the queue's own.
    """

    queue: str
    handling: Lasting
    per_hour: Rate | None = None
    profile: dict[Span, Rate] | None = None
    recorded: str | None = None
    days: Weekdays = ()
    channel: Channel | None = None
    patience: Patience = "endless"
    wrap_up: Lasting | None = None
    virtual_agent: VirtualAgent = VirtualAgent()
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0

    def __post_init__(self) -> None:
        given = [name for name in ("per_hour", "profile", "recorded") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"write exactly one of per_hour, profile and recorded; here is {' and '.join(given) or 'none'}"
            )
        for one, two in pairwise(sorted(span.opening for span in self.profile or ())):
            if one.end == time(0) or two.start < one.end:
                raise ValueError("two spans of the profile overlap")


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a team works; for a night write two, until 24:00 and from 00:00.

    Attributes:
        days: the days of the week; every day where none is named.
        breaks: when nobody of the team is given anything new; who is busy goes when he has finished.
    """

    hours: Span
    days: Weekdays = ()
    breaks: tuple[Span, ...] = ()


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Agents who do the same.

    Attributes:
        agents: how many they are.
        queues: what each of them serves.
        skills: what each of them can do, and how well.
        shifts: when they are there; always where none is named.
        capacity: interactions that each takes at once, of whichever channel.
        profile: what each takes at once by channel instead, as ``capacities.yaml`` of the definitions names it.
        answers_after: how long it takes until an offer is answered; no time unless it is named.
        rejects: the share of offers that are rejected.
        misses: the share of offers that nobody sees, so that they time out and the agent does not respond for a while.
        returns_after: how long until he is back then.
    """

    team: Name
    agents: Annotated[int, Meta(ge=1, le=MOST_AGENTS)]
    queues: Annotated[tuple[str, ...], Meta(min_length=1)]
    skills: dict[SkillName, Level] = {}
    capacity: Annotated[int, Meta(ge=1, le=50)] = 1
    profile: str | None = None
    shifts: tuple[Shift, ...] = ()
    answers_after: Lasting | None = None
    rejects: Percent = Percent(0.0)
    misses: Percent = Percent(0.0)
    returns_after: Duration = Duration(timedelta(minutes=2))

    def __post_init__(self) -> None:
        _share("rejects", self.rejects)
        _share("misses", self.misses)


class Outage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something does not work for a while.

    Attributes:
        out: ``virtual_agent`` (it contains nobody), ``queue:NAME`` (closed by the emergency switch) or ``team:NAME`` (away).
        hours: from when until when.
        on: the day; every day where none is named.
    """

    out: str
    hours: Span
    on: Day | None = None


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A floor as it is written in its file.

    Attributes:
        definitions: the folder with ``queues/`` (and perhaps ``tenant.yaml``), seen from the scenario's file.
        arrivals: who comes.
        teams: who is there.
        starts: the first day; Monday, 23 November 2026, where none is named.
        timezone: what all times of day are in; UTC where none is named.
        outages: what goes wrong.
    """

    scenario: Name
    definitions: str
    arrivals: Annotated[tuple[Arrivals, ...], Meta(min_length=1)]
    teams: Annotated[tuple[Team, ...], Meta(min_length=1)]
    starts: Day | None = None
    timezone: Zone | None = None
    outages: tuple[Outage, ...] = ()
