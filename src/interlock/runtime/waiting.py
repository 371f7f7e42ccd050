"""Which due commands wait, are overdue or were given up on; and how are those tried again? For operators: identifiers only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from interlock.kernel.errors import Refused
from interlock.kernel.log import Log, Standing

MOST_SHOWN: Final = 500
"""Due commands that are shown at once; parked ones come first, then those that are due first."""
MOST_RETRIED: Final = 500
"""Identifiers of parked commands that one request may name."""


def state_of(one: Standing, now: datetime) -> str:
    """``parked`` (given up on), ``overdue`` (due, and to be carried out any moment) or ``waiting`` for its time."""
    return "parked" if one.parked else "overdue" if one.at <= now else "waiting"


async def shown(log: Log, now: datetime) -> list[dict[str, Any]]:
    """The due commands as people are shown them."""
    return [
        {
            "id": one.id,
            "state": state_of(one, now),
            "command": one.command,
            "lane": one.lane,
            "at": one.at.isoformat(timespec="seconds"),
            "attempts": one.attempts,
            "node": one.owner,
            "reason": one.parked,
        }
        for one in await log.standing(MOST_SHOWN)
    ]


async def retry(log: Log, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
    """Have parked commands tried anew; all of them where ``ids`` is None. Gives those that will be.

    Raises:
        Refused: one that was named is not parked; then those beside it are tried all the same.
    """
    found = await log.retry(ids, now)
    missing = sorted(set(ids or ()) - set(found))
    if missing:
        raise Refused("not_parked", f"No parked command has the identifier {missing[0]!r}.", status=404)
    return found
