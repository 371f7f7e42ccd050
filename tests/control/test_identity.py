"""How sure are we who somebody is, and can a code be guessed, reused or carried elsewhere?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from interlock.control import challenges, identity
from interlock.control.challenges import Destination, destination_of, issue_challenge, masked_email
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Author, Channel
from interlock.vocabulary.ids import NOBODY, ChallengeId, CustomerId, ProposalId, SessionId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.people import (
    AnswerChallenge,
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    IssueChallenge,
    MatchFailed,
)
from interlock.vocabulary.proposals import ActionProposed, RemedyRefused
from tests.control.given import (
    AMARA,
    EVA,
    MATCHED,
    NOW,
    PR,
    SETTINGS,
    STARTED,
    I,
    P,
    S,
    after,
    decide,
    demo,
    known,
    moment,
    recorded,
)

ANSWER = identity.answer_challenge(SETTINGS)
BOT = Author(kind="virtual_agent", id="virtual_agent", name="Assistant")
ADDRESS = Destination(customer=EVA, email="eva@example.com", registered_at=after(days=-900))


def issue(proposal: str = PR, **changes: Any) -> list[Event]:
    command = IssueChallenge(
        interaction=I, level=Level.ONE_FACTOR, proposal=ProposalId(proposal), asked_by=VIRTUAL_AGENT
    )
    given: dict[str, Any] = {
        "command": command,
        "started": STARTED,
        "started_at": NOW,
        "known": known(),
        "destination": ADDRESS,
        "code": "123456",
        "send": demo().action("mail.send_code"),
        "settings": SETTINGS,
        "moment": moment(),
        "author": BOT,
    }
    return list(issue_challenge(**(given | changes)))


def issued() -> ChallengeIssued:
    fact = issue()[0]
    assert isinstance(fact, ChallengeIssued)
    return fact


def give(code: str = "123456", now: datetime = NOW, *before: Event, session: str = S) -> Event:
    command = AnswerChallenge(challenge=issued().challenge, session=SessionId(session), code=code)
    (fact,) = decide(ANSWER, command, [issued(), *before], now)
    return fact


def wrong(left: int) -> ChallengeFailed:
    fact = give("000000")
    assert isinstance(fact, ChallengeFailed)
    return msgspec.structs.replace(fact, attempts_left=left)


def passed(**changes: Any) -> ChallengePassed:
    fact = give()
    assert isinstance(fact, ChallengePassed)
    return msgspec.structs.replace(fact, **changes)


def test_a_challenge_is_a_card_for_the_customer_and_a_proposal_that_sends_the_code() -> None:
    challenge, asked, sending = issue()
    assert isinstance(challenge, ChallengeIssued)
    assert isinstance(asked, MessagePosted)
    assert isinstance(sending, ActionProposed)
    assert (challenge.level, challenge.proposal, challenge.expires_at) == (Level.ONE_FACTOR, PR, after(minutes=10))
    assert asked.card is not None
    assert asked.card.challenge == challenge.challenge  # type: ignore[union-attr]
    assert "e•••@example.com" in str(asked.text)
    assert (sending.action, sending.principal, sending.args) == ("mail.send_code", SYSTEM, {})
    assert sending.private_args == {"to": "eva@example.com", "code": "123456"}
    assert challenge.sending == sending.proposal


def test_the_code_is_nowhere_but_in_what_is_sealed() -> None:
    for event in issue():
        fields = msgspec.to_builtins(event)
        fields.pop("private_args", None)
        assert "123456" not in str(fields)
        assert "eva@example.com" not in str(fields)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"known": known(level=0, customer=NOBODY)}, "nobody_matched"),
        ({"known": known(customer=CustomerId("c-117"))}, "nobody_matched"),
        ({"known": known(codes=5)}, "too_many_codes"),
        ({"destination": None}, "no_address"),
        ({"destination": msgspec.structs.replace(ADDRESS, email="none")}, "no_address"),
        ({"destination": msgspec.structs.replace(ADDRESS, registered_at=NOW)}, "address_too_new"),
    ],
)
def test_a_code_that_cannot_be_sent_is_refused_to_who_asked_and_ends_the_proposal_that_waits(
    changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        issue(proposal="", **changes)
    (refused,) = issue(**changes)
    assert isinstance(refused, RemedyRefused)
    assert (refused.how, refused.proposal) == ("failed", PR)
    assert refused.customer_reason


def test_no_code_gives_two_factors() -> None:
    command = IssueChallenge(interaction=I, level=Level.TWO_FACTORS, asked_by=AMARA)
    with pytest.raises(Refused, match="bad_level"):
        issue(command=command)


def test_the_right_code_passes_also_with_spaces_and_dashes() -> None:
    for code in ("123456", " 123 456", "123-456"):
        fact = give(code)
        assert isinstance(fact, ChallengePassed)
        assert (fact.level, fact.proposal, fact.customer) == (Level.ONE_FACTOR, PR, EVA)


def test_three_wrong_codes_lock_the_challenge_and_then_the_right_one_is_refused_too() -> None:
    first = give("000000")
    assert isinstance(first, ChallengeFailed)
    assert (first.why, first.attempts_left) == ("wrong", 2)
    third = give("000000", NOW, wrong(2), wrong(1))
    assert isinstance(third, ChallengeFailed)
    assert (third.why, third.attempts_left) == ("locked", 0)
    with pytest.raises(Refused, match="challenge_over"):
        give("123456", NOW, wrong(2), wrong(1), third)


def test_a_code_is_too_late_after_ten_minutes() -> None:
    late = give("123456", after(minutes=10, seconds=1))
    assert isinstance(late, ChallengeFailed)
    assert late.why == "expired"
    with pytest.raises(Refused, match="challenge_over"):
        give("123456", after(minutes=11), late)


def test_a_code_that_was_given_twice_passes_once() -> None:
    command = AnswerChallenge(challenge=issued().challenge, session=S, code="123456")
    assert decide(ANSWER, command, [issued(), give()]) == []
    with pytest.raises(Refused, match="challenge_over"):
        give("654321", NOW, give())


def test_a_code_cannot_be_given_from_another_session_or_for_another_challenge() -> None:
    with pytest.raises(Refused, match="challenge_unknown"):
        give(session="s_2")
    one = identity.code_digest(SETTINGS.secret, ChallengeId("ch_1"), "123456")
    assert one != identity.code_digest(SETTINGS.secret, ChallengeId("ch_2"), "123456")
    assert one != identity.code_digest(b"another tenant's", ChallengeId("ch_1"), "123456")


@pytest.mark.parametrize("code", ["", "0" * 1_000_000, "१२३४५६", "\ud800", "123456\x00"])
def test_whatever_is_given_as_a_code_is_only_wrong(code: str) -> None:
    fact = give(code)
    assert isinstance(fact, ChallengeFailed)


def level(*events: Event | tuple[Event, datetime], now: datetime = NOW, channel: Channel = Channel.CHAT) -> int:
    return int(identity.known(recorded(*events), S, channel, now, SETTINGS).assurance.level)


def test_something_known_gives_level_one_and_a_code_level_two_for_half_an_hour() -> None:
    assert level() == 0
    assert level(MATCHED) == 1
    assert level(MATCHED, passed()) == 2
    assert level(MATCHED, passed(), MATCHED) == 2
    assert level(MATCHED, passed(), now=after(minutes=30)) == 2
    assert level(MATCHED, passed(), now=after(minutes=31)) == 1


def test_assurance_does_not_follow_into_another_session_or_channel() -> None:
    assert level(MATCHED, passed(), channel=Channel.EMAIL) == 0
    elsewhere = msgspec.structs.replace(MATCHED, session=SessionId("s_2"))
    assert level(elsewhere) == 0


def test_being_matched_as_somebody_else_begins_anew() -> None:
    other = msgspec.structs.replace(MATCHED, customer=CustomerId("c-117"))
    assert level(MATCHED, passed(), other) == 1
    assert level(MATCHED, other, passed()) == 1
    who = identity.known(recorded(MATCHED, passed(), other), S, Channel.CHAT, NOW, SETTINGS)
    assert who.assurance.customer == "c-117"


def test_failed_matches_and_codes_of_the_session_are_counted_within_their_windows() -> None:
    failed = MatchFailed(interaction=I, person=P, session=S, by="order_and_email")
    elsewhere = msgspec.structs.replace(failed, session=SessionId("s_2"))
    events = [(failed, after(hours=-25)), failed, failed, elsewhere, (issued(), after(hours=-2)), issued()]
    who = identity.known(recorded(*events), S, Channel.CHAT, NOW, SETTINGS)
    assert (who.failed_matches, who.codes_sent) == (2, 1)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("eva@example.com", "e•••@example.com"),
        ("x@y.z", "x•••@y.z"),
        ("none", "•••"),
        ("@example.com", "•••"),
        ("", "•••"),
    ],
)
def test_an_address_is_recognised_by_its_owner_only(address: str, masked: str) -> None:
    assert masked_email(address) == masked


def test_a_code_has_the_digits_that_the_sending_action_asks_for() -> None:
    send = demo().action("mail.send_code")
    assert send.check({"to": "eva@example.com", "code": "0" * challenges.CODE_DIGITS}).private_args


def test_while_a_new_address_cools_codes_go_to_the_one_before() -> None:
    record = {
        "email": "new@example.com",
        "email_registered_at": NOW.isoformat(),
        "email_before": "eva@example.com",
        "email_before_registered_at": ADDRESS.registered_at.isoformat(),
    }
    days = SETTINGS.address_cooling.days
    assert destination_of(EVA, record, after(days=days, seconds=-1), SETTINGS.address_cooling) == ADDRESS
    settled = destination_of(EVA, record, after(days=days), SETTINGS.address_cooling)
    assert settled == Destination(customer=EVA, email="new@example.com", registered_at=NOW)
    del record["email_before"], record["email_before_registered_at"]
    registered_now = destination_of(EVA, record, NOW, SETTINGS.address_cooling)
    assert registered_now is not None and registered_now.email == "new@example.com"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"email": "a@b.example"},
        {"email": "a@b.example", "email_registered_at": "soon"},
        {"email": "a@b.example", "email_registered_at": "2026-01-01T00:00:00"},
    ],
)
def test_a_record_that_does_not_say_since_when_it_has_an_address_gives_none(record: dict[str, Any]) -> None:
    assert destination_of(EVA, record, NOW, SETTINGS.address_cooling) is None
