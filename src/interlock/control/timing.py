"""What time is it for the tenant, is it open, and until when does a remedy ``wait:…`` wait?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from interlock.kernel.documents import Misread, duration
from interlock.vocabulary.calendars import ALWAYS, Calendar

LONGEST_WAIT: Final = timedelta(days=90)
"""The longest time that a proposal may wait for a moment to come."""

OPEN: Final = "open"
"""``wait:open`` waits for the tenant's business hours."""

LAST_S: Final = 2**34
"""Seconds since 1970 that a fact may name: until the year 2514."""

FACT_PATHS: Final = ("context.facts.", "resource.")
"""What the path of ``wait:PATH`` begins with: a recorded fact in seconds since 1970."""


class Times(NamedTuple):
    """The moment of a judgement, as rules see it and as it is recorded.

    Attributes:
        hour: of the tenant's day, 0 to 23.
        weekday: 1 is Monday.
        open: whether the tenant is open.
        opens_at: when it opens next; ``now`` while it is open, None if not within about a year.
        proposed_at: when the proposal was frozen.
    """

    now: datetime
    hour: int
    weekday: int
    open: bool
    opens_at: datetime | None
    proposed_at: datetime

    def context(self) -> dict[str, Any]:
        """``context.time`` as rules see it."""
        now_s = int(self.now.timestamp())
        return {"now_s": now_s, "hour": self.hour, "weekday": self.weekday, "open": self.open}

    def recorded(self) -> dict[str, Any]:
        """The same with what waits are reckoned from."""
        opens_s = None if self.opens_at is None else int(self.opens_at.timestamp())
        return {**self.context(), "opens_s": opens_s, "proposed_s": int(self.proposed_at.timestamp())}


def times(
    now: datetime, *, zone: ZoneInfo | None = None, hours: Calendar = ALWAYS, proposed_at: datetime | None = None
) -> Times:
    """The moment in the tenant's zone (UTC where none is given) and business hours."""
    local = now.astimezone(zone or UTC)
    return Times(now, local.hour, local.isoweekday(), hours.is_open(now), hours.next_opening(now), proposed_at or now)


def waits_until(argument: str, when: Times, facts: Mapping[str, Any], resource: Mapping[str, Any]) -> datetime | None:
    """The moment at which ``wait:argument`` is over; None where waiting cures nothing.

    That is so where the moment has passed and the rule still stands in the way, where nobody knows it, and where it
    is further away than LONGEST_WAIT.

    Args:
        facts: the action's computed facts; ``resource`` likewise those of the resource.
    """
    if argument == OPEN:
        until = when.opens_at
    elif argument.startswith(FACT_PATHS):
        source = facts if argument.startswith(FACT_PATHS[0]) else resource
        seconds = source.get(argument.rpartition(".")[2])
        plain = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < LAST_S
        until = datetime.fromtimestamp(int(seconds or 0), UTC) if plain else None
    else:
        until = when.proposed_at + duration(argument)
    return until if until is not None and when.now < until <= when.now + LONGEST_WAIT else None


def check_wait(argument: str) -> None:
    """Refuse what is no moment. Raises ValueError with what to write instead."""
    if argument == OPEN or (argument.startswith(FACT_PATHS) and argument.rpartition(".")[2].isidentifier()):
        return
    if argument.startswith(("context.", "resource")) or "." in argument:
        raise ValueError("write the path of a fact in seconds since 1970, such as wait:context.facts.free_at")
    try:
        length = duration(argument)
    except Misread as error:
        mend = error.mend or str(error)
        raise ValueError(f'{mend}; or write "wait:open", or the path of a fact') from None
    if not timedelta(0) < length <= LONGEST_WAIT:
        raise ValueError(f"write a duration of at most {LONGEST_WAIT.days} days")
