"""Which signals are there, what do they add up to, who reports them, and what never gives more than level 1?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from typing import Any

import msgspec
import pytest

from interlock.control import identity, load_bundle
from interlock.control.lockouts import Lock, code_queries, fold_codes
from interlock.control.replay import again, past_judgement
from interlock.control.risk import FUNCTIONS, OF_THE_PAST, Risk, read_signals, report_signal, risk_of
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import VIRTUAL_AGENT, Channel, Principal
from interlock.vocabulary.ids import ChallengeId, CustomerId, SessionId
from interlock.vocabulary.interactions import SessionOpened
from interlock.vocabulary.people import AnswerChallenge, ChallengeFailed, ChallengeIssued, MatchFailed
from interlock.vocabulary.proposals import ProposalJudged
from interlock.vocabulary.signals import ReportSignal, SignalReported
from tests.control.given import (
    AMARA,
    EVA,
    MATCHED,
    NOW,
    PR,
    SETTINGS,
    I,
    P,
    S,
    after,
    decide,
    demo,
    demo_files,
    judged,
    known,
    proposed,
    recorded,
    remedy_met,
)

SIGNALS = demo().signals
DETECTOR = Principal(kind="agent", id="u_voice", roles=("detector",))
OPENED = SessionOpened(session=S, person=P, channel=Channel.CHAT, secret_digest="-")
NO_MATCH = MatchFailed(interaction=I, person=P, session=S, by="order_and_email")
VOICE = SignalReported(session=S, signal="synthetic_voice", by="u_voice")
REPORT = report_signal(SIGNALS)


def wrong(why: Any = "wrong") -> ChallengeFailed:
    about: dict[str, Any] = {"challenge": ChallengeId("ch_1"), "interaction": I, "person": P, "session": S}
    return ChallengeFailed(**about, proposal=PR, why=why, attempts_left=1, customer=EVA)


def matched(customer: str) -> Event:
    return msgspec.structs.replace(MATCHED, customer=CustomerId(customer))


def risk(*events: Event, hours: float = 0) -> Risk:
    return risk_of(SIGNALS, recorded(*events), after(hours=hours))


@pytest.mark.parametrize(
    ("events", "signal"),
    [
        ([NO_MATCH] * 3, "many_tries"),
        ([wrong(), wrong("locked")], "wrong_codes"),
        ([matched("c-1"), matched("c-2")], "several_people"),
        ([VOICE], "synthetic_voice"),
    ],
)
def test_a_signal_is_there_from_enough_on_and_until_its_time_is_over(events: list[Event], signal: str) -> None:
    assert risk(*events) == Risk(SIGNALS[signal].weight, (signal,))
    assert risk(*events[1:]) == Risk()
    assert risk(*events, hours=25) == Risk()


def test_what_is_no_sign_of_anything_adds_nothing() -> None:
    assert risk(MATCHED, MATCHED, wrong("expired"), wrong("not_sent"), NO_MATCH, NO_MATCH) == Risk()


def test_weights_add_up_to_the_highest_score_and_no_further() -> None:
    everything = [*[NO_MATCH] * 3, wrong(), wrong(), matched("c-1"), matched("c-2"), VOICE]
    assert risk(*everything).score == 100
    assert len(risk(*everything).signals) == 4


def test_rules_see_score_and_signals_and_both_are_recorded_so_that_it_can_be_judged_again() -> None:
    refund = proposed()
    who = known()._replace(risk=Risk(30, ("many_tries",)))
    answer = judged(refund, remedy_met(refund, "confirm"), who=who)
    assert [each.rule for each in answer.rulings] == ["risk.code"]
    assert answer.facts["risk"] == {"score": 30, "signals": ["many_tries"], "weights": {"many_tries": 30}}
    back = msgspec.json.decode(msgspec.json.encode(answer), type=ProposalJudged)
    assert again(demo(), past_judgement(back, NOW)).flip is None
    milder = load_bundle(
        demo_files() | {"policies/risk.cedar": demo_files()["policies/risk.cedar"].replace(">= 30", ">= 31")}, "r2"
    )
    flip = again(milder, past_judgement(back, NOW)).flip
    assert flip is not None and flip.rules == ("risk.code",)


def test_a_detector_reports_what_it_saw_once() -> None:
    report = ReportSignal(session=S, signal="synthetic_voice", by=DETECTOR)
    assert decide(REPORT, report, [OPENED]) == (VOICE,)
    assert decide(REPORT, report, [OPENED, VOICE]) == ()


@pytest.mark.parametrize(
    ("change", "given", "code"),
    [
        ({"by": AMARA}, [OPENED], "role_missing"),
        ({"signal": "synthetic_voce"}, [OPENED], "synthetic_voice"),
        ({"signal": "many_tries"}, [OPENED], "signal_unknown"),  # that is seen, not told
        ({}, [], "session_unknown"),
    ],
)
def test_nobody_else_reports_and_nothing_that_there_is_not(
    change: dict[str, Any], given: Sequence[Event], code: str
) -> None:
    report = msgspec.structs.replace(ReportSignal(session=S, signal="synthetic_voice", by=DETECTOR), **change)
    with pytest.raises(Refused, match=code):
        decide(REPORT, report, given)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("signal: x\ntitle: X\nwhen: reportd\nweight: 5\n", 3, "reported"),
        ("signal: x\ntitle: X\nwhen: reported\nweight: 101\n", 4, "100"),
        ("signal: x\ntitle: X\nwhen: reported\nat_least: 2\nweight: 5\n", 4, "reported once"),
        ("signal: x\ntitle: X\nwhen: wrong_codes\n", 1, "weight"),
    ],
)
def test_mistakes_in_a_signal_are_told_with_their_line(text: str, line: int, says: str) -> None:
    with pytest.raises(DefinitionError) as found:
        read_signals({"signals/x.yaml": text})
    (problem,) = found.value.problems
    assert (problem.file, problem.line) == ("signals/x.yaml", line)
    assert says in f"{problem.what} {problem.mend}"


def test_two_signals_of_one_name_are_one_too_many_and_every_kind_has_its_function() -> None:
    text = demo_files()["signals/synthetic_voice.yaml"]
    with pytest.raises(DefinitionError, match="two signals"):
        read_signals({"signals/a.yaml": text, "signals/b.yaml": text})
    assert {each.when for each in SIGNALS.values()} <= {*FUNCTIONS, *OF_THE_PAST}


def test_wrong_codes_lock_a_customer_out_over_all_sessions_until_their_time_is_over() -> None:
    most = SETTINGS.codes_wrong_at_most
    several = [
        msgspec.structs.replace(wrong(), session=SessionId(f"s_{number}"), challenge=ChallengeId(f"ch_{number}"))
        for number in range(most)
    ]

    def locked(*wrongs: Event, days: float = 0) -> bool:
        return reduce(fold_codes, recorded(*wrongs), Lock()).holds(after(days=days), most)

    assert all(any(query.matches(each) for query in code_queries(EVA)) for each in several)
    assert not locked(*several[1:])
    assert locked(*several)
    assert not locked(*several, days=1)
    assert not locked(*[wrong("expired")] * most)


def test_the_failure_of_a_code_says_whose_it_was() -> None:
    issued = ChallengeIssued(
        challenge=ChallengeId("ch_1"),
        interaction=I,
        person=P,
        session=S,
        channel=Channel.CHAT,
        customer=EVA,
        level=Level.ONE_FACTOR,
        proposal=PR,
        asked_by=VIRTUAL_AGENT,
        code_digest="-",
        masked_destination="-",
        expires_at=NOW + timedelta(minutes=10),
    )
    answer = AnswerChallenge(challenge=issued.challenge, session=S, code="000000")
    (failed,) = decide(identity.answer_challenge(SETTINGS), answer, [issued])
    assert isinstance(failed, ChallengeFailed) and failed.customer == EVA


@pytest.mark.parametrize("times", [1, 5, 50])
@pytest.mark.parametrize("by", ["order_and_email", "caller_id", "from_address", "questions"])
def test_what_is_known_never_reaches_level_two_however_often_and_by_whatever_it_matched(times: int, by: str) -> None:
    facts = [msgspec.structs.replace(MATCHED, by=by)] * times
    assert identity.known(recorded(*facts), S, Channel.CHAT, NOW, SETTINGS).assurance.level is Level.MATCHED
