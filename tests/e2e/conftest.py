"""Which demonstration and which browser do these tests use?"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from interlock.cli.story.shop import Shop
from interlock.cli.story.staff import Staff
from tests.e2e.demonstration import Demonstration, demonstration
from tests.e2e.people import PASSWORD, CustomerScreen, Desk, Supervision

PATIENCE_MS = 15_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
AGENTS = ("Dele Afolabi", "Marta Kowalczyk", "Nuno Figueira")
NUMBERS = itertools.count()
NewPage = Callable[[], Awaitable[Page]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A whole demonstration, one for the module."""
    with demonstration(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A headless Chromium, one for the module."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(demo: Demonstration) -> AsyncIterator[Shop]:
    """The demo shop's admin endpoint."""
    running = Shop(demo.shop, "demo-admin", "demo-key")
    yield running
    await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens a page in a browser profile of its own; a fault in any page fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    async def make() -> Page:
        context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield make
    for context in contexts:
        await context.close()
    assert faults == []


@pytest_asyncio.fixture(loop_scope="module")
async def customer(demo: Demonstration, new_page: NewPage) -> CustomerScreen:
    """A customer's browser."""
    page = await new_page()
    return CustomerScreen(page.context, page, demo)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(demo: Demonstration) -> AsyncIterator[tuple[Staff, Staff]]:
    """An administrator and a supervisor behind the scenes, through the API."""
    people = Staff(demo.url, "admin"), Staff(demo.url, "sofia")
    for person in people:
        await person.sign_in(PASSWORD)
    yield people
    for person in people:
        await person.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(demo: Demonstration, office: tuple[Staff, Staff], new_page: NewPage) -> AsyncIterator[Desk]:
    """A new agent of the customer care at the desk, available; the only one until the test is over."""
    (admin, supervisor), number = office, next(NUMBERS)
    name, password = AGENTS[number % len(AGENTS)], secrets.token_urlsafe(12)
    login = f"agent-{number}"
    about = {"login": login, "name": name, "password": password, "roles": ["agent"], "queues": ["care"]}
    agent = (await admin.ask("POST", "/v1/staff", about))["id"]
    screen = Desk(await new_page(), demo, name)
    await screen.sign_in_as(login, password, "/desk")
    await screen.be("Available")
    yield screen
    await supervisor.ask("POST", f"/v1/agents/{agent}/presence", {"presence": "offline"})


@pytest_asyncio.fixture(loop_scope="module")
async def supervisor(demo: Demonstration, new_page: NewPage) -> Supervision:
    """Sofia at the supervisor's page."""
    screen = Supervision(await new_page(), demo)
    await screen.sign_in("Sofia Lindqvist", "/supervisor")
    return screen
