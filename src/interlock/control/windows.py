"""How far back does a ledger look: a time before now, or since a day, week or month began where the tenant is?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from interlock.kernel.documents import Duration, Misread, closest

Calendar = Literal["day", "week", "month"]

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What a window without an end looks back to."""

_INSTANT: Final = timedelta(microseconds=1)
"""The smallest time that a log tells apart; windows are told by the last instant that is outside."""

_COMMON_ZONES: Final = ("Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York", "Asia/Tokyo", "UTC")


class Rolling(msgspec.Struct, frozen=True, kw_only=True):
    """A window that moves with the time."""

    rolling: Duration


class CalendarWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A window that begins anew with the day, the week (on Monday) or the month."""

    calendar: Calendar
    timezone: str = ""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How far back a ledger looks: ``rolling``, or since the ``calendar`` unit began in ``zone``; neither means for ever."""

    rolling: timedelta | None = None
    calendar: Calendar | None = None
    zone: ZoneInfo | None = None

    def since(self, now: datetime) -> datetime:
        """The last instant that does not count any more."""
        if self.rolling is not None:
            return now - self.rolling
        if self.calendar is None:
            return BEGINNING
        local = now.astimezone(self.zone)
        day = local.date()
        if self.calendar == "week":
            day -= timedelta(days=day.weekday())
        elif self.calendar == "month":
            day = day.replace(day=1)
        return datetime.combine(day, time(), self.zone).astimezone(UTC) - _INSTANT


def reach_of(window: Rolling | CalendarWindow, zone: str) -> Reach:
    """What a definition says. Raises Misread for a zone that there is not.

    Args:
        zone: the tenant's, by its IANA name.
    """
    if isinstance(window, Rolling):
        return Reach(rolling=window.rolling)
    return Reach(calendar=window.calendar, zone=_zone(window.timezone or zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        near = closest(name, _COMMON_ZONES)
        mend = f"did you mean '{near}'?" if near else "write an IANA name such as Europe/Berlin"
        raise Misread(f"'{name[:40]}' is no time zone", mend) from None
