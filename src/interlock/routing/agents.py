"""What is an agent doing: his presence, the offer before him, his work on each interaction, and his load?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from interlock.kernel.events import Event
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
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
    WrapUpLimited,
    WrapUpRanOut,
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
    WrapUpLimited,
    WrapUpRanOut,
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
    channel: Channel = Channel.CHAT


class Work(msgspec.Struct, frozen=True):
    """One interaction that an agent has.

    Attributes:
        state: what he does with it, and ``since`` when.
        joined: when he took it.
        parked_ms: how long it has been put aside in all, in milliseconds.
        until: when its wrap-up gives back its units; None where it keeps them until it is wrapped up.
        over: whether that time has run out, so that it takes no units any more.
    """

    interaction: InteractionId
    queue: QueueName
    state: WorkState
    since: datetime
    joined: datetime
    channel: Channel = Channel.CHAT
    parked_ms: int = 0
    until: datetime | None = None
    over: bool = False


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
    shares: tuple[Share, ...] = ()
    idle_since: datetime | None = None
    """Since when nothing new came to him: he became available, took an interaction, or wrapped one up."""

    @property
    def busy(self) -> bool:
        """Whether he has an interaction in hand, wrap-up included."""
        return bool(self.work)

    @property
    def load(self) -> int:
        """How many units are taken: by what he has in hand, and by the offer that he may accept any moment."""
        return self.taken + (0 if self.offer is None else self._weight(self.offer.channel))

    @property
    def taken(self) -> int:
        """How many units are taken by what he has in hand, what is put aside left out."""
        if not self.shares:
            return sum(not each.over for each in self.work)
        return sum(self._weight(each.channel) for each in self._held if each.state is not WorkState.PARKED)

    @property
    def _held(self) -> tuple[Work, ...]:
        return tuple(each for each in self.work if not each.over)

    def share(self, channel: Channel) -> Share | None:
        """What an interaction of a channel takes of his capacity; None where he does not take that channel."""
        if not self.shares:
            return Share(channel)
        return next((share for share in self.shares if share.channel is channel), None)

    def handles(self, channel: Channel) -> bool:
        """Whether he takes interactions of a channel at all."""
        return self.share(channel) is not None

    def _weight(self, channel: Channel) -> int:
        share = self.share(channel)
        return 1 if share is None else share.weight

    def aside_for(self, work: Work, channel: Channel) -> bool:
        """Whether what he has in hand would wait for an interaction of a channel."""
        share = self.share(work.channel)
        return share is not None and channel in share.put_aside_for and work.state in _CAN_WAIT

    def room(self, channel: Channel) -> int:
        """How many interactions of a channel he could have at once, were there nothing else; 0 where he does not take it."""
        share = self.share(channel)
        if share is None:
            return 0
        fitting = self.capacity // share.weight
        return fitting if share.most is None else min(share.most, fitting)

    def takes(self, channel: Channel) -> bool:
        """Whether there is room for one more interaction of a channel, beside what he has and what he is offered."""
        if not self.shares:
            return self.load < self.capacity
        share = self.share(channel)
        if share is None:
            return False
        held = self._held
        alike = sum(each.channel is channel for each in held)
        taken = sum(self._weight(each.channel) for each in held if not self.aside_for(each, channel))
        if self.offer is not None:
            alike += self.offer.channel is channel
            taken += self._weight(self.offer.channel)
        return (share.most is None or alike < share.most) and taken + share.weight <= self.capacity

    @property
    def full(self) -> bool:
        """Whether there is no room for anything, of whichever channel."""
        return (
            not any(self.takes(share.channel) for share in self.shares) if self.shares else self.load >= self.capacity
        )

    @property
    def on_shift(self) -> bool:
        """Whether he is there, busy or not; who does not respond is not counted on."""
        return self.presence is not Presence.OFFLINE and self.presence is not Presence.NOT_RESPONDING

    @property
    def ready(self) -> bool:
        """Whether he wants work: available, and no other presence waits to follow."""
        return self.presence is Presence.AVAILABLE and self.pending is None

    @property
    def free(self) -> bool:
        """Whether he can be offered something right now, of whichever channel."""
        return self.ready and self.offer is None and not self.full

    def is_set(self, name: StaffId, presence: Presence, reason: str = "") -> PresenceSet:
        """The fact that he has another presence, and everything else as it is."""
        return PresenceSet(
            agent=name,
            presence=presence,
            reason=reason,
            queues=self.queues,
            capacity=self.capacity,
            skills=self.skills,
            shares=self.shares,
        )

    def on(self, interaction: InteractionId) -> Work | None:
        """His work on an interaction, if he has it."""
        return next((work for work in self.work if work.interaction == interaction), None)


NO_AGENT = Agent()
_CAN_WAIT: Final = (WorkState.HANDLING, WorkState.PARKED)


def after(agent: Agent, event: Event, at: datetime) -> Agent:
    """The agent after a fact about him; facts that change nothing about what he does leave him as he is."""
    changed = _after(agent, event, at)
    return changed if changed.work == agent.work and changed.capacity == agent.capacity else _parking(changed, at)


def _after(agent: Agent, event: Event, at: datetime) -> Agent:
    match event:
        case PresenceSet():
            return _with_presence(agent, event, at)
        case PresencePended():
            return msgspec.structs.replace(agent, pending=event.presence, pending_reason=event.reason)
        case VisitOffered():
            return msgspec.structs.replace(agent, offer=offer_of(event, at))
        case OfferClosed():
            return _without_offer(agent, event.offer)
        case OfferAccepted():
            return _taking(_without_offer(agent, event.offer), event.interaction, event.queue, event.channel, at)
        case AgentJoined():
            known = agent.on(event.interaction)
            if known is None:
                return _taking(agent, event.interaction, QueueName(""), Channel.CHAT, at)
            if known.state is not WorkState.WRAP_UP:
                return agent
            return _taking(agent, event.interaction, known.queue, known.channel, at)
        case WrapUpStarted() | HandedBack():
            return _winding_up(agent, event.interaction, at)
        case WrapUpLimited():
            return _changed(agent, event.interaction, until=event.until)
        case WrapUpRanOut():
            return _changed(agent, event.interaction, over=True)
        case WrappedUp():
            rest = tuple(work for work in agent.work if work.interaction != event.interaction)
            return msgspec.structs.replace(agent, work=rest, idle_since=at)
    return agent


def offer_of(event: VisitOffered, at: datetime) -> Offer:
    """The offer that a fact made."""
    return Offer(
        event.offer, event.visit, event.interaction, event.queue, event.agent, at, event.expires_at, event.channel
    )


def winding_up(agent: Agent, interaction: InteractionId, at: datetime) -> Agent:
    """The agent after the conversation of an interaction that he has is over: in wrap-up."""
    return _parking(_winding_up(agent, interaction, at), at)


def _winding_up(agent: Agent, interaction: InteractionId, at: datetime) -> Agent:
    work = tuple(
        _in_state(each, WorkState.WRAP_UP, at)
        if each.interaction == interaction and each.state is not WorkState.WRAP_UP
        else each
        for each in agent.work
    )
    return msgspec.structs.replace(agent, work=work)


def _parking(agent: Agent, at: datetime) -> Agent:
    """The agent with what has to wait put aside: where he has more than fits, and only as long."""
    if not any(share.put_aside_for for share in agent.shares):
        return agent
    going_on = tuple(
        _in_state(each, WorkState.HANDLING, at) if each.state is WorkState.PARKED else each for each in agent.work
    )
    if msgspec.structs.replace(agent, work=going_on).taken <= agent.capacity:
        return msgspec.structs.replace(agent, work=going_on)
    there = {each.channel for each in agent.work if not each.over}

    def waits(channel: Channel) -> bool:
        share = agent.share(channel)
        return share is not None and any(each in there and not waits(each) for each in share.put_aside_for)

    def placed(work: Work) -> Work:
        wanted = WorkState.PARKED if waits(work.channel) else WorkState.HANDLING
        return work if work.state not in _CAN_WAIT or work.state is wanted else _in_state(work, wanted, at)

    return msgspec.structs.replace(agent, work=tuple(map(placed, agent.work)))


def _in_state(work: Work, state: WorkState, at: datetime) -> Work:
    parked = work.parked_ms
    if work.state is WorkState.PARKED:
        parked += max(0, (at - work.since) // timedelta(milliseconds=1))
    return msgspec.structs.replace(work, state=state, since=at, parked_ms=parked)


def _changed(agent: Agent, interaction: InteractionId, **changes: object) -> Agent:
    work = tuple(
        msgspec.structs.replace(each, **changes)
        if each.interaction == interaction and each.state is WorkState.WRAP_UP
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
        shares=event.shares,
        idle_since=at if arrived else agent.idle_since,
    )


def _without_offer(agent: Agent, offer: OfferId) -> Agent:
    if agent.offer is None or agent.offer.offer != offer:
        return agent
    return msgspec.structs.replace(agent, offer=None)


def _taking(agent: Agent, interaction: InteractionId, queue: QueueName, channel: Channel, at: datetime) -> Agent:
    rest = tuple(work for work in agent.work if work.interaction != interaction)
    taken = Work(interaction, queue, WorkState.HANDLING, at, at, channel)
    return msgspec.structs.replace(agent, work=(*rest, taken), idle_since=at)
