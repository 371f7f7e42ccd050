"""Interactions that no customer began: how one begins, how she comes into it by a link, and when it ends without her."""

from __future__ import annotations

from collections.abc import Iterable

from interlock.kernel.events import Command, Event, PersonalText, Recorded
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId, tags
from interlock.vocabulary.interactions import SessionOpened


class SessionClaimed(Event, frozen=True, kw_only=True):
    """The one-time link to a session was used: from now on it has the secret of the browser that used it."""

    session: SessionId
    person: PersonId
    secret_digest: str
    device: PersonalText = ""
    """As in ``SessionOpened``."""
    source: str = ""
    """As in ``SessionOpened``: where the browser is that used the link."""

    def tags(self) -> tuple[str, ...]:
        return tags(session=self.session, person=self.person)


class ClaimSession(Command, frozen=True, kw_only=True):
    """Use the one-time link to a session. Neither its secret nor the new one ever enters the log."""

    session: SessionId
    link_digest: str
    secret_digest: str
    device: str = ""
    source: str = ""

    def lane(self) -> str:
        return self.session


class BeginInteraction(Command, frozen=True, kw_only=True):
    """Begin an interaction with a customer in a session in which none is open; ``by`` names the trigger."""

    session: SessionId
    by: str

    def lane(self) -> str:
        return self.session


class EndUnanswered(Command, frozen=True, kw_only=True):
    """End an interaction that a trigger began and that the customer has not said a word in."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


def browser_of(events: Iterable[Recorded]) -> SessionOpened | SessionClaimed | None:
    """What tells of the browser that has a session: the use of the link to it, or else how it was opened."""
    told = [one.event for one in events if isinstance(one.event, SessionOpened | SessionClaimed)]
    return told[-1] if told else None
