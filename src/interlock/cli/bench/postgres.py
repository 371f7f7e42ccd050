"""The embedded PostgreSQL that benchmarks run on, with the settings that users get."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from interlock.store.embedded import EmbeddedPostgres
from interlock.store.migrate import migrate


@asynccontextmanager
async def fresh() -> AsyncIterator[tuple[str, Path]]:
    """The address of a fresh, migrated database, and a folder beside it."""
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            await asyncio.to_thread(migrate, postgres.dsn)
            yield postgres.dsn, Path(folder)
