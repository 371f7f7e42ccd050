"""Which day is named in a text, counted from today?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final, Literal

from interlock.dialogue.reading import NUMBER_WORDS, ORDINAL_WORDS
from interlock.dialogue.slot_values import Ambiguous, Context, NoMatch, Parsed, Reading, SlotSpec, one_of

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
MAX_OFFSET: Final = 10_000
"""Days; "in 99999 weeks" names no day that anybody means."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner", "february feb februar", "march mar märz maerz mär", "april apr", "may mai",
            "june jun juni", "july jul juli", "august aug", "september sep sept", "october oct oktober okt",
            "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag", "tuesday tue tues dienstag", "wednesday wed mittwoch", "thursday thu thurs donnerstag",
            "friday fri freitag", "saturday sat samstag sonnabend", "sunday sun sonntag",
        )
    )
    for name in names.split()
}  # fmt: skip
_NEAR_DAYS: Final = {
    "day before yesterday": -2, "vorgestern": -2, "yesterday": -1, "gestern": -1, "today": 0, "heute": 0, "tonight": 0,
    "day after tomorrow": 2, "übermorgen": 2, "uebermorgen": 2, "tomorrow": 1, "morgen": 1,
}  # fmt: skip


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH: Final = rf"(?P<month>{_any_of(_MONTHS)})\.?(?![^\W_])"
_YEAR: Final = r"(?:,?\s{1,2}(?P<year>[0-9]{4})(?![0-9]))?"
_COUNT: Final = rf"(?P<count>[0-9]{{1,5}}|{_any_of(NUMBER_WORDS)}|a|an|einem|einer)"
_UNIT: Final = r"(?P<unit>days?|weeks?|tagen|tage|tag|wochen|woche)"
_DAY: Final = rf"(?P<day>[0-9]{{1,2}}|{_any_of(ORDINAL_WORDS)})(?:st|nd|rd|th|\.)?"
_WHICH: Final = (
    r"last|past|next|this|coming|letzten|letzter|vergangenen|nächsten|naechsten|kommenden|diesen"  # said of a weekday
)
_START: Final = r"(?<![^\W_])"
_END: Final = r"(?![^\W_])"
_PATTERNS: Final = {
    "year_first": r"(?<![0-9./-])(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})[-./](?P<day>[0-9]{1,2})(?![0-9])",
    "numbers": r"(?<![0-9./-])(?P<one>[0-9]{1,2})(?P<by>[./-])\s?(?P<two>[0-9]{1,2})"
    r"(?:(?P=by)\s?(?P<year>[0-9]{4}|[0-9]{2}))?(?P<end>\.)?(?![0-9]|[./-][0-9])",
    "day_month": rf"{_START}{_DAY}\s{{0,2}}(?:of\s{{1,2}})?{_MONTH}{_YEAR}",
    "month_day": rf"{_START}{_MONTH}\s{{0,2}}(?:the\s)?{_DAY}(?![^\W_]|[:.,][0-9]){_YEAR}",
    "near": rf"{_START}(?<!guten\s)(?:the\s)?(?P<near>{_any_of(_NEAR_DAYS)}){_END}",
    "offset": rf"{_START}(?:(?P<ahead>in)\s{{1,2}}|(?P<back>vor)\s{{1,2}})?{_COUNT}\s{{1,2}}{_UNIT}"
    rf"(?P<ago>\s{{1,2}}ago)?{_END}",
    "weekday": rf"{_START}(?:(?P<which>{_WHICH})\s{{1,2}})?(?P<weekday>{_any_of(_WEEKDAYS)}){_END}",
    "day_only": rf"{_START}(?:the\s{{1,2}}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)|am\s{{1,2}}(?P<tag>[0-9]{{1,2}})\.)"
    r"(?![^\W_]|\s?[0-9])",
}
_COMPILED: Final = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_ALSO_WORDS: Final = frozenset({"sun", "sat", "mon", "wed"})
_BEFORE: Final = frozenset({"last", "past", "letzten", "letzter", "vergangenen"})

_When = Literal["past", "future", "either"]


def parse_date(spec: SlotSpec, text: str, context: Context) -> Reading:
    """The day named in a plain text (see `reading.plain`)."""
    found: list[Parsed] = []
    doubtful: list[list[date]] = []
    impossible = False
    taken: list[tuple[int, int]] = []
    for name, read in _READERS.items():
        for match in _COMPILED[name].finditer(text):
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            days = read(match, context, spec.when)
            if days is None:
                continue
            taken.append((start, end))
            possible = _fitting(days, context.today, spec.when)
            if len(possible) == 1:
                found.append(Parsed(possible[0], (start, end)))
            elif possible:
                doubtful.append(possible)
            else:
                impossible = True
    known = {parsed.value for parsed in found}
    # "Monday the 4th of May": what is doubtful by itself is settled by the other
    unsettled = [day for days in doubtful if not known.intersection(days) for day in days]
    if unsettled:
        return Ambiguous(tuple(dict.fromkeys([*unsettled, *(parsed.value for parsed in found)])))
    if impossible and not found:
        return NoMatch("impossible")
    return one_of(sorted(found, key=lambda parsed: parsed.span))


_Days = list[date | None] | None
"""Every day that a match can mean; None in it for a day that no calendar has; None for no date at all."""


def _fitting(days: list[date | None], today: date, when: _When) -> list[date]:
    """The days that exist; where several are possible, only those in the direction wanted, if there are any."""
    real = [day for day in days if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR]
    right = [day for day in real if when == "either" or (day <= today if when == "past" else day >= today)]
    return right if len(real) > 1 and right else real


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def _without_year(month: int, day: int, today: date, when: _When) -> date | None:
    """The day of that month nearest to today in the direction wanted (29 February finds the next leap year)."""
    days = [found for year in range(today.year - 8, today.year + 9) if (found := _day(year, month, day))]
    if when == "past":
        days = [found for found in days if found <= today]
    elif when == "future":
        days = [found for found in days if found >= today]
    return min(days, key=lambda found: abs((found - today).days), default=None)


def _year_first(match: re.Match[str], context: Context, when: _When) -> _Days:
    return [_day(int(match["year"]), int(match["month"]), int(match["day"]))]


def _numbers(match: re.Match[str], context: Context, when: _When) -> _Days:
    """``03.05.2026`` is day and month; with a slash the order depends on who writes, so both are possible."""
    by, year = match["by"], match["year"]
    if year is None and not (by == "/" or (by == "." and match["end"])):
        return None  # 18.40 is an amount and 3-4 a range
    one, two = int(match["one"]), int(match["two"])

    def full(day: int, month: int) -> date | None:
        if year is None:
            return _without_year(month, day, context.today, when)
        return _day(int(year) if len(year) == 4 else 2000 + int(year), month, day)

    orders = [full(one, two)]
    if by != "." and context.language == "en" and one != two:
        orders.append(full(two, one))
    return [day for day in orders if day] or [None]


def _month_name(match: re.Match[str], context: Context, when: _When) -> _Days:
    day = int(match["day"]) if match["day"].isdigit() else ORDINAL_WORDS[match["day"]]
    month = _MONTHS[match["month"]]
    if match["year"]:
        return [_day(int(match["year"]), month, day)]
    return [_without_year(month, day, context.today, when)]


def _near(match: re.Match[str], context: Context, when: _When) -> _Days:
    return [_shifted(context.today, _NEAR_DAYS[match["near"]])]


def _offset(match: re.Match[str], context: Context, when: _When) -> _Days:
    back = bool(match["ago"] or match["back"])
    if not back and not match["ahead"]:
        return None  # "two weeks" is a duration
    count = int(match["count"]) if match["count"].isdigit() else NUMBER_WORDS.get(match["count"], 1)
    days = count * (7 if match["unit"].startswith("w") else 1)
    if days > MAX_OFFSET:
        return [None]
    return [_shifted(context.today, -days if back else days)]


def _weekday(match: re.Match[str], context: Context, when: _When) -> _Days:
    """The nearest such day before or after today; today itself only where neither is said."""
    name, which = match["weekday"], match["which"]
    if which is None and name in _ALSO_WORDS and match.group() != match.string.strip():
        return None  # "Sun" as the whole answer is a day, "the sun shines" is none
    behind = (context.today.weekday() - _WEEKDAYS[name]) % 7
    last = _shifted(context.today, -(behind or 7))
    coming = _shifted(context.today, (7 - behind) or 7)
    if which in _BEFORE:
        return [last]
    if which is not None:
        return [context.today] if behind == 0 and which in ("this", "diesen") else [coming]
    if behind == 0 and when != "either":
        return [context.today]
    return {"past": [last], "future": [coming], "either": [last, coming]}[when]


def _day_only(match: re.Match[str], context: Context, when: _When) -> _Days:
    day = int(match["day"] or match["tag"])
    year, month = context.today.year, context.today.month
    months = [(year + (month - 1 + shift) // 12, (month - 1 + shift) % 12 + 1) for shift in range(-2, 3)]
    days = [found for y, m in months if (found := _day(y, m, day))]
    before = [found for found in days if found <= context.today]
    after = [found for found in days if found >= context.today]
    if when == "past":
        return [max(before, default=None)]
    if when == "future":
        return [min(after, default=None)]
    return list(dict.fromkeys([max(before, default=None), min(after, default=None)]))


_READERS: Final[dict[str, Callable[[re.Match[str], Context, _When], _Days]]] = {
    "year_first": _year_first,
    "numbers": _numbers,
    "day_month": _month_name,
    "month_day": _month_name,
    "near": _near,
    "offset": _offset,
    "weekday": _weekday,
    "day_only": _day_only,
}
