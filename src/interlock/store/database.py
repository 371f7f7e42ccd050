"""How does this process reach PostgreSQL: a pool whose connections run as the role that owns nothing, bound to a tenant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from interlock.kernel.errors import Conflict, Refused, Unavailable

ROLE: Final = "interlock_app"
WAIT_FOR_CONNECTION_S: Final = 5.0
GIVE_UP_RECONNECTING_S: Final = 3.0
"""The pool doubles its pause after each attempt, and begins anew for whoever asks once it has given up: so it never waits
long after an outage that was long."""
STATEMENT_TIMEOUT_MS: Final = 20_000
LOCK_TIMEOUT_MS: Final = 10_000
IDLE_IN_TRANSACTION_MS: Final = 15_000
UNSTORABLE: Final = ("22021", "22P05")
"""PostgreSQL's codes for characters that its texts and its JSON cannot have; NUL the library refuses itself."""

PLANNING: Final = (
    "plan_cache_mode = force_generic_plan",
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "enable_material = off",
)
"""Every statement here finds a few rows by an index, and its plan is kept. A plan that is made while the tables are still
empty would read them whole for as long as the connection lives, so the planner is not offered that."""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Database:
    """A pool of connections. Every use is bound to one tenant, which row security enforces."""

    def __init__(self, url: str, *, size: int = 12, role: str | None = ROLE) -> None:
        """Connect as ``url`` says and go on as ``role``; None stays what ``url`` says (for measuring beside it)."""
        self.url = url
        self._role = role
        self._bound: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min(2, size),
            max_size=size,
            open=False,
            timeout=WAIT_FOR_CONNECTION_S,
            reconnect_timeout=GIVE_UP_RECONNECTING_S,
            configure=self._prepare,
            kwargs={"autocommit": True, "prepare_threshold": 1, "application_name": "interlock"},
        )

    async def open(self) -> None:
        """Connect. Raises Unavailable when the database cannot be reached."""
        try:
            await self._pool.open(wait=True, timeout=WAIT_FOR_CONNECTION_S)
        except PoolTimeout as error:
            await self._pool.close()
            raise Unavailable("database", f"no connection within {WAIT_FOR_CONNECTION_S:.0f} s: {error}") from error

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    @asynccontextmanager
    async def connection(self, tenant: str) -> AsyncIterator[Connection]:
        """A connection bound to a tenant. Outages come out as Unavailable, lost races as Conflict, text with NUL as Refused."""
        try:
            async with self._pool.connection() as connection:
                if self._bound.get(connection) != tenant:
                    await connection.execute("select set_config('interlock.tenant', %s, false)", (tenant,))
                    self._bound[connection] = tenant
                yield connection
        except (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable) as error:
            raise Conflict(str(error)) from error
        except psycopg.DataError as error:
            if error.sqlstate not in UNSTORABLE and "NUL" not in str(error):
                raise
            reason = "There is a character in it that no text can have, such as NUL; leave that out."
            raise Refused("bad_characters", reason, status=422) from error
        except (PoolTimeout, PoolClosed) as error:
            raise Unavailable("database", "no connection to be had", sent=False) from error
        except psycopg.OperationalError as error:
            raise Unavailable(
                "database", str(error).strip().splitlines()[0] if str(error).strip() else "lost"
            ) from error

    async def _prepare(self, connection: Connection) -> None:
        if self._role:
            await connection.execute(f"set role {self._role}".encode())
        await connection.execute(f"set statement_timeout = {STATEMENT_TIMEOUT_MS}")
        await connection.execute(f"set lock_timeout = {LOCK_TIMEOUT_MS}")
        await connection.execute(f"set idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}")
        for setting in PLANNING:
            await connection.execute(f"set {setting}".encode())
