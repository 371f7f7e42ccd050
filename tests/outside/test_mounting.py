"""Is the SDK opened for whoever is let in, once, and for nobody else?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from mcp.server.lowlevel import Server

from interlock.api.gateway.mounting import Mounted
from interlock.kernel.errors import Refused

KNOCK = {"Accept": "application/json, text/event-stream", "Host": "127.0.0.1:1"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


class Gate:
    """A mounted server and how often it was built; who has no name is not let in."""

    def __init__(self) -> None:
        self.built = 0
        self.mounted = Mounted(
            self.build, self.doorkeeper, lambda refused: (401, {}), lambda: (["127.0.0.1:*"], ["http://127.0.0.1:*"])
        )

    def build(self) -> Server[Any]:
        self.built += 1
        return Server("fixture", version="1")

    async def doorkeeper(self, scope: Any, headers: dict[str, str]) -> str:
        if "name" not in headers:
            raise Refused("who", "Say who you are.")
        return headers["name"]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def http(gate: Gate) -> AsyncIterator[httpx.AsyncClient]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await gate.mounted(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:1") as http:
        yield http


async def test_nothing_is_opened_for_somebody_who_is_not_let_in(gate: Gate, http: httpx.AsyncClient) -> None:
    async with gate.mounted.run():
        assert (await http.post("/mcp", json=PING, headers=KNOCK)).status_code == 401
    assert gate.built == 0


async def test_it_is_opened_once_for_two_who_come_together(gate: Gate, http: httpx.AsyncClient) -> None:
    async with gate.mounted.run():
        asked = [http.post("/mcp", json=PING, headers={**KNOCK, "name": name}) for name in ("a", "b")]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} <= {200, 400}, [answer.text for answer in answers]
        assert all("jsonrpc" in answer.text for answer in answers)
        assert gate.built == 1


async def test_it_is_closed_before_and_after(gate: Gate, http: httpx.AsyncClient) -> None:
    named = {**KNOCK, "name": "a"}
    assert (await http.post("/mcp", json=PING, headers=named)).status_code == 503
    async with gate.mounted.run():
        assert (await http.post("/mcp", json=PING, headers=named)).status_code != 503
    assert (await http.post("/mcp", json=PING, headers=named)).status_code == 503


async def test_what_goes_wrong_in_opening_is_loud_and_tried_again_by_whoever_comes_next(
    gate: Gate, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    named = {**KNOCK, "name": "a"}
    async with gate.mounted.run():
        with monkeypatch.context() as broken:
            broken.setattr(gate.mounted, "_build", fail)
            for _ in range(2):
                with pytest.raises(ZeroDivisionError):
                    await http.post("/mcp", json=PING, headers=named)
        assert (await http.post("/mcp", json=PING, headers=named)).status_code in (200, 400)
        assert gate.built == 1
