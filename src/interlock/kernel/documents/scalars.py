"""What does one text mean: durations, percentages, money, numbers, and what YAML 1.2 takes a bare word for."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal, NewType

from interlock.kernel.documents.errors import Misread, shown

Duration = NewType("Duration", timedelta)
"""A length of time, written 20s, 90m, 8h, 3d, 2w or 1h30m."""

Percent = NewType("Percent", float)
"""A share, written 80% and held as 0.8."""

MAX_DURATION: Final = timedelta(days=3660)
"""The longest duration that a definition may name: ten years."""

MAX_DIGITS: Final = 40
"""Characters of one number."""

MAX_MINOR_UNITS: Final = 10**15
"""The largest amount of money in minor units; well within what every store and rule language counts exactly."""

_WHOLE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS: Final = "BHD IQD JOD KWD LYD OMR TND"
MINOR_DIGITS: Final = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3) | {"CLF": 4, "UYW": 4}
"""Digits after the decimal point of a currency, where they are not two (ISO 4217)."""

Kind = Literal["empty", "boolean", "integer", "number", "text"]

_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_DURATION: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)
_SPELT_DURATION: Final = re.compile(r"(\d+)\s*(ms|millisec|s|m|h|d|w)[a-z]*\.?", re.ASCII | re.IGNORECASE)
_PERCENT: Final = re.compile(r"(\d{1,7}(?:\.\d{1,7})?)%", re.ASCII)
_AMOUNT: Final = re.compile(r"-?\d+(?:\.(\d+))?", re.ASCII)
_UNITS: Final = (
    ("w", "weeks"),
    ("d", "days"),
    ("h", "hours"),
    ("m", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
)


def kind_of(text: str) -> Kind:
    """What YAML 1.2 takes a text without quotes for; yes, no, on and off are texts."""
    if text in ("", "~", "null", "Null", "NULL"):
        return "empty"
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return "boolean"
    if _INTEGER.fullmatch(text):
        return "integer"
    if _NUMBER.fullmatch(text):
        return "number"
    return "text"


def whole_number(text: str) -> int:
    """Reads an integer as YAML 1.2 writes it. Raises Misread when it is absurdly long."""
    _refuse_long(text)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def exact_number(text: str) -> Decimal:
    """Reads a number without rounding: 18.40 keeps its digits. Raises Misread when it is absurdly long."""
    _refuse_long(text)
    return Decimal(int(text, 0)) if text[:2] in ("0o", "0x") else Decimal(text)


def duration(text: str) -> Duration:
    """Reads a duration such as 20s, 90m, 8h, 3d or 1h30m.

    Raises:
        Misread: it has another form, or is longer than MAX_DURATION.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise Misread(f"'{shown(text)}' is no duration", _duration_mend(text))
    if any(part and len(part) > 12 for part in match.groups()):
        raise Misread(f"'{shown(text)}' is longer than {MAX_DURATION.days} days", "write a shorter duration")
    amounts = {name: int(part) for (_, name), part in zip(_UNITS, match.groups(), strict=True) if part}
    # Bounded here in days: timedelta itself overflows on what twelve digits of weeks can say.
    if amounts.get("weeks", 0) * 7 + amounts.get("days", 0) > MAX_DURATION.days or timedelta(**amounts) > MAX_DURATION:
        raise Misread(f"'{shown(text)}' is longer than {MAX_DURATION.days} days", "write a shorter duration")
    return Duration(timedelta(**amounts))


def duration_text(value: timedelta) -> str:
    """Writes a duration as ``duration`` reads it: the shortest form, such as 90s as 1m30s and 0 as 0s."""
    rest = value // timedelta(milliseconds=1)
    parts = []
    for unit, name in _UNITS[1:]:
        count, rest = divmod(rest, timedelta(**{name: 1}) // timedelta(milliseconds=1))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def percent(text: str) -> Percent:
    """Reads a percentage such as 80% or 99.5% as a share (0.8, 0.995).

    Raises:
        Misread: it has another form.
    """
    match = _PERCENT.fullmatch(text)
    if match is None:
        mend = "write it with a percent sign, such as 80%"
        if _AMOUNT.fullmatch(text) and len(text) < MAX_DIGITS and (number := Decimal(text)) >= 0:
            mend = f"write {(number * 100 if number <= 1 else number).normalize():f}%"
        raise Misread(f"'{shown(text)}' is no percentage", mend)
    return Percent(float(Decimal(match[1]) / 100))


def money_minor(amount: str | int | Decimal, currency: str) -> int:
    """An amount of money in minor units, exactly: ``money_minor("18.40", "EUR") == 1840``; a sign is kept.

    Args:
        amount: as written, in major units with a point; never a float.
        currency: ISO 4217 code, such as EUR.

    Raises:
        Misread: no amount, no currency, more digits than the currency has, or beyond MAX_MINOR_UNITS.
    """
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        guess = currency.upper()[:3]
        mend = f"write its three letters, such as {guess if guess.isalpha() and len(guess) == 3 else 'EUR'}"
        raise Misread(f"'{shown(currency)}' is no currency", mend)
    text = f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Misread(f"'{shown(text)}' is no amount of money", _amount_mend(text))
    digits = MINOR_DIGITS.get(currency, 2)
    if len((match[1] or "").rstrip("0")) > digits:
        plural = "digit" if digits == 1 else "digits"
        raise Misread(
            f"'{shown(text)}' has more than the {digits} {plural} behind the point that {currency} has", "round it"
        )
    _refuse_long(text)
    minor = int(Decimal(text).scaleb(digits))
    if abs(minor) > MAX_MINOR_UNITS:
        raise Misread(f"'{shown(text)}' is more money than can be counted here", "write a smaller amount")
    return minor


def _refuse_long(text: str) -> None:
    if len(text) > MAX_DIGITS:
        raise Misread(
            f"'{shown(text)}' is no usable number", f"write at most {MAX_DIGITS} digits, or put a text in quotes"
        )


def _duration_mend(text: str) -> str:
    if text.isascii() and text.isdigit():
        return f"write its unit: {text}s, {text}m, {text}h or {text}d"
    spelt = _SPELT_DURATION.fullmatch(text.strip())
    if spelt is not None:
        unit = spelt[2].lower()
        return f"write {spelt[1]}{'ms' if unit == 'millisec' else unit}"
    return "write a whole number and its unit, such as 20s, 90m, 8h or 3d"


def _amount_mend(text: str) -> str:
    plain = re.sub(r"[^0-9.,-]", "", text)
    decimal_comma = re.fullmatch(r"-?\d+,\d{1,2}", plain)
    plain = plain.replace(",", "." if decimal_comma else "")
    return f"write {plain}" if _AMOUNT.fullmatch(plain) else "write it in major units with a point, such as 18.40"
