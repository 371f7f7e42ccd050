"""A fuzzer in the model's place, and hostile proposals: no unauthorised effect, no crash, limits hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.connectors.builtin_model import BuiltinModel, Question
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import chance_of
from interlock.simulation.fuzzer import Fuzzer
from interlock.simulation.run import simulate
from interlock.simulation.shop import CROWD, Order
from interlock.simulation.variants import variants
from interlock.simulation.weather import KINDS
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Principal
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.proposals import EffectSucceeded, ProposeAction
from tests.simulation.play import (
    AGENT_PRINCIPAL,
    do,
    go_home,
    hand_over_to_agent,
    interaction_of,
    oblige,
    play,
    write,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KINDS_OF_SUGGESTION = (
    "start_journey",
    "set_slot",
    "correct_slot",
    "clarify",
    "hand_over",
    "cancel",
    "repeat",
    "answer",
    "x",
)
SHAPED = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS_OF_SUGGESTION)},
    optional={
        "journey": st.sampled_from(("damaged_item", "damaged_item", "order_status", "talk_to_human", "none")) | JSON,
        "name": st.sampled_from(("order_no", "email", "item", "mail_text", "__class__")) | JSON,
        "value": st.sampled_from(("A-1000", "A-1001", "customer0@example.com", "i-1", True)) | JSON,
        "options": JSON,
        "article": st.sampled_from(("returns", "christmas_delivery_2025")) | JSON,
        "version": st.integers(0, 2) | JSON,
        "passage": st.integers(0, 3) | JSON,
        "action": st.sampled_from(("shop.refund_item", "mail.send_code")),
        "args": JSON,
    },
)
SUGGESTIONS = st.lists(SHAPED | SHAPED | JSON, min_size=1, max_size=5)

ACTIONS = (
    "shop.refund_item",
    "shop.refund_item_plain",
    "shop.get_order",
    "shop.get_customer",
    "shop.match_customer",
    "mail.send",
    "mail.send_code",
    "shop.burn_down",
    "",
)
ORDERS = st.sampled_from([f"A-{1000 + number}" for number in range(12)]) | st.sampled_from(
    ("A-9999", "a-1000 ", "'; --")
)
AMOUNTS = st.fixed_dictionaries(
    {
        "amount": st.sampled_from((-60000, -1, 0, 1, 490, 2500, 2501, 20000, 60000, 60001, 10**9, 10**30))
        | st.floats()
        | st.booleans()
        | st.text(max_size=3),
        "currency": st.sampled_from(("EUR", "EUR", "EUR", "USD", "")),
    }
)
OWN = "the order that she owns"
ALL = "all that is left"
FITTING = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from((OWN, OWN, OWN, "A-1000")),
        "item_id": st.sampled_from(("i-1", "i-2")),
        "amount": st.fixed_dictionaries(
            {"amount": st.sampled_from((ALL, ALL, 490, 2500, 10000, 30000)), "currency": st.just("EUR")}
        ),
    }
)
ARGS = FITTING | st.dictionaries(
    st.sampled_from(("order_id", "item_id", "amount", "reason", "customer_id", "email", "to", "code", "message", "x")),
    ORDERS | AMOUNTS | JSON,
    max_size=5,
)
PRINCIPALS = (AGENT_PRINCIPAL, VIRTUAL_AGENT, SYSTEM, Principal("agent", "u_other", ("agent", "supervisor")))

HOSTILE = st.tuples(st.sampled_from(PRINCIPALS), st.sampled_from(ACTIONS), ARGS)
FAIR = st.tuples(st.just(AGENT_PRINCIPAL), st.sampled_from(ACTIONS[:2]), FITTING)

Proposal = tuple[Principal, str, dict[str, Any]]


class Says:
    """A model that has its answers ready, whatever is said."""

    name = "absent-minded"

    def __init__(self, answers: list[Any]) -> None:
        self._answers = list(answers)

    async def suggest(self, question: Question) -> object:
        return self._answers.pop(0) if self._answers else []


def meant(args: dict[str, Any], order: Order) -> dict[str, Any]:
    """The arguments with the customer's own order, and with what is left of its item, where those are meant."""
    found = dict(args)
    if found.get("order_id") == OWN:
        found["order_id"] = order.id
    item = next((item for item in order.items if item.id == found.get("item_id")), None)
    if item is not None and isinstance(found.get("amount"), dict) and found["amount"].get("amount") == ALL:
        found["amount"] = {**found["amount"], "amount": item.left}
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_whole_centres_hold_whatever_the_model_suggests(seed: int, definitions: Definitions) -> None:
    fuzzer = Fuzzer(chance_of(seed, "fuzzer"), BuiltinModel(definitions.intents))
    result = simulate(seed, definitions, interactions=20, weather=KINDS[seed + 1], model=fuzzer)
    assert not result.wrong, "\n".join(result.wrong)
    assert result.interactions > 10


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(3))
def test_three_hundred_centres_hold_whatever_the_model_suggests(hundred: int, definitions: Definitions) -> None:
    both = variants(definitions)
    for seed in range(hundred * 100 + 1, hundred * 100 + 101):
        fuzzer = Fuzzer(chance_of(seed, "fuzzer"), BuiltinModel(definitions.intents))
        result = simulate(seed, both[seed % 2], model=fuzzer)
        assert not result.wrong, f"seed {seed} ({result.weather}):\n" + "\n".join(result.wrong)


@settings(max_examples=15, deadline=None)
@given(answers=st.lists(SUGGESTIONS | SUGGESTIONS | JSON, min_size=3, max_size=8))
def test_any_answer_of_a_model_is_survived(answers: list[Any], definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for number, _ in enumerate(answers, 1):
            await write(centre, number, "yes")
            await oblige(centre)
        await go_home(centre)
        assert len(centre.events(MessagePosted)) >= 2 * len(answers), (
            "each was answered, by a repair if by nothing else"
        )

    assert play(definitions, story, Says(answers)) == []


@settings(max_examples=12, deadline=None)
@given(
    fair=st.lists(FAIR, min_size=1, max_size=4),
    hostile=st.lists(HOSTILE, max_size=4),
    at_once=st.booleans(),
)
def test_no_proposal_whatever_gets_past_the_gate(
    fair: list[Proposal], hostile: list[Proposal], at_once: bool, definitions: Definitions
) -> None:
    async def story(centre: Centre) -> None:
        buyer = next(buyer for number, buyer in enumerate(centre.shop.buyers.values()) if number in CROWD)
        order = centre.shop.orders_of(buyer.id)[0]
        await write(centre, 1, f"where is my order {order.id}")
        await write(centre, 2, buyer.email)
        await hand_over_to_agent(centre, 3)
        for number, (principal, action, args) in enumerate([*hostile, *fair]):
            command = ProposeAction(
                proposal=ProposalId(f"pr_{number}"),
                interaction=interaction_of(centre),
                principal=principal,
                action=action,
                args=meant(args, order),
            )
            await do(centre, command, f"propose/{number}")
            if not at_once:
                await centre.rest()
                await oblige(centre)
        await centre.rest()
        await oblige(centre)
        await go_home(centre)
        assert len(centre.events(EffectSucceeded)) >= 2, "what is allowed still works"

    assert play(definitions, story) == []
