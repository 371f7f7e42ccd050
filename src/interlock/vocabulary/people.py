"""People: who was matched to which customer, how that was proven, and erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interlock.kernel.events import Command, Event, PersonalText
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import (
    NOBODY,
    ChallengeId,
    CustomerId,
    InteractionId,
    PersonId,
    ProposalId,
    SessionId,
    tags,
)


class CustomerMatched(Event, frozen=True, kw_only=True):
    """Something known matched: assurance level 1, never more."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    customer: CustomerId
    by: str
    name: PersonalText = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session, customer=self.customer)


class MatchFailed(Event, frozen=True, kw_only=True):
    """What was given matched nobody; too many of these lock the session's matching out."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    by: str
    proposal: ProposalId = ProposalId("")
    """The look-up that found nobody."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session)


class ChallengeIssued(Event, frozen=True, kw_only=True):
    """A one-time code was made for an address that was registered before this interaction; known here by digest and sealed."""

    challenge: ChallengeId
    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    customer: CustomerId
    level: Level
    proposal: ProposalId
    """The proposal that it cures; empty when an agent asked for a verification."""
    asked_by: Principal
    code_digest: str
    masked_destination: PersonalText
    expires_at: datetime
    sending: ProposalId = ProposalId("")
    """The proposal that sends the code."""
    device: PersonalText = ""
    """The device of the session, as in ``SessionOpened``."""

    def tags(self) -> tuple[str, ...]:
        return tags(
            interaction=self.interaction,
            person=self.person,
            session=self.session,
            challenge=self.challenge,
            customer=self.customer,
        )


class ChallengePassed(Event, frozen=True, kw_only=True):
    """The right code was given in time."""

    challenge: ChallengeId
    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    customer: CustomerId
    level: Level
    proposal: ProposalId
    device: PersonalText = ""
    """The device on which it was given, as in ``SessionOpened``: from now on it is one of the customer's."""

    def tags(self) -> tuple[str, ...]:
        return tags(
            interaction=self.interaction,
            person=self.person,
            session=self.session,
            challenge=self.challenge,
            customer=self.customer,
        )


class ChallengeFailed(Event, frozen=True, kw_only=True):
    """A wrong code, a late one, one too many; or no code could be sent at all."""

    challenge: ChallengeId
    interaction: InteractionId
    person: PersonId
    session: SessionId
    proposal: ProposalId
    why: Literal["wrong", "expired", "locked", "not_sent"]
    attempts_left: int
    unavailable: bool = False
    """It was not sent because the system that sends codes did not answer."""
    customer: CustomerId = NOBODY
    """Whose code it was: wrong ones count for the customer in whatever session they are given."""

    def tags(self) -> tuple[str, ...]:
        return tags(
            interaction=self.interaction,
            person=self.person,
            session=self.session,
            challenge=self.challenge,
            customer=self.customer,
        )


class PersonErased(Event, frozen=True, kw_only=True):
    """The person's key was destroyed: what was sealed under it is unreadable from now on, everywhere."""

    person: PersonId
    customer: CustomerId
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(person=self.person, customer=self.customer)


class IssueChallenge(Command, frozen=True, kw_only=True):
    """Send a one-time code to the customer's registered address."""

    interaction: InteractionId
    level: Level
    proposal: ProposalId = ProposalId("")
    asked_by: Principal

    def lane(self) -> str:
        return self.interaction


class FailChallenge(Command, frozen=True, kw_only=True):
    """The proposal that was to send a one-time code came to nothing: whoever waits for the code need not wait any longer."""

    interaction: InteractionId
    sending: ProposalId
    unavailable: bool = False

    def lane(self) -> str:
        return self.interaction


class AnswerChallenge(Command, frozen=True, kw_only=True):
    """The customer gives a code. ``code`` is checked by digest and not kept."""

    challenge: ChallengeId
    session: SessionId
    code: str

    def lane(self) -> str:
        return self.challenge
