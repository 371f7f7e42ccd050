"""Correspondence: what comes in and goes out by text message and e-mail, from and to whom."""

from __future__ import annotations

from interlock.kernel.events import Command, Event, PersonalText
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, ProposalId, SessionId, tags


class AddressGiven(Event, frozen=True, kw_only=True):
    """Somebody wrote from an address: what is said in the session is sent there. It proves nothing about who that is."""

    session: SessionId
    person: PersonId
    channel: Channel
    address: PersonalText
    """The sender's number or mail address."""
    account: str
    """Our own number or mailbox that was written to."""
    subject: PersonalText = ""
    """The subject of the mail that began it."""
    correspondent: str = ""
    """What the pair of addresses is found by again: a keyed hash."""

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session, person=self.person, correspondent=self.correspondent)


class MailTaken(Event, frozen=True, kw_only=True):
    """A mail of the customer belongs to the session: the next one to her answers it."""

    session: SessionId
    person: PersonId
    mail: PersonalText
    """Its Message-ID."""

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session, person=self.person)


class MessagesSent(Event, frozen=True, kw_only=True):
    """What was said was put together and is sent: by a proposal that the gate judges as any other."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    messages: tuple[MessageId, ...]
    """The messages that it holds, in order."""
    asks: str
    """What it asks at its end: an answer to another question is not taken for one to this."""
    proposal: ProposalId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session)


class SendMessages(Command, frozen=True, kw_only=True):
    """Send what was said in an interaction and has not been sent."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction
