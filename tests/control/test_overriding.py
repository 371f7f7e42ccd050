"""Who may override a rule, with whom, for how long; and what can never be overridden?"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from interlock.control import Bundle, load_bundle
from interlock.control.approvals import approvals_view
from interlock.control.overriding import grant_override, refuse_override, request_override
from interlock.control.proposals import fold
from interlock.control.subject import react, subject
from interlock.kernel.deciders import SetTimer
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import SYSTEM, Lender, Principal
from interlock.vocabulary.overrides import (
    GrantOverride,
    OverrideGranted,
    OverrideRefused,
    OverrideRequested,
    RefuseOverride,
    RequestOverride,
)
from interlock.vocabulary.proposals import ActionProposed, JudgeProposal, ProposalJudged
from tests.control.bands import lent
from tests.control.given import (
    AMARA,
    BEN,
    NOW,
    PR,
    SETTINGS,
    after,
    decide,
    demo_files,
    judged,
    proposed,
    recorded,
    remedy_met,
)

RULES = """
@id("zz.limit") @overridable("supervisor") @reason("At most 20.00.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args.amount > 2000 };

@id("zz.never") @reason("Never more than 30.00.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args.amount > 3000 };
"""
SUE = Principal(kind="agent", id="sue", roles=("supervisor",))
OMAR = Principal(kind="agent", id="omar", roles=("supervisor",))
Given = list[Event | tuple[Event, datetime]]


@cache
def ruled() -> Bundle:
    return load_bundle(demo_files() | {"policies/zz.cedar": RULES}, "r5")


REQUEST, GRANT, REFUSE = request_override(ruled(), SETTINGS), grant_override(SETTINGS), refuse_override()


def refund(cents: int = 2100, by: Principal = AMARA) -> ActionProposed:
    return proposed(cents, principal=by, bundle=ruled())


def ask(of: ActionProposed, *granted: OverrideGranted, now: datetime = NOW) -> ProposalJudged:
    """Judged after the customer's yes, with the overrides that were agreed to."""
    yes = remedy_met(of, "confirm", until=after(hours=5))
    return judged(of, yes, bundle=ruled(), now=now, granted=granted)


def denied(of: ActionProposed) -> Given:
    return [of, remedy_met(of, "confirm", until=after(hours=5)), ask(of)]


def request(of: ActionProposed, by: Principal = SUE, **changes: Any) -> RequestOverride:
    command = RequestOverride(override="ov_1", proposal=PR, by=by, args_hash=of.args_hash, reason="A loyal customer.")
    return msgspec.structs.replace(command, **changes)


def grant(of: ActionProposed, by: Principal = OMAR) -> GrantOverride:
    return GrantOverride(override="ov_1", proposal=PR, by=by, args_hash=of.args_hash)


def agreed(of: ActionProposed) -> tuple[Given, OverrideGranted]:
    given = denied(of)
    given += decide(REQUEST, request(of), given)
    (one,) = decide(GRANT, grant(of), given)
    assert isinstance(one, OverrideGranted)
    return [*given, one], one


def test_a_denial_says_by_whom_it_can_be_overridden_and_only_to_people() -> None:
    assert ask(refund()).overridable == ("supervisor",)
    assert ask(refund(3100)).overridable == ()
    assert ask(proposed(2100, bundle=ruled())).overridable == ()
    missing = judged(refund(), remedy_met(refund(), "confirm"), bundle=ruled(), failure="down")
    assert missing.overridable == ()


def test_two_people_override_a_rule_and_the_judgement_names_it() -> None:
    given, one = agreed(refund())
    assert (one.rules, one.first, one.by) == (("zz.limit",), SUE, OMAR)
    assert react(one) == [JudgeProposal(proposal=PR)]
    assert fold(recorded(*given)).judgeable
    answer = ask(refund(), one)
    assert (answer.verdict, answer.overridden) == ("allowed", ("zz.limit",))
    assert not fold(recorded(*given, answer)).judgeable


def test_an_override_counts_for_these_arguments_and_for_a_while() -> None:
    _, one = agreed(refund())
    assert ask(refund(2101), one).verdict == "denied"
    assert ask(refund(), one, now=after(hours=2, seconds=1)).verdict == "denied"


def test_a_machine_s_proposal_is_never_overridden_even_if_a_fact_said_so() -> None:
    bots = proposed(2100, bundle=ruled())
    with pytest.raises(Refused, match="not_for_machines"):
        decide(REQUEST, request(bots), denied(bots))
    _, one = agreed(refund())
    forged = msgspec.structs.replace(one, args_hash=bots.args_hash)
    assert ask(bots, forged).verdict == "denied"


def test_a_rule_that_is_not_marked_is_never_overridden_even_if_a_fact_said_so() -> None:
    large = refund(3100)
    with pytest.raises(Refused, match="not_overridable"):
        decide(REQUEST, request(large), denied(large))
    _, one = agreed(refund())
    forged = msgspec.structs.replace(one, args_hash=large.args_hash, rules=("zz.limit", "zz.never"))
    answer = ask(large, forged)
    assert (answer.verdict, answer.overridden) == ("denied", ("zz.limit",))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": AMARA}, "role_missing"),
        ({"args_hash": "0" * 64}, "args_changed"),
        ({"reason": "  "}, "bad_reason"),
    ],
)
def test_an_override_that_does_not_fit_is_not_asked_for(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        decide(REQUEST, request(refund(), **changes), denied(refund()))


def test_the_second_person_is_neither_the_first_nor_the_proposer_and_has_the_role() -> None:
    proposer = msgspec.structs.replace(OMAR, roles=("agent", "supervisor"))
    of = refund(by=proposer)
    given = [*denied(of), *decide(REQUEST, request(of), denied(of))]
    for by, code in ((SUE, "four_eyes"), (proposer, "four_eyes"), (AMARA, "role_missing")):
        with pytest.raises(Refused, match=code):
            decide(GRANT, grant(of, by), given)


def test_lent_authority_counts_in_overrides_and_is_recorded_with_whose_it_was() -> None:
    of, lends = refund(), lent("ben", by="omar")
    holds = (Lender("omar", ("supervisor",)),)
    for command in (request(of, BEN), request(of, BEN, lenders=(Lender("omar", ("agent",)),))):
        with pytest.raises(Refused, match="role_missing"):
            decide(REQUEST, command, [lends, *denied(of)])
    (asked,) = decide(REQUEST, request(of, BEN, lenders=holds), [lends, *denied(of)])
    assert isinstance(asked, OverrideRequested)
    assert (asked.by, asked.on_behalf) == (BEN, "omar")
    given = [*denied(of), asked]
    with pytest.raises(Refused, match="four_eyes"):  # it is his authority that the first one used
        decide(GRANT, grant(of, OMAR), given)
    (agreed_to,) = decide(GRANT, grant(of, SUE), given)
    assert isinstance(agreed_to, OverrideGranted)
    assert (agreed_to.by, agreed_to.on_behalf) == (SUE, "")


def test_the_second_person_does_not_act_with_authority_of_the_first_or_of_the_proposer() -> None:
    of = refund()
    given = [*denied(of), *decide(REQUEST, request(of), denied(of))]
    for lender, roles, outcome in (("sue", ("supervisor",), "role_missing"), ("omar", ("supervisor",), "")):
        command = msgspec.structs.replace(grant(of, BEN), lenders=(Lender(lender, roles),))
        facts = [lent("ben", by=lender), *given]
        if outcome:
            with pytest.raises(Refused, match=outcome):
                decide(GRANT, command, facts)
        else:
            (found,) = decide(GRANT, command, facts)
            assert isinstance(found, OverrideGranted)
            assert found.on_behalf == "omar"


def test_an_override_can_be_refused_taken_back_or_run_out() -> None:
    of = refund()
    (asked,) = decide(REQUEST, request(of), denied(of))
    assert isinstance(asked, OverrideRequested)
    given = [*denied(of), asked]
    for by, how in ((OMAR, "refused"), (SUE, "withdrawn"), (SYSTEM, "expired")):
        (refused,) = decide(REFUSE, RefuseOverride(override="ov_1", proposal=PR, by=by), given)
        assert isinstance(refused, OverrideRefused)
        assert refused.how == how
        with pytest.raises(Refused, match="override_unknown"):
            decide(GRANT, grant(of), [*given, refused])
    (timers,) = subject(ruled(), SETTINGS).timers
    over = RefuseOverride(override="ov_1", proposal=PR, by=SYSTEM)
    assert timers(asked, NOW) == [SetTimer("override:ov_1", after(hours=24), over)]
    _, one = agreed(of)
    assert decide(REFUSE, over, [*given, one]) == []


def test_a_second_answer_changes_nothing() -> None:
    given, _ = agreed(refund())
    assert decide(GRANT, grant(refund()), given) == []
    assert decide(REQUEST, request(refund()), given) == []


def test_every_override_is_reported() -> None:
    view = approvals_view(SETTINGS)
    given, _ = agreed(refund())
    state = view.initial()
    for one in recorded(*given[:3]):
        state = view.fold(state, one)
    assert [(each.proposal, each.role) for each in state.overridable] == [(PR, "supervisor")]
    for one in recorded(*given[3:], ask(refund(), given[-1])):  # type: ignore[arg-type]
        state = view.fold(state, one)
    (told,) = state.overridden
    assert (told.how, told.rules, told.first, told.second) == ("granted", ("zz.limit",), SUE, OMAR)
    assert (state.overridable, state.overrides) == ((), {})
