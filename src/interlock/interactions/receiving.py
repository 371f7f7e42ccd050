"""What does a customer's coming, writing and leaving make of a session and its interactions?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import msgspec

from interlock.interactions.canaries import takes_part
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Erased, Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.carrying import CarriedOn
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, ReleaseId, SessionId, tag
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    LanguageChanged,
    Leave,
    MessagePosted,
    OpenSession,
    ReceiveMessage,
    SessionOpened,
)
from interlock.vocabulary.languages import Preferred
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.releases import CanaryEnded, CanaryStarted, ReleasePublished
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS, TenantSettings
from interlock.vocabulary.tone import Tone

ReadTone = Callable[[str], Tone | None]
"""Tells the tone of a customer's message; None where its words do not tell."""

ReadPreferred = Callable[[str], Preferred | None]
"""Tells the language that a message names, or is surely written in; None where it speaks for none."""

SESSION: Final = (
    SessionOpened,
    InteractionStarted,
    InteractionEnded,
    InteractionReopened,
    CarriedOn,
    LanguageChanged,
)
"""The facts of a session that say which interaction it has, and whether that is open."""

RELEASED: Final = (ReleasePublished, CanaryStarted, CanaryEnded)
"""The facts that say which version a new interaction begins on."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session, its interaction, and what a new one would begin on: the definitions, and who has been matched before.

    ``carried`` tells that the interaction goes on in another session; ``changed`` how its language was changed last.
    """

    person: PersonId = PersonId("")
    channel: Channel = Channel.CHAT
    interaction: InteractionId = InteractionId("")
    open: bool = False
    ended_at: datetime | None = None
    release: ReleaseId = ReleaseId("")
    canary: CanaryStarted | None = None
    matched: Assurance = Assurance()
    name: str = ""
    carried: bool = False
    language: str = ""
    changed: str = ""


def session_queries(session: SessionId) -> tuple[Query, Query]:
    """What to read for a session and for what a new interaction in it would begin on."""
    return Query(tag("session", session), (*SESSION, CustomerMatched)), Query("releases:all", RELEASED)


CARRIED: Final = "carried_on"
"""The refusal of a message in a session whose interaction goes on in another one: it has to be brought back first."""


def evolve_session(state: SessionState, recorded: Recorded) -> SessionState:
    """Fold one more fact in."""
    match recorded.event:
        case SessionOpened(person=person, channel=channel, language=language):
            return replace(state, person=person, channel=channel, language=language)
        case InteractionStarted(interaction=interaction) as event:
            begun = replace(state, interaction=interaction, open=True, ended_at=None, carried=False, changed="")
            return _carrying(begun, event) if event.continues else begun
        case InteractionReopened(interaction=interaction):
            return replace(state, interaction=interaction, open=True, ended_at=None)
        case InteractionEnded(interaction=interaction) if interaction == state.interaction:
            return replace(state, open=False, ended_at=recorded.at)
        case LanguageChanged(how="not_spoken"):
            return state
        case LanguageChanged(language=language, how=how):
            return replace(state, language=language, changed=how)
        case CarriedOn(interaction=interaction) if interaction == state.interaction:
            return replace(state, carried=True)
        case ReleasePublished(release=release):
            return replace(state, release=release, canary=None)
        case CanaryStarted() as canary:
            return replace(state, canary=canary)
        case CanaryEnded():
            return replace(state, canary=None)
        case CustomerMatched() as event if event.channel == state.channel:
            if event.customer == state.matched.customer:
                return state
            matched = Assurance(Level.MATCHED, event.customer, recorded.at, event.session, event.channel, event.by)
            return replace(state, matched=matched, name="" if isinstance(event.name, Erased) else event.name)
    return state


def _carrying(state: SessionState, event: InteractionStarted) -> SessionState:
    """Whoever carries an interaction on is the person of that one, and matched as far as that was carried over."""
    held, name = event.assurance, "" if isinstance(event.name, Erased) else event.name
    if not event.customer:
        return replace(state, person=event.person, language=event.language)
    matched = Assurance(Level.MATCHED, held.customer, held.at, event.session, event.channel, held.by)
    return replace(state, person=event.person, matched=matched, name=name, language=event.language)


def open_session() -> Decider[OpenSession, SessionState]:
    """A session begins once; asking again for the same one changes nothing."""

    def decide(command: OpenSession, state: SessionState, moment: Moment) -> list[Event]:
        if state.person:
            if state.person != command.person:
                raise Refused("session_taken", "This session belongs to somebody else.")
            return []
        return [
            SessionOpened(
                session=command.session,
                person=command.person,
                channel=command.channel,
                secret_digest=command.secret_digest,
                device=command.device,
                source=command.source,
                language=command.language,
            )
        ]

    return Decider(
        command=OpenSession,
        reads=lambda command: [Query(tag("session", command.session), (SessionOpened,))],
        initial=SessionState(),
        evolve=evolve_session,
        decide=decide,
    )


def receive_message(
    settings: TenantSettings, tone_of: ReadTone, preferred: ReadPreferred
) -> Decider[ReceiveMessage, SessionState]:
    """A customer's message goes to the open interaction, reopens one that ended lately, or begins a new one.

    Who was matched earlier in the session is not asked again in a new one; assurance does not reach further than that.
    Where it is surely written in another language that the tenant has texts in, the interaction goes on in that.
    """

    def decide(command: ReceiveMessage, state: SessionState, moment: Moment) -> list[Event]:
        person, text = known_person(state), checked_text(command.text)
        facts: list[Event] = []
        interaction, changed = state.interaction, state.changed
        if state.carried and not command.new:
            raise Refused(CARRIED, "We go on elsewhere by now.")
        if state.open and command.new:
            facts.append(_ended(state, command.session))
        if command.new or not _goes_on(state, moment.now, settings):
            interaction, changed = InteractionId(moment.new_id("i")), ""
            facts.append(
                InteractionStarted(
                    interaction=interaction,
                    person=person,
                    session=command.session,
                    channel=state.channel,
                    release=begins_on(state),
                    assurance=state.matched,
                    name=state.name,
                    language=state.language,
                )
            )
        elif not state.open:
            facts.append(InteractionReopened(interaction=interaction, person=person, session=command.session))
        if (found := _other_language(preferred(text), state, changed, settings)) is not None:
            language, how, wanted = found
            facts.append(
                LanguageChanged(
                    interaction=interaction,
                    person=person,
                    session=command.session,
                    language=language,
                    how=how,
                    wanted=wanted,
                )
            )
        author = Author(kind="customer", id=person)
        said = message(interaction, person, command.message, author, text)
        facts.append(msgspec.structs.replace(said, tone=tone_of(text)))
        return facts

    def guards(command: ReceiveMessage) -> list[Query]:
        return [Query(tag("session", command.session), SESSION)]

    return Decider(
        command=ReceiveMessage,
        # What is published meanwhile is no conflict: either version is right to begin on. Nor is a match: she is asked.
        reads=lambda command: list(session_queries(command.session)),
        initial=SessionState(),
        evolve=evolve_session,
        decide=decide,
        guards=guards,
    )


def _other_language(
    found: Preferred | None, state: SessionState, changed: str, settings: TenantSettings
) -> tuple[str, Literal["written", "named", "not_spoken"], str] | None:
    """The language that an interaction goes on in from now on, and why; the one that she named in vain.

    What she writes changes it once in an interaction, so that a quoted line or two languages in turn do not throw it
    to and fro; a language that she names, always. On the phone nobody writes.
    """
    if found is None or state.channel is Channel.VOICE:
        return None
    if found.language not in settings.languages:
        return (state.language, "not_spoken", found.language) if found.named else None
    language = "" if found.language == settings.language else found.language
    same = found.language == (state.language or settings.language)
    if found.named:
        return None if same and changed == "named" else (language, "named", "")
    return None if same or changed else (language, "written", "")


def begins_on(state: SessionState) -> ReleaseId:
    """The version of a new interaction: that in force, or the canary where it takes part."""
    canary, matched = state.canary, bool(state.matched.customer)
    if canary is not None and takes_part(canary, state.person, state.channel.value, matched=matched):
        return canary.release
    return state.release


def leave() -> Decider[Leave, SessionState]:
    """The customer leaves; what still waits (a proposal, an agent's wrap-up) outlives it."""

    def decide(command: Leave, state: SessionState, moment: Moment) -> list[Event]:
        known_person(state)
        return [_ended(state, command.session)] if state.open else []

    return Decider(
        command=Leave,
        reads=lambda command: [Query(tag("session", command.session), SESSION)],
        initial=SessionState(),
        evolve=evolve_session,
        decide=decide,
    )


def message(
    interaction: InteractionId, person: PersonId, id: str, author: Author, text: str, send: Channel | None = None
) -> MessagePosted:
    """The fact of a message without a card; ``send`` is the channel that it has to be sent through, if it has."""
    return MessagePosted(
        interaction=interaction, person=person, message=MessageId(id), author=author, text=text, send=send
    )


def checked_text(text: str) -> str:
    """A message's text without white space around it. Raises Refused where it is empty or too long."""
    text = text.strip()
    if not text:
        raise Refused("message_empty", "The message has no text. Write something, then send it.", status=422)
    if len(text) > MAX_MESSAGE_CHARACTERS:
        reason = (
            f"The message has {len(text):,} characters, at most {MAX_MESSAGE_CHARACTERS:,} are taken. Send it in parts."
        )
        raise Refused("message_too_long", reason, status=422)
    return text


def known_person(state: SessionState) -> PersonId:
    if not state.person:
        raise Refused("session_unknown", "There is no such session. Open a new one.", status=404)
    return state.person


def _goes_on(state: SessionState, now: datetime, settings: TenantSettings) -> bool:
    """Whether the last interaction is open, or ended so lately that a message reopens it."""
    if not state.interaction:
        return False
    return state.open or (
        state.ended_at is not None and now - state.ended_at <= settings.on(state.channel).reopen_within
    )


def _ended(state: SessionState, session: SessionId) -> InteractionEnded:
    return InteractionEnded(interaction=state.interaction, person=state.person, session=session, reason="customer_left")
