"""Calendars: when a queue is open, in its own time zone, with holidays and special days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
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

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time between two moments it is open; none where the end is before the start.

        A local time that comes twice when clocks go back means the first one; one that is left out when they go forward, the
        same time by the clock of before (RFC 5545, 3.3.5).
        """
        start, end, total = start.astimezone(UTC), end.astimezone(UTC), timedelta(0)
        day = start.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)
        last = end.astimezone(ZoneInfo(self.timezone)).date()
        while day <= last:
            for opened, closed in self._between(day):
                total += max(timedelta(0), min(closed, end) - max(opened, start))
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, open_time: timedelta) -> datetime | None:
        """When it has been open for so long since a moment, in UTC; None where that is not within sight.

        Where nothing is left to wait, that is at once. It ends at the end of an opening rather than at the next one's start.
        """
        start = start.astimezone(UTC)
        if open_time <= timedelta(0):
            return start
        left = open_time
        day = start.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)
        unseen = 0
        while unseen < LOOK_AHEAD_DAYS:
            unseen += 1
            for opened, closed in self._between(day):
                begins = max(opened, start)
                if closed <= begins:
                    continue
                if closed - begins >= left:
                    return begins + left
                left -= closed - begins
                unseen = 0
            day += timedelta(days=1)
        return None

    def _between(self, day: date) -> list[tuple[datetime, datetime]]:
        """The openings of a local day as moments in UTC."""
        zone = ZoneInfo(self.timezone)
        found = []
        for opening in self.openings(day):
            ends_on = day + timedelta(days=1) if opening.end == time(0) else day
            opened = datetime.combine(day, opening.start, zone).astimezone(UTC)
            found.append((opened, datetime.combine(ends_on, opening.end, zone).astimezone(UTC)))
        return found


ALWAYS: Final = Calendar(timezone="UTC", weekly={day: (Opening(time(0), time(0)),) for day in DAYS})
