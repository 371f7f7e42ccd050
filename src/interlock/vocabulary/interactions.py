"""Interactions: one engagement of one customer in one channel, its messages, who has it, and how it ended."""

from __future__ import annotations

from typing import Annotated, Literal

from interlock.kernel.events import SEALED, Command, Erased, Event, PersonalText
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.channels import Author, Card, Channel
from interlock.vocabulary.ids import (
    NOBODY,
    CustomerId,
    InteractionId,
    MessageId,
    PersonId,
    QueueName,
    SessionId,
    StaffId,
    VisitId,
    tags,
)
from interlock.vocabulary.tone import Tone

EndReason = Literal["wrapped_up", "journey_ended", "customer_left", "inactivity", "unanswered", "merged"]


class SessionOpened(Event, frozen=True, kw_only=True):
    """A visitor's browser (or another channel's endpoint) was given a session; its secret is known by digest only."""

    session: SessionId
    person: PersonId
    channel: Channel
    secret_digest: str
    device: PersonalText = ""
    """What tells the browser from others: a keyed hash of the identifier that it keeps. Empty where it sent none."""
    source: str = ""
    """The lock of the network address that it was opened from: a keyed hash. Empty where that is not known."""
    link_digest: str = ""
    """Of a session that a trigger opened: the digest of the one-time link to it. Until that is used it has no secret."""
    language: str = ""
    """The language that the customer is spoken to in (ISO 639-1); empty for the tenant's own."""

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session, person=self.person)


class InteractionStarted(Event, frozen=True, kw_only=True):
    """A customer began an interaction, or a trigger began one with her."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    release: str
    """The version of the definitions that it began on."""
    assurance: Assurance = Assurance()
    """What had been established earlier in this session and channel: a match at most, since a code proves the moment.
    Where it carries another interaction on, what was carried over with it."""
    name: PersonalText = ""
    """The name of the customer who was matched earlier."""
    continues: InteractionId = InteractionId("")
    """The interaction of another session that it carries on."""
    begun_by: str = ""
    """The trigger that began it; empty where the customer did."""
    language: str = ""
    """The language that it is held in, as in ``SessionOpened``, or that of the interaction that it carries on."""

    @property
    def customer(self) -> CustomerId:
        """The customer who was matched earlier in this session and channel; NOBODY where none was."""
        return self.assurance.customer if self.assurance.holds_for(self.session, self.channel) else NOBODY

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session, customer=self.customer)


class LanguageChanged(Event, frozen=True, kw_only=True):
    """The interaction goes on in another language of the tenant's, or the customer wants the one that it has, or one
    that there are no texts in: then it stays as it was, and she is told.
    """

    interaction: InteractionId
    person: PersonId
    session: SessionId
    language: str
    """As in ``SessionOpened``: empty for the tenant's own."""
    how: Literal["written", "named", "not_spoken"]
    """Whether she wrote in it, or named it; ``not_spoken`` where she named another one, which is ``wanted``."""
    wanted: str = ""
    """The language (ISO 639-1) that she named and that there are no texts in."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session)


class MessagePosted(Event, frozen=True, kw_only=True):
    """Somebody said something in the interaction."""

    interaction: InteractionId
    person: PersonId
    message: MessageId
    author: Author
    text: PersonalText
    card: Annotated[Card | Erased | None, SEALED] = None
    send: Channel | None = None
    """The channel that it has to be sent through; None for what the customer fetches herself, or has said."""
    tone: Tone | None = None
    """The language and the sentiment of what the customer wrote, where its words tell."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person)


class HandOverRequested(Event, frozen=True, kw_only=True):
    """The virtual agent (or a rule) wants a person to take the interaction."""

    interaction: InteractionId
    person: PersonId
    queue: QueueName
    reason: str
    run: str = ""
    priority: int = 0
    """Added to the queue's own priority."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person)


class HandOverFailed(Event, frozen=True, kw_only=True):
    """Nobody could take it: the queue is closed, or nobody is on shift."""

    interaction: InteractionId
    person: PersonId
    queue: QueueName
    why: Literal["closed", "unstaffed", "full"]
    run: str = ""
    message: str = ""
    """What the queue (or whoever closed it) says to customers about it."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, queue=self.queue)


class AgentJoined(Event, frozen=True, kw_only=True):
    """An agent has the interaction; the virtual agent is silent from here on."""

    interaction: InteractionId
    person: PersonId
    agent: StaffId
    visit: VisitId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, agent=self.agent)


class HandedBack(Event, frozen=True, kw_only=True):
    """The agent gave the interaction back to the virtual agent, and is in wrap-up for his part."""

    interaction: InteractionId
    person: PersonId
    agent: StaffId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, agent=self.agent)


class WrapUpStarted(Event, frozen=True, kw_only=True):
    """The agent's handling is over; his after-call work begins."""

    interaction: InteractionId
    person: PersonId
    agent: StaffId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, agent=self.agent)


class WrappedUp(Event, frozen=True, kw_only=True):
    """The agent recorded how it went."""

    interaction: InteractionId
    person: PersonId
    agent: StaffId
    disposition: str
    note: PersonalText = ""
    suggested: str = ""
    """The disposition that was suggested to him; empty where none was."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, agent=self.agent)


class SilenceWarned(Event, frozen=True, kw_only=True):
    """The customer said nothing for a while and was asked whether he is still there."""

    interaction: InteractionId
    person: PersonId
    quiet: bool = False
    """Nothing was said: somebody in distress is not asked, and has long."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person)


class InteractionEnded(Event, frozen=True, kw_only=True):
    """It is over; what still waits (a proposal, a promise) outlives it."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    reason: EndReason

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session)


class InteractionReopened(Event, frozen=True, kw_only=True):
    """The customer came back within the configured time."""

    interaction: InteractionId
    person: PersonId
    session: SessionId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session)


class OpenSession(Command, frozen=True, kw_only=True):
    """Give a visitor a session. The secret itself never enters the log."""

    session: SessionId
    person: PersonId
    channel: Channel
    secret_digest: str
    device: str = ""
    source: str = ""
    language: str = ""

    def lane(self) -> str:
        return self.session


class ReceiveMessage(Command, frozen=True, kw_only=True):
    """A customer wrote. Starts or reopens the session's interaction where none is open."""

    session: SessionId
    message: MessageId
    text: str
    new: bool = False
    """Begin a new interaction even if one is open (which then ends)."""

    def lane(self) -> str:
        return self.session


class PostMessage(Command, frozen=True, kw_only=True):
    """An agent (or the system) writes to the customer; an agent must have the interaction."""

    interaction: InteractionId
    message: MessageId
    author: Author
    text: str

    def lane(self) -> str:
        return self.interaction


class HandBack(Command, frozen=True, kw_only=True):
    """The agent gives the interaction back to the virtual agent."""

    interaction: InteractionId
    agent: StaffId

    def lane(self) -> str:
        return self.interaction


class StartWrapUp(Command, frozen=True, kw_only=True):
    """The agent's conversation is over."""

    interaction: InteractionId
    agent: StaffId

    def lane(self) -> str:
        return self.interaction


class WrapUp(Command, frozen=True, kw_only=True):
    """The agent records the disposition (one of the tenant's) and a note; ends the interaction unless it was handed back."""

    interaction: InteractionId
    agent: StaffId
    disposition: str
    note: str = ""
    suggested: str = ""

    def lane(self) -> str:
        return self.interaction


class Leave(Command, frozen=True, kw_only=True):
    """The customer leaves the interaction."""

    session: SessionId

    def lane(self) -> str:
        return self.session


class WarnSilence(Command, frozen=True, kw_only=True):
    """Ask whether the customer is still there."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


class EndForSilence(Command, frozen=True, kw_only=True):
    """End an interaction whose customer did not answer the warning."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


class CloseInteraction(Command, frozen=True, kw_only=True):
    """Draw the consequences of an end: the wrap-up of the agent who had it, and how it came out."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


class AskCustomer(Command, frozen=True, kw_only=True):
    """Put a card before the customer: a confirmation of exactly these arguments, or the receipt of what came of it."""

    interaction: InteractionId
    proposal: str

    def lane(self) -> str:
        return self.interaction
