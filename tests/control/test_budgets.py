"""What counts against a budget, and when is it used up?"""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from typing import Any

import pytest

from interlock.control.budget_files import read_budgets
from interlock.control.budgets import Spent, over_model, over_tools, spend
from interlock.control.ledgers import postings
from interlock.kernel.documents import DefinitionError
from interlock.kernel.events import Event
from interlock.kernel.log import Posting
from interlock.vocabulary.ids import MessageId, RunId
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.proposals import ActionProposed
from tests.control.given import AMARA, NOW, I, proposed, recorded

TEXT = """
budgets:
  talk: { what: tokens, per: interaction, most: 1000, then: fallback }
  money: { what: cost, per: day, most: 5.00, then: hand_over, model: gpt }
  turns: { what: model_calls, per: turn, most: 2 }
  journeys: { what: model_calls, per: journey, most: 3 }
  tools: { what: tool_calls, per: interaction, most: 3 }
  again: { what: same_call, per: turn, most: 1 }
  ping_pong: { what: hand_backs, per: interaction, most: 2 }
"""
BUDGETS = {each.name: each for each in read_budgets({"budgets.yaml": TEXT}, "Europe/Berlin").all}


def used(tokens: int = 0, message: str = "m_1", run: str = "run_1", model: str = "gpt", **more: Any) -> ModelUsed:
    given: dict[str, Any] = {"tokens_in": tokens, "model": model, "purpose": "understand", **more}
    return ModelUsed(interaction=I, message=MessageId(message), run=RunId(run), **given)


def spent(*events: Event) -> Spent:
    return reduce(spend, recorded(*events), Spent())


def over(name: str, *events: Event, model: str = "gpt", run: str = "run_1", **of_day: int) -> bool:
    return over_model([BUDGETS[name]], model, spent(*events), run, of_day) is not None


def test_a_model_is_not_asked_once_the_tokens_of_its_interaction_are_used_in_and_out() -> None:
    assert not over("talk", used(600), used(399, tokens_out=0))
    assert over("talk", used(600), used(300, tokens_out=100))
    assert over("talk", used(600), used(400, model="other"))  # all models together


def test_money_is_counted_by_the_day_for_the_model_that_it_is_about() -> None:
    assert BUDGETS["money"].most == 5_000_000
    assert not over("money", money=4_999_999)
    assert over("money", money=5_000_000)
    assert not over("money", model="other", money=5_000_000)


def test_a_turn_and_a_run_have_counts_of_their_own() -> None:
    assert over("turns", used(), used())
    assert not over("turns", used(), used(message="m_2"))
    assert over("journeys", used(), used(message="m_2"), used(message="m_3"))
    assert not over("journeys", used(), used(message="m_2"), used(message="m_3"), run="run_2")


def call(number: int, cents: int = 100, **more: Any) -> ActionProposed:
    return proposed(cents, proposal=f"pr_{number}", **more)


def refused(budget: str, number: int, *events: Event) -> bool:
    return over_tools([BUDGETS[budget]], spent(*events), call(number).proposal) is not None


def test_the_call_that_is_one_too_many_is_refused_by_name_and_the_ones_before_it_stay_allowed() -> None:
    calls = [call(number, 100 + number) for number in range(1, 5)]
    assert [refused("tools", number, *calls) for number in range(1, 5)] == [False, False, False, True]
    denied = over_tools([BUDGETS["tools"]], spent(*calls), calls[3].proposal)
    assert denied is not None
    ruling, why = denied
    assert (ruling.rule, why) == ("budget.tools", {"number": 4, "most": 3, "per": "interaction"})
    assert "3" not in ruling.customer_reason


def test_the_same_call_is_one_with_the_same_arguments() -> None:
    assert not refused("again", 2, call(1, 100), call(2, 101))
    assert refused("again", 2, call(1), call(2))
    assert not refused("again", 2, used(), call(1), used(message="m_2"), call(2))  # another turn


def test_what_people_propose_is_not_counted() -> None:
    people = [call(number, principal=AMARA) for number in range(1, 9)]
    assert not any(refused("tools", number, *people) for number in range(1, 9))


def test_what_is_used_of_a_day_stands_in_the_fact_and_can_be_posted_from_it_again() -> None:
    fact = used(10, cost_micro=70, of_day=(("money", 70),))
    assert postings(fact, NOW) == (Posting("settle", "budget.money", "day", "m_1 gpt", 70, NOW),)
    assert postings(used(10)) == ()


def test_a_day_begins_at_midnight_where_the_tenant_is() -> None:
    since = BUDGETS["money"].reach.since(NOW)
    assert since + timedelta(microseconds=1) == NOW.replace(hour=23, minute=0) - timedelta(days=1)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("x: { what: tokns, per: day, most: 3 }", "tokens"),
        ("x: { what: tokens, per: day, most: -3 }", "no limit"),
        ("x: { what: tokens, per: day, most: 1.5 }", "whole number"),
        ("x: { what: tool_calls, per: turn, most: 3, then: fallback }", "models only"),
        ("x: { what: tool_calls, per: day, most: 3 }", "ledger"),
        ("x: { what: hand_backs, per: turn, most: 3 }", "per: interaction"),
        ("x: { what: same_call, per: turn, most: 3, model: gpt }", "not about models"),
        ("x: { what: tokens, per: day }", "most"),
    ],
)
def test_mistakes_are_told_with_their_line_and_how_to_mend_them(line: str, says: str) -> None:
    with pytest.raises(DefinitionError) as found:
        read_budgets({"budgets.yaml": f"budgets:\n  {line}\n"}, "UTC")
    (problem,) = found.value.problems
    assert (problem.file, problem.line) == ("budgets.yaml", 2)
    assert says in f"{problem.what} {problem.mend}"


def test_without_a_file_nothing_is_limited() -> None:
    assert read_budgets({}, "UTC").all == ()
