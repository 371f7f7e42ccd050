"""The demo's definitions, for tests of whole nodes in one process."""

from __future__ import annotations

from tests.simulation.conftest import definitions

__all__ = ["definitions"]
