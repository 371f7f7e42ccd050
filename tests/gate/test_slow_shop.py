"""Does a refund wait for another one that the real shop takes its time with, and is then made?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from interlock.cli.story.shop import Shop
from interlock.runtime.definitions import Definitions
from interlock.runtime.demo import demo_systems
from interlock.vocabulary.proposals import EffectStarted, EffectSucceeded, ProposalJudged
from tests.gate.nodes import all_judged, facts_of, nodes, refund
from tests.system import processes
from tests.system.refunds import faults, misbehave

SLOW_MS = 700


@pytest.fixture
def shop_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real shop, known to the nodes of this process."""
    with processes.shop(tmp_path) as url:
        for name, value in demo_systems(url).items():
            monkeypatch.setenv(name, value)
        yield url


async def test_two_refunds_that_come_together_are_made_one_after_the_other(
    shop_url: str, database_url: str, tmp_path: Path, definitions: Definitions
) -> None:
    shop = Shop(shop_url, "demo-admin", "demo-key")
    buyer = await shop.add_customer("Nora Holm", "nora.holm@example.com")
    order = await shop.add_order(buyer, ("Copper kettle", 1840))
    async with (
        faults(shop_url) as misbehaviour,
        nodes(database_url, tmp_path, definitions, allow=urlsplit(shop_url).netloc) as apps,
    ):
        await misbehave(misbehaviour, delay_ms=SLOW_MS)
        for number, app in enumerate(apps):
            facts = refund(app, number, 900, customer=buyer.id, order_id=order.id, interaction="i_1")
            await app.engine.append(facts, cause=f"propose/{number}")
        judged = await all_judged(apps[0], 2)
        assert [one.event.verdict for one in judged if isinstance(one.event, ProposalJudged)] == ["allowed"] * 2
        kinds = [
            type(one.event).__name__ for one in await facts_of(apps[0], ProposalJudged, EffectStarted, EffectSucceeded)
        ]
        assert kinds == ["ProposalJudged", "EffectStarted", "EffectSucceeded"] * 2, "never both at once"
    assert [each["amount"]["amount"] for each in await shop.refunds(order)] == [900, 900]
    await shop.close()
