"""Is a customer who was erased unreadable everywhere, while the log stays whole and everybody else stays readable?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
from psycopg import sql

from interlock.cli.story.shop import Shop
from tests.system.customers import Customer, eventually, whole
from tests.system.desks import agent, known_to_an_agent, staff
from tests.system.processes import Place
from tests.system.refunds import Purchase, purchase, whole_conversation

SECRET = "my maiden name is Quartermaine"


def held_in_the_clear(place: Place, *words: str) -> list[tuple[str, str]]:
    """Which of the words stand anywhere in the database as they are, and in which table."""
    found = []
    with psycopg.connect(place.database_url, autocommit=True) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            name = sql.Identifier(schema, table)
            for word in words:
                # Once as text, and once as the bytes of whatever is stored as such.
                for needle in (word, word.encode().hex()):
                    query = sql.SQL("select count(*) from {} as t where t::text ilike %s").format(name)
                    row = connection.execute(query, (f"%{needle}%",)).fetchone()
                    if row is not None and row[0]:
                        found.append((word, table))
    return found


def personal(bought: Purchase) -> list[str]:
    """What nobody may read any more."""
    first, _, last = bought.buyer.name.partition(" ")
    return [last, bought.buyer.email, "Quartermaine", first + " " + last]


async def facts(place: Place, interaction: str) -> list[dict[str, Any]]:
    """An interaction as ``interlock log show`` prints it."""
    told = place.run("log", "show", "--interaction", interaction, "--json")
    assert await asyncio.to_thread(told.wait) == 0, told.said
    return [json.loads(line) for line in told.words[0].read_text(encoding="utf-8").splitlines()]


async def test_who_was_erased_cannot_be_read_anywhere_and_the_log_stays_whole(place: Place, shop: Shop) -> None:
    _, url = place.serve()
    eva, other = await purchase(shop), await purchase(shop)
    customer, neighbour = await Customer(url).begin(), await Customer(url).begin()
    await whole_conversation(neighbour, other)
    async with agent(url) as amara:
        interaction = await known_to_an_agent(customer, eva, amara)
        await customer.say(f"By the way, {SECRET}")
        of = f"interaction:{interaction}"
        await amara.see(of, "what she wrote", lambda document: "Quartermaine" in json.dumps(document))
        before = await facts(place, interaction)
        assert _readable(before, eva) and _readable(customer.messages, eva)
        assert held_in_the_clear(place, eva.buyer.id), "the search itself finds nothing"

        told = place.run("erase", "--customer", eva.buyer.id)
        assert await asyncio.to_thread(told.wait) == 0, told.said
        assert "1 person" in told.said

        async def forgotten() -> bool:
            return not _readable(await amara.watch(of), eva)

        await eventually("the desk to show nothing of her any more", forgotten)
        assert not _readable(await amara.watch("me"), eva)
    page = await whole(customer, url)
    assert len(page) >= len(customer.messages)
    assert not _readable(page, eva)
    async with staff(url, "sofia") as sofia:
        assert not _readable(await sofia.watch("board"), eva)
        assert not _readable(await sofia.facts(interaction), eva)

    after = await facts(place, interaction)
    assert not _readable(after, eva)
    assert [one["id"] for one in before] == [one["id"] for one in after][: len(before)]
    assert [one["type"] for one in before] == [one["type"] for one in after][: len(before)]
    assert held_in_the_clear(place, *personal(eva)) == []
    assert other.buyer.email in json.dumps(await whole(neighbour, url))
    for one in (customer, neighbour):
        await one.close()


async def test_a_centre_with_erased_people_in_its_log_starts_again_and_goes_on(place: Place, shop: Shop) -> None:
    node, url = place.serve()
    eva = await purchase(shop)
    customer = await Customer(url).begin()
    await whole_conversation(customer, eva)
    interaction = customer.state["interaction"]
    await asyncio.to_thread(node.stop)
    with psycopg.connect(place.database_url, autocommit=True) as connection:
        # Without its stored views a node reads the whole log.
        connection.execute("delete from interlock.record where kind = 'snapshot'")
    told = place.run("erase", "--customer", eva.buyer.id)
    assert await asyncio.to_thread(told.wait) == 0, told.said
    assert held_in_the_clear(place, *personal(eva)) == []

    _, url = place.serve()
    customer.urls[:] = [url]
    page = await whole(customer, url)
    assert not _readable(page, eva)
    assert len(page) == len(customer.messages)
    async with staff(url, "sofia") as sofia:
        document = await sofia.watch(f"interaction:{interaction}")
        assert len([entry for entry in document["entries"] if entry["kind"] == "message"]) == len(page)
        assert not _readable(document, eva)
    await customer.say("Hello again, I want to talk to a human")
    await customer.hears("leave them a message")
    await customer.close()


def test_erasing_somebody_who_was_never_here_is_said_to_be_impossible(place: Place) -> None:
    told = place.run("erase", "--customer", "c-nobody")
    assert told.wait() == 2
    assert "Traceback" not in told.said
    assert "matched" in told.said


def _readable(anything: Any, bought: Purchase) -> list[str]:
    """Which personal words of a customer stand in it."""
    text = json.dumps(anything, ensure_ascii=False)
    return [word for word in personal(bought) if word in text]
