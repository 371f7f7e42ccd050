"""How do tests hash passwords: as cheaply as argon2 can, for a sign-in would otherwise cost a fifth of a second of a core."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher

from interlock.runtime import staff

REAL: Final = staff._HASHER
"""What the product uses."""


def make_cheap() -> None:
    """Hash cheaply in this process from now on; what a hash costs to check stands in the hash."""
    staff._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]  # final but in tests
