"""Which real processes can the tests of the whole system ask for?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from interlock.cli.story.shop import Shop
from tests import pg
from tests.system import nursing
from tests.system.nursing import Nursery
from tests.system.processes import Place

PUBLISHED = "interlock_published"
ONE_AT_A_TIME = 5_431_002  # advisory lock: the template is made once


@pytest.fixture(scope="session")
def nursery() -> Nursery:
    """Starts processes of Interlock fast."""
    return nursing.nursery()


@pytest.fixture(scope="session")
def published_template(
    postgres_server: str, migrated_template: str, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a database with the demo's definitions published and its staff added, for copies only."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (ONE_AT_A_TIME,))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (PUBLISHED,)).fetchone():
            return PUBLISHED
        with pg.database(postgres_server, template=migrated_template) as dsn:
            place = Place(nursery, dsn, "http://127.0.0.1:9", tmp_path_factory.mktemp("published"))
            node, _ = place.serve()
            assert node.stop() == 0, node.said
            name = dsn.rpartition("/")[2].partition("?")[0]
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(PUBLISHED), sql.Identifier(name)
                )
            )
    return PUBLISHED


@pytest.fixture
def published_url(postgres_server: str, published_template: str) -> Iterator[str]:
    """The owner's address of a fresh database in which the demo's definitions are in force."""
    with pg.database(postgres_server, template=published_template) as dsn:
        yield dsn


@pytest.fixture
def place(nursery: Nursery, published_url: str, shop_url: str, tmp_path: Path) -> Iterator[Place]:
    """Where nodes can be started: a fresh database in which the demo's definitions are in force."""
    place = Place(nursery, published_url, shop_url, tmp_path)
    yield place
    place.close()


@pytest.fixture(scope="module")
def module_place(
    nursery: Nursery,
    postgres_server: str,
    published_template: str,
    shop_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """The same for all tests of a module."""
    with pg.database(postgres_server, template=published_template) as dsn:
        place = Place(nursery, dsn, shop_url, tmp_path_factory.mktemp("module"))
        yield place
        place.close()


@pytest.fixture
async def shop(shop_url: str) -> AsyncIterator[Shop]:
    """The shop as a demonstration sees it."""
    shop = Shop(shop_url, "demo-admin", "demo-key")
    yield shop
    await shop.close()
