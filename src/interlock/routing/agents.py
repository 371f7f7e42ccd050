"""What is an agent doing: his presence, the offer before him, his work on each interaction, and his load?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from interlock.kernel.events import Event
from interlock.vocabulary.ids import InteractionId, OfferId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, HandedBack, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    Presence,
    PresencePended,
    PresenceSet,
    VisitOffered,
    WorkState,
)
from interlock.vocabulary.skills import Skill

AGENT_EVENTS: tuple[type[Event], ...] = (
    PresenceSet,
    PresencePended,
    VisitOffered,
    OfferAccepted,
    OfferClosed,
    AgentJoined,
    WrapUpStarted,
    HandedBack,
    WrappedUp,
)
"""Everything that changes what an agent can take on; each of them carries the agent's tag."""


class Offer(msgspec.Struct, frozen=True):
    """An offer that is open: who is asked to take which visit, and until when."""

    offer: OfferId
    visit: VisitId
    interaction: InteractionId
    queue: QueueName
    agent: StaffId
    at: datetime
    expires_at: datetime


class Work(msgspec.Struct, frozen=True):
    """One interaction that an agent has: in which state and since when, and when he took it."""

    interaction: InteractionId
    queue: QueueName
    state: WorkState
    since: datetime
    joined: datetime


class Agent(msgspec.Struct, frozen=True):
    """An agent's three things: presence, work state per interaction, and the load that follows, against capacity."""

    presence: Presence = Presence.OFFLINE
    since: datetime | None = None
    reason: str = ""
    pending: Presence | None = None
    pending_reason: str = ""
    queues: tuple[QueueName, ...] = ()
    capacity: int = 0
    skills: tuple[Skill, ...] = ()
    offer: Offer | None = None
    work: tuple[Work, ...] = ()
    idle_since: datetime | None = None
    """Since when nothing new came to him: he became available, took an interaction, or wrapped one up."""

    @property
    def busy(self) -> bool:
        """Whether he has an interaction in hand, wrap-up included."""
        return bool(self.work)

    @property
    def load(self) -> int:
        """How much of his capacity is taken: interactions in hand, and the offer that he may accept any moment."""
        return len(self.work) + (self.offer is not None)

    @property
    def ready(self) -> bool:
        """Whether he wants work: available, and no other presence waits to follow."""
        return self.presence is Presence.AVAILABLE and self.pending is None

    @property
    def free(self) -> bool:
        """Whether he can be offered something right now."""
        return self.ready and self.offer is None and self.load < self.capacity

    def is_set(self, name: StaffId, presence: Presence, reason: str = "") -> PresenceSet:
        """The fact that he has another presence, and everything else as it is."""
        return PresenceSet(
            agent=name,
            presence=presence,
            reason=reason,
            queues=self.queues,
            capacity=self.capacity,
            skills=self.skills,
        )

    def on(self, interaction: InteractionId) -> Work | None:
        """His work on an interaction, if he has it."""
        return next((work for work in self.work if work.interaction == interaction), None)


NO_AGENT = Agent()


def after(agent: Agent, event: Event, at: datetime) -> Agent:
    """The agent after a fact about him; facts that change nothing about what he does leave him as he is."""
    match event:
        case PresenceSet():
            return _with_presence(agent, event, at)
        case PresencePended():
            return msgspec.structs.replace(agent, pending=event.presence, pending_reason=event.reason)
        case VisitOffered():
            offer = Offer(event.offer, event.visit, event.interaction, event.queue, event.agent, at, event.expires_at)
            return msgspec.structs.replace(agent, offer=offer)
        case OfferClosed():
            return _without_offer(agent, event.offer)
        case OfferAccepted():
            return _taking(_without_offer(agent, event.offer), event.interaction, event.queue, at)
        case AgentJoined():
            known = agent.on(event.interaction)
            if known is not None and known.state is WorkState.HANDLING:
                return agent
            return _taking(agent, event.interaction, known.queue if known else QueueName(""), at)
        case WrapUpStarted() | HandedBack():
            return winding_up(agent, event.interaction, at)
        case WrappedUp():
            rest = tuple(work for work in agent.work if work.interaction != event.interaction)
            return msgspec.structs.replace(agent, work=rest, idle_since=at)
    return agent


def winding_up(agent: Agent, interaction: InteractionId, at: datetime) -> Agent:
    """The agent after the conversation of an interaction that he has is over: in wrap-up."""
    work = tuple(
        msgspec.structs.replace(each, state=WorkState.WRAP_UP, since=at)
        if each.interaction == interaction and each.state is not WorkState.WRAP_UP
        else each
        for each in agent.work
    )
    return msgspec.structs.replace(agent, work=work)


def _with_presence(agent: Agent, event: PresenceSet, at: datetime) -> Agent:
    unchanged = (event.presence, event.reason) == (agent.presence, agent.reason) and agent.since is not None
    arrived = event.presence is Presence.AVAILABLE and agent.presence is not Presence.AVAILABLE
    return msgspec.structs.replace(
        agent,
        presence=event.presence,
        since=agent.since if unchanged else at,
        reason=event.reason,
        pending=None,
        pending_reason="",
        queues=event.queues,
        capacity=event.capacity,
        skills=event.skills,
        idle_since=at if arrived else agent.idle_since,
    )


def _without_offer(agent: Agent, offer: OfferId) -> Agent:
    if agent.offer is None or agent.offer.offer != offer:
        return agent
    return msgspec.structs.replace(agent, offer=None)


def _taking(agent: Agent, interaction: InteractionId, queue: QueueName, at: datetime) -> Agent:
    rest = tuple(work for work in agent.work if work.interaction != interaction)
    taken = Work(interaction, queue, WorkState.HANDLING, at, at)
    return msgspec.structs.replace(agent, work=(*rest, taken), idle_since=at)
