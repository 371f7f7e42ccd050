"""Who can cure a proposal, with what, until when, and what happens when nobody does?"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from interlock.control import approving, remedies
from interlock.control.remedies import CODE_NOT_SENT
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import SYSTEM, Principal
from interlock.vocabulary.ids import ProposalId, SessionId
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    Approve,
    ExpireRemedy,
    MeetStepUp,
    ProposalJudged,
    RefuseStepUp,
    Reject,
    Remedy,
    RemedyMet,
    RemedyRefused,
)
from tests.control.given import (
    AMARA,
    BEN,
    NOW,
    PR,
    SETTINGS,
    SOFIA,
    S,
    after,
    decide,
    demo,
    judged,
    proposed,
    remedy_met,
)

CUSTOMER = Principal(kind="customer", id="p_eva", roles=("customer",))
OTHER = Principal(kind="agent", id="omar", roles=("supervisor",))

CONFIRM = remedies.answer_confirmation(SETTINGS)
APPROVE = approving.approve(demo(), SETTINGS)
REJECT = approving.reject(demo(), SETTINGS)
STEP_UP = remedies.meet_step_up(SETTINGS)
FAIL_STEP_UP = remedies.refuse_step_up()
EXPIRE = remedies.expire_remedy()

Given = list[Event | tuple[Event, datetime]]

SMALL = proposed(1840)
LARGE = proposed(42_000)
CODE = remedy_met(LARGE, "step_up:2", until=after(hours=80))
YES = remedy_met(LARGE, "confirm", until=after(hours=80))


def asked(of: ActionProposed, *met: RemedyMet) -> Given:
    """Proposed, and judged once more after each remedy."""
    given: Given = [of, judged(of)]
    for count, each in enumerate(met, 1):
        given += [each, judged(of, *met[:count])]
    return given


def yes(of: ActionProposed = SMALL, **changes: object) -> AnswerConfirmation:
    command = AnswerConfirmation(proposal=PR, session=S, args_hash=of.args_hash, yes=True)
    return msgspec.structs.replace(command, **changes)


def approval(by: Principal = SOFIA, of: ActionProposed = LARGE, **changes: object) -> Approve:
    return msgspec.structs.replace(Approve(proposal=PR, by=by, args_hash=of.args_hash), **changes)


def rejection(**changes: object) -> Reject:
    command = Reject(proposal=PR, by=SOFIA, customer_reason="We need a photo first.", file_reason="Third in a month.")
    return msgspec.structs.replace(command, **changes)


def test_a_customer_s_yes_meets_the_confirmation_of_exactly_these_arguments() -> None:
    (met,) = decide(CONFIRM, yes(), asked(SMALL))
    assert isinstance(met, RemedyMet)
    assert (met.remedy, met.args_hash, met.by.id) == (Remedy("confirm"), SMALL.args_hash, "p_eva")
    assert met.valid_until == NOW + SETTINGS.confirm_valid


def test_a_customer_s_no_ends_the_proposal() -> None:
    (refused,) = decide(CONFIRM, yes(yes=False), asked(SMALL))
    assert isinstance(refused, RemedyRefused)
    assert refused.how == "declined"


def test_an_altered_argument_voids_the_card() -> None:
    with pytest.raises(Refused, match="args_changed"):
        decide(CONFIRM, yes(args_hash=proposed(1841).args_hash), asked(SMALL))


def test_only_the_session_that_was_asked_can_answer_and_others_learn_nothing() -> None:
    with pytest.raises(Refused, match="proposal_unknown") as refusal:
        decide(CONFIRM, yes(session=SessionId("s_2")), asked(SMALL))
    assert refusal.value.status == 404
    with pytest.raises(Refused, match="proposal_unknown"):
        decide(CONFIRM, yes(proposal=ProposalId("pr_9")), [])


def test_a_second_answer_changes_nothing() -> None:
    met = remedy_met(SMALL, "confirm")
    assert decide(CONFIRM, yes(), [*asked(SMALL), met]) == []
    assert decide(CONFIRM, yes(), asked(SMALL, met)) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(CONFIRM, yes(yes=False), [*asked(SMALL), met])
    (declined,) = decide(CONFIRM, yes(yes=False), asked(SMALL))
    assert decide(CONFIRM, yes(yes=False), [*asked(SMALL), declined]) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(CONFIRM, yes(), [*asked(SMALL), declined])


def test_the_customer_s_remedies_are_met_in_the_order_in_which_they_are_asked_for() -> None:
    with pytest.raises(Refused, match="not_yet"):
        decide(CONFIRM, yes(LARGE), asked(LARGE))
    assert len(decide(CONFIRM, yes(LARGE), asked(LARGE, CODE))) == 1


def test_a_confirmation_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Refused, match="not_asked"):
        decide(CONFIRM, yes(), [SMALL])


def test_an_answer_that_comes_too_late_is_refused_even_before_its_timer_fires() -> None:
    with pytest.raises(Refused, match="expired") as refusal:
        decide(CONFIRM, yes(), asked(SMALL), now=after(minutes=16))
    assert refusal.value.status == 410
    (expired,) = decide(EXPIRE, ExpireRemedy(proposal=PR, remedy=Remedy("confirm")), asked(SMALL))
    with pytest.raises(Refused, match="expired"):
        decide(CONFIRM, yes(), [*asked(SMALL), expired])


def test_a_code_meets_the_step_up_once() -> None:
    command = MeetStepUp(proposal=PR, level=2, by=CUSTOMER)
    (met,) = decide(STEP_UP, command, asked(LARGE))
    assert isinstance(met, RemedyMet)
    assert met.remedy == Remedy("step_up", "2")
    assert decide(STEP_UP, command, [*asked(LARGE), met]) == []
    assert decide(STEP_UP, command, asked(SMALL)) == []
    assert decide(STEP_UP, msgspec.structs.replace(command, level=1), asked(LARGE)) == []


def test_a_code_that_failed_for_good_ends_the_proposal_with_words_for_the_customer() -> None:
    (refused,) = decide(FAIL_STEP_UP, RefuseStepUp(proposal=PR, by=SYSTEM), asked(LARGE))
    assert isinstance(refused, RemedyRefused)
    assert (refused.how, bool(refused.customer_reason)) == ("failed", True)
    assert decide(FAIL_STEP_UP, RefuseStepUp(proposal=PR, by=SYSTEM), asked(LARGE, CODE)) == []


def test_a_code_that_was_not_sent_ends_the_proposal_with_words_of_its_own() -> None:
    command = RefuseStepUp(proposal=PR, by=SYSTEM, not_sent=True, unavailable=True)
    (refused,) = decide(FAIL_STEP_UP, command, asked(LARGE))
    assert isinstance(refused, RemedyRefused)
    assert (refused.how, refused.unavailable) == ("failed", True)
    assert refused.customer_reason == CODE_NOT_SENT
    assert decide(FAIL_STEP_UP, command, asked(LARGE, CODE)) == [], "another code was given meanwhile"


def test_what_the_customer_gave_outlasts_every_wait_for_the_approver() -> None:
    (code,) = decide(STEP_UP, MeetStepUp(proposal=PR, level=2, by=CUSTOMER), asked(LARGE))
    assert isinstance(code, RemedyMet)
    later = after(minutes=14)
    (confirmed,) = decide(CONFIRM, yes(LARGE), asked(LARGE, code), now=later)
    assert isinstance(confirmed, RemedyMet)
    waiting = judged(LARGE, code, confirmed, now=later)
    assert waiting.needs == (Remedy("approve", "supervisor"),)
    last_minute = later + SETTINGS.approval_wait
    given: Given = [LARGE, judged(LARGE), code, confirmed, (waiting, later)]
    (approved,) = decide(APPROVE, approval(), given, now=last_minute)
    assert isinstance(approved, RemedyMet)
    answer = judged(LARGE, code, confirmed, approved, now=last_minute + SETTINGS.approval_valid)
    assert answer.verdict == "allowed"


def test_a_customer_s_remedy_is_short_lived_where_nobody_has_to_approve() -> None:
    middle = proposed(14_000)
    (code,) = decide(STEP_UP, MeetStepUp(proposal=PR, level=2, by=CUSTOMER), asked(middle))
    assert isinstance(code, RemedyMet)
    assert code.valid_until == NOW + SETTINGS.step_up_valid


def test_a_supervisor_approves_once_and_a_second_time_changes_nothing() -> None:
    given = asked(LARGE, CODE, YES)
    (met,) = decide(APPROVE, approval(), given)
    assert isinstance(met, RemedyMet)
    assert (met.remedy, met.by) == (Remedy("approve", "supervisor"), SOFIA)
    assert decide(APPROVE, approval(), [*given, met]) == []
    assert decide(APPROVE, approval(), [*given, met, judged(LARGE, CODE, YES, met)]) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(APPROVE, approval(by=OTHER), [*given, met])


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (approval(by=BEN), "role_missing"),
        (approval(args_hash="0" * 64), "args_changed"),
        (approval(by=msgspec.structs.replace(SOFIA, id=LARGE.principal.id)), "own_proposal"),
    ],
)
def test_an_approval_that_does_not_fit_is_refused(command: Approve, code: str) -> None:
    with pytest.raises(Refused, match=code):
        decide(APPROVE, command, asked(LARGE, CODE, YES))


def test_nobody_approves_what_he_has_proposed_himself_whatever_his_roles() -> None:
    own = proposed(42_000, principal=SOFIA)
    given: Given = [own, judged(own), remedy_met(own, "step_up:2"), remedy_met(own, "confirm")]
    given.append(judged(own, remedy_met(own, "step_up:2"), remedy_met(own, "confirm")))
    with pytest.raises(Refused, match="own_proposal"):
        decide(APPROVE, approval(of=own), given)
    assert len(decide(APPROVE, approval(by=OTHER, of=own), given)) == 1


def test_an_approver_comes_after_the_customer() -> None:
    with pytest.raises(Refused, match="not_yet"):
        decide(APPROVE, approval(), asked(LARGE, CODE))
    with pytest.raises(Refused, match="not_asked"):
        decide(APPROVE, approval(of=SMALL), asked(SMALL))


def test_an_approval_after_three_days_is_too_late() -> None:
    with pytest.raises(Refused, match="expired"):
        decide(APPROVE, approval(), asked(LARGE, CODE, YES), now=after(hours=72, seconds=1))


def test_a_rejection_has_a_reason_for_the_customer_and_one_for_the_file() -> None:
    given = asked(LARGE, CODE, YES)
    (refused,) = decide(REJECT, rejection(), given)
    assert isinstance(refused, RemedyRefused)
    assert (refused.how, refused.customer_reason, refused.file_reason) == (
        "rejected",
        "We need a photo first.",
        "Third in a month.",
    )
    assert decide(REJECT, rejection(), [*given, refused]) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(APPROVE, approval(), [*given, refused])
    with pytest.raises(Refused, match="bad_reason"):
        decide(REJECT, rejection(file_reason=" "), given)
    with pytest.raises(Refused, match="role_missing"):
        decide(REJECT, rejection(by=AMARA), given)


def test_what_was_approved_cannot_be_rejected_any_more() -> None:
    given = asked(LARGE, CODE, YES)
    (met,) = decide(APPROVE, approval(), given)
    with pytest.raises(Refused, match="already_answered"):
        decide(REJECT, rejection(), [*given, met])


def test_a_remedy_expires_only_while_it_is_the_one_that_is_asked_for() -> None:
    code, confirm = Remedy("step_up", "2"), Remedy("confirm")
    (expired,) = decide(EXPIRE, ExpireRemedy(proposal=PR, remedy=code), asked(LARGE))
    assert isinstance(expired, RemedyRefused)
    assert (expired.how, expired.by) == ("expired", SYSTEM)
    assert decide(EXPIRE, ExpireRemedy(proposal=PR, remedy=confirm), asked(LARGE)) == []
    assert decide(EXPIRE, ExpireRemedy(proposal=PR, remedy=code), [*asked(LARGE), CODE]) == []
    assert decide(EXPIRE, ExpireRemedy(proposal=PR, remedy=code), [*asked(LARGE), expired]) == []


def test_a_remedy_that_ran_out_before_the_judgement_is_asked_for_again() -> None:
    short = remedy_met(SMALL, "confirm", until=after(minutes=1))
    again = judged(SMALL, short, now=after(minutes=2))
    assert isinstance(again, ProposalJudged)
    assert again.verdict == "needs"
    given: Given = [SMALL, judged(SMALL), short, (again, after(minutes=2))]
    assert len(decide(CONFIRM, yes(), given, now=after(minutes=3))) == 1


def test_the_waits_are_the_tenant_s_own() -> None:
    quick = approving.approve(demo(), msgspec.structs.replace(SETTINGS, approval_wait=timedelta(hours=1)))
    with pytest.raises(Refused, match="expired"):
        decide(quick, approval(), asked(LARGE, CODE, YES), now=after(hours=2))
