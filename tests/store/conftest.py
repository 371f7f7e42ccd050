"""Both logs, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interlock.kernel.log import Log
from interlock.store.database import Database
from interlock.store.memory import MemoryLog
from interlock.store.postgres import PostgresLog
from interlock.store.vault import open_vault

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "postgres"])
async def log(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Log]:
    if request.param == "memory":
        yield MemoryLog(clock, node="a")
        return
    database = Database(request.getfixturevalue("database_url"), size=4)
    await database.open()
    try:
        yield PostgresLog(database, "test", open_vault(tmp_path / "keys.json", "test"), clock, "a")
    finally:
        await database.close()
