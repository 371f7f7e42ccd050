"""Does a model run a journey as a call does, and does it go on with what came of it, however it ended?"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.journeys.agent_turns import TRIES
from interlock.runtime.definitions import Definitions, build
from interlock.vocabulary.journeys import AgentAnswerRefused, AgentStepLeft, JourneyEnded, JourneyStarted
from tests.simulation.test_agent_steps import AMOUNT, STEPS, Played
from tests.simulation.working import done, propose, say

PICKS = """
journey: pick_colour
title: Pick a colour
about: the colour
slots:
  colour: { type: choice, options: [ { value: red, label: Red }, { value: blue, label: Blue } ], ask: Red or blue? }
  number: { type: integer, minimum: "1", ask: How many? }
steps:
  - ask: colour
  - ask: number
  - end: picked
    gives: { colour: "{colour}", number: "{number}" }
"""
REFUNDS = """
journey: pay_back
title: Pay an item back
about: the refund
slots:
  order_no: { type: order_number, pattern: "A-####", ask: Which order is it? }
  wanted: { type: money, currency: EUR, ask: How much is it? }
steps:
  - ask: order_no
  - ask: wanted
  - do: shop.refund_item
    with: { order_id: "{order_no}", item_id: i-1, amount: "{wanted}", reason: damaged }
    as: refund
    on:
      waiting:
        - say: That waits for a while.
  - end: paid_back
    gives: { amount: "{refund.amount}" }
"""


@pytest.fixture(scope="module")
def calling(definitions: Definitions) -> Definitions:
    """The demo, with an agent step whose model may run two journeys."""
    files = {path: text for path, text in definitions.files.items() if "scenarios/" not in path}
    head, _, _ = files["journeys/business.yaml"].partition("steps:\n")
    files["journeys/business.yaml"] = head + STEPS.replace("may: [shop.get_order,", "may: [pick_colour, pay_back,")
    files |= {"journeys/pick_colour.yaml": PICKS, "journeys/pay_back.yaml": REFUNDS}
    return asyncio.run(build(files, definitions))


def test_a_model_runs_a_journey_with_what_it_knows_and_goes_on_with_what_that_gives_back(calling: Definitions) -> None:
    turns = """\
      - said: Red or blue?
      - customer: blue
      - said: Three blue ones, then.
      - said: I am glad.
    then: { ended: settled, calls: {} }
"""
    run, end = propose("pick_colour", number=3), [say("Three blue ones, then."), done("settled")]
    played = Played(calling, turns, [run], end)
    assert played.failures == []
    told = played.model.heard
    assert "Action pick_colour: Pick a colour. Talks with the customer by itself" in told[0]
    assert '"colour": {"enum": ["red", "blue"], "description": "Red or blue?"}' in told[0]
    assert '"number": {"type": "integer", "minimum": 1, "description": "How many?"}' in told[0]
    result = '<result of=pick_colour outcome=succeeded>{"colour": "blue", "number": 3, "outcome": "picked"}</result>'
    assert len(told) == 2 and result in told[1]
    business, picks = played.of(JourneyStarted)
    assert (picks.journey, picks.parent) == ("pick_colour", business.run)
    assert [each.outcome for each in played.of(JourneyEnded)] == ["picked", "settled"]
    (left,) = played.of(AgentStepLeft)
    assert left.actions == 1  # it counts like an action


def test_the_gate_judges_in_a_journey_that_a_model_runs_as_it_always_does(calling: Definitions) -> None:
    turns = """\
      - confirms: "Amount: €18.40"
      - said: I have refunded €18.40 to your card.
    then: { ended: settled, calls: { shop.refund_item: [ { order_id: A-1042, item_id: i-1, amount: 18.40 } ] } }
"""
    run = propose("pay_back", order_no="{order_no}", wanted=AMOUNT)
    played = Played(calling, turns, [run], [say("I have refunded €18.40 to your card."), done("settled")])
    assert played.failures == []
    assert "<result of=pay_back outcome=succeeded>" in played.model.heard[1]


def test_a_model_is_told_that_the_customer_stopped_a_journey_that_it_ran_and_goes_on(calling: Definitions) -> None:
    turns = """\
      - said: Red or blue?
      - customer: stop
      - said: Then not.
    then: { calls: {} }
"""
    played = Played(calling, turns, [propose("pick_colour")], [say("Then not.")])
    assert played.failures == []
    assert '<result of=pick_colour outcome=cancelled>{"outcome": "cancelled"}</result>' in played.model.heard[1]


@pytest.mark.parametrize(
    "wrong",
    [
        propose("pick_time"),
        propose("pick_colour", size="big"),
        propose("pick_colour", colour="green"),
        propose("pick_colour", number="three"),
    ],
)
def test_a_journey_that_it_may_not_run_or_what_fits_no_slot_of_it_is_a_repair(
    calling: Definitions, wrong: dict[str, Any]
) -> None:
    played = Played(calling, "      - said: Then let us do it step by step.\n    then: { ended: told }\n", [wrong])
    assert played.failures == [] and len(played.of(AgentAnswerRefused)) == TRIES
    assert [each.journey for each in played.of(JourneyStarted)] == ["business"]


def test_a_model_that_runs_journeys_again_and_again_comes_to_an_end(calling: Definitions) -> None:
    turns = """\
      - said: Then let us do it step by step.
    then: { ended: told }
"""
    played = Played(calling, turns, [propose("pick_colour", number=3, colour="red")])
    assert played.failures == []
    assert [each.journey for each in played.of(JourneyStarted)] == ["business", *["pick_colour"] * 3]
