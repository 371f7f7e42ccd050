"""What if the shop made the refund and its answer got lost: is it still one refund, also where no key protects it?"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.cli.story.shop import Shop
from interlock.cli.story.staff import Staff
from tests import pg
from tests.system.customers import PATIENCE_S, RECOVERS_WITHIN_S, Customer
from tests.system.desks import staff
from tests.system.nursing import Nursery
from tests.system.processes import DEFINITIONS, Doomed, Place, wait_until_ready
from tests.system.refunds import faults, misbehave, purchase, up_to_the_card, whole_conversation

UNCLEAR = "I cannot see yet whether that went through"


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


@pytest.fixture(scope="module")
def plain_place(
    nursery: Nursery,
    postgres_server: str,
    published_template: str,
    shop_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """A centre whose journey refunds by the shop's endpoint that has never heard of idempotency keys."""
    folder = tmp_path_factory.mktemp("plain")
    definitions = Path(shutil.copytree(DEFINITIONS, folder / "definitions"))
    journey = definitions / "journeys" / "damaged_item.yaml"
    text = journey.read_text(encoding="utf-8")
    assert text.count("do: shop.refund_item\n") == 1
    journey.write_text(text.replace("do: shop.refund_item\n", "do: shop.refund_item_plain\n"), encoding="utf-8")
    shutil.rmtree(definitions / "scenarios")  # they say which endpoint is called
    with pg.database(postgres_server, template=published_template) as dsn:
        place = Place(nursery, dsn, shop_url, folder, definitions=definitions)
        assert place.run("publish", str(definitions)).wait() == 0
        yield place
        place.close()


async def outcome(sofia: Staff, customer: Customer) -> dict[str, Any]:
    """How the refund was found to have been made."""
    return await sofia.fact(customer.state["interaction"], "EffectSucceeded", action="shop.refund_item_plain")


async def test_a_refund_without_a_key_whose_answer_got_lost_is_looked_up_and_made_once(
    plain_place: Place, shop: Shop, shop_url: str
) -> None:
    _, url = plain_place.serve()
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    async with staff(url, "sofia") as sofia, faults(shop_url) as shops_faults:
        await misbehave(shops_faults, lose_answer=1, only="createRefundPlain")
        await whole_conversation(customer, bought)
        assert (await shops_faults.get("/faults")).json()["lost"] == 1
        assert (await outcome(sofia, customer))["found_by"] == "lookup"
    await customer.close()
    assert len(await shop.refunds(bought.order)) == 1


async def among_the_unknown(sofia: Staff, says: str) -> dict[str, Any]:
    """What the supervisor's page shows of an outcome that nobody knows."""

    def look(approvals: dict[str, list[dict[str, Any]]]) -> dict[str, Any] | None:
        return next((one for one in approvals["unknown"] if says in one["says"]), None)

    return await sofia.see("approvals", f"{says} among what nobody knows", look, patience_s=PATIENCE_S)


async def resolved(sofia: Staff, shown: dict[str, Any], *, happened: bool) -> None:
    """The supervisor has looked in the shop's books and says what happened; it goes from her page."""
    body = {"happened": happened, "note": "I looked into the shop's books."}
    await sofia.ask("POST", f"/v1/proposals/{shown['proposal']}/resolve", body)
    gone = lambda approvals: all(one["proposal"] != shown["proposal"] for one in approvals["unknown"])  # noqa: E731
    await sofia.see("approvals", "it resolved", gone)


async def test_a_refund_that_cannot_be_looked_up_either_is_shown_to_a_supervisor_who_resolves_it(
    plain_place: Place, shop: Shop, shop_url: str
) -> None:
    _, url = plain_place.serve()
    bought = await purchase(shop)
    customer = await Customer(url).begin()
    async with staff(url, "sofia") as sofia, faults(shop_url) as shops_faults:
        card = await up_to_the_card(customer, bought)
        # The answer is on its way for a second; meanwhile the look-up breaks too.
        await misbehave(shops_faults, lose_answer=1, delay_ms=1500, only="createRefundPlain")
        await customer.confirm(card)
        await sofia.fact(customer.state["interaction"], "EffectStarted", proposal=card["proposal"])
        await misbehave(shops_faults, lose_answer=1000)
        await customer.hears(UNCLEAR)
        shown = await among_the_unknown(sofia, "18.40")
        await resolved(sofia, shown, happened=True)
        assert (await outcome(sofia, customer))["found_by"] == "person"
    await customer.close()
    assert len(await shop.refunds(bought.order)) == 1


async def test_a_node_killed_around_a_call_without_a_key_leaves_it_to_the_look_up_or_to_a_person(
    plain_place: Place, shop: Shop
) -> None:
    _, other = plain_place.serve()
    after, before = (
        Doomed(plain_place, "call shop.refund_item_plain 1", when, f"plain-{when}") for when in ("after", "before")
    )
    for doomed in (after, before):
        await asyncio.to_thread(wait_until_ready, doomed.node, doomed.url)
    bought, never = await purchase(shop), await purchase(shop)
    lucky, unlucky = await Customer(after.url, other).begin(), await Customer(before.url, other).begin()

    async def is_told_that_it_is_unclear() -> None:
        await unlucky.confirm(await up_to_the_card(unlucky, never))
        await unlucky.hears(UNCLEAR)

    async with staff(other, "sofia") as sofia:
        await asyncio.gather(
            whole_conversation(lucky, bought), is_told_that_it_is_unclear(), after.dies(), before.dies()
        )
        done = await lucky.hears("Done.")
        assert done["arrived"] - after.died_at < RECOVERS_WITHIN_S
        assert (await outcome(sofia, lucky))["found_by"] == "lookup"
        await resolved(sofia, await among_the_unknown(sofia, "18.40"), happened=False)
        await sofia.fact(unlucky.state["interaction"], "EffectFailed", found_by="person")
    for customer in (lucky, unlucky):
        await customer.close()
    assert len(await shop.refunds(bought.order)) == 1
    assert await shop.refunds(never.order) == []
