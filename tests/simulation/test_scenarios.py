"""Do scenarios hold for the right reasons: played through the real loop, failing where something else happens than they say?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from interlock.journeys.scenario_checks import Scenario, read_scenarios
from interlock.runtime.definitions import Definitions, build, compiled, read_folder
from interlock.simulation.coverage import DEFAULTS, Coverage
from interlock.simulation.scenarios import Failure, play, surroundings

EXAMPLES = Path(__file__).parents[2] / "examples"

GIVEN = """
scenario: a try
journey: damaged_item
given:
  systems:
    shop.match_customer: { for: { email: eva@example.com }, answers: { customer_id: c-104, name: Eva Lind } }
    shop.get_order:
      answers:
        order_id: A-1042
        customer_id: c-104
        status: delivered
        delivered_at: "2026-11-17T09:00:00+00:00"
        payment: { label: Visa ending 4242 }
        total: &none { amount: 0, currency: EUR }
        items:
          - { id: i-1, name: Kettle, price: &small { amount: 1840, currency: EUR }, refunded: *none, refundable: *small }
          - { id: i-2, name: Pan, price: &middle { amount: 9900, currency: EUR }, refunded: *none, refundable: *middle }
          - { id: i-3, name: Oven, price: &large { amount: 42000, currency: EUR }, refunded: *none, refundable: *large }
    shop.get_customer:
      answers: { customer_id: c-104, name: Eva Lind, email: eva@example.com, email_registered_at: "2025-01-07T09:00:00+00:00" }
    shop.refund_item: { answers: { refund_id: r-1, amount: *small, destination: Visa ending 4242 } }
"""
BEGUN = ["customer: the kettle arrived broken, order A-1042"]
CHOOSING = [*BEGUN, "customer: eva@example.com"]
CONFIRMING = [*CHOOSING, "presses: Kettle"]
REFUNDED = [*CONFIRMING, "confirms: Kettle"]
CODE = [*CHOOSING, "presses: Pan"]
APPROVING = [*CHOOSING, "presses: Oven", "code: right", "confirms: Oven"]


def scenario(definitions: Definitions, turns: Sequence[str], then: str = "{}", given: str = "") -> Scenario:
    """A scenario of the demo with these turns; ``given`` are further lines of it, indented by two."""
    lines = "".join(f"  - {each}\n" for each in turns)
    text = f"{GIVEN}{given}turns:\n{lines}then: {then}\n"
    (found,) = read_scenarios({"scenarios/try.yaml": text}, surroundings(definitions))
    return found


def failures(definitions: Definitions, turns: Sequence[str], then: str = "{}", given: str = "") -> Sequence[Failure]:
    """Everything that does not hold in it."""
    return play(scenario(definitions, turns, then, given), definitions)


def test_every_scenario_of_the_demo_holds_and_they_take_nearly_every_step_and_branch_of_its_journeys(
    definitions: Definitions,
) -> None:
    coverage = Coverage(definitions)
    scenarios = read_scenarios(definitions.files, surroundings(definitions))
    assert [str(each) for one in scenarios for each in play(one, coverage.definitions)] == []
    own = [each for each in coverage.report() if each.journey != DEFAULTS]
    assert [each.journey for each in own] == list(definitions.journeys)
    never = [missing for each in own for missing in each.missing]
    assert sum(each.steps_taken for each in own) >= 0.9 * sum(each.steps for each in own), never
    assert sum(each.branches_taken for each in own) >= 0.9 * sum(each.branches for each in own), never


def test_scenarios_of_another_tenant_s_connectors_hold_as_well() -> None:
    retail = asyncio.run(build(read_folder(EXAMPLES / "retail")))
    scenarios = read_scenarios(retail.files, surroundings(retail))
    assert len(scenarios) >= 2
    assert [str(each) for one in scenarios for each in play(one, retail)] == []


def test_a_yes_in_words_is_no_confirmation_in_chat_and_no_other_subject(definitions: Definitions) -> None:
    words = ["customer: okay please", "said: Please press the button", "customer: yes please", "said: press the button"]
    assert failures(definitions, [*CONFIRMING, *words, "confirms: Kettle"], "{ ended: refunded }") == []


@pytest.mark.parametrize(
    ("turns", "expected", "really"),
    [
        ([*BEGUN, "said: Good morning"], "'Good morning' to be said", "And which e-mail address did you order with?"),
        ([*BEGUN, "asked: order_no"], "to be asked for 'order_no'", "damaged_item asks for 'email'"),
        ([*CONFIRMING, "asked: item"], "to be asked for 'item'", "the customer's answer to a card (confirm)"),
        ([*BEGUN, "handed_over: care"], "the customer to wait in 'care'", "damaged_item asks for 'email'"),
        (["customer: agent please", "handed_over: care"], "the customer to wait in 'care'", "(unstaffed)"),
        ([*BEGUN, "confirms: Kettle"], "a card to confirm that says 'Kettle'", "there is none; damaged_item asks for"),
        ([*CONFIRMING, "confirms: Pan"], "a card to confirm that says 'Pan'", "Amount: €18.40"),
        ([*CONFIRMING, "declines: Pan"], "a card to decline that says 'Pan'", "Amount: €18.40"),
        ([*REFUNDED, "declines: Kettle"], "a card to decline that says 'Kettle'", "there is none"),
        ([*BEGUN, "presses: Kettle"], "a button 'Kettle'", "there is none; damaged_item asks for 'email'"),
        ([*CHOOSING, "presses: Lamp"], "a button 'Lamp'", "'Kettle, €18.40', 'Pan, €99.00', 'Oven, €420.00'"),
        ([*CONFIRMING, "code: right"], "to be asked for a one-time code", "(confirm)"),
        ([*CONFIRMING, "approves: supervisor"], "for the role supervisor to approve", "there is nothing; damaged_item waits for"),
        ([*APPROVING, "approves: agent"], "for the role agent to approve", "it is refused: "),
        ([*APPROVING, "rejects: agent"], "for the role agent to reject", "it is refused: "),
        ([*BEGUN, "joins: care"], "the conversation to be offered to the agent of 'care'", "damaged_item asks for"),
        ([*BEGUN, "agent: Hello"], "an agent to have the conversation", "damaged_item asks for 'email'"),
        ([*BEGUN, "hands_back: care"], "that the agent of care hands the conversation back", "it is refused: "),
    ],
)  # fmt: skip
def test_a_turn_that_does_not_come_about_is_told_with_what_really_happened(
    turns: list[str], expected: str, really: str, definitions: Definitions
) -> None:
    shift = "  on_shift: [care]\n" if "joins: care" in turns or "hands_back: care" in turns else ""
    found = failures(definitions, turns, given=shift)
    assert len(found) == 1, found
    assert expected in found[0].expected
    assert really in found[0].really
    written = GIVEN.count("\n") + shift.count("\n") + 1 + len(turns)
    assert (found[0].file, found[0].line) == ("scenarios/try.yaml", written)


@pytest.mark.parametrize(
    ("turns", "then", "expected", "really"),
    [
        (REFUNDED, "{ ended: declined }", "that damaged_item ends with 'declined'", "'refunded'"),
        (BEGUN, "{ ended: refunded }", "ends with 'refunded'", "it has not ended: damaged_item asks for 'email'"),
        (["customer: agent please"], "{ ended: refunded }", "ends with 'refunded'", "it never began; begun: talk_to"),
        (BEGUN, "{ slots: { order_no: A-1043 } }", "order_no: A-1043", "order_no: A-1042"),
        (BEGUN, "{ slots: { email: eva@example.com } }", "email: eva@example.com", "email: null"),
        (CONFIRMING, "{ slots: { item: { price: 18.41 } } }", "item: { price: 18.41 }", "price: €18.40"),
        (BEGUN, "{ calls: { shop.refund_item: [{}] } }", "one call of shop.refund_item", "no call of"),
        (REFUNDED, "{ calls: { shop.refund_item: [] } }", "no call of shop.refund_item", "one call of, with { order"),
        (REFUNDED, "{ calls: { shop.refund_item: [{}, {}] } }", "2 calls of shop.refund_item", "one call of"),
        (REFUNDED, "{ calls: {} }", "no call but those under 'calls'", "also shop.refund_item"),
        (REFUNDED, "{ calls: { shop.createRefund: [{ amount: 18.41 }] } }", "with { amount: 18.41 }", "€18.40"),
        (REFUNDED, "{ calls: { shop.refund_item: [{ item_id: i-2 }] } }", "{ item_id: i-2 }", "item_id: i-1"),
    ],
)
def test_an_end_that_is_another_one_is_told_with_what_came_of_it(
    turns: list[str], then: str, expected: str, really: str, definitions: Definitions
) -> None:
    found = failures(definitions, turns, then)
    assert len(found) == 1, found
    assert expected in found[0].expected
    assert really in found[0].really
    assert found[0].line == GIVEN.count("\n") + len(turns) + 2


def test_calls_that_changed_something_are_those_that_really_arrived(definitions: Definitions) -> None:
    once = "{ ended: refunded, calls: { shop.refund_item: [{ order_id: A-1042, item_id: i-1, amount: 18.40 }] } }"
    assert failures(definitions, REFUNDED, once) == []
    assert failures(definitions, REFUNDED, once.replace("shop.refund_item", "shop.createRefund")) == []


def test_a_call_whose_answer_is_lost_is_done_once_although_it_is_sent_again(definitions: Definitions) -> None:
    answers = "{ answers: { refund_id: r-1, amount: *small, destination: Visa } }"
    given = f"    shop.createRefund: [{{ fails: answer_lost, times: 2 }}, {answers}]\n"
    then = "{ ended: refunded, calls: { shop.refund_item: [{ item_id: i-1 }] } }"
    turns = [*REFUNDED, "waits: 1m"]
    text = GIVEN.rpartition("    shop.refund_item")[0] + given
    lines = "".join(f"  - {each}\n" for each in turns)
    (one,) = read_scenarios({"scenarios/a.yaml": f"{text}turns:\n{lines}then: {then}\n"}, surroundings(definitions))
    assert play(one, definitions) == []


def test_what_a_scenario_does_not_answer_is_told_first(definitions: Definitions) -> None:
    (one,) = read_scenarios(
        {
            "scenarios/a.yaml": "scenario: a try\njourney: order_status\nturns:\n"
            "  - customer: where is my order A-1042\n  - customer: eva@example.com\n  - said: It is on its way\n"
        },
        surroundings(definitions),
    )
    first, second = play(one, definitions)
    asked = "shop.matchCustomer was asked for { order_id: A-1042, email: eva@example.com }"
    assert first.expected == "every call to be answered"
    assert first.really == f"{asked}, and the scenario does not say what it answers"
    assert second.expected == "'It is on its way' to be said"


def test_what_the_gate_denied_is_told_with_its_rules(definitions: Definitions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "GIVEN", GIVEN.replace("2026-11-17", "2023-11-17"))
    (found,) = failures(definitions, [*CONFIRMING, "confirms: Kettle"])
    denied = "shop.refund_item was denied by refund.guarantee (The order was delivered more than two years ago"
    assert found.really.startswith("there is none; ") and denied in found.really
    monkeypatch.setitem(globals(), "GIVEN", GIVEN.replace('"2023-11-17T09:00:00+00:00"', "long ago"))
    (found,) = failures(definitions, [*CONFIRMING, "said: Please check it"])
    assert "shop.refund_item was denied by fact-missing (" in found.really and "guarantee_ends_s" in found.really


def test_a_code_that_never_arrives_cannot_be_entered(definitions: Definitions) -> None:
    given = "    mail.send_code: { fails: unreachable }\n"
    (found,) = failures(definitions, [*CODE, "code: right"], given=given)
    assert found.expected in ("a one-time code to arrive", "to be asked for a one-time code")


def test_time_passes_exactly_as_long_as_a_scenario_says(definitions: Definitions) -> None:
    assert failures(definitions, [*BEGUN, "waits: 4m", "said: Are you still there?"]) == []
    (found,) = failures(definitions, [*BEGUN, "waits: 2m", "said: Are you still there?"])
    assert found.really == "nothing was said"


def test_who_leaves_does_not_wait_any_more(definitions: Definitions) -> None:
    given = "  on_shift: [care]\n"
    waiting = ["customer: agent please", "handed_over: care"]
    assert failures(definitions, waiting, given=given) == []
    (found,) = failures(definitions, [*waiting, "leaves: customer", "handed_over: care"], given=given)
    assert found.expected == "the customer to wait in 'care'"


def test_who_she_is_can_be_known_before_and_another_channel_be_taken(definitions: Definitions) -> None:
    turns = ["customer: where is my order A-1042", "said: was delivered on Tuesday 17 November 2026"]
    (found,) = failures(definitions, turns)
    assert "And which e-mail address did you order with?" in found.really
    assert failures(definitions, turns, given="  customer: c-104\n  channel: message\n  at: 2026-12-24T18:30\n") == []


def test_steps_and_branches_that_no_scenario_takes_are_listed_with_their_lines(definitions: Definitions) -> None:
    coverage = Coverage(definitions)
    assert play(scenario(definitions, REFUNDED), coverage.definitions) == []
    report = {each.journey: each for each in coverage.report()}
    damaged, told = report["damaged_item"], [each.what for each in report["damaged_item"].missing]
    assert (damaged.branches_taken, damaged.branches) == (1, 9)
    assert damaged.steps_taken == damaged.steps - 14
    text = definitions.files["journeys/damaged_item.yaml"].splitlines()
    assert (
        "the branch 'empty' of choose item" in told
        and "the branch 'then' of when order.status != \"delivered\"" in told
    )
    assert "the branch 'else' of when order.status != \"delivered\"" not in told
    for each in damaged.missing:
        assert each.what.split("'")[1] in text[each.line - 1] or each.what.startswith("the step")
    assert report["order_status"].steps_taken == 0
    lines = definitions.files["journeys/subscription.yaml"].splitlines()
    to_some = [lines[each.line - 1].strip() for each in report["subscription"].missing if "'loyal' of" in each.what]
    assert [line.startswith("loyal:") for line in to_some] == [True, False, True]
    assert "to: loyal }" in to_some[1]
    assert report[DEFAULTS].branches_taken == 0
    assert "the branch the default for no_match" in [each.what for each in report[DEFAULTS].missing]


def test_a_correction_looks_back_at_steps_without_taking_them(definitions: Definitions) -> None:
    coverage = Coverage(definitions)
    corrected = scenario(definitions, [*CHOOSING, "customer: sorry, it is order A-1077", "said: I have put that right"])
    assert play(corrected, coverage.definitions) == []
    damaged = next(each for each in coverage.report() if each.journey == "damaged_item")
    assert "the branch 'denied' of look_up shop.get_order" in [each.what for each in damaged.missing]


def test_journeys_that_call_and_wait_are_covered_like_others(definitions: Definitions) -> None:
    business, first, _ = definitions.files["journeys/business.yaml"].partition("steps:\n")
    asks = """journey: size
title: How many
about: how many
slots: { pieces: { type: integer, ask: How many pieces? } }
steps:
  - ask: pieces
  - when: pieces > 10
    then: [{ end: large, gives: { pieces: "{pieces}" } }]
  - end: small
"""
    steps = """  - call: size
    as: size
    on:
      small: [{ say: That is little. }, { end: small }]
  - say: So many, {size.pieces}. Wait.
  - wait: 2h
  - end: waited
"""
    files = {**definitions.files, "journeys/business.yaml": business + first + steps, "journeys/size.yaml": asks}
    changed = compiled(
        {path: text for path, text in files.items() if path != "scenarios/business.yaml"}, definitions.model
    )
    coverage = Coverage(changed)
    text = """scenario: a large order waits
journey: business
turns:
  - customer: wholesale department please
  - asked: pieces
  - customer: "60"
  - said: So many, 60. Wait.
  - waits: 1h
then: {}
"""
    wanted = text.replace("{}", "{ ended: waited, slots: { size: { outcome: large, pieces: 60 } } }")
    (early,) = read_scenarios({"scenarios/a.yaml": wanted}, surroundings(changed))
    assert [each.really for each in play(early, coverage.definitions)] == [
        "it has not ended: business waits for its time"
    ]
    (late,) = read_scenarios({"scenarios/a.yaml": wanted.replace("1h", "2h")}, surroundings(changed))
    assert play(late, coverage.definitions) == []
    report = {each.journey: each for each in coverage.report()}
    assert [each.what for each in report["business"].missing] == ["the branch 'small' of call size"]
    assert [each.what for each in report["size"].missing] == [
        "the branch 'else' of when pieces > 10",
        "the step end small",
    ]
