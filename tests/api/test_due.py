"""Can an operator see what was given up on, whoever gave it up, and have it tried again?"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.kernel.log import Due, Plan
from interlock.runtime.app import App
from interlock.runtime.node import PARK_AFTER, Node, place_of
from interlock.store.memory import MemoryLog
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.routing import RouteQueue
from tests.api.conftest import Client, sign_in

ROUTE = RouteQueue(queue=QueueName("care"))
PARKED = "KeyError in interlock.routing.choose, line 1"


async def park(app: App, id: str) -> None:
    """A command that some other node has given up on."""
    await app.log.append(Plan(due=(Due(id, app.clock(), ROUTE),), cause=id))
    await app.log.release(app.node.name, id, app.clock(), PARKED)


async def listed(client: Client) -> list[dict[str, Any]]:
    answer = await client.get("/v1/due")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["due"]
    return [one for one in found if one["state"] == "parked"]


async def test_what_another_node_parked_is_counted_here_listed_and_tried_again(client: Client, app: App) -> None:
    await park(app, "due/1")
    headers = await sign_in(client, "admin")
    (one,) = await listed(client)
    assert (one["id"], one["command"], one["reason"]) == ("due/1", "RouteQueue", PARKED)
    await app.node.look_for_parked()
    assert (await client.get("/v1/board")).json()["value"]["parked"] == 1
    assert "interlock_parked_commands 1.0" in (await client.get("/metrics")).text

    answer = await client.post("/v1/due/retry", json={"ids": ["due/1"]}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"retried": ["due/1"]})
    assert (await client.get("/v1/board")).json()["value"]["parked"] == 0
    async with asyncio.timeout(20):
        while "due/1" in {one.id for one in await app.log.standing(100)}:  # noqa: ASYNC110  # a node takes it by itself
            await asyncio.sleep(0.01)


async def test_all_that_is_parked_is_tried_again_at_once(client: Client, app: App) -> None:
    await park(app, "due/1")
    await park(app, "due/2")
    headers = await sign_in(client, "admin")
    answer = await client.post("/v1/due/retry", json={"all_parked": True}, headers=headers)
    assert answer.json() == {"retried": ["due/1", "due/2"]}
    assert await listed(client) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_choice"),
        ({"ids": ["due/1"], "all_parked": True}, "bad_choice"),
        ({"ids": ["due/9"]}, "not_parked"),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused_and_nothing_is_moved(
    client: Client, app: App, body: dict[str, Any], code: str
) -> None:
    await park(app, "due/1")
    headers = await sign_in(client, "admin")
    answer = await client.post("/v1/due/retry", json=body, headers=headers)
    assert answer.json()["code"] == code
    assert [one["id"] for one in await listed(client)] == ["due/1"]


async def test_the_reason_for_parking_says_what_and_where_and_nothing_that_a_customer_said() -> None:
    words = {"eva@example.com": 1}
    with pytest.raises(KeyError) as caught:
        words["eva.moss@example.com"]
    assert place_of(caught.value).startswith("KeyError in tests.api.test_due, line ")


async def test_a_node_that_gives_up_on_a_command_parks_it_in_the_log_for_all_to_see(app: App) -> None:
    log = MemoryLog(app.clock, node="a")
    told: list[int] = []

    async def fail(due: Due) -> None:
        raise KeyError("eva@example.com")

    node = Node("a", log, app.clock, fail)
    node.on_parked = lambda: told.append(len(node.parked))
    await log.append(Plan(due=(Due("d", app.clock(), ROUTE),), cause="c"))
    await node._once(Due("d", app.clock(), ROUTE), PARK_AFTER - 1)
    assert not await log.parked() and not told
    await log.claim("a", app.clock().replace(year=9000), 4, 1)
    await node._once(Due("d", app.clock(), ROUTE), PARK_AFTER)
    assert (await log.parked()).keys() == {"d"} == node.parked.keys()
    assert "eva" not in str(await log.parked()) and told == [1]
