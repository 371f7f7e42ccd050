"""Are a log out of order, a judgement without its reasons, and a card that hides something noticed?"""

from __future__ import annotations

from typing import Any

import pytest

from interlock.cli.story.asking import check_confirmation
from interlock.cli.story.reading import STORY, check_judgements, check_order
from interlock.cli.story.shop import Item, Order
from interlock.cli.story.staff import Agent
from interlock.cli.story.wire import Unmet

ORDER = Order("A-2001", "delivered", "Visa ending 4242", "", (Item("i-1", "Kettle", 1840),))


def facts(*kinds: str) -> list[dict[str, Any]]:
    return [{"cursor": f"{700 + at}-{at}", "type": kind, "data": {}} for at, kind in enumerate(kinds)]


def judgement(verdict: str, **changes: Any) -> dict[str, Any]:
    cure = {"kind": "confirm"}
    data = {
        "action": "shop.refund_item",
        "verdict": verdict,
        "policy": "r_1",
        "facts": {"customer": "c-1"},
        "rulings": [{"rule": "refund.confirm", "remedy": cure}],
        "needs": [cure] if verdict == "needs" else [],
    }
    return {"type": "ProposalJudged", "data": {**data, **changes}}


def test_a_log_in_order_passes_and_positions_that_go_back_do_not() -> None:
    check_order(facts(*STORY))
    turned = facts(*STORY)
    turned[3], turned[4] = turned[4], turned[3]
    with pytest.raises(Unmet, match="order of their positions"):
        check_order(turned)


def test_a_log_that_lacks_a_kind_of_fact_is_told() -> None:
    with pytest.raises(Unmet, match="lacks RemedyMet"):
        check_order(facts(*(kind for kind in STORY if kind != "RemedyMet")))


def test_effects_before_any_judgement_are_told() -> None:
    kinds = [kind for kind in STORY if kind != "EffectStarted"]
    kinds.insert(kinds.index("ProposalJudged"), "EffectStarted")
    with pytest.raises(Unmet, match="another order"):
        check_order(facts(*kinds))


@pytest.mark.parametrize("missing", ["policy", "facts", "rulings"])
def test_a_judgement_without_what_it_was_judged_on_is_told(missing: str) -> None:
    check_judgements([judgement("needs"), *[judgement("allowed")] * 3])
    with pytest.raises(Unmet, match="without"):
        check_judgements([judgement("needs", **{missing: type(judgement("needs")["data"][missing])()})])


def test_a_card_has_to_say_amount_item_and_where_the_money_goes() -> None:
    lines = [{"value": "€18.40", "label": "Amount"}, {"value": "Kettle", "label": "Item"}]
    goes = {"value": "Visa ending 4242", "label": "Paid back to"}
    card = {"title": "Refund", "lines": [*lines, goes], "args_hash": "ab"}
    check_confirmation(card, ORDER, ORDER.items[0])
    with pytest.raises(Unmet, match="Visa ending 4242"):
        check_confirmation({**card, "lines": lines}, ORDER, ORDER.items[0])
    with pytest.raises(Unmet, match="binds nothing"):
        check_confirmation({**card, "args_hash": ""}, ORDER, ORDER.items[0])


async def test_a_desk_keeps_its_documents_by_their_patches() -> None:
    agent = Agent("http://127.0.0.1:9", "ada")
    agent._take({"type": "snapshot", "of": "me", "cursor": "1-1", "value": {"offers": [], "load": 0}})
    ops = [
        {"op": "append", "path": ["offers"], "values": [{"offer": "of_1"}]},
        {"op": "set", "path": ["load"], "value": 1},
    ]
    agent._take({"type": "patch", "of": "me", "cursor": "1-2", "ops": ops})
    assert agent.documents["me"] == {"offers": [{"offer": "of_1"}], "load": 1}
    await agent.close()
