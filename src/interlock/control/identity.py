"""How sure are we who the customer is, in this session and channel, and is this the code that was sent?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from interlock.control.facts import Known
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, PersonalText, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import ChallengeId, CustomerId, SessionId, tag
from interlock.vocabulary.interactions import InteractionStarted, SessionOpened
from interlock.vocabulary.people import (
    AnswerChallenge,
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    CustomerMatched,
    MatchFailed,
)
from interlock.vocabulary.proactive import SessionClaimed
from interlock.vocabulary.signals import SignalReported

MATCH_WINDOW: Final = timedelta(hours=24)
"""How far back failed matches of a session count."""

CODE_WINDOW: Final = timedelta(hours=1)
"""How far back the codes of a session count."""

_READ: Final = (
    SessionOpened,
    InteractionStarted,
    SessionClaimed,
    SignalReported,
    CustomerMatched,
    ChallengePassed,
    MatchFailed,
    ChallengeIssued,
    ChallengeFailed,
)


def session_query(session: SessionId) -> Query:
    """What to read for what is known in a session."""
    return Query(tag("session", session), _READ)


def known(
    events: Iterable[Recorded], session: SessionId, channel: Channel, now: datetime, settings: ControlSettings
) -> Known:
    """What is established in a session: the assurance that holds for its channel now, and what was tried.

    Assurance does not follow a person into another session or channel, unless a one-time code carried it over. A passed
    challenge counts for ``settings.verified_for``; afterwards what is left is that something known matched.
    """
    found = Assurance()
    failed = 0
    codes: dict[ChallengeId, datetime] = {}
    device: PersonalText = ""
    for recorded in events:
        match recorded.event:
            case InteractionStarted() as event if event.continues and event.assurance.holds_for(session, channel):
                found = event.assurance
            case CustomerMatched() as event if event.session == session and event.channel == channel:
                if event.customer != found.customer:
                    found = Assurance(Level.MATCHED, event.customer, recorded.at, session, channel, event.by)
            case ChallengePassed() as event if event.session == session and event.channel == channel:
                # A code proves who somebody is only while nobody else has been matched in between.
                if event.customer == found.customer:
                    found = Assurance(event.level, event.customer, recorded.at, session, channel, "one_time_code")
            case (SessionOpened() | SessionClaimed()) as event if event.session == session:
                device = event.device
            case MatchFailed() as event if event.session == session:
                failed += recorded.at > now - MATCH_WINDOW
            case ChallengeIssued() as event if event.session == session:
                codes[event.challenge] = recorded.at
            case ChallengeFailed(why="not_sent") as event:
                # What was never sent uses nothing up.
                codes.pop(event.challenge, None)
            case _:
                pass
    if found.level > Level.MATCHED and found.at is not None and now > found.at + settings.verified_for:
        found = Assurance(Level.MATCHED, found.customer, found.at, session, channel, found.by)
    return Known(found, failed, sum(at > now - CODE_WINDOW for at in codes.values()), device=device)


def device_digest(secret: bytes, device: str) -> str:
    """What a device is known by in the log: keyed by the tenant's secret; empty for none."""
    return f"d_{hmac.new(secret, f'device|{device}'.encode(), hashlib.sha256).hexdigest()[:32]}" if device else ""


def codes_query(customer: CustomerId) -> Query:
    """What to read for the codes that were sent for a customer, in whatever sessions."""
    return Query(tag("customer", customer), (ChallengeIssued, ChallengeFailed))


def codes_relayed(events: Iterable[Recorded], now: datetime) -> int:
    """How many codes were sent for a customer within the hour because other vendors' agents asked for them."""
    codes: dict[ChallengeId, datetime] = {}
    for recorded in events:
        match recorded.event:
            case ChallengeIssued(channel=Channel.API) as event:
                codes[event.challenge] = recorded.at
            case ChallengeFailed(why="not_sent") as event:
                codes.pop(event.challenge, None)
            case _:
                pass
    return sum(at > now - CODE_WINDOW for at in codes.values())


def code_digest(secret: bytes, challenge: ChallengeId, code: str) -> str:
    """The digest under which a code is kept: keyed by the tenant's secret and bound to its challenge."""
    spoken = re.sub(r"[\s-]", "", code)
    return hmac.new(secret, f"{challenge}:{spoken}".encode(errors="replace"), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class ChallengeState:
    """One challenge: what was asked, how often a wrong code was given, and whether it is over."""

    issued: ChallengeIssued | None = None
    wrong: int = 0
    over: Literal["", "passed", "expired", "locked", "not_sent"] = ""


def answer_challenge(settings: ControlSettings) -> Decider[AnswerChallenge, ChallengeState]:
    """Compare the code that a customer gives with the one that was sent."""

    def decide(command: AnswerChallenge, state: ChallengeState, moment: Moment) -> Sequence[Event]:
        issued = state.issued
        if issued is None or command.session != issued.session:
            raise Refused("challenge_unknown", "Nobody is waiting for a code here.", status=404)
        right = hmac.compare_digest(
            code_digest(settings.secret, issued.challenge, command.code[:64]), issued.code_digest
        )
        if state.over == "passed" and right:
            return []
        if state.over:
            raise Refused("challenge_over", "This code cannot be given any more; ask for a new one.", status=410)
        if moment.now > issued.expires_at:
            return [_failed(issued, "expired", 0)]
        if right:
            return [
                ChallengePassed(
                    challenge=issued.challenge,
                    interaction=issued.interaction,
                    person=issued.person,
                    session=issued.session,
                    channel=issued.channel,
                    customer=issued.customer,
                    level=issued.level,
                    proposal=issued.proposal,
                    device=issued.device,
                )
            ]
        left = settings.code_tries - state.wrong - 1
        return [_failed(issued, "wrong" if left > 0 else "locked", max(left, 0))]

    return Decider(
        command=AnswerChallenge,
        reads=lambda command: [Query(tag("challenge", command.challenge))],
        initial=ChallengeState(),
        evolve=_evolve,
        decide=decide,
    )


def _evolve(state: ChallengeState, recorded: Recorded) -> ChallengeState:
    match recorded.event:
        case ChallengeIssued() as event:
            return replace(state, issued=event)
        case ChallengePassed():
            return replace(state, over="passed")
        case ChallengeFailed(why="wrong"):
            return replace(state, wrong=state.wrong + 1)
        case ChallengeFailed(why="expired" | "locked" | "not_sent" as why):
            return replace(state, over=why)
        case _:
            return state


def _failed(issued: ChallengeIssued, why: Literal["wrong", "expired", "locked"], left: int) -> ChallengeFailed:
    return ChallengeFailed(
        challenge=issued.challenge,
        interaction=issued.interaction,
        person=issued.person,
        session=issued.session,
        proposal=issued.proposal,
        why=why,
        attempts_left=left,
        customer=issued.customer,
    )
