"""How does one queue visit stand: waiting or offered, since when, who did not take it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.routing.agents import AGENT_EVENTS, NO_AGENT, Agent, Offer, after, offer_of
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, StaffId, VisitId, tag
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    QueueClosed,
    QueueOpened,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)
from interlock.vocabulary.urgency import VisitPriorityRaised

VISIT_EVENTS: tuple[type[Event], ...] = (
    VisitEntered,
    VisitOffered,
    OfferAccepted,
    OfferClosed,
    VisitEnded,
    VisitPriorityRaised,
)


class Refusal(msgspec.Struct, frozen=True):
    """An agent did not take the visit: he rejected it, or let the offer time out."""

    agent: StaffId
    how: Literal["rejected", "timed_out"]
    at: datetime


class Visit(msgspec.Struct, frozen=True):
    """An open visit. The wait counts from ``since``; ``entered_at`` decides the interval that it is measured in."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueName
    channel: Channel
    priority: int
    since: datetime
    entered_at: datetime
    last_agent: StaffId = StaffId("")
    offer: Offer | None = None
    refusals: tuple[Refusal, ...] = ()

    def refused_by(self, agent: StaffId) -> Refusal | None:
        """The agent's last refusal of this visit, if there was one."""
        return next((refusal for refusal in self.refusals if refusal.agent == agent), None)


def entered(event: VisitEntered, at: datetime) -> Visit:
    """The visit at its beginning."""
    return Visit(
        event.visit, event.interaction, event.queue, event.channel, event.priority, event.since, at, event.last_agent
    )


def progressed(visit: Visit, event: Event, at: datetime) -> Visit:
    """The visit after a fact about it, its end aside."""
    match event:
        case VisitOffered():
            return msgspec.structs.replace(visit, offer=offer_of(event, at))
        case VisitPriorityRaised():
            return msgspec.structs.replace(visit, priority=event.priority)
        case OfferAccepted():
            return msgspec.structs.replace(visit, offer=None)
        case OfferClosed(how="withdrawn"):
            return msgspec.structs.replace(visit, offer=None)
        case OfferClosed(how="rejected" | "timed_out" as how):
            others = tuple(refusal for refusal in visit.refusals if refusal.agent != event.agent)
            return msgspec.structs.replace(visit, offer=None, refusals=(*others, Refusal(event.agent, how, at)))
    return visit


def waited_ms(visit: Visit, now: datetime) -> int:
    """How long it has waited, in whole milliseconds."""
    return max(0, (now - visit.since) // timedelta(milliseconds=1))


class Standing(msgspec.Struct, frozen=True):
    """What a decision about one visit knows: the visit and its person, its end, its offers, the agents it met."""

    visit: Visit | None = None
    person: PersonId = PersonId("")
    ended: str = ""
    accepted: OfferAccepted | None = None
    closed: tuple[OfferClosed, ...] = ()
    agents: Mapping[StaffId, Agent] = MappingProxyType({})
    run: str = ""
    shut: frozenset[QueueName] = frozenset()
    """The queues whose emergency switch is thrown, of those that it looked at."""

    def agent(self, agent: StaffId) -> Agent:
        """The agent of that name; one who is offline where nothing is known."""
        return self.agents.get(agent, NO_AGENT)


NOT_ENTERED: Final = Standing()


def evolve(standing: Standing, recorded: Recorded) -> Standing:
    """Fold a fact about the visit or about one of its agents."""
    event, at = recorded.event, recorded.at
    if isinstance(event, AGENT_EVENTS):
        name: StaffId = event.agent  # type: ignore[attr-defined]  # every one of AGENT_EVENTS names its agent
        changed = after(standing.agent(name), event, at)
        standing = msgspec.structs.replace(standing, agents={**standing.agents, name: changed})
    match event:
        case VisitEntered():
            return msgspec.structs.replace(
                standing,
                visit=entered(event, at),
                person=event.person,
                run=event.run,
                ended="",
                accepted=None,
                closed=(),
            )
        case QueueClosed():
            return msgspec.structs.replace(standing, shut=standing.shut | {event.queue})
        case QueueOpened():
            return msgspec.structs.replace(standing, shut=standing.shut - {event.queue})
        case VisitOffered() | OfferAccepted() | OfferClosed() | VisitEnded() | VisitPriorityRaised():
            # An agent's history speaks of other visits too.
            if standing.visit is None or standing.visit.visit != event.visit:
                return standing
    if standing.visit is None:
        return standing
    match event:
        case VisitOffered() | VisitPriorityRaised():
            return msgspec.structs.replace(standing, visit=progressed(standing.visit, event, at))
        case OfferAccepted():
            return msgspec.structs.replace(standing, visit=progressed(standing.visit, event, at), accepted=event)
        case OfferClosed():
            closed = (*standing.closed, event)
            return msgspec.structs.replace(standing, visit=progressed(standing.visit, event, at), closed=closed)
        case VisitEnded():
            return msgspec.structs.replace(standing, ended=event.how)
    return standing


def of_visit(visit: VisitId) -> Query:
    """All facts of one visit."""
    return Query(tag("visit", visit), VISIT_EVENTS)


def of_agent(agent: StaffId) -> Query:
    """All facts that change what an agent can take on."""
    return Query(tag("agent", agent), AGENT_EVENTS)


def of_interaction(interaction: InteractionId) -> Query:
    """All facts of an interaction's visits."""
    return Query(tag("interaction", interaction), VISIT_EVENTS)
