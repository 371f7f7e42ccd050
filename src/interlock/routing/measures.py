"""How is a queue doing: visits and waits by the interval in which they were entered, and what the numbers come to?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

INTERVAL_S: Final = 900
KEPT_S: Final = 26 * 3600
"""A day and a little more: the day on which clocks go back has 25 hours."""


class Counts(msgspec.Struct):
    """What happened to the visits that were entered in one interval. Waits and handling are in milliseconds."""

    entered: int = 0
    answered: int = 0
    within: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    elsewhere: int = 0
    """Overflowed, transferred or closed."""
    answered_wait_ms: int = 0
    wait_ms: int = 0
    handled: int = 0
    """Interactions that were wrapped up in this interval (not: entered), for the expected wait."""
    handled_ms: int = 0
    slas_kept: int = 0
    """Times that were promised and kept, of clocks that ended in this interval; ``slas_late``: not kept."""
    slas_late: int = 0

    def add(self, other: Counts) -> None:
        """Adds the counts of another interval."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def service_level(self) -> float | None:
        """Answered within T ÷ (entered - short abandons); None where nothing counts yet."""
        counted = self.entered - self.short_abandoned
        return self.within / counted if counted > 0 else None

    @property
    def slas_kept_share(self) -> float | None:
        """Kept ÷ (kept + late) of what was promised; None where nothing has ended yet."""
        ended = self.slas_kept + self.slas_late
        return self.slas_kept / ended if ended else None

    @property
    def asa_ms(self) -> float | None:
        """Mean wait of the answered visits."""
        return self.answered_wait_ms / self.answered if self.answered else None

    @property
    def mean_wait_ms(self) -> float | None:
        """Mean wait of all visits that ended."""
        ended = self.answered + self.abandoned + self.short_abandoned + self.elsewhere
        return self.wait_ms / ended if ended else None

    @property
    def mean_handling_ms(self) -> float | None:
        """Mean time from taking an interaction to wrapping it up."""
        return self.handled_ms / self.handled if self.handled else None


class Intervals(msgspec.Struct):
    """A queue's counts by the start of their interval (seconds since 1970, UTC); those of a day are kept."""

    counts: dict[int, Counts] = {}

    def at(self, moment: datetime) -> Counts | None:
        """The counts of the interval of that moment, made if need be; None for one that is not kept any more."""
        start = int(moment.timestamp()) // INTERVAL_S * INTERVAL_S
        found = self.counts.get(start)
        if found is not None:
            return found
        newest = max(self.counts, default=start)
        if start <= newest - KEPT_S:
            return None
        for old in [each for each in self.counts if each <= start - KEPT_S]:
            del self.counts[old]
        return self.counts.setdefault(start, Counts())

    def since(self, moment: datetime) -> Counts:
        """The sum of the intervals that began at that moment or later."""
        first = moment.timestamp()
        return total(counts for start, counts in self.counts.items() if start >= first)


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    result = Counts()
    for counts in parts:
        result.add(counts)
    return result
