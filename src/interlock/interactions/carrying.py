"""How does a customer go on in another channel or browser: with a code that is given once, and never as two at a time?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from interlock.interactions import context
from interlock.interactions.context import WHO, InteractionState
from interlock.interactions.endings import ended
from interlock.interactions.receiving import message
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.assurance import Assurance
from interlock.vocabulary.carrying import CarriedOn, CarryCodeIssued, CarryFailed, CarryOn, IssueCarryCode
from interlock.vocabulary.channels import Author, Channel, sent_through
from interlock.vocabulary.ids import InteractionId, SessionId, tag
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    SessionOpened,
)
from interlock.vocabulary.settings import TenantSettings

CODE_LASTS: Final = timedelta(minutes=10)
"""For how long an interaction can be carried on with a code: enough to dial and to type eight digits."""
TRIES: Final = 5
"""Wrong codes that a session may give; nobody mistypes more often, and eight digits are not guessed in so few."""
TRIES_OF_SOURCE: Final = 20
"""Wrong codes from one network address within SOURCE_WINDOW, in whatever sessions."""
SOURCE_WINDOW: Final = timedelta(hours=1)
"""How far back the wrong codes of a network address count."""
BY: Final = "carried_on"
"""What assurance was established by that a code carried over."""

_SESSION: Final = (SessionOpened, InteractionStarted, InteractionEnded, InteractionReopened, CarriedOn, CarryFailed)


class Carried(msgspec.Struct, frozen=True):
    """What is known for carrying on: both sessions' facts as far as they were read, and the code.

    Attributes:
        latest: the latest interaction of each session.
        spent: the digests of codes that were used.
        failed: when wrong codes were given: in a session, or from a network address.
    """

    opened: Mapping[SessionId, SessionOpened] = msgspec.field(default_factory=dict)
    latest: Mapping[SessionId, InteractionId] = msgspec.field(default_factory=dict)
    interactions: Mapping[InteractionId, InteractionState] = msgspec.field(default_factory=dict)
    gone: frozenset[InteractionId] = frozenset()
    issued: CarryCodeIssued | None = None
    spent: frozenset[str] = frozenset()
    failed: tuple[tuple[SessionId, str, datetime], ...] = ()

    def of(self, session: SessionId) -> InteractionState:
        """The session's interaction."""
        return self.interactions.get(self.latest.get(session, InteractionId("")), InteractionState())


def evolve(state: Carried, recorded: Recorded) -> Carried:
    """Fold one recorded fact in."""
    event = recorded.event
    match event:
        case SessionOpened():
            return replace(state, opened={**state.opened, event.session: event})
        case CarryCodeIssued():
            return replace(state, issued=event, spent=state.spent - {event.digest})  # the same digits, drawn once more
        case CarryFailed():
            return replace(state, failed=(*state.failed, (event.session, event.source, recorded.at)))
        case CarriedOn():
            return replace(state, gone=state.gone | {event.interaction}, spent=state.spent | {event.digest})
    interaction = InteractionId(getattr(event, "interaction", ""))
    if isinstance(event, InteractionStarted):
        state = replace(state, latest={**state.latest, event.session: interaction})
    now = context.evolve(state.interactions.get(interaction, InteractionState()), recorded)
    return replace(state, interactions={**state.interactions, interaction: now})


def issue_carry_code() -> Decider[IssueCarryCode, Carried]:
    """A code for the open interaction of a session; the one before stays good for as long as it would have."""

    def decide(command: IssueCarryCode, state: Carried, moment: Moment) -> Sequence[Event]:
        current = state.of(command.session)
        if not current.open or current.interaction in state.gone:
            raise Refused("nothing_to_carry", "Nothing has been talked about here yet; there is nothing to go on with.")
        return [
            CarryCodeIssued(
                interaction=current.interaction,
                person=current.person,
                session=command.session,
                digest=command.digest,
                expires_at=moment.now + CODE_LASTS,
            )
        ]

    return Decider(
        command=IssueCarryCode,
        reads=lambda command: [Query(tag("session", command.session), _SESSION)],
        initial=Carried(),
        evolve=evolve,
        decide=decide,
    )


def carry_on(settings: TenantSettings) -> Decider[CarryOn, Carried]:
    """The interaction goes on in this session: as a new one, and the other one is over.

    A wrong code, or one that is over, is counted and no more is told: whether it was ever given is nobody's business.
    """

    def decide(command: CarryOn, state: Carried, moment: Moment) -> Sequence[Event]:
        opened = state.opened.get(command.session)
        if opened is None:
            raise Refused("session_unknown", "There is no such session. Open a new one.", status=404)
        if command.digest:
            _refuse_if_locked(command, state, moment.now)
            if not _good(command, state, moment.now):
                return [CarryFailed(session=command.session, source=command.source)]
        old, mine = state.interactions.get(command.interaction, InteractionState()), state.of(command.session)
        if not old.known or old.interaction in state.gone:
            raise Refused("carried_already", "That has been carried on elsewhere already.")
        if old.session == command.session:
            raise Refused("same_place", "You are talking about that right here.")
        _refuse_if_with_people(old, mine)
        into = InteractionId(moment.new_id("i"))
        held = command.assurance
        carried = Assurance(held.level, held.customer, held.at, command.session, opened.channel, BY)
        facts: list[Event] = [ended(mine, "merged")] if mine.open else []
        facts.append(
            InteractionStarted(
                interaction=into,
                person=old.person,
                session=command.session,
                channel=opened.channel,
                release=old.release,
                assurance=carried if held.customer else Assurance(),
                name=command.name,
                continues=old.interaction,
                language=old.language,
            )
        )
        facts.append(_told(old, opened.channel, moment, settings))
        facts.append(
            CarriedOn(
                interaction=old.interaction,
                person=old.person,
                session=old.session,
                into=into,
                digest=command.digest,
            )
        )
        return [*facts, ended(old, "merged")] if old.open else facts

    return Decider(command=CarryOn, reads=_reads, initial=Carried(), evolve=evolve, decide=decide)


def _reads(command: CarryOn) -> list[Query]:
    found = [Query(tag("session", command.session), _SESSION)]
    if command.digest:
        found.append(Query(tag("carry", command.digest), (CarryCodeIssued, CarriedOn)))
    if command.source:
        found.append(Query(tag("carry_source", command.source), (CarryFailed,)))
    known = filter(None, (command.interaction, command.here))
    return [*found, *(Query(tag("interaction", each), (*WHO, CarriedOn)) for each in known)]


def _good(command: CarryOn, state: Carried, now: datetime) -> bool:
    issued = state.issued
    if issued is None or issued.interaction != command.interaction or command.digest in state.spent:
        return False
    return now <= issued.expires_at


def _refuse_if_locked(command: CarryOn, state: Carried, now: datetime) -> None:
    here = sum(session == command.session for session, _, _ in state.failed)
    near = sum(bool(source) and source == command.source and at > now - SOURCE_WINDOW for _, source, at in state.failed)
    if here >= TRIES or near >= TRIES_OF_SOURCE:
        raise Refused("too_many_codes", "Too many wrong codes were given. Please tell us from the start.", status=429)


def _refuse_if_with_people(*states: InteractionState) -> None:
    if any(each.open and each.holder != "virtual_agent" for each in states):
        reason = "A colleague is with you there, or about to be. Please go on there until that is over."
        raise Refused("with_a_person", reason)


def _told(old: InteractionState, channel: Channel, moment: Moment, settings: TenantSettings) -> Event:
    """A line in the old place, for whoever looks there again."""
    texts = settings.said_in(old.language).texts
    author = Author(kind="system", id="interlock", name=settings.title)
    said = texts.carried_away.replace("{where}", texts.where(channel))
    return message(old.interaction, old.person, moment.new_id("m"), author, said, sent_through(old.channel))
