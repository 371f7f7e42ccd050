"""Why is this one still waiting: who could be offered it by now, who could not, and what would have to change?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from interlock.routing.agents import Agent
from interlock.routing.board import Board
from interlock.routing.choose import may_be_asked_again, places
from interlock.routing.queues import Specs, circle_of
from interlock.routing.visits import Visit
from interlock.vocabulary.ids import StaffId
from interlock.vocabulary.routing import Presence

Reason = Literal[
    "next",
    "offered",
    "refused",
    "at_capacity",
    "has_offer",
    "presence",
    "skill",
    "not_last_agent",
    "other_channel",
    "other_queue",
]


class Candidate(msgspec.Struct, frozen=True):
    """One agent, and why the visit is or is not offered to him now.

    Attributes:
        reason: ``next`` where he would be asked: the visit waits only because others come before it.
        skill: the one that is missing or too low.
        presence: what he is, where that is the reason.
    """

    agent: StaffId
    reason: Reason
    skill: str = ""
    presence: str = ""


class Why(msgspec.Struct, frozen=True):
    """How a waiting visit stands.

    Attributes:
        ring: the ring that it is in, from 1, of ``rings``.
        opens_at: when the next ring lets in more agents; None where there is none.
        place: its place in line, from 1.
        asks_for: the skills that an agent needs now, each with the least level.
        candidates: every agent that is not offline, whoever is asked next first.
    """

    visit: str
    queue: str
    since: datetime
    place: int
    ring: int
    rings: int
    opens_at: datetime | None
    asks_for: dict[str, int]
    candidates: tuple[Candidate, ...]


def why_waiting(board: Board, specs: Specs, visit: Visit, now: datetime) -> Why:
    """What stands between a waiting visit and each agent, by the same rules that choose."""
    circle = circle_of(specs, visit.queue)
    ring = circle.ring(visit, board.agents, now)
    opens = [visit.since + after for after in circle.opens_after()]
    order = {"next": 0, "offered": 0, "has_offer": 1, "at_capacity": 2, "refused": 3, "presence": 4}

    def judged(name: StaffId, agent: Agent) -> Candidate:
        if visit.offer is not None and visit.offer.agent == name:
            return Candidate(name, "offered")
        match circle.lets_in(ring, visit, name, agent, now).partition(":"):
            case ("other_queue", _, _):
                return Candidate(name, "other_queue")
            case ("other_channel", _, _):
                return Candidate(name, "other_channel")
            case ("not_the_last_agent", _, _):
                return Candidate(name, "not_last_agent")
            case ("skill", _, skill):
                return Candidate(name, "skill", skill=skill)
        if not agent.ready:
            return Candidate(name, "presence", presence=(agent.pending or agent.presence).value)
        if agent.offer is not None:
            return Candidate(name, "has_offer")
        if not agent.takes(visit.channel):
            return Candidate(name, "at_capacity")
        refusal = visit.refused_by(name)
        if refusal is not None and not may_be_asked_again(refusal, now):
            return Candidate(name, "refused")
        return Candidate(name, "next")

    found = [judged(name, agent) for name, agent in board.agents.items() if agent.presence is not Presence.OFFLINE]
    found.sort(key=lambda one: (order.get(one.reason, 5), circle.order(ring, one.agent, board.agents[one.agent], now)))
    return Why(
        visit=visit.visit,
        queue=visit.queue,
        since=visit.since,
        place=places(board, visit.queue)[visit.interaction].place,
        ring=ring + 1,
        rings=len(circle.rings),
        opens_at=next((opened for opened in opens[ring:] if opened > now), None),
        asks_for={**circle.required, **circle.rings[ring].skills},
        candidates=tuple(found),
    )
