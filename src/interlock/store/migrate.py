"""How does a database get its tables: numbered SQL files, each once, also when two nodes start together."""

from __future__ import annotations

from importlib import resources
from typing import Final

import psycopg

from interlock.kernel.errors import Unavailable
from interlock.store.database import ROLE

LOCK: Final = 7_305_811_204
"""The advisory lock that one migrating node holds."""
OLDEST_SERVER: Final = 150_000
"""The oldest PostgreSQL that is supported, as the server gives its version."""
ROLE_OPTIONS_SERVER: Final = 160_000
"""From this version on, membership and the right to act as a role are two things."""


class MigrationError(Exception):
    """The database cannot be brought to this version; the text says why and how to mend it."""


def migrate(owner_url: str) -> list[str]:
    """Bring a database to this version as its owner; gives the names of the migrations that were applied now.

    Raises:
        MigrationError: the server is too old, the owner may not create the role, or the database is of a newer version.
        Unavailable: the database cannot be reached.
    """
    try:
        with psycopg.connect(owner_url, autocommit=True, application_name="interlock migrate") as connection:
            return _migrate(connection)
    except psycopg.OperationalError as error:
        raise Unavailable("database", str(error).strip()) from error


def _migrate(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    if connection.info.server_version < OLDEST_SERVER:
        raise MigrationError(
            f"the server is PostgreSQL {connection.info.server_version // 10_000}; Interlock needs 15 or newer"
        )
    connection.execute("select pg_advisory_lock(%s)", (LOCK,))
    try:
        _ensure_role(connection)
        connection.execute("create schema if not exists interlock")
        connection.execute(
            "create table if not exists interlock.migration (name text primary key, at timestamptz not null default now())"
        )
        done = {str(row[0]) for row in connection.execute("select name from interlock.migration")}
        files = sorted(
            (entry for entry in resources.files("interlock.store.migrations").iterdir() if entry.name.endswith(".sql")),
            key=lambda entry: entry.name,
        )
        if newer := done - {entry.name for entry in files}:
            raise MigrationError(
                f"the database has {', '.join(sorted(newer))}, which this version does not know: run the newer version"
            )
        applied = []
        for entry in files:
            if entry.name not in done:
                with connection.transaction():
                    connection.execute(entry.read_text().encode())
                    connection.execute("insert into interlock.migration (name) values (%s)", (entry.name,))
                applied.append(entry.name)
        return applied
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    try:
        if connection.execute("select 1 from pg_roles where rolname = %s", (ROLE,)).fetchone() is None:
            connection.execute(f"create role {ROLE} nologin")
        # Whoever makes a role may hand it on, but from PostgreSQL 16 on may not yet act as it.
        needed = "set" if connection.info.server_version >= ROLE_OPTIONS_SERVER else "member"
        connection.execute(
            f"do $$ begin if not pg_has_role(current_user, '{ROLE}', '{needed}') then"
            f" execute format('grant {ROLE} to %I', current_user); end if; end $$"
        )
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject):
        return  # another database of the same server made it just now
    except psycopg.errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"the owner may not create the role {ROLE}. As a superuser: create role {ROLE} nologin;"
            f" grant {ROLE} to the users that Interlock connects as"
        ) from error
