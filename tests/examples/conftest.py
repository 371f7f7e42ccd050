"""Which shop do these tests talk to: the real one, in this process, with its doors opened on one fixed day?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "shop"))

from shop.app import Settings, create_app
from shop.opening import open_doors
from shop.storage import Store

NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEYS: Final = {"X-Api-Key": "demo-key", "X-Admin-Key": "demo-admin"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    store = Store(folder)
    open_doors(store, date(2026, 3, 2))
    store.close()
    return folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(filled, tmp_path / "data")
    store = Store(tmp_path / "data")
    yield store
    store.close()


@pytest.fixture
async def shop(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(store, Settings(interlock="http://127.0.0.1:9999"), lambda: NOW)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url="http://shop", headers=KEYS, timeout=5
    ) as client:
        yield client
