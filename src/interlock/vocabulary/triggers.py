"""Triggers: events that came from outside, and what became of each trigger that waited for one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from interlock.kernel.events import Command, Event, PersonalText, PersonalValue
from interlock.vocabulary.ids import (
    CustomerId,
    EventId,
    FiringId,
    InteractionId,
    PersonId,
    ProposalId,
    tags,
)

Hold = Literal["quiet_hours", "busy", "unavailable"]
"""Why a firing waits: it is night there, somebody else has the customer's conversation, or a system does not answer."""

Refusal = Literal[
    "condition",
    "bad_data",
    "nobody",
    "erased",
    "consent",
    "duplicate",
    "limit",
    "too_late",
    "halted",
    "no_journey",
    "not_in_force",
]
"""Why a trigger does not fire, for good."""

Reach = Literal["open_chat", "last_chat", "new_chat"]
"""Where the journey began: in the chat that was open, in the customer's last chat, or in a new one that a link leads to."""


class EventReceived(Event, frozen=True, kw_only=True):
    """A system outside told of something that happened there (CloudEvents 1.0)."""

    event: EventId
    """Made from the account, ``source`` and ``id``: the same event sent again is the same one."""
    person: PersonId
    """Nobody who is known yet: the key that its data are sealed under."""
    type: str
    source: str
    id: PersonalText
    by: str
    digest: str
    """A keyed hash of all that it says, which tells a repetition from another event under the same identifier."""
    time: datetime | None = None
    subject: PersonalText = ""
    data: PersonalValue = None

    def tags(self) -> tuple[str, ...]:
        return tags(event=self.event, person=self.person)


class TriggerFired(Event, frozen=True, kw_only=True):
    """A trigger began its journey with a customer."""

    firing: FiringId
    trigger: str
    event: EventId
    """What came from outside; empty where it was a fact of the log."""
    person: PersonId
    origin: PersonId
    """The key that the event's data are sealed under: whoever is erased loses that as well."""
    customer: CustomerId
    address: str
    """A keyed hash of the address that was written to, where no customer is known."""
    key: str
    """What it happens once for, as a keyed hash; empty where it may happen again."""
    interaction: InteractionId
    journey: str
    reach: Reach
    mail: ProposalId = ProposalId("")
    """The proposal that sends the mail with the link; empty where none is sent."""

    def tags(self) -> tuple[str, ...]:
        return (
            *tags(event=self.event, interaction=self.interaction, person=self.person, customer=self.customer),
            *tags(address=self.address, trigger_key=self.key, triggers="all"),
        )


class TriggerHeld(Event, frozen=True, kw_only=True):
    """A trigger would fire and waits: it is weighed once more at ``until``."""

    firing: FiringId
    trigger: str
    event: EventId
    origin: PersonId
    customer: CustomerId
    address: str
    key: str
    until: datetime
    why: Hold
    since: datetime
    """When it was held first."""
    data: Any = None
    """What of the fact is not sealed, where it was a fact of the log."""

    def tags(self) -> tuple[str, ...]:
        return (
            *tags(event=self.event, customer=self.customer, address=self.address),
            *tags(firing=self.firing, trigger_key=self.key, triggers="all"),
        )


class TriggerRefused(Event, frozen=True, kw_only=True):
    """A trigger did not fire, and why."""

    firing: FiringId
    trigger: str
    event: EventId
    origin: PersonId
    customer: CustomerId
    address: str
    key: str
    why: Refusal
    detail: str = ""
    """More about it, without anything personal: the name that has no value, or the firing that this one repeats."""

    def tags(self) -> tuple[str, ...]:
        return (
            *tags(event=self.event, customer=self.customer, address=self.address),
            *tags(trigger_key=self.key, triggers="all"),
        )


FIRINGS: Final = (TriggerFired, TriggerHeld, TriggerRefused)
"""What becomes of a trigger."""


class ReceiveEvent(Command, frozen=True, kw_only=True):
    """Take an event from outside; never kept for later, since its data are personal."""

    event: EventId
    type: str
    source: str
    id: str
    by: str
    digest: str
    time: datetime | None = None
    subject: str = ""
    data: Any = None

    def lane(self) -> str:
        return self.event


class WeighTrigger(Command, frozen=True, kw_only=True):
    """See whether a trigger fires for an event (or for a fact, of which ``data`` is what is not sealed)."""

    trigger: str
    event: EventId = EventId("")
    data: Any = None
    firing: FiringId = FiringId("")
    """The firing that was held; empty the first time."""
    since: datetime | None = None

    def lane(self) -> str:
        return f"trigger:{self.event or self.trigger}"


class BeginTriggered(Command, frozen=True, kw_only=True):
    """Begin a journey that a trigger fires: built and carried out by the runtime, never kept for later."""

    interaction: InteractionId
    journey: str
    slots: dict[str, Any]

    def lane(self) -> str:
        return self.interaction
