"""How does an interaction begin that no customer asked for, and how does she come into it by a link?"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from interlock.interactions.receiving import (
    SESSION,
    SessionState,
    begins_on,
    evolve_session,
    known_person,
    session_queries,
)
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import InteractionId, tag
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened
from interlock.vocabulary.proactive import BeginInteraction, ClaimSession, SessionClaimed

LINK_VALID: Final = timedelta(days=7)
"""For how long the one-time link to a session can be used."""


def begin_interaction() -> Decider[BeginInteraction, SessionState]:
    """A new interaction of a session; who was matched earlier in it is known in it, and nothing more."""

    def decide(command: BeginInteraction, state: SessionState, moment: Moment) -> Sequence[Event]:
        person = known_person(state)
        if state.open:
            raise Refused("interaction_open", "The session has an interaction that is open.")
        return [
            InteractionStarted(
                interaction=InteractionId(moment.new_id("i")),
                person=person,
                session=command.session,
                channel=state.channel,
                release=begins_on(state),
                assurance=state.matched,
                name=state.name,
                begun_by=command.by,
            )
        ]

    return Decider(
        command=BeginInteraction,
        reads=lambda command: list(session_queries(command.session)),
        initial=SessionState(),
        evolve=evolve_session,
        decide=decide,
        guards=lambda command: [Query(tag("session", command.session), SESSION)],
    )


class LinkState(msgspec.Struct, frozen=True):
    """A session and the link to it."""

    opened: SessionOpened | None = None
    at: datetime | None = None
    claimed: bool = False


def claim_session() -> Decider[ClaimSession, LinkState]:
    """A link is used once, by one browser: whoever passes it on afterwards passes on nothing."""

    def evolve(state: LinkState, recorded: Recorded) -> LinkState:
        match recorded.event:
            case SessionOpened() as event:
                return replace(state, opened=event, at=recorded.at)
            case SessionClaimed():
                return replace(state, claimed=True)
        return state

    def decide(command: ClaimSession, state: LinkState, moment: Moment) -> Sequence[Event]:
        opened = state.opened
        if opened is None or not opened.link_digest or not hmac.compare_digest(opened.link_digest, command.link_digest):
            raise Refused("link_unknown", "This link leads nowhere; begin a new conversation.", status=404)
        if state.claimed:
            raise Refused("link_used", "This link was used before; begin a new conversation.", status=410)
        if state.at is not None and moment.now > state.at + LINK_VALID:
            raise Refused("link_too_old", "This link is too old; begin a new conversation.", status=410)
        return [
            SessionClaimed(
                session=command.session,
                person=opened.person,
                secret_digest=command.secret_digest,
                device=command.device,
                source=command.source,
            )
        ]

    return Decider(
        command=ClaimSession,
        reads=lambda command: [Query(tag("session", command.session), (SessionOpened, SessionClaimed))],
        initial=LinkState(),
        evolve=evolve,
        decide=decide,
    )
