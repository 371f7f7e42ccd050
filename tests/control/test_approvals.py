"""Bands, routing, the clock, delegation, four eyes, counter-offers, questions: who decides on what, and when is it refused?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from interlock.control.approvals import Approvals, approvals_view
from interlock.control.approving import approval_asked
from interlock.control.delegating import delegate_authority, end_delegation
from interlock.control.proposals import fold
from interlock.control.questions import answer_back, ask_back
from interlock.control.subject import react, subject
from interlock.kernel.deciders import ClearTimer, SetTimer
from interlock.kernel.errors import Refused
from interlock.vocabulary.approvals import (
    AnswerBack,
    ApprovalAsked,
    AskBack,
    DelegateAuthority,
    DelegationEnded,
    EndDelegation,
    EscalateApproval,
    QuestionAnswered,
    QuestionAsked,
)
from interlock.vocabulary.channels import SYSTEM, Lender
from interlock.vocabulary.ids import ProposalId, StaffId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import (
    ActionProposed,
    JudgeProposal,
    Reject,
    RemedyMet,
    RemedyRefused,
)
from tests.control.bands import (
    APPROVE,
    BOTH,
    BY_SUPERVISOR,
    COUNTER,
    ESCALATE,
    MAYA,
    NIGHT,
    OMAR,
    REJECT,
    Given,
    asked,
    banded,
    counter,
    lent,
    refund,
    waits,
    yes,
)
from tests.control.given import (
    AMARA,
    BEN,
    NOW,
    PR,
    SETTINGS,
    SOFIA,
    after,
    decide,
    judged,
    order,
    proposed,
    recorded,
    remedy_met,
)


def test_the_rule_s_own_role_is_asked_first_with_a_clock() -> None:
    (one,) = asked(waits(refund(42_000)))
    assert (one.role, one.why, one.answer_by) == ("supervisor", "first", after(minutes=30))
    (timers,) = subject(banded(), SETTINGS).timers
    late = EscalateApproval(proposal=PR, remedy=BY_SUPERVISOR, role="supervisor")
    assert timers(one, NOW) == [SetTimer(f"sla:{PR}:approve:supervisor", after(minutes=30), late)]
    met = remedy_met(refund(), "approve:supervisor", by=OMAR)
    assert ClearTimer(f"sla:{PR}:approve:supervisor") in timers(met, NOW)


def test_what_is_beyond_a_band_is_asked_of_the_next_role_and_refused_to_the_first() -> None:
    large = refund(50_000)
    given = waits(large)
    (one,) = asked(given)
    assert (one.role, one.why) == ("manager", "band")
    with pytest.raises(Refused, match=r"beyond_band.*€450.00"):
        decide(APPROVE, yes(OMAR, large), given)
    (met,) = decide(APPROVE, yes(MAYA, large), given)
    assert isinstance(met, RemedyMet)
    assert (met.remedy, met.by) == (BY_SUPERVISOR, MAYA)


def test_a_role_above_may_always_approve_and_one_without_any_never() -> None:
    assert decide(APPROVE, yes(MAYA, refund()), waits(refund()))
    with pytest.raises(Refused, match="role_missing"):
        decide(APPROVE, yes(BEN, refund()), waits(refund()))


def test_what_nobody_has_the_authority_for_is_a_denial_and_no_endless_wait() -> None:
    beyond = refund(55_001)
    answer = judged(beyond, bundle=banded(), record=order(left=60_000))
    assert answer.verdict == "denied"
    assert "beyond-authority" in {each.rule for each in answer.rulings}
    assert judged(refund(55_000), bundle=banded(), record=order(left=60_000)).verdict == "needs"


def test_out_of_hours_another_role_is_asked() -> None:
    (one,) = asked(waits(refund(), now=NIGHT))
    assert (one.role, one.why, one.answer_by) == ("manager", "off_duty", NIGHT + timedelta(hours=4))


def test_the_next_role_is_asked_when_the_clock_runs_out_and_only_then() -> None:
    given = waits(refund())
    late = EscalateApproval(proposal=PR, remedy=BY_SUPERVISOR, role="supervisor")
    (further,) = decide(ESCALATE, late, given, now=after(minutes=30))
    assert isinstance(further, ApprovalAsked)
    assert (further.role, further.why, further.by) == ("manager", "overdue", SYSTEM)
    assert decide(ESCALATE, late, [*given, further], now=after(minutes=31)) == []
    approved = remedy_met(refund(), "approve:supervisor", by=OMAR)
    assert decide(ESCALATE, late, [*given, approved], now=after(minutes=30)) == []
    last = msgspec.structs.replace(late, role="manager")
    assert decide(ESCALATE, last, [*given, further], now=after(hours=5)) == []


def test_an_approver_passes_it_on_by_hand_until_nobody_is_above() -> None:
    given = waits(refund())
    by_hand = EscalateApproval(proposal=PR, remedy=BY_SUPERVISOR, role="supervisor", by=OMAR)
    (further,) = decide(ESCALATE, by_hand, given)
    assert isinstance(further, ApprovalAsked)
    assert (further.role, further.why, further.by) == ("manager", "escalated", OMAR)
    with pytest.raises(Refused, match="not_asked"):
        decide(ESCALATE, by_hand, [*given, further])
    with pytest.raises(Refused, match="no_next_role"):
        decide(ESCALATE, msgspec.structs.replace(by_hand, role="manager"), [*given, further])


def test_being_judged_again_does_not_set_the_clock_back() -> None:
    given = waits(refund())
    events = [each if isinstance(each, tuple) else (each, NOW) for each in given]
    again = judged(
        refund(),
        remedy_met(refund(), "step_up:2"),
        remedy_met(refund(), "confirm"),
        bundle=banded(),
        now=after(minutes=9),
    )
    assert approval_asked(again, fold(recorded(*events)), banded(), after(minutes=9)) == []


def test_lent_authority_approves_within_the_lender_s_band_and_both_are_recorded() -> None:
    given: Given = [lent("ben"), *waits(refund())]
    (met,) = decide(APPROVE, yes(BEN, refund()), given)
    assert isinstance(met, RemedyMet)
    assert (met.by, met.on_behalf) == (BEN, "omar")
    with pytest.raises(Refused, match="beyond_band"):
        decide(APPROVE, yes(BEN, refund(50_000)), [lent("ben"), *waits(refund(50_000))])


def test_lent_authority_ends_by_time_or_by_word_and_never_helps_the_proposer() -> None:
    with pytest.raises(Refused, match="role_missing"):
        decide(APPROVE, yes(BEN, refund()), [lent("ben", until=after(hours=-1)), *waits(refund())])
    ended = DelegationEnded(delegation="dg_1", by=StaffId("omar"), to=StaffId("ben"), ended_by=StaffId("omar"))
    with pytest.raises(Refused, match="role_missing"):
        decide(APPROVE, yes(BEN, refund()), [lent("ben"), ended, *waits(refund())])
    own = refund(principal=BEN)
    with pytest.raises(Refused, match="own_proposal"):
        decide(APPROVE, yes(BEN, own), [lent("ben"), *waits(own)])
    omars = refund(principal=msgspec.structs.replace(OMAR, roles=("agent", "supervisor")))
    with pytest.raises(Refused, match="lent by the proposer"):
        decide(APPROVE, yes(BEN, omars), [lent("ben"), *waits(omars)])


@pytest.mark.parametrize("lenders", [(), (Lender("omar", ("agent",)),), (Lender("sue", ("supervisor",)),)])
def test_lent_authority_counts_only_while_its_lender_has_it_himself(lenders: tuple[Lender, ...]) -> None:
    with pytest.raises(Refused, match="role_missing"):
        decide(APPROVE, yes(BEN, refund(), lenders), [lent("ben"), *waits(refund())])


def test_only_one_s_own_authority_is_lent_for_a_while_and_to_somebody_else() -> None:
    command = DelegateAuthority(delegation="dg_1", by=OMAR, to=StaffId("ben"), until=after(days=2))
    assert decide(delegate_authority(), command, []) == [lent("ben")]
    assert decide(delegate_authority(), command, [lent("ben")]) == []
    for changes, code in (
        ({"by": BEN}, "no_authority"),
        ({"to": StaffId("omar")}, "own_delegation"),
        ({"until": after(days=61)}, "bad_period"),
        ({"until": NOW}, "bad_period"),
    ):
        with pytest.raises(Refused, match=code):
            decide(delegate_authority(), msgspec.structs.replace(command, **changes), [])
    for by in (OMAR, BEN):
        assert decide(end_delegation(), EndDelegation(delegation="dg_1", by=by), [lent("ben")])
    with pytest.raises(Refused, match="delegation_unknown"):
        decide(end_delegation(), EndDelegation(delegation="dg_1", by=AMARA), [lent("ben")])


def test_nobody_approves_two_parts_of_one_proposal_not_even_with_lent_authority() -> None:
    of = proposed(
        args={
            "order_id": "A-1042",
            "item_id": "i-1",
            "amount": {"amount": 42_000, "currency": "EUR"},
            "reason": "goodwill",
        },
        bundle=banded(),
    )
    given = waits(of)
    assert [str(each.remedy) for each in asked(given)] == ["approve:manager", "approve:supervisor"]
    (first,) = decide(APPROVE, yes(BOTH, of), given)
    assert isinstance(first, RemedyMet)
    rest = waits(of, first)
    with pytest.raises(Refused, match="four_eyes"):
        decide(APPROVE, yes(BOTH, of), rest)
    with pytest.raises(Refused, match="four_eyes"):
        decide(APPROVE, yes(BEN, of), [lent("ben", by="both"), *rest])
    (second,) = decide(APPROVE, yes(OMAR, of), rest)
    assert (
        judged(of, *[each for each in rest if isinstance(each, RemedyMet)], second, bundle=banded()).verdict
        == "allowed"
    )  # type: ignore[arg-type]


def test_a_counter_offer_closes_the_old_proposal_and_makes_one_that_she_confirms() -> None:
    of = refund()
    closed, offer, code, approved = decide(COUNTER, counter(OMAR, of), waits(of))
    assert isinstance(closed, RemedyRefused) and isinstance(offer, ActionProposed)
    assert isinstance(code, RemedyMet) and isinstance(approved, RemedyMet)
    assert (closed.how, closed.counter, closed.customer_reason) == ("countered", "pr_2", "We can meet you halfway.")
    assert (offer.counters, offer.principal, offer.run) == (PR, of.principal, of.run)
    assert offer.args["amount"] == {"amount": 30_000, "currency": "EUR"}
    assert {each.args_hash for each in (code, approved)} == {offer.args_hash} != {of.args_hash}
    assert list(react(closed)) == [] and list(react(code)) == [] and list(react(approved)) == []
    assert react(offer) == [JudgeProposal(proposal=ProposalId("pr_2"))]
    answer = judged(offer, code, approved, bundle=banded())
    assert [str(each) for each in answer.needs] == ["confirm"]
    agreed = judged(offer, code, approved, remedy_met(offer, "confirm"), bundle=banded())
    assert agreed.verdict == "allowed"


def test_a_counter_offer_is_confirmed_even_where_no_rule_asks_for_it() -> None:
    free = proposed(1000, action="shop.get_order", args={"order_id": "A-1042"}, bundle=banded())
    offer = msgspec.structs.replace(free, counters=ProposalId("pr_0"))
    answer = judged(offer, bundle=banded())
    assert (answer.verdict, [str(each) for each in answer.needs]) == ("needs", ["confirm"])
    assert [each.rule for each in answer.rulings] == ["counter-offer"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(42_000, "EUR")}, "not_lower"),
        ({"amount": Money(0, "EUR")}, "not_lower"),
        ({"amount": Money(100, "USD")}, "beyond_band"),
        ({"args_hash": "0" * 64}, "args_changed"),
        ({"file_reason": " "}, "bad_reason"),
        ({"by": BEN}, "role_missing"),
    ],
)
def test_a_counter_offer_that_does_not_fit_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        decide(COUNTER, msgspec.structs.replace(counter(OMAR, refund()), **changes), waits(refund()))


def test_a_countered_proposal_cannot_be_approved_any_more_and_a_repeat_changes_nothing() -> None:
    given = waits(refund())
    facts = decide(COUNTER, counter(OMAR, refund()), given)
    old: Given = [*given, facts[0]]
    assert decide(COUNTER, counter(OMAR, refund()), old) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(APPROVE, yes(SOFIA, refund()), old)


def test_a_supervisor_counters_within_his_own_band_what_he_could_not_approve() -> None:
    large = refund(50_000)
    assert decide(COUNTER, counter(OMAR, large, 40_000), waits(large))
    with pytest.raises(Refused, match="beyond_band"):
        decide(COUNTER, counter(OMAR, large, 46_000), waits(large))


def test_anybody_with_the_role_rejects_whatever_the_amount() -> None:
    large = refund(50_000)
    no = Reject(proposal=PR, by=OMAR, customer_reason="No.", file_reason="No photo.")
    assert decide(REJECT, no, waits(large))


def test_an_approver_asks_back_one_question_at_a_time_and_another_one_answers() -> None:
    given = waits(refund())
    (question,) = decide(ask_back(), AskBack(proposal=PR, by=OMAR, text=" Is there a photo? "), given)
    assert isinstance(question, QuestionAsked)
    assert question.text == "Is there a photo?"
    given.append(question)
    with pytest.raises(Refused, match="question_open"):
        decide(ask_back(), AskBack(proposal=PR, by=SOFIA, text="And?"), given)
    reply = AnswerBack(proposal=PR, question=question.question, by=AMARA, text="Yes, attached.")
    with pytest.raises(Refused, match="own_question"):
        decide(answer_back(), msgspec.structs.replace(reply, by=OMAR), given)
    (answer,) = decide(answer_back(), reply, given)
    assert isinstance(answer, QuestionAnswered)
    with pytest.raises(Refused, match="already_answered"):
        decide(answer_back(), msgspec.structs.replace(reply, by=BEN), [*given, answer])
    assert decide(APPROVE, yes(OMAR, refund()), [*given, answer])
    with pytest.raises(Refused, match="not_asked"):
        decide(ask_back(), AskBack(proposal=PR, by=OMAR, text="?"), [refund(), judged(refund(), bundle=banded())][:1])


def test_the_inbox_shows_who_is_asked_by_when_what_is_open_and_who_was_passed_over() -> None:
    view = approvals_view(SETTINGS)
    given = waits(refund())
    further = decide(ESCALATE, EscalateApproval(proposal=PR, remedy=BY_SUPERVISOR, role="supervisor"), given)
    (question,) = decide(ask_back(), AskBack(proposal=PR, by=OMAR, text="Why?"), given)
    state: Approvals = view.initial()
    for one in recorded(lent("ben"), *given, *further, question):
        state = view.fold(state, one)
    line = state.waiting[PR]
    assert (line.role, line.why, line.passed, line.open_question) == (
        "manager", "overdue", ("supervisor",), question.question  # type: ignore[attr-defined]
    )  # fmt: skip
    assert set(state.delegations) == {"dg_1"}
    for one in recorded(*decide(COUNTER, counter(MAYA, refund()), given)):
        state = view.fold(state, one)
    assert (state.waiting, state.decided[0].how) == ({}, "countered")
    assert msgspec.json.decode(msgspec.json.encode(state), type=Approvals) == state
