"""Routing: queue visits, offers, and an agent's presence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, OfferId, PersonId, QueueName, StaffId, VisitId, tags
from interlock.vocabulary.skills import Skill

VisitEnd = Literal["answered", "abandoned", "short_abandoned", "overflowed", "transferred", "closed"]


class Presence(StrEnum):
    """What an agent says about himself, or what the system had to conclude."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"
    OTHER_WORK = "other_work"
    NOT_RESPONDING = "not_responding"


class WorkState(StrEnum):
    """What an agent does with one interaction."""

    OFFERED = "offered"
    HANDLING = "handling"
    ON_HOLD = "on_hold"
    PARKED = "parked"
    WRAP_UP = "wrap_up"


class VisitEntered(Event, frozen=True, kw_only=True):
    """An interaction entered a queue; its wait counts from ``since``, also through re-offers."""

    visit: VisitId
    interaction: InteractionId
    person: PersonId
    queue: QueueName
    channel: Channel
    priority: int
    since: datetime
    run: str = ""
    last_agent: StaffId = StaffId("")
    """Who had the person last, where the queue asks for that."""

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue)


class VisitOffered(Event, frozen=True, kw_only=True):
    """One agent is asked to take the visit, until ``expires_at``."""

    visit: VisitId
    offer: OfferId
    interaction: InteractionId
    queue: QueueName
    agent: StaffId
    expires_at: datetime
    channel: Channel = Channel.CHAT

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue, agent=self.agent)


class OfferAccepted(Event, frozen=True, kw_only=True):
    """The agent took it."""

    visit: VisitId
    offer: OfferId
    interaction: InteractionId
    queue: QueueName
    agent: StaffId
    channel: Channel = Channel.CHAT

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue, agent=self.agent)


class OfferClosed(Event, frozen=True, kw_only=True):
    """The offer came to nothing: rejected, timed out (redirect on no answer), or withdrawn because the visit ended."""

    visit: VisitId
    offer: OfferId
    interaction: InteractionId
    queue: QueueName
    agent: StaffId
    how: Literal["rejected", "timed_out", "withdrawn"]
    reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue, agent=self.agent)


class VisitEnded(Event, frozen=True, kw_only=True):
    """The visit is over; ``waited_ms`` counts from its ``since`` in milliseconds."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueName
    how: VisitEnd
    waited_ms: int
    agent: StaffId = StaffId("")

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue, agent=self.agent)


class PresenceSet(Event, frozen=True, kw_only=True):
    """An agent's presence changed."""

    agent: StaffId
    presence: Presence
    reason: str = ""
    queues: tuple[QueueName, ...] = ()
    capacity: int = 3
    """How many units he has; one interaction takes one, unless the channel's share says otherwise."""
    skills: tuple[Skill, ...] = ()
    shares: tuple[Share, ...] = ()
    """The channels that he takes, and what one of each takes; every channel where none is named."""

    def tags(self) -> tuple[str, ...]:
        return tags(agent=self.agent)


class PresencePended(Event, frozen=True, kw_only=True):
    """The agent is busy; this presence follows when his last interaction is wrapped up."""

    agent: StaffId
    presence: Presence
    reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(agent=self.agent)


class WrapUpLimited(Event, frozen=True, kw_only=True):
    """The agent's wrap-up of an interaction keeps its units until then, and no longer."""

    agent: StaffId
    interaction: InteractionId
    until: datetime

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, agent=self.agent)


class WrapUpRanOut(Event, frozen=True, kw_only=True):
    """The time for the wrap-up is over: the next interaction can come, and this one can still be wrapped up."""

    agent: StaffId
    interaction: InteractionId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, agent=self.agent)


class QueueClosed(Event, frozen=True, kw_only=True):
    """Somebody closed a queue by the emergency switch; customers hear ``message``."""

    queue: QueueName
    message: str
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(queue=self.queue)


class QueueOpened(Event, frozen=True, kw_only=True):
    """The emergency switch was released."""

    queue: QueueName
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(queue=self.queue)


class EnterQueue(Command, frozen=True, kw_only=True):
    """Put an interaction in a queue, or say why not (see HandOverFailed)."""

    interaction: InteractionId
    queue: QueueName
    run: str = ""
    priority: int = 0
    """Added to the queue's own."""

    def lane(self) -> str:
        return self.interaction


class RouteQueue(Command, frozen=True, kw_only=True):
    """Offer waiting visits of a queue to the best agents who are free."""

    queue: QueueName

    def lane(self) -> str:
        return f"queue:{self.queue}"


class RouteAgent(Command, frozen=True, kw_only=True):
    """Something about an agent changed: see whether he can be offered something."""

    agent: StaffId

    def lane(self) -> str:
        return f"agent:{self.agent}"


class OfferVisit(Command, frozen=True, kw_only=True):
    """Offer one visit to one agent."""

    visit: VisitId
    agent: StaffId

    def lane(self) -> str:
        return self.visit


class AcceptOffer(Command, frozen=True, kw_only=True):
    """The agent takes the offer."""

    visit: VisitId
    offer: OfferId
    agent: StaffId

    def lane(self) -> str:
        return self.visit


class RejectOffer(Command, frozen=True, kw_only=True):
    """The agent does not take the offer, with a reason."""

    visit: VisitId
    offer: OfferId
    agent: StaffId
    reason: str

    def lane(self) -> str:
        return self.visit


class TimeOutOffer(Command, frozen=True, kw_only=True):
    """The offer was not answered: on to the next agent, and the first is not responding."""

    visit: VisitId
    offer: OfferId
    agent: StaffId

    def lane(self) -> str:
        return self.visit


class EndVisit(Command, frozen=True, kw_only=True):
    """The interaction ended or the customer does not want to wait any longer: the visit is abandoned."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


class SetPresence(Command, frozen=True, kw_only=True):
    """An agent (or his supervisor) sets the presence; while he is busy it is kept as pending."""

    agent: StaffId
    presence: Presence
    reason: str = ""
    queues: tuple[QueueName, ...] = ()
    capacity: int = 3
    skills: tuple[Skill, ...] = ()
    shares: tuple[Share, ...] = ()

    def lane(self) -> str:
        return f"agent:{self.agent}"


class EndService(Command, frozen=True, kw_only=True):
    """Somebody does not serve customers any more: he goes offline, unless he has customers in hand."""

    agent: StaffId

    def lane(self) -> str:
        return f"agent:{self.agent}"


class SettlePresence(Command, frozen=True, kw_only=True):
    """The agent may have wrapped up his last interaction: then the presence that is pending follows."""

    agent: StaffId

    def lane(self) -> str:
        return f"agent:{self.agent}"


class LimitWrapUp(Command, frozen=True, kw_only=True):
    """The agent is in wrap-up: see how long that may keep its units."""

    agent: StaffId
    interaction: InteractionId

    def lane(self) -> str:
        return f"agent:{self.agent}"


class EndWrapUpTime(Command, frozen=True, kw_only=True):
    """The time for the wrap-up is over."""

    agent: StaffId
    interaction: InteractionId

    def lane(self) -> str:
        return f"agent:{self.agent}"


class CloseQueue(Command, frozen=True, kw_only=True):
    """Close a queue at once, with a message for customers."""

    queue: QueueName
    message: str
    by: str

    def lane(self) -> str:
        return f"queue:{self.queue}"


class OpenQueue(Command, frozen=True, kw_only=True):
    """Release the emergency switch."""

    queue: QueueName
    by: str

    def lane(self) -> str:
        return f"queue:{self.queue}"
