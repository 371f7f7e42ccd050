"""A real API on a real database, in process: a node with the demo's definitions and a stub in the shop's place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from interlock.api.server import create_api
from interlock.cli.bench.stub import stub_server
from interlock.cli.demonstration import REPOSITORY
from interlock.runtime.app import App
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from interlock.runtime.training import train_in_subprocess

Client = httpx.AsyncClient


@pytest.fixture(scope="session")
def trained() -> bytes:
    """The demo's intent model, trained once for all tests."""
    journeys = check(read_folder(REPOSITORY / "examples" / "demo")).journeys
    return asyncio.run(train_in_subprocess(journeys.examples(), "en"))


@pytest.fixture
async def app(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: bytes) -> AsyncIterator[App]:
    async def at_once(*_: object) -> bytes:
        return trained

    monkeypatch.setattr("interlock.runtime.definitions.train_in_subprocess", at_once)
    async with stub_server() as stub:
        monkeypatch.setenv("INTERLOCK_CONNECTOR_SHOP_URL", stub.url)
        monkeypatch.setenv("INTERLOCK_CONNECTOR_MAIL_URL", stub.url)
        monkeypatch.setenv("INTERLOCK_CREDENTIAL_SHOP_API_KEY", "test")
        settings = Settings(
            data=tmp_path, definitions=REPOSITORY / "examples" / "demo", demo=True, allow=stub.authority, pool=6
        )
        async with open_app(settings, database_url) as app:
            yield app


@pytest.fixture
async def client(app: App) -> AsyncIterator[Client]:
    # In the node's own event loop, as in production: a pool of connections that is waited for in one loop and given back
    # in another wakes nobody, so that a request which has to wait for a connection would never get one.
    transport = httpx.ASGITransport(create_api(app), raise_app_exceptions=False)  # type: ignore[arg-type]  # ASGI 3
    async with httpx.AsyncClient(transport=transport, base_url="http://interlock.test") as client:
        yield client


async def sign_in(client: Client, login: str) -> dict[str, str]:
    """The headers of a signed-in person (the cookie is in the client)."""
    client.cookies.clear()
    answer = await client.post("/v1/sign-in", json={"login": login, "password": "demo"})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf"]}
