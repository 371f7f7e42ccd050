"""May a one-time code be sent, to which address, and what is said and done when it is, or cannot be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from interlock.control.actions import Action
from interlock.control.facts import Known
from interlock.control.identity import code_digest
from interlock.control.remedies import CODE_FAILED
from interlock.control.remedy_text import STEP_UP_LEVEL
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import SYSTEM, Author, Card, Channel, sent_through
from interlock.vocabulary.ids import ChallengeId, CustomerId, MessageId, ProposalId, tag
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.people import (
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    FailChallenge,
    IssueChallenge,
)
from interlock.vocabulary.proposals import ActionProposed, Remedy, RemedyRefused

CODE_DIGITS: Final = 6
"""Digits of a one-time code."""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a code can go: the customer's address as the system behind has it, and since when it has it."""

    customer: CustomerId
    email: str
    registered_at: datetime


def destination_of(
    customer: CustomerId, record: Mapping[str, Any], now: datetime, cooling: timedelta
) -> Destination | None:
    """Where a customer's codes go: to the registered address, or to the one before it while a new one cools.

    Whoever changed an address is not proven to be the customer by a code that goes there; whoever reads the old one is.

    Args:
        record: what the system behind tells: ``email`` and ``email_registered_at``; after a change ``email_before`` and
            ``email_before_registered_at`` as well.
        cooling: how long a new address cools.

    Returns:
        None where the record does not say it.
    """
    try:
        email, since = str(record["email"]), datetime.fromisoformat(str(record["email_registered_at"]))
        if record.get("email_before") and now < since + cooling:
            email = str(record["email_before"])
            since = datetime.fromisoformat(str(record["email_before_registered_at"]))
    except (KeyError, ValueError):
        return None
    return Destination(customer=customer, email=email, registered_at=since) if since.tzinfo is not None else None


def issue_challenge(
    command: IssueChallenge,
    started: InteractionStarted,
    started_at: datetime,
    known: Known,
    destination: Destination | None,
    code: str,
    send: Action,
    settings: ControlSettings,
    moment: Moment,
    author: Author,
    *,
    halted: Refused | None = None,
) -> Sequence[Event]:
    """Issue a challenge: the challenge itself, the card for the customer, and the proposal that sends the code.

    Args:
        started: the interaction, which began at ``started_at``.
        known: what is established in its session (see ``identity.known``).
        destination: the customer's registered address as just read; None where there is none or it could not be read.
        code: CODE_DIGITS random digits, made by the caller.
        send: the action that sends it (``settings.send_code``).
        author: in whose name the customer is asked.
        halted: why no code may be sent now at all, where somebody has stopped that.

    Returns:
        ChallengeIssued, MessagePosted (where there is a chat), ActionProposed; or, where no code can be sent and a
        proposal waits for it, RemedyRefused, so that whoever waits goes on.

    Raises:
        Refused: no code can be sent, and a person asked for it.
    """
    refusal = halted or _refusal(command, started_at, known, destination, send, settings)
    if refusal is not None or destination is None:
        if not command.proposal:
            raise refusal or Refused("no_address", "No address is registered for this customer.")
        return [
            RemedyRefused(
                proposal=command.proposal,
                interaction=command.interaction,
                person=started.person,
                remedy=Remedy("step_up", str(int(command.level))),
                by=SYSTEM,
                how="failed",
                customer_reason=CODE_FAILED if refusal is None else refusal.reason,
            )
        ]
    checked = send.check({"to": destination.email, "code": code}, settings.secret)
    challenge, sending = ChallengeId(moment.new_id("ch")), ProposalId(moment.new_id("pr"))
    masked, lasts = masked_email(destination.email), settings.on(sent_through(started.channel)).code_lasts
    issued = ChallengeIssued(
        challenge=challenge,
        interaction=command.interaction,
        person=started.person,
        session=started.session,
        channel=started.channel,
        customer=destination.customer,
        level=command.level,
        proposal=command.proposal,
        asked_by=command.asked_by,
        code_digest=code_digest(settings.secret, challenge, code),
        masked_destination=masked,
        expires_at=moment.now + lasts,
        sending=sending,
        device=known.device,
    )
    asked = MessagePosted(
        interaction=command.interaction,
        person=started.person,
        message=MessageId(moment.new_id("m")),
        author=author,
        text=f"To be sure that it is you, I have sent a code to {masked}. Please enter it within {_in_words(lasts)}.",
        card=Card(kind="code", title=f"Code sent to {masked}", proposal=command.proposal, challenge=challenge),
        send=sent_through(started.channel),
    )
    proposed = ActionProposed(
        proposal=sending,
        interaction=command.interaction,
        person=started.person,
        session=started.session,
        channel=started.channel,
        customer=destination.customer,
        principal=SYSTEM,
        action=send.name,
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
        purpose=send.purpose,
    )
    # Where an agent from outside has the customer, nobody sees a card: its verdict says that a code is needed.
    return [issued, proposed] if started.channel is Channel.API else [issued, asked, proposed]


def _in_words(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


@dataclass(frozen=True, slots=True)
class Sendings:
    """The codes of one interaction: which proposal sends which, and which challenges are over."""

    issued: Mapping[ProposalId, ChallengeIssued] = field(default_factory=dict)
    over: frozenset[ChallengeId] = frozenset()


def fail_challenge(settings: ControlSettings) -> Decider[FailChallenge, Sendings]:
    """A code could not be sent: its challenge is over, unless it is anyway, and the customer is told not to wait for it."""

    def decide(command: FailChallenge, state: Sendings, moment: Moment) -> Sequence[Event]:
        issued = state.issued.get(command.sending)
        if issued is None or issued.challenge in state.over:
            return []
        return [
            ChallengeFailed(
                challenge=issued.challenge,
                interaction=issued.interaction,
                person=issued.person,
                session=issued.session,
                proposal=issued.proposal,
                why="not_sent",
                attempts_left=0,
                unavailable=command.unavailable,
            ),
            MessagePosted(
                interaction=issued.interaction,
                person=issued.person,
                message=MessageId(moment.new_id("m")),
                author=Author(kind="system", id="interlock", name=settings.notice),
                text=settings.code_not_sent,
                send=sent_through(issued.channel),
            ),
        ]

    return Decider(
        command=FailChallenge,
        reads=lambda command: [
            Query(tag("interaction", command.interaction), (ChallengeIssued, ChallengePassed, ChallengeFailed))
        ],
        initial=Sendings(),
        evolve=_evolve,
        decide=decide,
    )


def _evolve(state: Sendings, recorded: Recorded) -> Sendings:
    match recorded.event:
        case ChallengeIssued() as event if event.sending:
            return replace(state, issued={**state.issued, event.sending: event})
        case ChallengeFailed(why="wrong"):
            return state
        case ChallengePassed() | ChallengeFailed() as event:
            return replace(state, over=state.over | {event.challenge})
        case _:
            return state


def masked_email(address: str) -> str:
    """An address that its owner recognises and nobody else learns: ``e•••@example.com``."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••{at}{domain}" if at and name else "•••"


def _refusal(
    command: IssueChallenge,
    started_at: datetime,
    known: Known,
    destination: Destination | None,
    send: Action,
    settings: ControlSettings,
) -> Refused | None:
    if int(command.level) != STEP_UP_LEVEL:
        return Refused("bad_level", f"A code gives assurance {STEP_UP_LEVEL}, no other level.", status=422)
    if known.assurance.level < Level.MATCHED:
        return Refused("nobody_matched", "Nobody has been matched here yet; ask for order number and e-mail first.")
    if known.codes_sent >= settings.codes_per_hour:
        return Refused("too_many_codes", "Too many codes were sent within the last hour; try again later.")
    if destination is None:
        return Refused("no_address", "I have no address to send a code to.")
    if destination.customer != known.assurance.customer:
        return Refused("nobody_matched", "The address belongs to somebody else than was matched here.")
    if destination.registered_at >= started_at:
        # Whoever changed the address a minute ago may be the one who should be kept out.
        return Refused("address_too_new", "The registered address was changed during this conversation.")
    try:
        send.check({"to": destination.email, "code": "0" * CODE_DIGITS})
    except Refused:
        return Refused("no_address", "I have no address to send a code to.")
    return None
