"""How is a day said to a customer, in her language?"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Final

_DAYS: Final = {
    "en": (
        "{day} {number} {month}",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December",
    ),
    "de": (
        "{day}, {number}. {month}",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
}
"""How a day is said in a language, and what its days and months are called."""


def day_text(day: date, language: str = "en") -> str:
    """A day as one says it: Tuesday 24 November 2026; in a language that is not known here, 2026-11-24."""
    return f"{_without_year(day, language)} {day.year}" if language in _DAYS else day.isoformat()


def moment_text(iso: str, zone: tzinfo, language: str = "en") -> str:
    """A moment of the weeks to come, of which nobody says the year: Tuesday 24 November, 09:00."""
    moment = datetime.fromisoformat(iso).astimezone(zone)
    day = _without_year(moment.date(), language) if language in _DAYS else moment.date().isoformat()
    return f"{day}, {moment:%H:%M}"


def _without_year(day: date, language: str) -> str:
    form, days, months = _DAYS[language]
    return form.format(day=days.split()[day.weekday()], month=months.split()[day.month - 1], number=day.day)
