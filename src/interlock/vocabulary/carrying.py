"""Carrying on: a customer goes on in another channel or browser, with what was said and how sure we are who it is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from interlock.kernel.events import Command, Event
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId, tags

CARRIED_ON: Final = "carried_on"
"""The outcome of a run that goes on in another interaction."""


class CarryCodeIssued(Event, frozen=True, kw_only=True):
    """A customer was given a one-time code to carry this interaction on elsewhere; it is known by digest only."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    digest: str
    expires_at: datetime

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, session=self.session, carry=self.digest)


class CarryFailed(Event, frozen=True, kw_only=True):
    """A code was given that is none, is over, or was used before."""

    session: SessionId
    source: str = ""
    """The lock of the network address that the session was opened from: a keyed hash. Empty where that is not known."""

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session, carry_source=self.source)


class CarriedOn(Event, frozen=True, kw_only=True):
    """An interaction is carried on as another one, in another session, and is over itself."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    """The session that it was in."""
    into: InteractionId
    digest: str = ""
    """The code that was given; empty where a customer came back to a session that it had been in."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, session=self.session, carry=self.digest)


class IssueCarryCode(Command, frozen=True, kw_only=True):
    """Give the customer of this session a code to carry her interaction on with."""

    session: SessionId
    digest: str

    def lane(self) -> str:
        return self.session


class CarryOn(Command, frozen=True, kw_only=True):
    """Carry an interaction on in this session: built and carried out by the runtime, never kept for later.

    ``assurance`` is what holds for the session that it was in, now; an empty ``interaction`` says that no code is known by
    this digest.
    """

    session: SessionId
    digest: str
    interaction: InteractionId = InteractionId("")
    here: InteractionId = InteractionId("")
    """What the session has had so far."""
    assurance: Assurance = Assurance()
    name: str = ""
    source: str = ""

    def lane(self) -> str:
        return self.session


class TakeUp(Command, frozen=True, kw_only=True):
    """Go on with the journeys of an interaction in the one that carries it on."""

    interaction: InteractionId
    of: InteractionId

    def lane(self) -> str:
        return self.interaction
