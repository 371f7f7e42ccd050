"""When is a queue or a whole tenant open, as somebody writes it down: a time zone, hours by weekday, and special days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from interlock.kernel.documents import Misread, closest
from interlock.vocabulary.calendars import Calendar, Opening

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
