"""How does a test get a real PostgreSQL database of its own, within milliseconds?

One server per run; the workers of pytest-xdist share it. The first test that asks makes a template with the migrations
applied, every test gets a copy.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from interlock.store.embedded import EmbeddedPostgres
from interlock.store.migrate import migrate

TEMPLATE = "interlock_template"
ONE_AT_A_TIME = 5_431_001  # advisory lock: the template is made once

# A test server is thrown away: it need not survive a power cut. Everything else is as it is for users.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "max_wal_size": "4GB"}


@contextmanager
def server() -> Iterator[str]:
    """Run a throw-away server and give its owner's address."""
    folder = Path(tempfile.mkdtemp(prefix="interlock-test-"))
    try:
        with EmbeddedPostgres(folder, settings=SETTINGS) as running:
            yield running.dsn
    finally:
        shutil.rmtree(folder)


def ensure_template(server_dsn: str) -> None:
    """Make the template unless another worker has."""
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (ONE_AT_A_TIME,))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
            return
        unfinished = f"{TEMPLATE}_{uuid.uuid4().hex[:8]}"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        migrate(at_database(server_dsn, unfinished))
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(TEMPLATE))
        )


@contextmanager
def database(server_dsn: str, *, template: str = "template1") -> Iterator[str]:
    """Give the owner's address of a new database that is dropped afterwards, whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield at_database(server_dsn, name)
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def at_database(dsn: str, name: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
