"""Are things done in the order that rules ask for: only after, not after, at most once, within some minutes?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from interlock.control import Bundle, Met, effects, judge
from interlock.control.cases import failures, read_cases
from interlock.control.facts import NEVER_S
from interlock.control.ledgers import postings
from interlock.control.past import past_of, waits_for, windows_of
from interlock.control.proposals import fold
from interlock.control.replay import again, past_judgement
from interlock.kernel.documents import DefinitionError
from interlock.kernel.events import Event
from interlock.kernel.lines import Lines
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged
from tests.control.given import AMARA, NOW, SETTINGS, after, proposed, recorded
from tests.control.till import charge, facts_of, judged_on, till, void

CHARGED = "step: charged\nactions: [till.charge]\nin: interaction\n"
RECEIPT = 'forbid (principal, action == Action::"till.receipt", resource)'
CHARGE = 'forbid (principal, action == Action::"till.charge", resource)'


def rule(name: str, head: str, condition: str, remedy: str = "") -> str:
    note = f'@remedy("{remedy}") ' if remedy else ""
    return f'@id("{name}") @reason("x") {note}\n{head}\n{condition};\n'


ORDERED = rule("after", RECEIPT, "unless { context.steps.charged.done }")
ONCE = rule("once", CHARGE, "when { context.steps.charged.done || context.steps.charged.running }")


class Shop:
    """The till with its ledgers, as time goes by."""

    def __init__(self, rules: str, steps: str = CHARGED) -> None:
        self.bundle: Bundle = till(steps__charged=steps, rules=rules)
        self.lines = Lines()

    def judge(self, of: ActionProposed, minutes: float = 0) -> ProposalJudged:
        judged = judged_on(self.bundle, of, self.lines, after(minutes=minutes))
        self.post(judged, minutes)
        return judged

    def succeed(self, of: ActionProposed, judged: ProposalJudged, minutes: float = 0, **answer: Any) -> None:
        action = self.bundle.action(of.action)
        self.post(effects.succeeded(fold(recorded(of, judged)), action, answer), minutes)

    def fail(self, of: ActionProposed, judged: ProposalJudged) -> None:
        self.post(effects.failed(fold(recorded(of, judged)), "x", "y"))

    def post(self, event: Event, minutes: float = 0) -> None:
        for posting in postings(event, after(minutes=minutes)):
            self.lines.post(posting, NOW)

    def receipt(self, proposal: str = "pr_receipt") -> ActionProposed:
        return proposed(action="till.receipt", args={"order_id": "A-1"}, bundle=self.bundle, proposal=proposal)

    def verdict(self, of: ActionProposed, minutes: float = 0) -> str:
        return judged_on(self.bundle, of, self.lines, after(minutes=minutes)).verdict


def test_only_after_means_after_it_succeeded() -> None:
    shop = Shop(ORDERED)
    assert shop.verdict(shop.receipt()) == "denied"
    charging = charge(shop.bundle)
    judged = shop.judge(charging)
    assert shop.verdict(shop.receipt()) == "denied", "it is under way, not done"
    shop.fail(charging, judged)
    assert shop.verdict(shop.receipt()) == "denied", "it failed"
    again = charge(shop.bundle, proposal="pr_2")
    shop.succeed(again, shop.judge(again))
    assert shop.verdict(shop.receipt()) == "allowed"


def test_not_after_and_at_most_once_let_it_happen_again_only_where_it_failed() -> None:
    shop = Shop(ONCE)
    first, second = charge(shop.bundle), charge(shop.bundle, proposal="pr_2")
    judged = shop.judge(first)
    assert shop.verdict(second) == "denied", "the first is under way"
    shop.fail(first, judged)
    done = shop.judge(second)
    shop.succeed(second, done)
    assert shop.verdict(charge(shop.bundle, proposal="pr_3")) == "denied"


def test_within_some_minutes_counts_from_the_last_success() -> None:
    shop = Shop(rule("within", RECEIPT, "unless { context.steps.charged.done && context.steps.charged.age_s <= 600 }"))
    charging = charge(shop.bundle)
    shop.succeed(charging, shop.judge(charging))
    assert [shop.verdict(shop.receipt(), minutes) for minutes in (0, 10, 11)] == ["allowed", "allowed", "denied"]


def test_a_step_counts_for_as_long_as_it_says_and_where_it_says() -> None:
    shop = Shop(ORDERED, f"{CHARGED}within: 72h\n")
    charging = charge(shop.bundle)
    shop.succeed(charging, shop.judge(charging))
    assert shop.verdict(shop.receipt(), 72 * 60 - 1) == "allowed"
    assert shop.verdict(shop.receipt(), 72 * 60) == "denied"
    elsewhere = msgspec.structs.replace(shop.receipt(), interaction="i_2")
    assert shop.verdict(elsewhere) == "denied"


def test_what_was_undone_is_not_done_any_more() -> None:
    shop = Shop(ORDERED)
    charging = charge(shop.bundle)
    shop.succeed(charging, shop.judge(charging), charge_id="ch_1")
    assert shop.verdict(shop.receipt()) == "allowed"
    undo = void(shop.bundle, "ch_1")
    shop.succeed(undo, shop.judge(undo), amount={"amount": 1000, "currency": "EUR"})
    assert shop.verdict(shop.receipt()) == "denied"


def test_what_a_step_looked_like_is_recorded_with_the_judgement() -> None:
    shop = Shop(ORDERED)
    charging = charge(shop.bundle)
    never = shop.judge(shop.receipt()).facts["steps"]
    assert never == {"charged": {"done": False, "count": 0, "age_s": NEVER_S, "running": False}}
    shop.succeed(charging, shop.judge(charging))
    running = charge(shop.bundle, proposal="pr_2")
    shop.judge(running)
    assert shop.judge(shop.receipt(), 1).facts["steps"] == {
        "charged": {"done": True, "count": 1, "age_s": 60, "running": True}
    }


def test_a_step_of_a_journey_is_not_known_outside_of_any_and_denies_only_where_a_rule_looks_at_it() -> None:
    steps = CHARGED.replace("interaction", "journey")
    shop = Shop(ORDERED, steps)
    by_hand = proposed(action="till.receipt", args={"order_id": "A-1"}, bundle=shop.bundle, principal=AMARA)
    judged = shop.judge(by_hand)
    assert judged.verdict == "denied"
    assert any("'step.charged' could not be established" in each.reason for each in judged.rulings)
    charged_by_hand = msgspec.structs.replace(charge(shop.bundle), run="", principal=AMARA)
    assert shop.judge(charged_by_hand).verdict == "allowed"


def waits(shop: Shop, of: ActionProposed) -> tuple[str, ...]:
    facts = facts_of(shop.bundle, of)
    ledgers, subjects = shop.bundle.ledgers_of(of.action), shop.bundle.subjects(of, facts, SETTINGS.secret)
    totals = {(w.ledger, w.subject): shop.lines.total(w) for w in windows_of(ledgers, subjects, of.proposal, NOW)}
    past = past_of(ledgers, subjects, totals, NOW)
    return waits_for(
        judged_on(shop.bundle, of, shop.lines), past, lambda other: judge(shop.bundle, of, facts, Met(), other, NOW)
    )


@pytest.mark.parametrize(
    ("rules", "waited_for"),
    [
        (ORDERED, ("pr_1",)),
        (rule("after", RECEIPT, "unless { context.steps.charged.done }", "approve:supervisor"), ("pr_1",)),
        (ORDERED + rule("cure", RECEIPT, "unless { context.met.confirm }", "confirm"), ("pr_1",)),
        (ORDERED + rule("no", RECEIPT, "when { true }"), ()),
        (rule("no", RECEIPT, "when { context.steps.charged.done }"), ()),
        (rule("no", RECEIPT, 'when { context.steps.charged.running || context.channel == "chat" }'), ()),
    ],
    ids=[
        "it is running",
        "also for what could be cured",
        "a cure beside it",
        "denied by another rule anyway",
        "nothing fires",
        "denied by the same rule anyway",
    ],
)
def test_a_judgement_waits_for_a_running_step_if_its_outcome_may_change_it(
    rules: str, waited_for: tuple[str, ...]
) -> None:
    shop = Shop(rules)
    assert waits(shop, shop.receipt()) == ()
    shop.judge(charge(shop.bundle))
    assert waits(shop, shop.receipt()) == waited_for


def test_what_was_done_before_does_not_wait_for_being_done_again() -> None:
    shop = Shop(rule("not-after", RECEIPT, "when { context.steps.charged.done }"))
    charging = charge(shop.bundle)
    shop.succeed(charging, shop.judge(charging))
    shop.judge(charge(shop.bundle, proposal="pr_2"))
    assert waits(shop, shop.receipt()) == ()


def test_a_case_says_what_is_true_of_a_step() -> None:
    text = """
action: till.receipt
args: { order_id: A-1 }
given: { customer: c-1 }
cases:
  - { case: nothing was charged, verdict: denied, because: [after] }
  - { case: something was, given: { steps: { charged: { done: true, age_s: 90 } } }, verdict: allowed }
  - { case: it is under way, given: { steps: { charged: { running: true } } }, verdict: denied, because: [after] }
"""
    bundle = Shop(ORDERED).bundle
    assert [str(each) for each in failures(read_cases({"cases/a.yaml": text}, bundle), bundle)] == []
    with pytest.raises(DefinitionError, match=r"no step 'chargd'; did you mean 'charged'\?"):
        read_cases({"cases/a.yaml": text.replace("charged: { done", "chargd: { done")}, bundle)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            CHARGED.replace("till.charge", "till.chrge"),
            "2:11: there is no action 'till.chrge'; did you mean 'till.charge'?",
        ),
        (CHARGED.replace("interaction", "session"), "3:5: 'in' is 'session'"),
        (f"{CHARGED}within: soon\n", "4:9: 'within'"),
        (f"{CHARGED}order: first\n", "4:1: unknown key 'order'"),
    ],
)
def test_a_step_with_a_mistake_is_told_by_file_and_line(text: str, told: str) -> None:
    with pytest.raises(DefinitionError) as found:
        till(steps__charged=text)
    assert f"steps/charged.yaml:{told}" in str(found.value)


def test_two_steps_of_one_name_and_a_rule_that_looks_at_none_are_told() -> None:
    with pytest.raises(DefinitionError, match="two steps are called 'charged'"):
        till(steps__charged=CHARGED, steps__other=CHARGED)
    with pytest.raises(DefinitionError, match=r"steps\.chargd"):
        till(steps__charged=CHARGED, rules=ORDERED.replace("charged", "chargd"))


def test_what_was_done_then_is_what_other_rules_are_asked_about() -> None:
    shop = Shop(ORDERED)
    charging = charge(shop.bundle)
    shop.succeed(charging, shop.judge(charging))
    after_it = past_judgement(shop.judge(shop.receipt(), 20), after(minutes=20), None)
    within = Shop(rule("within", RECEIPT, "unless { context.steps.charged.age_s <= 600 }")).bundle
    flip = again(within, after_it).flip
    assert flip is not None and (flip.now, flip.rules) == ("denied", ("within",))
    assert again(shop.bundle, after_it).flip is None


def test_a_step_that_was_not_known_then_matters_only_to_rules_that_look_at_it() -> None:
    shop = Shop(ORDERED, CHARGED.replace("interaction", "journey"))
    by_hand = proposed(action="till.receipt", args={"order_id": "A-1"}, bundle=shop.bundle, principal=AMARA)
    denied = past_judgement(shop.judge(by_hand), NOW, None)
    assert again(shop.bundle, denied).flip is None
    flip = again(till(steps__charged=CHARGED), denied).flip
    assert flip is not None and flip.now == "allowed"
