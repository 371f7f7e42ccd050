"""Are two servers on one database two nodes of one centre, which share the conversations, the work, and the end of one?"""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg
import pytest

from interlock.cli.story.shop import Shop
from interlock.connectors.http import local_client
from interlock.runtime.demo import DEMO_STAFF
from interlock.store.vault import open_vault
from tests.system.customers import Customer, eventually
from tests.system.desks import agent, gets_agent, staff
from tests.system.nursing import Nursery, wait_until
from tests.system.processes import DEFINITIONS, Place, readiness, wait_until_ready
from tests.system.refunds import faults, misbehave, purchase, up_to_the_card, up_to_the_supervisor, whole_conversation

MANY = 24
NOBODY = "like to leave them a message instead"


def rows(place: Place, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database holds, past row security."""
    with psycopg.connect(place.database_url) as connection:
        return connection.execute(query.encode(), values).fetchall()


async def test_what_a_customer_writes_on_one_node_appears_live_at_a_desk_on_the_other_and_back(place: Place) -> None:
    (_, first), (_, second) = place.serve(), place.serve()
    customer = await Customer(first).begin()
    async with agent(second) as amara:
        interaction = await gets_agent(customer, amara)
        await amara.watch(f"interaction:{interaction}")
        await customer.say("Can you read this over there?")

        def written(document: dict[str, Any]) -> bool:
            return any(entry.get("text") == "Can you read this over there?" for entry in document["entries"])

        await amara.see(f"interaction:{interaction}", "what the customer wrote", written)
        await amara.write(interaction, "1", "Very well, thank you.")
        await customer.hears("Very well, thank you.")
    await customer.close()


async def test_an_offer_made_on_one_node_is_accepted_on_the_other(place: Place) -> None:
    (_, first), (_, second) = place.serve(), place.serve()
    customer = await Customer(first).begin()
    async with agent(first) as at_first, agent(second) as at_second:
        await customer.say("I want to talk to a human")
        interaction: str = await customer.until("an interaction", lambda: customer.state.get("interaction"))
        await at_first.offer(interaction)
        await at_second.accept(await at_second.offer(interaction))
        await at_first.see("me", "no offer any more", lambda me: not me["offers"])
        await customer.until("the agent", lambda: customer.state["holder"] == "agent")
    await customer.close()


async def warned(url: str) -> float:
    """How many silences a node has warned of."""
    async with local_client() as client:
        figures = (await client.get(f"{url}/metrics")).text
    found = re.search(r'^interlock_facts_total\{type="SilenceWarned"\} (\S+)$', figures, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_either_node_carries_out_what_is_due_and_together_they_do_it_once(place: Place) -> None:
    (_, first), (_, second) = place.serve(), place.serve()

    async def writes(url: str) -> Customer:
        customer = await Customer(url).begin()
        await customer.say("I want to talk to a human")
        await customer.hears(NOBODY)
        return customer

    customers = await asyncio.gather(*(writes(url) for url in (first, second) for _ in range(MANY // 2)))
    async with staff(first, "admin") as admin:
        for customer in customers:
            body = {"of": customer.state["interaction"], "command": "WarnSilence"}
            assert (await admin.ask("POST", "/v1/timers/bring-forward", body))["moved"] == 1
    await asyncio.gather(*(customer.hears("Are you still there?") for customer in customers))
    assert await warned(first) + await warned(second) == MANY
    for customer in customers:
        assert customer.texts.count("Are you still there?") == 1
        await customer.close()


async def test_what_one_node_left_for_later_the_other_one_does_when_the_first_is_stopped(place: Place) -> None:
    (one, first), (_, second) = place.serve(), place.serve()
    customer = await Customer(first, second).begin()
    await customer.say("I want to talk to a human")
    await customer.hears(NOBODY)
    await asyncio.to_thread(one.stop)
    async with staff(second, "admin") as admin:
        body = {"of": customer.state["interaction"], "command": "WarnSilence"}
        assert (await admin.ask("POST", "/v1/timers/bring-forward", body))["moved"] == 1
    await customer.hears("Are you still there?")
    assert await warned(second) == 1
    await customer.close()


@pytest.fixture
def empty_place(nursery: Nursery, empty_database_url: str, shop_url: str, tmp_path: Path) -> Any:
    """Where nodes can be started: a database with nothing in it, and no key file yet."""
    place = Place(nursery, empty_database_url, shop_url, tmp_path)
    place.keys.unlink()
    yield place
    place.close()


async def test_two_nodes_that_start_together_on_an_empty_database_prepare_it_once(empty_place: Place) -> None:
    nodes = [empty_place.begin() for _ in range(2)]
    for node, url in nodes:
        await asyncio.to_thread(wait_until_ready, node, url)
    files = [one.name for one in resources.files("interlock.store.migrations").iterdir() if one.name.endswith(".sql")]
    assert sorted(name for (name,) in rows(empty_place, "select name from interlock.migration")) == sorted(files)
    assert rows(empty_place, "select count(*) from interlock.event where type = 'ReleasePublished'") == [(1,)]
    assert rows(empty_place, "select count(*) from interlock.event where type = 'StaffAdded'") == [(len(DEMO_STAFF),)]
    # What one seals, the other reads: they agree about the keys.
    (_, first), (_, second) = nodes
    customer = await Customer(first).begin()
    await customer.say("I want to talk to a human")
    await customer.hears(NOBODY)
    page = customer.again(second)
    await page.connect()
    await page.hears(NOBODY)
    for one in (customer, page):
        await one.close()


def test_two_nodes_that_start_without_a_key_file_agree_about_the_keys(tmp_path: Path) -> None:
    for number in range(10):
        file = tmp_path / str(number) / "keys.json"
        start = threading.Barrier(4)

        def secret(file: Path = file, start: threading.Barrier = start) -> bytes:
            start.wait()
            return open_vault(file, "demo").secret

        with ThreadPoolExecutor(4) as threads:
            assert len({found.result() for found in [threads.submit(secret) for _ in range(4)]}) == 1


def renamed(folder: Path, name: str) -> Path:
    """The demo's definitions with another name for its virtual agent, and without the scenarios, which say the old one."""
    copy = Path(shutil.copytree(DEFINITIONS, folder / name))
    shutil.rmtree(copy / "scenarios")
    for file in ("tenant.yaml", "texts/de.yaml"):
        (copy / file).write_text((DEFINITIONS / file).read_text().replace("Pip", name))
    return copy


async def test_a_release_that_was_in_force_before_comes_into_force_on_running_nodes_again(
    place: Place, tmp_path: Path
) -> None:
    node, url = place.serve()
    seen = [readiness(url)[1]["release"]]
    one, other = renamed(tmp_path, "Pop"), renamed(tmp_path, "Pap")
    for folder in (one, other, one):
        assert await asyncio.to_thread(place.run("publish", str(folder)).wait) == 0
        await asyncio.to_thread(wait_until, "the release to change", lambda: readiness(url)[1]["release"] != seen[-1])
        seen.append(readiness(url)[1]["release"])
    assert seen[3] == seen[1] and len(set(seen)) == 3
    assert node.code is None


async def test_a_node_that_is_told_to_stop_finishes_what_it_is_doing_and_leaves_the_rest_to_the_other_at_once(
    place: Place, shop: Shop, shop_url: str
) -> None:
    (one, first), (_, second) = place.serve(), place.serve()
    bought = await purchase(shop)
    customer = await Customer(first, second).begin()
    async with faults(shop_url) as shops_faults:
        card = await up_to_the_card(customer, bought)
        await misbehave(shops_faults, delay_ms=1500, only="createRefund")
        await customer.confirm(card)

        async def delayed() -> bool:
            return bool((await shops_faults.get("/faults")).json()["delayed"])

        await eventually("the refund to be on its way", delayed)
        assert await asyncio.to_thread(one.stop) == 0, one.said
    assert len(await shop.refunds(bought.order)) == 1  # it was finished before the end
    held = "select type, owner from interlock.due where owner like %s"
    assert rows(place, held, f"%-{one.pid}-%") == []
    await customer.hears("Done.")
    assert sum("Done." in text for text in customer.texts) == 1
    await customer.close()


async def test_a_timer_of_three_days_survives_a_restart(place: Place, shop: Shop) -> None:
    node, url = place.serve()
    bought = await purchase(shop, 42000)
    customer = await Customer(url).begin()
    card = await up_to_the_supervisor(customer, shop, bought)
    look = "select due_at, owner from interlock.due where type = 'ExpireRemedy' and body ->> 'proposal' = %s"
    before = rows(place, look, card["proposal"])
    assert await asyncio.to_thread(node.stop) == 0, node.said

    assert abs(before[0][0] - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=5)
    assert before == rows(place, look, card["proposal"]) == [(before[0][0], None)]
    _, second = place.serve()
    customer.urls[:] = [second]
    async with staff(second, "admin") as admin:
        body = {"of": card["proposal"], "command": "ExpireRemedy"}
        assert (await admin.ask("POST", "/v1/timers/bring-forward", body))["moved"] == 1
    await customer.hears("nobody could decide this in time")
    await customer.close()
    assert await shop.refunds(bought.order) == []


async def test_a_kill_switch_thrown_on_one_node_stops_the_other_within_a_second(place: Place, shop: Shop) -> None:
    (_, first), (_, second) = place.serve(), place.serve()
    bought = await purchase(shop)
    customer = await Customer(first).begin()
    card = await up_to_the_card(customer, bought)
    async with staff(second, "sofia") as sofia:
        what = {"scope": "action", "name": "shop.refund_item"}
        await sofia.ask("POST", "/v1/switches/halt", {**what, "reason": "It pays twice."})
        await asyncio.sleep(1)  # what is promised: within a second, on every node
        await customer.confirm(card)
        await customer.hears("does not answer just now")
        assert await shop.refunds(bought.order) == []
        found = "select open -> 'rulings' -> 0 ->> 'rule' from interlock.event where type = 'ProposalJudged' "
        assert ("halted",) in rows(place, found)
        async with staff(first, "admin") as admin:
            (thrown,) = (await admin.ask("GET", "/v1/switches"))["thrown"]
            assert (thrown["name"], thrown["reason"]) == ("shop.refund_item", "It pays twice.")
            await admin.ask("POST", "/v1/switches/release", what)
        await asyncio.sleep(1)
    await customer.close()
    again = await Customer(first).begin()
    await whole_conversation(again, bought)
    assert len(await shop.refunds(bought.order)) == 1
    await again.close()


async def test_the_command_line_halts_and_releases_running_nodes(place: Place, shop: Shop) -> None:
    _, url = place.serve()
    assert await asyncio.to_thread(place.run("halt", "connector", "shop", "--reason", "It burns.").wait) == 0
    async with staff(url, "sofia") as sofia:

        async def thrown() -> Any:
            return (await sofia.ask("GET", "/v1/switches"))["thrown"]

        async def released() -> bool:
            return not await thrown()

        (found,) = await eventually("the switch", thrown)
        assert (found["scope"], found["name"], found["reason"]) == ("connector", "shop", "It burns.")
        await asyncio.sleep(1)
        bought = await purchase(shop)
        customer = await Customer(url).begin()
        await customer.say("The kettle arrived broken")
        await customer.hears("Which order is it about")
        await customer.say(bought.order.id)
        await customer.hears("which e-mail address did you order with")
        await customer.say(bought.buyer.email)
        await customer.hears("does not answer just now")
        await customer.close()
        assert await asyncio.to_thread(place.run("halt", "connector", "shp", "--reason", "It burns.").wait) == 2
        assert await asyncio.to_thread(place.run("release", "connector", "shop").wait) == 0
        await eventually("its release", released)
