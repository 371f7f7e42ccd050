"""Is it the same over HTTP, with the real connector and the functions in their own process?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from interlock.connectors.http import local_client
from interlock.connectors.opening import open_connectors
from interlock.runtime.functions import FunctionWorkers
from tests.retail.conversation import Answer, Conversation, definitions
from tests.retail.data import RETAIL, Call, folder, needs_data, tasks
from tests.retail.invented import write
from tests.retail.test_listed_actions import replay

SOME_TASKS = ("0", "16", "22", "40", "64", "105")
"""Between them every kind of call."""


@contextmanager
def opened(data: Path) -> Iterator[str]:
    """A shop in a process of its own; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "retail_shop", "--port", "0", "--data", str(data)],
        env={**os.environ, "PYTHONPATH": str(RETAIL / "shop")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("The retail shop is open at "), line
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@asynccontextmanager
async def talking(address: str) -> AsyncIterator[Conversation]:
    """A conversation whose connector and functions are the real ones."""
    async with local_client(timeout_s=10) as client:
        reset = await client.post(f"{address}/admin/reset", headers={"X-Admin-Key": "demo-admin"})
    assert reset.status_code == 200
    allow = (address.removeprefix("http://"),)
    bundle = definitions().bundle
    connector = open_connectors(bundle, lambda name, default: address, lambda name: "demo-key", allow)["retail"]
    conversation = Conversation(connector, FunctionWorkers(lambda *told: pytest.fail(str(told))))
    try:
        yield conversation
    finally:
        await conversation.close()
        await connector.aclose()


def told(answers: list[tuple[Call, Answer]]) -> list[tuple[str, str, tuple[str, ...], bool, object]]:
    return [(call.action, each.verdict, each.rules, bool(each.declined), each.result) for call, each in answers]


@needs_data
async def test_a_task_goes_over_http_as_it_does_in_process() -> None:
    found = folder()
    assert found is not None
    chosen = [task for task in tasks() if task.name in SOME_TASKS]
    with opened(found / "db.json") as address:
        for task in chosen:
            here = [each async for each in replay(task, Conversation())]
            async with talking(address) as conversation:
                there = [each async for each in replay(task, conversation)]
            assert told(there) == told(here), task.name


async def test_a_story_of_made_up_people_over_http(tmp_path: Path) -> None:
    swap = {
        "order_id": "#W2",
        "item_ids": ["11", "11"],
        "new_item_ids": ["12", "12"],
        "payment_method_id": "gift_card_8",
    }
    with opened(write(tmp_path / "db.json")) as address:
        async with talking(address) as talk:
            await talk.begin()
            assert (await talk.do(Call("retail.get_order", {"order_id": "#W1"}))).rules[0] == "identity.first"
            who = await talk.do(Call("retail.find_by_name", {"first_name": "ann", "last_name": "Ash", "zip": "62701"}))
            assert who.result == {"customer_id": "c-1001", "name": "Ann Ash"}
            second = await talk.do(Call("retail.find_by_email", {"email": "bob@example.com"}))
            assert second.rules == ("identity.one-customer",)
            order = await talk.do(Call("retail.get_order", {"order_id": "#W2"}))
            assert order.result["total"] == {"amount": 2000, "currency": "USD"}
            dear = await talk.propose(Call("retail.exchange_items", swap | {"new_item_ids": ["12", "13"]}))
            assert "payment.covers" in dear.rules
            gone = await talk.propose(Call("retail.exchange_items", swap | {"new_item_ids": ["12", "14"]}))
            assert "items.available" in gone.rules
            three = await talk.propose(Call("retail.exchange_items", swap | {"item_ids": ["11"] * 3}))
            assert {"items.in-order", "items.in-pairs"} <= set(three.rules)
            asked = await talk.propose(Call("retail.exchange_items", swap))
            assert (asked.verdict, asked.rules) == ("needs", ("change.confirm",))
            said = (await talk.state(asked.proposal)).judged.says  # type: ignore[union-attr, arg-type]
            assert said == (
                "Order #W2: exchange Mug (red) for Mug (blue), Mug (red) for Mug (blue). You pay $5.00 (gift_card_8)"
            )
            done = await talk.agree(Call("retail.exchange_items", swap), asked)
            assert done.result["status"] == "exchange_requested"
            twice = await talk.propose(Call("retail.exchange_items", swap))
            assert {"items.once", "order.delivered"} <= set(twice.rules)
            cancelled = await talk.do(Call("retail.cancel_order", {"order_id": "#W1", "reason": "no longer needed"}))
            assert cancelled.result == {"order_id": "#W1", "status": "cancelled"}
            assert (await talk.do(Call("retail.transfer", {"summary": "Wants a person."}))).verdict == "allowed"
            late = await talk.do(Call("retail.get_order", {"order_id": "#W1"}))
            assert late.rules == ("transfer.last",)
