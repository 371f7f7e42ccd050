"""Which values may a slot take, and how are values spoken to a customer?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any, Final

from interlock.journeys.slots import Slot
from interlock.kernel.events import Erased
from interlock.vocabulary.days import day_text
from interlock.vocabulary.money import Money

LONGEST: Final = 4000
"""Characters of a slot's text."""

LARGEST: Final = 10**15
"""The largest number that a slot takes, in either direction."""

_EMAIL: Final = re.compile(r"[^@\s,;<>\"\\]+@[^@\s,;<>\"\\]+\.[^@\s,;<>\"\\.]{2,}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{4,28}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def accepted(slot: Slot, value: object) -> Any:
    """The value as it is kept, or None where a slot of this type cannot hold it; parsers have read it before.

    A choice from a list is checked against the list instead.
    """
    match slot.type:
        case "yes_no":
            return value if isinstance(value, bool) else None
        case "integer":
            return value if _whole(value) and _within(slot, value) else None
        case "money":
            return _money(slot, value)
        case "date":
            return _date(value)
        case "choice":
            return value if any(value == option.value for option in slot.options) else None
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not _printable(value):
        return None
    text = value.strip()
    match slot.type:
        case "email":
            fits = len(text) <= 254 and _EMAIL.fullmatch(text) is not None
        case "phone":
            fits = _PHONE.fullmatch(text) is not None
        case "order_number":
            fits = order_number_fits(slot.pattern, text)
        case "name":
            fits = len(text) <= 120
        case _:
            fits = True
    return text if fits else None


def order_number_fits(pattern: str, text: str) -> bool:
    """Whether a text has one of the forms of a pattern such as ``A-#### | B-#####``; any short word without one."""
    if not pattern:
        return len(text) <= 64 and not re.search(r"\s", text)
    return any(re.fullmatch(_regex(form.strip()), text, re.IGNORECASE) for form in pattern.split("|"))


def _regex(form: str) -> str:
    return "".join({"#": r"[0-9]", "@": r"[A-Za-z]"}.get(character, re.escape(character)) for character in form)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _within(slot: Slot, number: Any) -> bool:
    spec = slot.spec()
    return bool(spec.get("minimum", -LARGEST) <= number <= spec.get("maximum", LARGEST))


def _money(slot: Slot, value: object) -> dict[str, Any] | None:
    if isinstance(value, Money):
        value = {"amount": value.amount, "currency": value.currency}
    if not isinstance(value, Mapping) or set(value) != {"amount", "currency"}:
        return None
    amount, currency = value["amount"], value["currency"]
    if not _whole(amount) or amount <= 0 or not isinstance(currency, str) or (slot.currency or currency) != currency:
        return None
    return {"amount": amount, "currency": currency} if _within(slot, amount) else None


def _date(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def moment_of(value: object, zone: tzinfo) -> datetime:
    """The moment that a value of a look-up or a slot stands for; of a day, its beginning. Raises ValueError for any other."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return datetime.combine(date.fromisoformat(value), time(), zone)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    raise ValueError(f"a {type(value).__name__} is no moment")


def _printable(text: str) -> bool:
    return all(character in "\n\t" or character.isprintable() for character in text)


def spoken(value: Any, zone: tzinfo, language: str = "en") -> Any:
    """A value as texts of a language say it: amounts with their currency, dates as a day; lists and records throughout.

    A moment says its day, and has its ``day`` and its ``time`` (``{booking.starts_at.time}``), all in the tenant's time zone.
    """
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"} and isinstance(value["amount"], int):
            return Money(value["amount"], str(value["currency"]))
        return {name: spoken(each, zone, language) for name, each in value.items()}
    if isinstance(value, str):
        return _spoken_text(value, zone, language)
    if isinstance(value, Sequence):
        return [spoken(each, zone, language) for each in value]
    if isinstance(value, datetime):
        return _moment_text(value.astimezone(zone), language)
    if isinstance(value, date):
        return day_text(value, language)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Erased):
        return str(value)
    return value


def _spoken_text(text: str, zone: tzinfo, language: str) -> str | dict[str, str]:
    try:
        if _MOMENT.fullmatch(text):
            return _moment_text(datetime.fromisoformat(text).astimezone(zone), language)
        if _DATE.fullmatch(text):
            return day_text(date.fromisoformat(text), language)
    except (ValueError, OverflowError):
        pass  # It has the form of a date and is none, so it is said as it stands.
    return text


def _moment_text(moment: datetime, language: str) -> dict[str, str]:
    day = day_text(moment.date(), language)
    return {"text": day, "day": day, "time": f"{moment:%H:%M}"}
