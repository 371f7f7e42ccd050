"""A real API on a real database, in process: a node with the demo's definitions and a stub in the shop's place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from interlock.cli.bench.stub import stub_server
from interlock.cli.demonstration import REPOSITORY
from interlock.runtime.app import App
from interlock.runtime.demo import demo_systems
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from tests.apis import api_of

Client = httpx.AsyncClient


@pytest.fixture
async def app(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    async with stub_server() as stub:
        for name, value in demo_systems(stub.url).items():
            monkeypatch.setenv(name, value)
        settings = Settings(
            data=tmp_path, definitions=REPOSITORY / "examples" / "demo", demo=True, allow=stub.authority, pool=6
        )
        async with open_app(settings, database_url) as app:
            yield app


@pytest.fixture
async def client(app: App) -> AsyncIterator[Client]:
    # In the node's own event loop, as in production: a pool of connections that is waited for in one loop and given back
    # in another wakes nobody, so that a request which has to wait for a connection would never get one.
    transport = httpx.ASGITransport(api_of(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://interlock.test") as client:
        yield client


async def sign_in(client: Client, login: str) -> dict[str, str]:
    """The headers of a signed-in person (the cookie is in the client)."""
    client.cookies.clear()
    answer = await client.post("/v1/sign-in", json={"login": login, "password": "demo"})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}
