"""Where does a customer hear of something that nobody asked for: in her open chat, in her last one, or in a new one?"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from interlock.control.challenges import Destination, destination_of
from interlock.interactions.receiving import SESSION, SessionState, evolve_session, session_queries
from interlock.journeys import Conversation, evolve, reads
from interlock.kernel.deciders import Moment
from interlock.kernel.events import START, Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, SessionId, tag
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proactive import BeginInteraction
from interlock.vocabulary.triggers import Reach

if TYPE_CHECKING:
    from interlock.runtime.app import App

CUSTOMER: Final = "customer"
"""The resource by which connectors tell a customer's registered address."""

WRITTEN: Final = frozenset({Channel.CHAT, Channel.MESSAGE})
"""The channels in which somebody reads later what was written meanwhile."""

RECENT: Final = timedelta(days=30)
"""How long ago a customer may have been in a chat for news to be put into it: later, nobody looks there any more."""

SESSIONS_LOOKED_AT: Final = 5
"""Of a customer's sessions, so many are looked at, the latest first."""


class Place(NamedTuple):
    """Where she hears of it.

    Attributes:
        facts: what opens it, where it is not open already.
        guard: what must not have changed meanwhile.
        link: the secret part of the link to it; empty where it is hers already.
    """

    reach: Reach
    conversation: Conversation
    facts: tuple[Event, ...] = ()
    guard: tuple[Query, ...] = ()
    link: str = ""


async def registered(app: App, customer: CustomerId) -> Destination | None:
    """Where a customer's mail goes, as the system behind says now; None where it does not say so.

    Raises:
        Unavailable: that system does not answer.
    """
    for action in app.definitions.bundle.actions.values():
        resource = action.resource
        if resource is None or resource.name != CUSTOMER:
            continue
        record = await app.connector(action.connector).read(resource.operation, {resource.key: customer})
        cooling = app.control.address_cooling
        return None if record is None else destination_of(customer, record, app.clock(), cooling)
    return None


async def of_interaction(app: App, interaction: InteractionId) -> tuple[Conversation, str]:
    """A conversation as its journeys see it, and the snapshot that it was read in."""
    seen = await app.log.read(reads(interaction))
    conversation = reduce(evolve, seen.events, Conversation())
    if conversation.release:
        await app.releases.ensure(conversation.release)
    return conversation, seen.snapshot


async def in_a_chat(app: App, customer: CustomerId, trigger: str, moment: Moment) -> Place | None:
    """Her open chat, or else her last one, in which a new interaction begins; None where she had none lately."""
    seen = await app.log.read(Query(tag("customer", customer), (CustomerMatched, InteractionStarted)))
    last: dict[SessionId, datetime] = {}
    for recorded in seen.events:
        if isinstance(recorded.event, CustomerMatched | InteractionStarted) and recorded.event.channel in WRITTEN:
            last[recorded.event.session] = recorded.at
    sessions = sorted(last, key=lambda session: last[session], reverse=True)[:SESSIONS_LOOKED_AT]
    fallback: Place | None = None
    for session in sessions:
        place = await in_session(app, session, customer, trigger, moment)
        if place is None or (place.reach == "last_chat" and last[session] < moment.now - RECENT):
            continue
        if place.reach == "open_chat":
            return place
        fallback = fallback or place
    return fallback


async def in_session(app: App, session: SessionId, customer: CustomerId, trigger: str, moment: Moment) -> Place | None:
    """Into a session: its open interaction, or a new one. None where somebody else was matched in it since, or it is no chat."""
    found = await app.log.read(*session_queries(session))
    state = reduce(evolve_session, found.events, SessionState())
    if not state.person or state.channel not in WRITTEN or state.matched.customer != customer:
        return None
    if state.open:
        conversation, _ = await of_interaction(app, state.interaction)
        return Place("open_chat", conversation, guard=(reads(state.interaction),))
    facts = _begun(app, session, state, trigger, moment)
    guard = (Query(tag("session", session), SESSION),)
    return Place("last_chat", _folded(facts), tuple(facts), guard)


async def anew(app: App, origin: PersonId, trigger: str, moment: Moment) -> Place:
    """A new session that a one-time link leads to; nobody is known in it until she says who she is."""
    session, secret = SessionId(f"s_{secrets.token_hex(10)}"), secrets.token_urlsafe(24)
    opened = SessionOpened(
        session=session,
        person=origin,
        channel=Channel.CHAT,
        secret_digest="",  # nothing has this digest: only the link's use gives it a secret
        link_digest=sha256(secret.encode()).hexdigest(),
    )
    _, released = session_queries(session)
    state = reduce(evolve_session, (await app.log.read(released)).events, SessionState())
    state = evolve_session(state, Recorded(START, "", moment.now, opened, ""))
    facts = (opened, *_begun(app, session, state, trigger, moment))
    return Place("new_chat", _folded(facts), facts, link=f"{session}.{secret}")


def _begun(app: App, session: SessionId, state: SessionState, trigger: str, moment: Moment) -> tuple[Event, ...]:
    begins = app.engine.decider(BeginInteraction)
    return tuple(begins.decide(BeginInteraction(session=session, by=trigger), state, moment))


def _folded(facts: tuple[Event, ...]) -> Conversation:
    return reduce(evolve, (Recorded(START, "", datetime.min, fact, "") for fact in facts), Conversation())
