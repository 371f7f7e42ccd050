"""Which values for the slots of a journey are in a customer's words?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from interlock.dialogue.reading import plain
from interlock.dialogue.slot_choices import parse_choice, parse_yes_no
from interlock.dialogue.slot_dates import parse_date
from interlock.dialogue.slot_identifiers import (
    parse_email,
    parse_integer,
    parse_name,
    parse_one_time_code,
    parse_order_number,
    parse_phone,
)
from interlock.dialogue.slot_money import parse_money
from interlock.dialogue.slot_values import (
    MAX_CHARACTERS,
    Ambiguous,
    Context,
    NoMatch,
    Option,
    Parsed,
    Reading,
    SlotSpec,
    SlotType,
    SlotValue,
)

__all__ = [
    "Ambiguous", "Context", "NoMatch", "Option", "Parsed", "Reading", "SlotSpec", "SlotType", "SlotValue",
    "extract", "parse",
]  # fmt: skip

_UNMISTAKABLE_FIRST: Final[tuple[SlotType, ...]] = (
    "email", "order_number", "date", "money", "phone", "one_time_code", "choice", "integer", "yes_no", "name", "text",
)  # fmt: skip
"""The order in which slots take their part of a text, so that no part is read twice."""
_FIRST_IF_ASKED: Final = frozenset({"order_number", "date", "phone", "one_time_code"})
_NEVER_VOLUNTEERED: Final = frozenset({"integer", "yes_no", "name", "text"})
"""Types that nearly any words fit; they are read only as the answer to their own question."""


def parse(spec: SlotSpec, text: str, context: Context) -> Reading:
    """What the text, given as the answer to the question for this slot, says.

    Never raises for any text. Of more than MAX_CHARACTERS only the beginning is read.

    Raises:
        ValueError: the definition itself is wrong (an order_number without a pattern).
    """
    return _parse(spec, text[:MAX_CHARACTERS], plain(text[:MAX_CHARACTERS]), context, asked=True)


def extract(
    text: str, wanted: Mapping[str, SlotSpec], context: Context, *, asked: str | None = None
) -> dict[str, Parsed]:
    """The slots whose values stand clearly in one message ("A-1042, eva@example.com").

    Args:
        wanted: slot name → what it holds.
        asked: the slot that the customer was asked for, if any; it alone is read as an answer. The others are taken
            only if they are unmistakable; integers, yes or no, names and texts never are.

    Returns:
        Slot name → value. Slots that are absent or ambiguous are left out; `parse` says why for the one asked for.
    """
    original = text[:MAX_CHARACTERS]
    left = plain(original)
    found: dict[str, Parsed] = {}

    def turn(name: str) -> tuple[bool, bool, int]:
        kind = wanted[name].type
        return kind != "email", name != asked or kind not in _FIRST_IF_ASKED, _UNMISTAKABLE_FIRST.index(kind)

    for name in sorted(wanted, key=turn):
        spec = wanted[name]
        if spec.type in _NEVER_VOLUNTEERED and name != asked:
            continue
        reading = _parse(spec, original, left, context, asked=name == asked)
        if isinstance(reading, Parsed):
            found[name] = reading
            start, end = reading.span
            # Commas keep words on both sides apart, and every index where it was.
            left = left[:start] + "," * (end - start) + left[end:]
    return {name: found[name] for name in wanted if name in found}


def _parse(spec: SlotSpec, original: str, text: str, context: Context, *, asked: bool) -> Reading:
    if not text.strip():
        return NoMatch("empty")
    match spec.type:
        case "order_number":
            return parse_order_number(spec, text, asked=asked)
        case "email":
            return parse_email(text)
        case "money":
            return parse_money(spec, text, context, asked=asked)
        case "date":
            return parse_date(spec, text, context)
        case "choice":
            return parse_choice(spec, text, asked=asked)
        case "yes_no":
            return parse_yes_no(text)
        case "integer":
            return parse_integer(spec, text)
        case "name":
            return parse_name(original, text)
        case "phone":
            return parse_phone(text)
        case "one_time_code":
            return parse_one_time_code(spec, text)
        case "text":
            start = len(original) - len(original.lstrip())
            return Parsed(original.strip(), (start, start + len(original.strip())))
