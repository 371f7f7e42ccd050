"""Does a journey promise a customer something, and is that honoured when she comes for it, once?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interlock.journeys.scenario_checks import read_scenarios
from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.scenarios import Failure, play, surroundings

STEPS = """\
slots:
  order_no: { type: order_number, pattern: "A-####", ask: "Which order?" }
  email: { type: email, privacy: personal, remember: true, ask: "Which e-mail address?" }
steps:
  - ask: order_no
  - verify: { level: 1, by: order_and_email }
  - look_up: shop.get_order
    with: { order_id: "{order_no}" }
    as: order
  - promise: late_refund
    about: "{order_no}"
    value: "{order.total}"
    days: 14
    words: We refund it although the guarantee is over.
    on:
      denied:
        - say: That is more than I may promise.
        - end: not_promised
  - say: "I promise: up to {order.total} of {order_no}, within two weeks."
  - end: promised
"""
SCENARIO = """
scenario: a try
journey: business
given:
  systems:
    shop.match_customer: {{ answers: {{ customer_id: c-104, name: Eva Lind }} }}
    shop.get_order:
      answers:
        order_id: A-1042
        customer_id: c-104
        status: delivered
        delivered_at: "2019-11-17T09:00:00+00:00"
        payment: {{ label: Visa ending 4242 }}
        total: &total {{ amount: {cents}, currency: EUR }}
        items:
          - {{ id: i-1, name: Kettle, price: *total, refunded: {{ amount: 0, currency: EUR }}, refundable: *total }}
          - {{ id: i-2, name: Lid, price: *total, refunded: {{ amount: 0, currency: EUR }}, refundable: *total }}
    shop.get_customer:
      answers: {{ customer_id: c-104, name: Eva Lind, email: eva@example.com, email_registered_at: "2018-01-07T09:00:00+00:00" }}
    shop.refund_item: {{ answers: {{ refund_id: r-1, amount: *total, destination: Visa ending 4242 }} }}
turns:
{turns}then: {then}
"""
PROMISED = ["customer: I am a business customer", "customer: A-1042", "customer: eva@example.com"]
BROKEN = ["customer: the kettle arrived broken", "customer: A-1042"]


def tried(definitions: Definitions, turns: Sequence[str], then: str, cents: int = 900) -> Sequence[Failure]:
    """The failures of a scenario in which the demo's business journey promises something."""
    path = "journeys/business.yaml"
    head, _, _ = definitions.files[path].partition("steps:")
    changed = compiled({**definitions.files, path: head + STEPS}, definitions.model)
    text = SCENARIO.format(cents=cents, turns="".join(f"  - {turn}\n" for turn in turns), then=then)
    (scenario,) = read_scenarios({"scenarios/try.yaml": text}, surroundings(changed))
    return play(scenario, changed)


def test_what_was_promised_is_honoured_after_the_guarantee(definitions: Definitions) -> None:
    turns = [*PROMISED, "said: 'I promise: up to €9.00 of A-1042'", *BROKEN, "presses: Kettle", "confirms: Kettle"]
    assert tried(definitions, turns, "{ calls: { shop.refund_item: [{ item_id: i-1 }] } }") == []


def test_and_only_once(definitions: Definitions) -> None:
    first = [*PROMISED, *BROKEN, "presses: Kettle", "confirms: Kettle", "said: goes back to"]
    turns = [*first, *BROKEN, "presses: Lid", "said: The two years' guarantee of this order is over"]
    assert tried(definitions, turns, "{ calls: { shop.refund_item: [{ item_id: i-1 }] } }") == []


@pytest.mark.parametrize(("cents", "said"), [(1000, "I promise"), (1001, "That is more than I may promise")])
def test_the_virtual_agent_promises_no_more_than_it_may(definitions: Definitions, cents: int, said: str) -> None:
    assert tried(definitions, [*PROMISED, f"said: {said}"], "{ calls: {} }", cents) == []


def test_without_a_promise_the_guarantee_is_over(definitions: Definitions) -> None:
    turns = [
        *BROKEN,
        "customer: eva@example.com",
        "presses: Kettle",
        "said: The two years' guarantee of this order is over",
    ]
    assert tried(definitions, turns, "{ calls: {} }") == []
