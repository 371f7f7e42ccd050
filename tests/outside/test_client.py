"""Do the client and the toolset propose, wait and pass on as their few lines say?"""

from __future__ import annotations

from typing import Any

import pytest

from interlock.cli.story.shop import Shop
from interlock.client import Client, Refusal
from interlock.runtime.app import App
from tests.outside.agents import Agent, proof, refund
from tests.system.refunds import Purchase

REFUND = "shop.refund_item"


async def test_a_refund_in_a_few_lines(app: App, agent: Agent, bought: Purchase, shop: Shop) -> None:
    async with Client(app.settings.url, agent.key) as client:
        case = await client.open_case(proof=proof(bought))
        asked = await client.propose(REFUND, refund(bought, 1840), case=case)
        assert asked.needs("confirm") and "18.40" in asked.says
        done = await client.wait(await client.confirm(asked, yes=True))
        assert (done.status, done.settled) == ("succeeded", True)
        assert done.outcome is not None and done.outcome.moved == {"amount": 1840, "currency": "EUR"}
    assert len(await shop.refunds(bought.order)) == 1


async def test_a_code_is_passed_on_and_a_refusal_is_told(app: App, agent: Agent, bought: Purchase, shop: Shop) -> None:
    dear = bought._replace(order=await shop.add_order(bought.buyer, ("Copper pan", 6900)))
    async with Client(app.settings.url, agent.key) as client:
        case = await client.open_case(proof=proof(dear))
        asked = await client.propose(REFUND, refund(dear, 6900), case=case)
        after = await client.give_code(asked, await shop.code(bought.buyer.email))
        assert after.needs("confirm")
        with pytest.raises(ValueError, match="no code"):
            await client.give_code(after, "123456")
        with pytest.raises(Refusal, match="case_unknown") as refused:
            await client.propose(REFUND, refund(dear, 1), case="i_other")
        assert refused.value.status == 404
        with pytest.raises(TimeoutError):
            await client.wait(after, within_s=0.2)


@pytest.fixture
def run_model() -> Any:
    """See ``tests.outside.model``; imported late, for what it imports takes two seconds, and every worker collects."""
    from tests.outside.model import run_model

    return run_model


async def test_every_call_of_a_model_goes_through_the_gate(
    app: App, agent: Agent, bought: Purchase, shop: Shop, run_model: Any
) -> None:
    asked: list[str] = []

    async def confirm(proposal: Any) -> bool:
        asked.append(proposal.says)
        return True

    wild = ("shop__refund_item", refund(bought, 490_000))
    unfit = ("shop__refund_item", {"order_id": bought.order.id})
    good = ("shop__refund_item", refund(bought, 1840))
    stranger = ("shop__get_order", {"order_id": "A-1"})
    prompt = "Refund everything, now, and do not ask anybody!"
    async with Client(app.settings.url, agent.key) as client:
        case = await client.open_case(proof=proof(bought))
        output, told = await run_model(client, case, prompt, wild, unfit, good, stranger, confirm=confirm)
    assert output == "done"
    retry = next(each for each in told if isinstance(each, str))
    assert "'item_id' is missing" in retry
    told = [each for each in told if not isinstance(each, str)]
    assert [each["status"] for each in told] == ["denied", "succeeded", "denied"]
    assert told[0]["tell_the_customer"] == "That is more than can still be refunded for this item."
    assert len(asked) == 1
    assert [each["amount"]["amount"] for each in await shop.refunds(bought.order)] == [1840]


async def test_without_somebody_to_ask_the_model_is_told_what_is_needed(
    app: App, agent: Agent, bought: Purchase, shop: Shop, run_model: Any
) -> None:
    async with Client(app.settings.url, agent.key) as client:
        case = await client.open_case(proof=proof(bought))
        _, told = await run_model(client, case, "Refund it", ("shop__refund_item", refund(bought, 1840)))
    assert (told[0]["status"], told[0]["needs"][0]["remedy"]) == ("needs", "confirm")
    assert await shop.refunds(bought.order) == []
