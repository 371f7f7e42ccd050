"""Which mocked centre and which browser do these tests use?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from .mock_server import build
from .mock_world import World


@dataclass
class Centre:
    """A mocked centre that runs, and a browser page that looks at it."""

    url: str
    world: World
    page: Page
    faults: list[str] = field(default_factory=list)

    async def mock(self, what: str, **body: Any) -> dict[str, Any]:
        """Make something happen in the centre."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.url}/mock/{what}", content=json.dumps(body))
        return dict(answer.json())

    def called(self, ending: str) -> list[Any]:
        """The bodies of the requests whose path ends so."""
        return [body for path, body in self.world.calls if path.endswith(ending)]


@pytest.fixture
def scene() -> str:
    """How the day looks; a test may override it by parametrising."""
    return "busy"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests of a module; each test has its own context in it."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def centre(browser: Browser, scene: str) -> AsyncIterator[Centre]:
    """The mocked centre on a free port, with a page of its own; a fault in the page fails the test."""
    app = build(scene)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn tells it by this flag only)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(8000)
    running = Centre(f"http://127.0.0.1:{port}", app.state.world, page)
    page.on("pageerror", lambda error: running.faults.append(str(error)))
    page.on(
        "console", lambda line: running.faults.append(line.text) if "Content Security Policy" in line.text else None
    )
    yield running
    await page.context.close()
    server.should_exit = True
    server.force_exit = True
    await serving
    assert running.faults == []
