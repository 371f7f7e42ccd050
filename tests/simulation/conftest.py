"""The demo's definitions, trained once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from interlock.runtime.definitions import Definitions, build, compiled, read_folder, release_id

DEMO = Path(__file__).parents[2] / "examples" / "demo"


@pytest.fixture(scope="session")
def definitions(pytestconfig: pytest.Config) -> Definitions:
    """The demo; its model is kept from one test run to the next, because training it takes seconds."""
    files = read_folder(DEMO)
    kept = Path(pytestconfig.cache.mkdir("simulation")) / release_id(files)
    if kept.exists():
        return compiled(files, kept.read_bytes())
    built = asyncio.run(build(files))
    fresh = kept.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(built.model)
    fresh.replace(kept)
    return built
