"""The demo's definitions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from interlock.runtime.definitions import Definitions, build, read_folder
from interlock.runtime.knowledge_files import of_tenant

DEMO = Path(__file__).parents[2] / "examples" / "demo"


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """The demo, as it is published."""
    return asyncio.run(build(read_folder(DEMO), articles=of_tenant(DEMO)))
