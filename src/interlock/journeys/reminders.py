"""What can be written about reminders in a journey file?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import Duration
from interlock.kernel.template import Template

MAX_REMINDERS: Final = 5
"""Reminders of one step."""

SHORTEST_REMINDER: Final = timedelta(minutes=1)
"""The shortest time after which a customer is reminded of what a step waits for."""

LONGEST_REMINDER: Final = timedelta(days=90)
"""The longest time after which a customer is reminded of what a step waits for."""


class Remind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Remind the customer of what a step waits for, if it still does.

    Attributes:
        after: how long after it began to wait, and after the reminder before; not at the tenant's ``quiet_hours``.
        say: what she is told; where she was asked something, the question follows.
        times: how often.
    """

    after: Duration
    say: Template
    times: Annotated[int, Meta(ge=1, le=MAX_REMINDERS)] = 1

    def __post_init__(self) -> None:
        """Refuses a reminder that comes at once, and one that nobody waits for. Raises ValueError."""
        if not SHORTEST_REMINDER <= self.after <= LONGEST_REMINDER:
            raise ValueError(f"'after' is at least 1m and at most {LONGEST_REMINDER.days}d")
