"""Does an MCP client that calls again with the same key get the one outcome when its node was killed meanwhile?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from interlock.cli.story.shop import Shop
from tests.outside.agents import proof, refund
from tests.outside.mcp_client import Called, Gateway, says
from tests.system.processes import Doomed, Place, wait_until_ready
from tests.system.refunds import Purchase, purchase

REFUND = "shop.refund_item"


async def agent_key(place: Place) -> str:
    """The API key of a new agent, as the command line gives it."""
    child = place.run("agent", "add", "Acme", "--role", "external_agent", "--scope", "medium")
    assert await asyncio.to_thread(child.wait) == 0, child.said
    return next(word for word in child.said.split() if word.startswith("ilk_"))


async def calls(url: str, key: str, bought: Purchase) -> Called:
    """Open the case and ask for the refund, always with the same keys; the customer says yes whenever she is asked."""
    async with Gateway.at(url, key, answer=says(True)) as gateway:
        opened = await gateway.call("interlock.open_case", {"proof": proof(bought)}, key="case-1")
        return await gateway.call(REFUND, refund(bought, 1840), opened.structured["case"], "wish-1")


@pytest.mark.parametrize(
    ("moment", "when"),
    [
        ("SessionOpened+InteractionStarted+CaseOpened 1", "after"),
        ("CustomerMatched 1", "before"),
        ("ActionProposed 2", "after"),
        ("RemedyMet 1", "before"),
        ("RemedyMet 1", "after"),
        ("call shop.refund_item 1", "before"),
        ("call shop.refund_item 1", "after"),
        ("EffectSucceeded 2", "after"),
    ],
)
async def test_a_client_that_calls_again_gets_the_one_outcome(place: Place, shop: Shop, moment: str, when: str) -> None:
    key, bought = await agent_key(place), await purchase(shop)
    doomed = Doomed(place, moment, when, "outside")
    _, other = place.serve()
    await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)

    async def until_it_dies() -> None:
        with suppress(Exception):  # whatever a client says of a connection that is gone
            await calls(doomed.url, key, bought)

    await asyncio.gather(until_it_dies(), doomed.dies())
    again = await calls(other, key, bought)
    assert (again.structured["status"], again.error) == ("succeeded", False), (again.text, doomed.reached)
    assert len(await shop.refunds(bought.order)) == 1
    once_more = await calls(other, key, bought)
    assert once_more.structured == again.structured
