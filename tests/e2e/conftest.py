"""Which demonstration and which browser do these tests use?"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from interlock.cli.story.shop import Shop
from interlock.cli.story.staff import Staff
from tests.browsers import Tab, tab, visit
from tests.e2e.demonstration import Demonstration, demonstration
from tests.e2e.people import PASSWORD, CustomerScreen, Desk, Supervision

AGENTS = ("Dele Afolabi", "Marta Kowalczyk", "Nuno Figueira", "Søren Dahl", "Ifeoma Chukwu", "Anaïs Roux", "Kenji Mori")
NUMBERS = itertools.count()


class NewAgent(NamedTuple):
    """Somebody who begins today."""

    login: str
    name: str
    password: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A whole demonstration, one for all tests of a process: each has customers and orders of its own in it."""
    with demonstration(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(demo: Demonstration) -> AsyncIterator[Shop]:
    """The demo shop's admin endpoint."""
    running = Shop(demo.shop, "demo-admin", "demo-key")
    yield running
    await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(demo: Demonstration) -> AsyncIterator[tuple[Staff, Staff]]:
    """An administrator and a supervisor behind the scenes, through the API."""
    people = Staff(demo.url, "admin"), Staff(demo.url, "sofia")
    for person in people:
        await person.sign_in(PASSWORD)
    yield people
    for person in people:
        await person.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab_of_the_customer(browser: Browser, demo: Demonstration) -> AsyncIterator[Tab]:
    """In the shop."""
    async with tab(browser, f"{demo.shop}/health") as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab_of_the_agent(browser: Browser, demo: Demonstration) -> AsyncIterator[Tab]:
    """At the staff's pages."""
    async with tab(browser, f"{demo.url}/web/icon.svg") as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab_of_the_supervisor(browser: Browser, demo: Demonstration) -> AsyncIterator[Tab]:
    """At the staff's pages, in another profile; whoever comes to the stage has it, too."""
    async with tab(browser, f"{demo.url}/web/icon.svg") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def customer(demo: Demonstration, tab_of_the_customer: Tab) -> AsyncIterator[CustomerScreen]:
    """A customer's browser."""
    async with visit(tab_of_the_customer) as page:
        yield CustomerScreen(page.context, page, demo)


@pytest_asyncio.fixture(loop_scope="session")
async def new_agent(demo: Demonstration, office: tuple[Staff, Staff]) -> AsyncIterator[NewAgent]:
    """An agent of the customer care who was never there; offline when the test is over."""
    (admin, supervisor), number = office, next(NUMBERS)
    made = NewAgent(f"agent-{number}", AGENTS[number % len(AGENTS)], secrets.token_urlsafe(12))
    about = {"login": made.login, "name": made.name, "password": made.password, "roles": ["agent"], "queues": ["care"]}
    agent = (await admin.ask("POST", "/v1/staff", about))["id"]
    yield made
    await supervisor.ask("POST", f"/v1/agents/{agent}/presence", {"presence": "offline"})


@pytest_asyncio.fixture(loop_scope="session")
async def desk(demo: Demonstration, new_agent: NewAgent, tab_of_the_agent: Tab) -> AsyncIterator[Desk]:
    """A new agent at the desk, available; the only one until the test is over."""
    async with visit(tab_of_the_agent) as page:
        screen = Desk(page, demo, new_agent.name)
        await screen.come(new_agent.login, new_agent.password, "/desk")
        await screen.be("Available")
        yield screen


@pytest_asyncio.fixture(loop_scope="session")
async def supervisor(demo: Demonstration, tab_of_the_supervisor: Tab) -> AsyncIterator[Supervision]:
    """Sofia at the supervisor's page."""
    async with visit(tab_of_the_supervisor) as page:
        screen = Supervision(page, demo)
        await screen.come("sofia", PASSWORD, "/supervisor")
        yield screen


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(tab_of_the_supervisor: Tab) -> AsyncIterator[Page]:
    """Somebody who is not signed in."""
    async with visit(tab_of_the_supervisor) as page:
        yield page
