"""Who may throw a kill switch, and what does one that is thrown stop?"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from interlock.control.effects import Step, withdrawn
from interlock.control.proposals import fold as fold_proposal
from interlock.control.replay import STOPPED, again, past_judgement
from interlock.control.stopping import stopped
from interlock.control.subject import react
from interlock.control.switches import Switches, fold, release_switch, switches_document, throw_switch
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.ids import StaffId
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.proposals import EffectFailed, EffectStarted, Reservation
from interlock.vocabulary.switches import ReleaseSwitch, Scope, SwitchReleased, SwitchThrown, ThrowSwitch
from tests.control.given import (
    AMARA,
    EVA,
    NOW,
    PR,
    SOFIA,
    I,
    after,
    decide,
    demo,
    judged,
    proposed,
    recorded,
    remedy_met,
)

THROW = throw_switch(demo(), ("builtin",), "kontor")
RELEASE = release_switch()
REFUND = "shop.refund_item"


def throw(scope: Scope = "action", name: str = REFUND, **changes: Any) -> ThrowSwitch:
    return ThrowSwitch(**{"scope": scope, "name": name, "by": SOFIA, "reason": "It pays twice.", **changes})


def thrown(scope: Scope = "action", name: str = REFUND) -> SwitchThrown:
    return SwitchThrown(scope=scope, name=name, by="sofia", reason="It pays twice.")


def released(scope: Scope = "action", name: str = REFUND) -> SwitchReleased:
    return SwitchReleased(scope=scope, name=name, by="sofia")


def standing(*events: Event) -> Switches:
    switches = Switches()
    for one in recorded(*events):
        switches = fold(switches, one)
    return switches


@pytest.mark.parametrize(
    ("scope", "name"), [("action", REFUND), ("connector", "shop"), ("model", "builtin"), ("tenant", "kontor")]
)
def test_a_supervisor_halts_whatever_there_is_and_lets_it_go_on(scope: Scope, name: str) -> None:
    assert decide(THROW, throw(scope, name), []) == (thrown(scope, name),)
    release = ReleaseSwitch(scope=scope, name=name, by=SOFIA)
    assert decide(RELEASE, release, [thrown(scope, name)]) == (released(scope, name),)


def test_nobody_else_does() -> None:
    for decider, command in ((THROW, throw(by=AMARA)), (RELEASE, ReleaseSwitch(scope="action", name=REFUND, by=AMARA))):
        with pytest.raises(Refused, match="role_missing"):
            decide(decider, command, [thrown()] if decider is RELEASE else [])


def test_a_name_that_does_not_exist_is_refused_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(Refused, match=r"nothing_to_halt.*did you mean 'shop.refund_item'"):
        decide(THROW, throw(name="shop.refund_itm"), [])
    with pytest.raises(Refused, match=r"known: kontor"):
        decide(THROW, throw("tenant", "somebody"), [])


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_switch_is_thrown_with_a_reason(reason: str) -> None:
    with pytest.raises(Refused, match="reason_missing"):
        decide(THROW, throw(reason=reason), [])


def test_throwing_it_again_leaves_who_did_it_first_and_releasing_it_again_changes_nothing() -> None:
    assert decide(THROW, throw(reason="Me too."), [thrown()]) == ()
    release = ReleaseSwitch(scope="action", name=REFUND, by=SOFIA)
    assert decide(RELEASE, release, [thrown(), released()]) == ()
    with pytest.raises(Refused, match="not_halted"):
        decide(RELEASE, release, [])


def test_what_no_definition_knows_any_more_can_still_be_released() -> None:
    gone = ReleaseSwitch(scope="action", name="shop.gone", by=SOFIA)
    assert decide(RELEASE, gone, [thrown(name="shop.gone")]) == (released(name="shop.gone"),)


def test_an_action_is_stopped_by_its_own_switch_its_connectors_and_the_tenants() -> None:
    assert standing().on_action(REFUND) is None
    for scope, name in (("action", REFUND), ("connector", "shop"), ("tenant", "kontor")):
        halt = standing(thrown(scope, name)).on_action(REFUND)  # type: ignore[arg-type]
        assert halt is not None and (halt.scope, halt.by, halt.since) == (scope, "sofia", NOW)
    assert standing(thrown("action", "shop.get_order"), thrown("connector", "mail")).on_action(REFUND) is None


def test_a_model_is_stopped_by_its_own_switch_and_the_tenants_and_by_no_other() -> None:
    assert standing(thrown("model", "builtin")).on_model("builtin") is not None
    assert standing(thrown("tenant", "kontor")).on_model("builtin") is not None
    assert standing(thrown("model", "other"), thrown("connector", "builtin")).on_model("builtin") is None


def test_facts_may_come_in_any_order_and_twice_and_the_latest_counts() -> None:
    facts = recorded(thrown(), released(), thrown("connector", "shop"), thrown())
    for order in permutations([*facts, facts[1]]):
        switches = Switches()
        for one in order:
            switches = fold(switches, one)
        assert {(each.scope, each.name) for each in switches.thrown} == {("action", REFUND), ("connector", "shop")}
    assert standing(thrown(), released()).thrown == ()


def test_the_document_says_who_since_when_and_why() -> None:
    (line,) = switches_document(standing(thrown()), {StaffId("sofia"): "Sofia Marchetti"})
    assert line == {
        "scope": "action",
        "name": REFUND,
        "by": "Sofia Marchetti",
        "since": "2026-03-02T10:00:00Z",
        "reason": "It pays twice.",
    }


def test_a_stopped_proposal_is_denied_by_name_and_the_journey_takes_its_branch_unavailable() -> None:
    halt = standing(thrown()).on_action(REFUND)
    assert halt is not None
    denied = stopped(demo(), proposed(), (halt.ruling,), {"halted": {"by": "sofia"}})
    assert (denied.verdict, [each.rule for each in denied.rulings]) == ("denied", ["halted"])
    assert "It pays twice." in denied.rulings[0].reason
    assert "It pays twice." not in denied.rulings[0].customer_reason
    assert denied.facts["stopped"] == {"halted": {"by": "sofia"}}
    (command,) = react(denied)
    assert isinstance(command, AdvanceJourney) and command.what == "unavailable"


ALLOWED = [proposed(), judged(proposed()), judged(proposed(), remedy_met(proposed(), "confirm"))]
STATE = fold_proposal(recorded(*ALLOWED))
KEYED, PLAIN = demo().action(REFUND), demo().action("shop.refund_item_plain")


def test_what_was_allowed_and_not_called_fails_cleanly_and_gives_back_what_it_held() -> None:
    fact = withdrawn(STATE, KEYED, "halted", "Not now.")
    assert isinstance(fact, EffectFailed)
    assert (fact.code, fact.unavailable) == ("halted", True)
    assert Reservation("refunds_per_customer", EVA, 1840, "EUR") in fact.reservations


def test_what_may_have_been_called_is_looked_up_and_never_said_to_have_failed() -> None:
    started = EffectStarted(proposal=PR, interaction=I, attempt=1, lease_until=after(seconds=10))
    state = fold_proposal(recorded(*ALLOWED, started))
    for action in (KEYED, PLAIN):
        assert withdrawn(state, action, "halted", "Not now.", maybe_sent=True) == Step("look_up")


def test_what_was_stopped_is_not_judged_again_by_other_rules_since_nothing_was_read_for_it() -> None:
    halt = standing(thrown()).on_action(REFUND)
    assert halt is not None
    denied = stopped(demo(), proposed(), (halt.ruling,), {"halted": {"by": "sofia"}})
    assert again(demo(), past_judgement(denied, NOW)).unknown == STOPPED
