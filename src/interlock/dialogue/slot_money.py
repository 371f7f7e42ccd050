"""Which amount of money is named in a text?"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from interlock.dialogue.slot_values import Ambiguous, Context, NoMatch, Parsed, Reading, SlotSpec, one_of
from interlock.vocabulary.money import MINOR_DIGITS, Money

MAX_AMOUNTS: Final = 50
"""Of a text that lists more amounts only the first are read; it is ambiguous anyway."""

_CURRENCIES: Final = {
    "EUR": "€ eur euro euros", "USD": "$ usd dollar dollars bucks us$", "GBP": "£ gbp pound pounds quid",
    "CHF": "chf franken francs fr sfr", "JPY": "¥ jpy yen", "PLN": "pln złoty zloty zł", "SEK": "sek", "DKK": "dkk",
    "NOK": "nok", "CZK": "czk kč", "HUF": "huf", "AUD": "aud a$", "CAD": "cad c$", "INR": "₹ inr rupees rupee",
}  # fmt: skip
_BY_NAME: Final = {name: code for code, names in _CURRENCIES.items() for name in names.split()}
_DOLLARS: Final = ("USD", "AUD", "CAD", "NZD", "SGD", "HKD")
_CENT_CURRENCIES: Final = {"p": "GBP", "pence": "GBP", "penny": "GBP", "rappen": "CHF"}

_NAMES: Final = "|".join(re.escape(name) for name in sorted(_BY_NAME, key=len, reverse=True))
_NUMBER: Final = r"[0-9]{1,12}(?:[.,' ][0-9]{3}(?![0-9])){0,4}(?:[.,][0-9]{1,3}(?![0-9]))?(?:[.,]-{1,2})?"
_MINORS: Final = r"cents?|ct|pence|penny|p|rappen"
_AMOUNT: Final = re.compile(
    rf"(?<![^\W_])(?:(?P<before>{_NAMES})\s{{0,2}}(?P<minus>-\s?)?)?(?<![0-9.,])(?P<number>{_NUMBER})(?![.,']?[0-9])"
    rf"(?:\s{{0,2}}(?P<after>{_NAMES})(?![^\W_])"
    # "18 euros 40", but not "18 euros 12 days ago" nor "18 euros and 2 mugs"
    rf"(?:\s{{1,2}}(?:(?:and|und)\s{{1,2}})?(?P<cents>[0-9]{{1,2}})\s{{0,2}}(?:{_MINORS})(?![^\W_])"
    rf"|\s{{0,2}}(?P<short>[0-9]{{2}})(?=\s*(?:[.,;!?)](?![0-9])|$|for\b|für\b)))?"
    rf"|\s{{0,2}}(?P<minor>{_MINORS})(?![^\W_]))?"
    r"(?![^\W_]|\s?%)"
)
_RANGE: Final = re.compile(r"\s*(?:-|to\b|or\b|bis\b|oder\b)\s*[^\w\s]?\s*[0-9]")
_LEAD: Final = re.compile(r"(?P<before>[^\s-]*)(?P<gap>\s*)(?:(?P<dash>-)(?P<space>\s?)|\bminus\s+)$")


def parse_money(spec: SlotSpec, text: str, context: Context, *, asked: bool = True) -> Reading:
    """The amount in a plain text (see `reading.plain`), in minor units.

    Args:
        asked: whether the text answers the question for this amount; if not, a bare whole number is no amount.
    """
    found: list[Parsed] = []
    doubtful: list[tuple[Money, ...]] = []
    matches = list(islice(_AMOUNT.finditer(text), MAX_AMOUNTS))
    some_named = any(_is_named(match) for match in matches)
    for match in matches:
        if not _is_named(match):
            if some_named and not _RANGE.match(text, match.end()):
                continue  # "18 euros, 12 days ago"
            if not asked and not re.search(r"[.,][0-9]{2}$", match["number"]):
                continue
        currency = _currency(match, spec)
        if currency is None:
            continue
        sign = "negative" if match["minus"] else _sign(text[max(0, match.start() - 40) : match.start()])
        if sign == "negative":
            return NoMatch("negative")
        if sign == "identifier":
            continue
        amounts = _minor_units(match, MINOR_DIGITS.get(currency, 2), context.language)
        if any(not spec.minimum <= amount <= spec.maximum for amount in amounts):
            return NoMatch("out_of_range")
        if len(amounts) == 1:
            found.append(Parsed(Money(amounts[0], currency), match.span()))
        elif amounts:
            doubtful.append(tuple(Money(amount, currency) for amount in amounts))
    if doubtful:
        return Ambiguous(tuple(dict.fromkeys([*(m for ms in doubtful for m in ms), *(p.value for p in found)])))
    return one_of(found)


def _is_named(match: re.Match[str]) -> bool:
    return bool(match["before"] or match["after"] or match["minor"])


def _sign(lead: str) -> str:
    """What the characters before a number make of it: a ``negative`` one, part of an ``identifier``, or nothing."""
    match = _LEAD.search(lead)
    if match is None:
        return ""
    before, spaced = match["before"], bool(match["gap"])
    if match["dash"] is None:
        return "negative"
    if spaced or not before:  # "kettle - 18.40" is no minus, "kettle -18.40" and "-18.40" are
        return "" if before and match["space"] else "negative"
    if before[-1].isdigit():  # "18-20"
        return ""
    return "negative" if before in _BY_NAME or not before[-1].isalpha() else "identifier"


def _currency(match: re.Match[str], spec: SlotSpec) -> str | None:
    if match["minor"]:
        return _CENT_CURRENCIES.get(match["minor"]) or spec.currency or None
    name = match["before"] or match["after"]
    if name is None:
        return spec.currency or None
    if name == "$" and spec.currency in _DOLLARS:
        return spec.currency
    return _BY_NAME[name]


def _minor_units(match: re.Match[str], digits: int, language: str) -> list[int]:
    """The amounts that a number can mean: none if it has too many decimals, two if its one separator is doubtful."""
    number = re.sub(r"[.,]-{1,2}$", "", match["number"])
    if match["minor"]:
        return [int(number)] if number.isdigit() else []
    cents = match["cents"] or match["short"]
    if cents:
        has_cents_already = re.search(r"[.,][0-9]{1,2}$", number)
        whole = int(re.sub(r"[.,' ]", "", number))
        return [] if has_cents_already or digits != 2 else [whole * 100 + int(cents)]
    parts = re.fullmatch(
        r"(?P<whole>[0-9]{1,3}(?:[.,' ][0-9]{3})*|[0-9]+)(?:(?P<point>[.,])(?P<part>[0-9]{1,3}))?", number
    )
    if parts is None:
        return []
    separators = re.sub(r"[0-9]", "", parts["whole"])
    if len(set(separators)) > 1 or (parts["point"] and parts["point"] in separators):
        return []
    units = int(re.sub(r"[.,' ]", "", parts["whole"]))
    if parts["part"]:
        too_fine = len(parts["part"]) > digits
        return [] if too_fine else [units * 10**digits + int(parts["part"].ljust(digits, "0"))]
    if len(separators) == 1:
        return _one_separator(parts["whole"], separators, digits, language)
    return [units * 10**digits]


def _one_separator(number: str, separator: str, digits: int, language: str) -> list[int]:
    """``1,234``: thousands where the language writes thousands so, otherwise perhaps a slip for ``1.23``."""
    left, right = number.split(separator)
    thousands = int(left + right) * 10**digits
    usual = {"en": ",", "de": "."}.get(language)
    if separator in "' " or separator == usual or left == "0":
        return [thousands] if left != "0" else []
    if digits == 3:
        return [thousands, int(left + right)]
    rounded = int(left) * 10**digits + int(right[:digits] or "0")
    return [thousands, rounded]
