"""When is a queue or a whole tenant open, as somebody writes it down: a time zone, hours by weekday, and special days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from interlock.kernel.documents import Misread, closest
from interlock.vocabulary.calendars import DAYS, Calendar, Opening

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_SPAN: Final = re.compile(r"([0-9]{2}):([0-9]{2})\s*-\s*([0-9]{2}):([0-9]{2})", re.ASCII)
_MIDNIGHT: Final = (24, 0)
_COMMON_ZONES: Final = ("Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York", "Asia/Tokyo", "UTC")


@dataclass(frozen=True, slots=True)
class Span:
    """One opening of a day, written ``08:00-18:00``; the day ends at ``24:00``."""

    opening: Opening
    text_schema: ClassVar[dict[str, object]] = {
        "title": "span of hours such as 08:00-18:00",
        "type": "string",
        "examples": ["08:00-18:00"],
    }

    @classmethod
    def from_text(cls, text: str) -> Span:
        """Reads the form above. Raises Misread for any other."""
        match = _SPAN.fullmatch(text.strip())
        if match is None:
            raise Misread(f"'{text[:40]}' is no span of hours", "write both times with two digits, such as 08:00-18:00")
        (first, last) = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
        for hour, minute in (first, last):
            if (hour > 23 and (hour, minute) != _MIDNIGHT) or minute > 59:
                raise Misread(f"{hour:02}:{minute:02} is no time of day", "write a time from 00:00 to 24:00")
        if first >= last:
            mend = "for a night write two spans, until 24:00 on one day and from 00:00 on the next"
            raise Misread(f"'{text[:40]}' ends before it begins", mend)
        return cls(Opening(time(*first), time(0) if last == _MIDNIGHT else time(*last)))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, written ``2026-12-24``."""

    date: date
    text_schema: ClassVar[dict[str, object]] = {"title": "day", "type": "string", "examples": ["2026-12-24"]}

    @classmethod
    def from_text(cls, text: str) -> Day:
        """Reads the form above. Raises Misread for any other and for days that do not exist."""
        try:
            if len(text) != 10:
                raise ValueError
            return cls(date.fromisoformat(text))
        except ValueError:
            raise Misread(f"'{text[:40]}' is no day", "write year, month and day, such as 2026-12-24") from None


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by its name in the IANA data base, such as ``Europe/Berlin``."""

    name: str
    text_schema: ClassVar[dict[str, object]] = {"title": "time zone", "type": "string", "examples": ["Europe/Berlin"]}

    @classmethod
    def from_text(cls, text: str) -> Zone:
        """Reads a name. Raises Misread for one that is not known here."""
        try:
            ZoneInfo(text)
        except (LookupError, ValueError, OSError):
            near = closest(text, _COMMON_ZONES)
            mend = f"did you mean '{near}'?" if near else "write a name such as Europe/Berlin"
            raise Misread(f"'{text[:40]}' is no known time zone", mend) from None
        return cls(text)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of every day in which nobody is written to unasked, written ``20:00-08:00``; they may go over midnight."""

    begin: time
    end: time
    text_schema: ClassVar[dict[str, object]] = {
        "title": "quiet hours such as 20:00-08:00",
        "type": "string",
        "examples": ["20:00-08:00"],
    }

    @classmethod
    def from_text(cls, text: str) -> QuietHours:
        """Reads the form above. Raises Misread for any other."""
        match = _SPAN.fullmatch(text.strip())
        mend = "write when they begin and end, such as 20:00-08:00"
        if match is None:
            raise Misread(f"'{text[:40]}' are no quiet hours", mend)
        first, last = (int(match[1]), int(match[2])), (int(match[3]) % 24, int(match[4]))
        if any(hour > 23 or minute > 59 for hour, minute in (first, last)):
            raise Misread(f"'{text[:40]}' has a time that no day has", mend)
        if first == last:
            raise Misread(f"'{text[:40]}' leaves no time in which somebody can be written to", mend)
        return cls(time(*first), time(*last))

    def until(self, now: datetime, zone: str) -> datetime | None:
        """When somebody in a time zone can be written to again, in UTC; None where that is now (an aware time)."""
        midnight = time(0)
        loud = (
            (Opening(self.end, self.begin),)
            if self.begin > self.end
            else tuple(each for each in (Opening(midnight, self.begin), Opening(self.end, midnight)) if _lasts(each))
        )
        calendar = Calendar(timezone=zone, weekly=dict.fromkeys(DAYS, loud))
        if calendar.is_open(now):
            return None
        opening = calendar.next_opening(now)
        return None if opening is None else opening.astimezone(UTC)


def _lasts(opening: Opening) -> bool:
    """Whether an opening lasts at all: from midnight until midnight of the same day none does, at the day's beginning."""
    return opening.start != opening.end


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours as they are written; a special day stands in the weekday's place, an empty list closes it."""

    timezone: Zone
    weekly: dict[Weekday, tuple[Span, ...]]
    special: dict[Day, tuple[Span, ...]] = {}

    def __post_init__(self) -> None:
        for name, spans in (*self.weekly.items(), *((str(day.date), spans) for day, spans in self.special.items())):
            openings = sorted(span.opening for span in spans)
            for one, two in pairwise(openings):
                if one.end == time(0) or two.start < one.end:
                    raise ValueError(f"two spans of {name} overlap; write them as one")

    def calendar(self) -> Calendar:
        """The calendar that it describes."""
        return Calendar(
            timezone=self.timezone.name,
            weekly={day: tuple(span.opening for span in spans) for day, spans in self.weekly.items()},
            special={day.date: tuple(span.opening for span in spans) for day, spans in self.special.items()},
        )
