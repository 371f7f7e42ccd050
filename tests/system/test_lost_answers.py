"""What if the shop made the refund and its answer got lost: is it still one refund, also where no key protects it?"""

from __future__ import annotations

import asyncio
import time

import pytest

from interlock.cli.story.shop import Shop
from interlock.cli.story.staff import Agent
from tests.system.customers import PATIENCE_S, RECOVERS_WITHIN_S, Customer
from tests.system.desks import agent, known_to_an_agent, plain_refund, staff
from tests.system.processes import Place
from tests.system.refunds import Purchase, faults, misbehave, purchase, whole_conversation

PLAIN = "shop.refund_item_plain"


async def test_a_refund_whose_answer_got_lost_is_made_once(place: Place, shop: Shop, shop_url: str) -> None:
    _, url = place.serve()
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    async with faults(shop_url) as shops_faults:
        await misbehave(shops_faults, lose_answer=1, only="createRefund")
        await whole_conversation(customer, bought)
        report = (await shops_faults.get("/faults")).json()
    await customer.close()
    assert report["lost"] == 1
    assert len(await shop.refunds(bought.order)) == 1
    assert sum("Done." in text for text in customer.texts) == 1


async def confirmed(customer: Customer, amara: Agent, bought: Purchase, interaction: str) -> str:
    """The agent proposes the refund at the endpoint without a key, the customer confirms; gives the proposal."""
    proposal = await amara.propose(interaction, PLAIN, **plain_refund(bought))
    await customer.confirm(await customer.gets_card("confirm"))
    return proposal


async def test_a_refund_without_a_key_whose_answer_got_lost_is_looked_up_and_made_once(
    place: Place, shop: Shop, shop_url: str
) -> None:
    _, url = place.serve()
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    async with agent(url) as amara, faults(shop_url) as shops_faults:
        interaction = await known_to_an_agent(customer, bought, amara)
        await misbehave(shops_faults, lose_answer=1, only="createRefundPlain")
        proposal = await confirmed(customer, amara, bought, interaction)
        entry = await amara.action(interaction, proposal, "succeeded", "failed", "unknown")
        found = await amara.fact(interaction, "EffectSucceeded", proposal=proposal)
    await customer.close()
    assert entry["state"] == "succeeded"
    assert found["found_by"] == "lookup"
    assert len(await shop.refunds(bought.order)) == 1


async def test_a_refund_that_cannot_be_looked_up_either_is_shown_to_a_supervisor_who_resolves_it(
    place: Place, shop: Shop, shop_url: str
) -> None:
    _, url = place.serve()
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    async with agent(url) as amara, staff(url, "sofia") as sofia, faults(shop_url) as shops_faults:
        interaction = await known_to_an_agent(customer, bought, amara)
        # The answer is on its way for a second; meanwhile the look-up breaks too.
        await misbehave(shops_faults, lose_answer=1, delay_ms=1500, only="createRefundPlain")
        proposal = await confirmed(customer, amara, bought, interaction)
        await amara.fact(interaction, "EffectStarted", proposal=proposal)
        await misbehave(shops_faults, lose_answer=1000)

        def waiting(approvals: dict[str, list[dict[str, object]]]) -> dict[str, object] | None:
            return next((one for one in approvals["unknown"] if one["proposal"] == proposal), None)

        shown = await sofia.see("approvals", f"{proposal} among what nobody knows", waiting, patience_s=PATIENCE_S)
        assert (await amara.action(interaction, proposal, "unknown"))["state"] == "unknown"
        assert "18.40" in str(shown["says"])
        await sofia.ask(
            "POST", f"/v1/proposals/{proposal}/resolve", {"happened": True, "note": "It is in the shop's books."}
        )
        entry = await amara.action(interaction, proposal, "succeeded", "failed")
        found = await amara.fact(interaction, "EffectSucceeded", proposal=proposal)
        await sofia.see("approvals", "nothing unknown", lambda approvals: not approvals["unknown"])
    await customer.close()
    assert entry["state"] == "succeeded"
    assert found["found_by"] == "person"
    assert len(await shop.refunds(bought.order)) == 1
