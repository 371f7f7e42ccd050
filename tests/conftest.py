"""Which real parts can every test ask for?"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests import passwords, pg
from tests.system.nursing import NURSERY, nursing

if TYPE_CHECKING:
    from playwright.async_api import Browser

SERVER = pytest.StashKey[str]()
CLEAN_UP = pytest.StashKey[ExitStack]()

MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 6 * 1024**3

TOGETHER = {
    "nodes": ("tests/system/", "tests/gate/", "tests/outside/"),
    "browser": ("tests/e2e/", "tests/story/", "tests/web/"),
}
"""Tests that share what is slow to start: real nodes and the shop, or a demonstration and a browser."""


# How busy the machine is decides no test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """With pytest-xdist the controller starts what all workers share: the server, and what starts nodes fast."""
    gc.disable()  # until everything is imported
    passwords.make_cheap()
    keep_files_in_memory()
    config.stash[CLEAN_UP] = ExitStack()
    if config.getoption("numprocesses", default=None) and not hasattr(config, "workerinput"):
        config.stash[SERVER] = config.stash[CLEAN_UP].enter_context(pg.server())
        os.environ[NURSERY] = config.stash[CLEAN_UP].enter_context(nursing())


def keep_files_in_memory() -> None:
    """Have all temporary files in memory where there is enough of it: databases and browsers write thousands of small ones."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED_BYTES
    if roomy and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it was asked for already


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[CLEAN_UP].close()


def group_of(nodeid: str) -> str:
    """What a test is kept together with: the others of its file, or all that share what is slow to start."""
    return next((name for name, folders in TOGETHER.items() if nodeid.startswith(folders)), nodeid.partition("::")[0])


class InGroups(LoadScopeScheduling):
    """Has each group run by one worker of pytest-xdist, which then starts what they need once."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> InGroups:
    """The scheduler, whatever ``--dist`` says; it keeps to the order of the tests."""
    config.option.loadscopereorder = False
    return InGroups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: what is begun last should not be what the others have to wait for."""
    items.sort(key=lambda item: group_of(item.nodeid) not in TOGETHER)


def pytest_collection_finish() -> None:
    """What is imported by now stays for good: to look through it for garbage again and again is a tenth of all the work."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the server is."""
    node.workerinput["postgres"] = node.config.stash[SERVER]


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The owner's address of a running PostgreSQL, started when the first test asks for it."""
    if hasattr(pytestconfig, "workerinput"):
        yield pytestconfig.workerinput["postgres"]
    else:
        with pg.server() as dsn:
            yield dsn


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> str:
    """The name of a database with all migrations applied, for copies only: nobody may be connected to it."""
    pg.ensure_template(postgres_server)
    return pg.TEMPLATE


@pytest.fixture
def database_url(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """The owner's address of a fresh database with all migrations applied."""
    with pg.database(postgres_server, template=migrated_template) as dsn:
        yield dsn


@pytest.fixture
def empty_database_url(postgres_server: str) -> Iterator[str]:
    """The owner's address of a fresh database with nothing in it."""
    with pg.database(postgres_server) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo shop that tests share: each has its own customers and orders in it."""
    from tests.system import processes

    with processes.shop(tmp_path_factory.mktemp("shop")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the machine's Chromium; `make test` sees that there is one."""
    from tests import browsers

    found = browsers.path()
    if found is None:
        pytest.fail("no Chromium on PATH: run `make chromium`, or name one with CHROMIUM=/path/to/it")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One headless browser for all tests of a process; each test has a profile of its own in it."""
    from tests import browsers

    async with browsers.started(chromium) as running:
        yield running
