"""What is the customer told, the agent, the auditor, about one and the same judgement?"""

from __future__ import annotations

import re

import pytest

from interlock.control.cases import read_cases, run_case
from interlock.control.proposals import fold
from interlock.control.why import Judged, for_agent, for_auditor, for_customer
from interlock.kernel.events import Event
from interlock.vocabulary.proposals import EffectUnknown, RemedyRefused
from tests.control.given import NOW, SOFIA, I, P, after, demo, demo_files, judged, order, proposed, recorded, remedy_met


def told(*events: Event) -> tuple[str, str]:
    state = fold(recorded(*events))
    return for_customer(state), for_agent(state)["says"]


def test_no_sentence_for_a_customer_gives_a_rule_away() -> None:
    numbers = re.compile(r"\d")
    for case in read_cases(demo_files(), demo()):
        answer = run_case(case, demo())
        says = for_customer(fold(recorded(case.proposed, answer)))
        assert says and not numbers.search(says), says
        for ruling in answer.rulings:
            assert ruling.rule not in says
            assert not ruling.reason or ruling.reason not in says or ruling.reason == ruling.customer_reason, says


def test_a_stranger_s_order_is_told_to_the_agent_and_not_to_the_customer() -> None:
    customer, agent = told(proposed(), judged(proposed(), record=order(owner="c-117")))
    assert customer == "I cannot find that order under your name."
    assert (
        "The order belongs to somebody else." in agent and "Nothing that can be done here makes it possible." in agent
    )


def test_what_is_missing_is_told_in_its_order_with_what_to_do() -> None:
    refund = proposed(42_000)
    state = fold(recorded(refund, judged(refund), remedy_met(refund, "step_up:2")))
    assert for_customer(state) == "I need your yes to exactly this first."
    answer = for_agent(state)
    assert [each["remedy"] for each in answer["missing"]] == ["confirm", "approve:supervisor"]
    assert answer["missing"][1]["reason"] == "Refunds over 200.00 are approved by a supervisor."
    assert "somebody with the role supervisor approves it" in answer["missing"][1]["do"]
    assert answer["says"].endswith("It goes on when the customer confirms exactly this on the card.")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("declined", "You said no to it, so nothing was changed."),
        ("expired", "It took too long, so nothing was changed. It can be asked for again."),
        ("rejected", "A colleague did not agree to it, so nothing was changed."),
    ],
)
def test_how_it_ended_is_told(how: str, says: str) -> None:
    refund = proposed()
    answer = judged(refund)
    refused = RemedyRefused(
        proposal=refund.proposal,
        interaction=I,
        person=P,
        remedy=answer.needs[0],
        by=SOFIA,
        how=how,  # type: ignore[arg-type]
    )
    assert told(refund, answer, refused)[0] == says


def test_an_outcome_that_nobody_knows_is_not_called_done() -> None:
    refund = proposed()
    allowed = judged(refund, remedy_met(refund, "confirm"))
    unknown = EffectUnknown(proposal=refund.proposal, interaction=I, person=P, attempt=1, reason="no answer")
    assert "Nobody knows yet" in told(refund, allowed, unknown)[0]


def test_somebody_without_a_grant_is_told_who_to_ask() -> None:
    refund = proposed(principal=SOFIA, action="shop.refund_item_plain")
    assert "ask somebody who may" in told(refund, judged(refund, remedy_met(refund, "confirm")))[1]


def test_the_auditor_sees_each_judgement_with_its_rules_values_sources_ages_and_reservations() -> None:
    refund = proposed(14_000)
    first, done = judged(refund), judged(refund, remedy_met(refund, "step_up:2"), remedy_met(refund, "confirm"))
    asked, allowed = for_auditor(
        [Judged(first, after(seconds=3), demo()), Judged(done, after(minutes=1), demo())], {"amara": "Amara"}
    )
    assert (asked["verdict"], asked["release"], asked["release_at_hand"]) == ("needs", "r1", True)
    code = next(each for each in asked["rules"] if each["rule"] == "refund.code")
    assert code["file"] == "policies/refund.cedar" and "context.args.amount > 2500" in code["text"]
    assert {each["path"]: each["value"] for each in code["looked_at"]} == {
        "context.args.amount": "€140.00",
        "context.met.step_up": [],
    }
    assert [each["remedy"] for each in allowed["met"]] == ["step_up:2", "confirm"]
    assert {
        "ledger": "refunds_per_customer",
        "title": "Refunded to one customer within 24 hours",
        "amount": "€140.00",
    } in (allowed["reservations"])
    denied = judged(proposed(60_000), record=order(left=70_000))
    (derived,) = for_auditor([Judged(denied, after(seconds=7), demo())], {})
    assert derived["verdict"] == "needs"
    stranger = judged(proposed(), record=order(owner="c-117"))
    (derived,) = for_auditor([Judged(stranger, after(seconds=7), demo())], {})
    own = next(each for each in derived["rules"] if each["rule"] == "refund.own-order")
    assert {each["path"]: (each["value"], each["source"], each["age_s"]) for each in own["looked_at"]} == {
        "context.customer": ("c-104", "matched in the session", None),
        "resource.owner": ("c-117", "read by getOrder", 7),
    }


def test_a_judgement_whose_version_is_gone_is_still_told_as_it_was_recorded() -> None:
    (derived,) = for_auditor([Judged(judged(proposed()), NOW, None)], {})
    assert derived["release_at_hand"] is False
    assert derived["rules"][0]["reason"] == "The customer has to agree to exactly this refund."


def test_a_personal_argument_is_not_shown_to_the_auditor_either() -> None:
    mail = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "My card"})
    assert "eva@example.com" not in str(for_auditor([Judged(judged(mail), NOW, demo())], {}))
