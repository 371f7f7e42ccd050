"""Whom may a waiting visit be offered to by now: which skills are asked for, and whom do the rings let in with time?

A ring is a function of how long the visit has waited, so a re-offer, a restart or another node changes nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from interlock.kernel.documents import Duration
from interlock.routing.agents import Agent
from interlock.routing.visits import Visit
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.skills import Level, SkillName, level_of

Method = Literal["least_occupied", "longest_idle", "best_skilled"]
Who = Literal["everyone", "last_agent"]
Least = Annotated[dict[SkillName, Level], msgspec.Meta(max_length=20)]
"""Skills that are asked for, each with the least level."""

MOST_RINGS: Final = 10
"""More steps than that nobody can foresee."""

MORE_THAN_LEVELS: Final = 1_000
"""More than all levels of all skills that a queue can ask for: what is preferred counts first."""


class Skills(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an agent must be able to do to be offered a visit, and who goes first among those."""

    required: Least = {}
    preferred: Least = {}


class Ring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: whom the visit is offered to for how long, before the next ring is let in.

    Attributes:
        lasts: how long, counted from the end of the ring before; None for the last one, which lasts.
        agents: ``last_agent`` for whoever had the customer last, while that one is on shift.
        skills: what is asked for on top of what the queue requires.
        overflow: another queue whose agents are let in as well.
    """

    lasts: Duration | None = msgspec.field(name="for", default=None)
    agents: Who = "everyone"
    skills: Least = {}
    overflow: str | None = None


EVERYONE: Final = Ring()


class Circle(msgspec.Struct, frozen=True):
    """Who gets the visits of a queue, ready for use."""

    required: Mapping[str, int] = {}
    preferred: Mapping[str, int] = {}
    rings: tuple[Ring, ...] = (EVERYONE,)
    method: Method = "least_occupied"

    @property
    def asks_for_last(self) -> bool:
        """Whether it matters who had the customer last."""
        return any(ring.agents == "last_agent" for ring in self.rings)

    @property
    def helpers(self) -> tuple[QueueName, ...]:
        """The queues whose agents are let in as well, sooner or later."""
        return tuple(QueueName(ring.overflow) for ring in self.rings if ring.overflow)

    def opens_after(self) -> list[timedelta]:
        """How long after the beginning of a wait each ring but the first is let in."""
        passed, found = timedelta(0), list[timedelta]()
        for ring in self.rings[:-1]:
            passed += ring.lasts or timedelta(0)
            found.append(passed)
        return found

    def latest(self, visit: Visit, now: datetime) -> int:
        """The ring that a visit can be in at the latest: where the next one is passed at once, the one after it."""
        at = self._by_time(visit, now)
        while at + 1 < len(self.rings) and self.rings[at].agents == "last_agent":
            at += 1
        return at

    def ring(self, visit: Visit, agents: Mapping[StaffId, Agent], now: datetime) -> int:
        """The ring that a visit is in, from 0; one for a last agent who is not there is passed at once."""
        return self.passed(self._by_time(visit, now), visit, agents)

    def passed(self, at: int, visit: Visit, agents: Mapping[StaffId, Agent]) -> int:
        """The ring that a visit is in which the time has brought to ring ``at``."""
        while at + 1 < len(self.rings) and self.rings[at].agents == "last_agent":
            last = agents.get(visit.last_agent)
            if last is not None and last.on_shift:
                break
            at += 1
        return at

    def _by_time(self, visit: Visit, now: datetime) -> int:
        waited = now - visit.since
        return sum(waited >= opened for opened in self.opens_after())

    def lets_in(self, ring: int, visit: Visit, name: StaffId, agent: Agent, now: datetime) -> str:
        """Why an agent may not be offered a visit that is in a ring; empty where he may.

        Returns:
            ``other_queue``, ``other_channel``, ``not_the_last_agent``, ``skill:NAME`` for the first one that is missing or too
            low, or "".
        """
        step = self.rings[ring]
        if visit.queue not in agent.queues and (step.overflow is None or QueueName(step.overflow) not in agent.queues):
            return "other_queue"
        if not agent.handles(visit.channel):
            return "other_channel"
        if step.agents == "last_agent" and name != visit.last_agent:
            return "not_the_last_agent"
        for asked in (self.required, step.skills):
            for skill, least in asked.items():
                if level_of(agent.skills, skill, now) < least:
                    return f"skill:{skill}"
        return ""

    def order(self, ring: int, name: StaffId, agent: Agent, now: datetime) -> tuple[Any, ...]:
        """What agents who may be offered a visit are sorted by; the least comes first."""
        merit = self.merit(ring, agent, now)
        idle = agent.idle_since.timestamp() if agent.idle_since else 0.0
        if self.method == "longest_idle":
            return merit, idle, agent.load, name
        return merit, agent.load, idle, name

    def merit(self, ring: int, agent: Agent, now: datetime) -> int:
        """What an agent's skills are worth for a visit in a ring, whatever he does; the least comes first."""
        preferred = sum(level_of(agent.skills, skill, now) >= least for skill, least in self.preferred.items())
        if self.method != "best_skilled":
            return -preferred
        asked = {*self.required, *self.preferred, *self.rings[ring].skills}
        return -preferred * MORE_THAN_LEVELS - sum(level_of(agent.skills, each, now) for each in asked)


ANYBODY: Final = Circle()
_SKILL: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Mistake(NamedTuple):
    """What is wrong at a place of a queue's file, and how to mend it."""

    at: tuple[str | int, ...]
    what: str
    mend: str


def mistakes(rings: Sequence[Ring], skills: Skills, queue: str) -> list[Mistake]:
    """What is wrong with the rings and the skills of a queue by themselves."""
    asked: list[tuple[tuple[str | int, ...], Least]] = [(("skills", "required"), skills.required)]
    asked.append((("skills", "preferred"), skills.preferred))
    asked += [(("rings", index, "skills"), ring.skills) for index, ring in enumerate(rings)]
    found = [
        Mistake(
            (*at, name), f"{name!r} is no name of a skill", "write small letters, digits and _, with a letter first"
        )
        for at, names in asked
        for name in names
        if not _SKILL.fullmatch(name)
    ]
    for index, ring in enumerate(rings):
        found += _mistakes_of(ring, ("rings", index), index == len(rings) - 1, skills.required, queue)
    return found


def _mistakes_of(ring: Ring, at: tuple[str | int, ...], last: bool, required: Least, queue: str) -> Iterator[Mistake]:
    if not last and ring.lasts is None:
        yield Mistake(at, "no ring after it is ever reached: it has no end", "add `for: 30s`, or leave the others out")
    if last and ring.lasts is not None:
        yield Mistake((*at, "for"), "nothing comes after the last ring", "leave `for` out, or add a ring")
    if ring.lasts is not None and ring.lasts <= timedelta(0):
        yield Mistake((*at, "for"), "a ring lasts more than 0s", "write for example `for: 30s`")
    if last and ring.agents == "last_agent":
        yield Mistake((*at, "agents"), "the last ring leaves out everybody but one", "add a ring for the others")
    for skill, least in ring.skills.items():
        if least <= required.get(skill, 0):
            what = f"the queue requires {skill} {required[skill]} anyway, so {least} here asks for nothing"
            yield Mistake((*at, "skills", skill), what, "ask for more in the ring, or for less in the queue")
    if ring.overflow == queue:
        yield Mistake((*at, "overflow"), "a queue does not overflow to itself", "name another queue")
