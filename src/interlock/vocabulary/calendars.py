"""Calendars: when a queue is open, in its own time zone, with holidays and special days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOK_AHEAD_DAYS: Final = 370


class Opening(msgspec.Struct, frozen=True, order=True):
    """Open from ``start`` until ``end`` (exclusive) of one day; ``end`` 00:00 means midnight at its end."""

    start: time
    end: time

    def contains(self, moment: time) -> bool:
        """Whether the local time lies in this opening."""
        return self.start <= moment and (moment < self.end or self.end == time(0))


class Calendar(msgspec.Struct, frozen=True):
    """Opening hours by weekday; ``special`` days replace the weekday's (an empty tuple: closed all day)."""

    timezone: str
    weekly: dict[str, tuple[Opening, ...]]
    special: dict[date, tuple[Opening, ...]] = {}

    def openings(self, day: date) -> tuple[Opening, ...]:
        """The openings of a local day, in order."""
        chosen = self.special[day] if day in self.special else self.weekly.get(DAYS[day.weekday()], ())
        return tuple(sorted(chosen))

    def is_open(self, now: datetime) -> bool:
        """Whether it is open at this moment (an aware time)."""
        local = now.astimezone(ZoneInfo(self.timezone))
        return any(opening.contains(local.time()) for opening in self.openings(local.date()))

    def next_opening(self, now: datetime) -> datetime | None:
        """When it opens next, in its own zone; ``now`` if it is open; None if not within about a year."""
        zone = ZoneInfo(self.timezone)
        local = now.astimezone(zone)
        if self.is_open(now):
            return local
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            for opening in self.openings(day):
                start = datetime.combine(day, opening.start, zone)
                if start > local:
                    return start
        return None


ALWAYS: Final = Calendar(timezone="UTC", weekly={day: (Opening(time(0), time(0)),) for day in DAYS})
