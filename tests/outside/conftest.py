"""A node that listens, the demo shop as a process, a customer with an order, and agents of other vendors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from interlock.cli.story.shop import Shop
from interlock.connectors.http import local_client
from interlock.runtime.app import App
from interlock.runtime.demo import demo_systems
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from tests.apis import api_of
from tests.outside.agents import Agent, Issuer
from tests.system import processes
from tests.system.processes import DEFINITIONS
from tests.system.refunds import Purchase, purchase


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The shop as a demonstration sees it."""
    shop = Shop(shop_url, "demo-admin", "demo-key")
    yield shop
    await shop.close()


@pytest.fixture
async def bought(shop: Shop) -> Purchase:
    """A new customer with a new order."""
    return await purchase(shop)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    """Somebody who signs access tokens and is trusted."""
    return Issuer(tmp_path / "issuer.json")


@pytest.fixture
async def app(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shop_url: str,
    issuer: Issuer,
) -> AsyncIterator[App]:
    """A node with the demo's definitions that listens on a port of its own."""
    for name, value in demo_systems(shop_url).items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        data=tmp_path,
        definitions=DEFINITIONS,
        allow=shop_url.removeprefix("http://"),
        pool=6,
        port=processes.free_port(),
        token_issuers=f"{issuer.name} {issuer.file}",
    )
    async with open_app(settings, database_url) as app:
        config = uvicorn.Config(
            api_of(app),
            port=settings.port,
            loop="none",
            log_config=None,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110  # it has no event to wait for
            await asyncio.sleep(0.01)
        yield app
        server.should_exit = True
        await serving


@pytest.fixture
async def http(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that node."""
    async with local_client(app.settings.url, timeout_s=30) as http:
        yield http


@pytest.fixture
async def agent(app: App, http: httpx.AsyncClient) -> Agent:
    """An agent of another vendor with an API key, up to medium risk."""
    return await Agent.add(app, http, "Acme")
