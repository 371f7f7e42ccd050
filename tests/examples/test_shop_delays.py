"""Does whoever listens hear of every delay once, also when he could not be told at first?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from tests.examples.conftest import KEYS, NOW, Settings, Store, create_app

ORDER = "A-1108"


class Listener:
    """Takes events over the network, and answers each with the next status of ``answers``."""

    def __init__(self) -> None:
        self.answers, self.heard = list[int](), list[dict[str, Any]]()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        self.heard.append(json.loads(await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {self.answers.pop(0)} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def late_shop(store: Store, listener: Listener) -> AsyncIterator[httpx.AsyncClient]:
    times = iter(NOW + timedelta(seconds=second) for second in range(100))
    async with await asyncio.start_server(listener.take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        app = create_app(store, Settings(interlock=f"http://127.0.0.1:{port}"), lambda: next(times))
        transport = httpx.ASGITransport(cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=KEYS) as client:
            yield client


async def put_off(shop: httpx.AsyncClient, to: datetime) -> httpx.Response:
    return await shop.post(f"/admin/orders/{ORDER}/delay", json={"expected_at": to.isoformat()})


async def expected(shop: httpx.AsyncClient) -> datetime:
    return datetime.fromisoformat((await shop.get(f"/api/orders/{ORDER}")).json()["expected_at"])


async def test_a_delay_that_could_not_be_told_is_told_as_the_same_event_when_the_day_is_asked_for_again(
    late_shop: httpx.AsyncClient, listener: Listener
) -> None:
    day = await expected(late_shop) + timedelta(days=2)
    listener.answers = [503, 202, 200]
    first = await put_off(late_shop, day)
    assert (first.status_code, first.json()["mend"]) == (
        502,
        "Ask for the same day again; the same event is told then.",
    )
    assert await expected(late_shop) == day
    assert (await put_off(late_shop, day)).json()["told"] == 202
    assert (await put_off(late_shop, day)).json()["told"] == 200
    assert listener.heard[0]["data"]["days_late"] == 2
    assert listener.heard[1:] == [listener.heard[0]] * 2, "the same event, so that nobody takes it twice"


async def test_a_later_day_is_another_event_and_an_earlier_one_is_none(
    late_shop: httpx.AsyncClient, listener: Listener
) -> None:
    day = await expected(late_shop)
    listener.answers = [202, 202]
    await put_off(late_shop, day + timedelta(days=1))
    await put_off(late_shop, day + timedelta(days=4))
    assert [each["data"]["days_late"] for each in listener.heard] == [1, 3]
    assert len({each["id"] for each in listener.heard}) == 2
    assert (await put_off(late_shop, day + timedelta(days=2))).json()["status"] == 422
    assert len(listener.heard) == 2


async def test_the_day_of_an_event_is_that_of_the_shop(late_shop: httpx.AsyncClient, listener: Listener) -> None:
    day = (await expected(late_shop)).date() + timedelta(days=3)
    listener.answers = [202]
    await put_off(late_shop, datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC))  # past midnight in Bremen
    assert listener.heard[0]["data"]["expected_at"] == (day + timedelta(days=1)).isoformat()
