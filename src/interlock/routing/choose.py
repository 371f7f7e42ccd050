"""Who should be offered which waiting visit, and how long will somebody in line still wait?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from interlock.routing.agents import Agent
from interlock.routing.board import Board
from interlock.routing.measures import total
from interlock.routing.queues import Specs, circle_of
from interlock.routing.rings import Circle
from interlock.routing.visits import Refusal, Visit
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, QueueName, StaffId, VisitId

HEAD_START: Final = timedelta(minutes=1)
"""What one point of priority is worth: it counts as so much more waiting. So nobody is passed for ever."""

REOFFER_AFTER: Final = timedelta(seconds=30)
"""How long a visit is kept from an agent who rejected it, even if there is nobody else."""


class Place(NamedTuple):
    """Where a visit stands: its place in line from 1, and the seconds it will probably still wait (None: unknown)."""

    queue: QueueName
    place: int
    since: datetime
    expected_s: int | None


def choose(board: Board, specs: Specs, now: datetime) -> list[tuple[VisitId, StaffId]]:
    """Pairs of a waiting visit and the agent to offer it to, the most urgent first; no agent and no visit twice.

    The visit that waited longest (a point of priority counts as ``HEAD_START``) comes first. It goes to the first, by the
    queue's method, of the free agents whom its ring lets in by now. An agent who did not take the visit is asked again
    only when no other one who is available is let in.

    This is the rule in its plain form, which looks at everybody; ``Matching`` finds the same from what has changed.
    """
    free = {name: agent for name, agent in board.agents.items() if agent.free}
    pairs: list[tuple[VisitId, StaffId]] = []
    for visit in in_order(board.visits.values()):
        if not free:
            break
        if visit.offer is not None:
            continue
        chosen = _best(visit, free, board, circle_of(specs, visit.queue), now)
        if chosen is not None:
            del free[chosen]
            pairs.append((visit.visit, chosen))
    return pairs


def in_order(visits: Iterable[Visit]) -> list[Visit]:
    """Visits by urgency, the most urgent first."""
    return sorted(visits, key=lambda visit: (urgency(visit), visit.visit))


def urgency(visit: Visit) -> datetime:
    """What waiting visits are sorted by: since when one waits, its head start included. It never changes."""
    return visit.since - visit.priority * HEAD_START


def place(board: Board, interaction: InteractionId) -> Place | None:
    """Where an interaction stands in its queue; None if it does not wait."""
    visit = board.visit_of(interaction)
    return None if visit is None else places(board, visit.queue)[interaction]


def places(board: Board, queue: QueueName) -> dict[InteractionId, Place]:
    """The whole line of a queue, first come first."""
    line = in_order(visit for visit in board.visits.values() if visit.queue == queue)
    paces = {channel: _seconds_per_visit(board, queue, channel) for channel in {visit.channel for visit in line}}
    return {
        visit.interaction: Place(queue, number, visit.since, None if pace is None else round(number * pace))
        for number, visit in enumerate(line, 1)
        for pace in (paces[visit.channel],)
    }


def _seconds_per_visit(board: Board, queue: QueueName, channel: Channel) -> float | None:
    """How long one place in line takes: today's mean handling time, shared by the hands of those who are there."""
    line = board.queues.get(queue)
    handling = None if line is None else total(line.intervals.counts.values()).mean_handling_ms
    hands = sum(agent.room(channel) for agent in board.agents.values() if agent.ready and queue in agent.queues)
    return None if handling is None or not hands else handling / hands / 1000


def _best(visit: Visit, free: dict[StaffId, Agent], board: Board, circle: Circle, now: datetime) -> StaffId | None:
    ring = circle.ring(visit, board.agents, now)
    candidates = {
        name: agent
        for name, agent in free.items()
        if agent.takes(visit.channel) and not circle.lets_in(ring, visit, name, agent, now)
    }
    unasked = [name for name in candidates if visit.refused_by(name) is None]
    if unasked:
        return min(unasked, key=lambda name: circle.order(ring, name, candidates[name], now))
    if any(
        agent.ready and visit.refused_by(name) is None and not circle.lets_in(ring, visit, name, agent, now)
        for name, agent in board.agents.items()
    ):
        return None
    again = [
        (refusal.at, name)
        for name in candidates
        if (refusal := visit.refused_by(name)) is not None and may_be_asked_again(refusal, now)
    ]
    return min(again)[1] if again else None


def may_be_asked_again(refusal: Refusal, now: datetime) -> bool:
    """Whether an agent who did not take a visit may be offered it again."""
    # Who let an offer time out had to say himself that he is back; who rejected gets a pause, or he is asked in a loop.
    return refusal.how == "timed_out" or now - refusal.at >= REOFFER_AFTER
