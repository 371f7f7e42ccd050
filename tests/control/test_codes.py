"""What follows when a one-time code cannot be sent: for its challenge, for who waits for it, and for nobody else?"""

from __future__ import annotations

import msgspec
import pytest

from interlock.control import challenges, effects, identity
from interlock.control.proposals import fold
from interlock.control.rules import UNAVAILABLE
from interlock.control.subject import code_not_sent, react
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import SYSTEM, Channel
from interlock.vocabulary.ids import ChallengeId, ProposalId, SessionId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.people import ChallengeFailed, FailChallenge
from interlock.vocabulary.proposals import RefuseStepUp, Remedy, RemedyRefused, Ruling
from tests.control.given import (
    AMARA,
    EVA,
    NOW,
    PR,
    SETTINGS,
    I,
    P,
    S,
    after,
    decide,
    demo,
    judged,
    proposed,
    recorded,
    remedy_met,
)
from tests.control.test_identity import give, issued, passed, wrong


def unsent(*before: Event, unavailable: bool = False, sending: str = "") -> list[Event]:
    command = FailChallenge(interaction=I, sending=ProposalId(sending) or issued().sending, unavailable=unavailable)
    return list(decide(challenges.fail_challenge(SETTINGS), command, [issued(), *before]))


def test_a_code_that_cannot_be_sent_ends_its_challenge_and_the_customer_hears_it() -> None:
    failed, told = unsent(unavailable=True)
    assert isinstance(failed, ChallengeFailed)
    assert (failed.challenge, failed.proposal, failed.why) == (issued().challenge, PR, "not_sent")
    assert failed.unavailable and failed.attempts_left == 0
    assert isinstance(told, MessagePosted)
    assert (told.author.kind, told.text) == ("system", SETTINGS.code_not_sent)
    with pytest.raises(Refused, match="challenge_over"):
        give("123456", NOW, failed)


def test_a_challenge_that_is_over_does_not_fail_once_more() -> None:
    for over in (passed(), give("123456", after(minutes=11)), wrong(0), *unsent()[:1]):
        before = msgspec.structs.replace(over, why="locked") if over == wrong(0) else over
        assert unsent(before) == []
    assert len(unsent(wrong(2))) == 2, "a wrong guess before the mail was to come changes nothing"


def test_the_failure_of_another_sending_is_none_of_a_challenge() -> None:
    assert unsent(sending="pr_elsewhere") == []
    before_this_was_recorded = msgspec.structs.replace(issued(), sending=ProposalId(""))
    command = FailChallenge(interaction=I, sending=ProposalId("pr_1"))
    assert decide(challenges.fail_challenge(SETTINGS), command, [before_this_was_recorded]) == []


def test_a_code_that_was_never_sent_does_not_count_as_one_that_was() -> None:
    failed = unsent()[0]
    assert identity.known(recorded(issued(), failed), S, Channel.CHAT, NOW, SETTINGS).codes_sent == 0
    assert identity.known(recorded(issued(), wrong(2)), S, Channel.CHAT, NOW, SETTINGS).codes_sent == 1


def test_who_waits_for_a_code_that_cannot_be_sent_is_told_and_the_journey_why() -> None:
    failed = unsent(unavailable=True)[0]
    assert react(failed) == [RefuseStepUp(proposal=PR, by=SYSTEM, not_sent=True, unavailable=True)]
    refused = RemedyRefused(
        proposal=PR, interaction=I, person=P, remedy=Remedy("step_up", "2"), by=SYSTEM, how="failed", unavailable=True
    )
    assert react(refused) == [AdvanceJourney(interaction=I, what="unavailable", ref=PR)]
    declined = msgspec.structs.replace(refused, unavailable=False)
    assert react(declined) == [AdvanceJourney(interaction=I, what="verification_failed", ref=PR)]


def test_only_the_failure_of_a_code_s_own_sending_fails_its_challenge() -> None:
    sending = proposed(
        principal=SYSTEM, action="mail.send_code", proposal="pr_mail", args={"to": "eva@example.com", "code": "123456"}
    )
    allowed = judged(sending)
    assert code_not_sent(allowed, SETTINGS) == []
    state = fold(recorded(sending, allowed))
    gone = [FailChallenge(interaction=I, sending=sending.proposal)]
    down = [FailChallenge(interaction=I, sending=sending.proposal, unavailable=True)]
    assert code_not_sent(effects.failed(state, "bounced", "No such mailbox."), SETTINGS) == gone
    assert code_not_sent(effects.failed(state, "unavailable", "Down.", unavailable=True), SETTINGS) == down
    assert code_not_sent(effects.unknown(state, "Its answer got lost."), SETTINGS) == []
    assert code_not_sent(effects.succeeded(state, demo().action("mail.send_code"), {}), SETTINGS) == []
    denied = msgspec.structs.replace(allowed, verdict="denied")
    assert code_not_sent(denied, SETTINGS) == gone
    because = Ruling(UNAVAILABLE, "The shop did not answer.")
    assert code_not_sent(msgspec.structs.replace(denied, rulings=(because,)), SETTINGS) == down
    assert code_not_sent(msgspec.structs.replace(denied, principal=AMARA), SETTINGS) == []
    small = proposed(1840)
    refund = fold(recorded(small, judged(small, remedy_met(small, "confirm"))))
    assert code_not_sent(effects.failed(refund, "no", "No."), SETTINGS) == []


def test_codes_that_other_vendors_agents_ask_for_count_for_the_customer_over_all_their_cases() -> None:
    relayed = [
        msgspec.structs.replace(
            issued(), channel=Channel.API, challenge=ChallengeId(f"ch_{n}"), session=SessionId(f"s_{n}")
        )
        for n in range(4)
    ]
    unsent_one = msgspec.structs.replace(wrong(0), challenge=ChallengeId("ch_0"), why="not_sent")
    facts = recorded(*relayed, issued(), unsent_one)
    assert identity.codes_relayed(facts, NOW) == 3, "her own chat and what was never sent do not count"
    assert identity.codes_relayed(facts, after(hours=1)) == 0
    assert all(query.matches(one.event) for one in facts[:5] for query in [identity.codes_query(EVA)])
