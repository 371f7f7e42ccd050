"""Which mocked centre and which browser do these tests use?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from litestar import Litestar
from playwright.async_api import Browser, Page

from tests.browsers import Tab, tab, visit

from .mock_server import build
from .mock_world import World


@dataclass(frozen=True)
class Centre:
    """A mocked centre that runs, and a browser page that looks at it."""

    url: str
    world: World
    page: Page
    client: httpx.AsyncClient

    async def mock(self, what: str, **body: Any) -> dict[str, Any]:
        """Make something happen in the centre."""
        answer = await self.client.post(f"{self.url}/mock/{what}", content=json.dumps(body))
        return dict(answer.json())

    def called(self, ending: str) -> list[Any]:
        """The bodies of the requests whose path ends so."""
        return [body for path, body in self.world.calls if path.endswith(ending)]


class Server(uvicorn.Server):
    """It outlives a test, and leaves Ctrl-C to pytest."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override] # a generator there
        return nullcontext()


@dataclass(frozen=True)
class Mocked:
    """What is started once for all tests of a process."""

    url: str
    app: Litestar
    tab: Tab
    client: httpx.AsyncClient


@pytest.fixture
def scene() -> str:
    """How the day looks; a test may override it by parametrising."""
    return "busy"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mocked(browser: Browser) -> AsyncIterator[Mocked]:
    """The mocked centre on a free port, and a tab to look at it."""
    app = build("busy")
    server = Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn tells it by this flag only)
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with tab(browser, f"{url}/web/icon.svg") as opened, httpx.AsyncClient(trust_env=False) as client:
        yield Mocked(url, app, opened, client)
    server.should_exit = True
    server.force_exit = True
    await serving


@pytest_asyncio.fixture(loop_scope="session")
async def centre(mocked: Mocked, scene: str) -> AsyncIterator[Centre]:
    """A new day in the mocked centre, seen by somebody who was never there; a fault in the page fails the test."""
    mocked.app.state.begin(scene)
    async with visit(mocked.tab) as page:
        yield Centre(mocked.url, mocked.app.state.world, page, mocked.client)
