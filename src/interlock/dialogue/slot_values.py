"""What can a slot be asked for, and what can come of reading a customer's words for it?"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from interlock.vocabulary.money import Money

MAX_CHARACTERS: Final = 4_000
"""Of a longer text only the beginning is read."""

SlotType: TypeAlias = Literal[
    "order_number", "email", "money", "date", "choice", "yes_no", "integer", "text", "name", "phone", "one_time_code"
]

Reason: TypeAlias = Literal[
    "empty", "not_found", "not_clear", "negative", "out_of_range", "impossible", "none_of_these"
]
"""Why nothing was read: no words at all; nothing of the kind in them; a yes or no with conditions; an amount below
zero; a value outside the slot's limits; a date that the calendar does not have; every option turned down."""


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to choose from.

    Attributes:
        id: what the choice is stored as.
        label: what the customer is shown.
        aliases: other words for it.
    """

    id: str
    label: str
    aliases: tuple[str, ...] = ()


class SlotSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a slot holds; each setting counts for the types named with it.

    Attributes:
        pattern: order_number: ``#`` stands for a digit, ``@`` for a letter, the rest for itself; alternatives are
            separated by ``|`` (``A-#### | B-#####``).
        options: choice: what there is to choose from, in the order in which it was shown.
        currency: money: the currency (ISO 4217) of an amount that names none; empty accepts only amounts that do.
        minimum: integer: the least value; money: the least amount in minor units.
        maximum: integer: the greatest value; money: the greatest amount in minor units.
        when: date: whether a day without its year or week lies in the past, in the future, or either.
        digits: one_time_code: how many.
    """

    type: SlotType
    pattern: str = ""
    options: tuple[Option, ...] = ()
    currency: str = ""
    minimum: int = 0
    maximum: int = 1_000_000_000_000
    when: Literal["past", "future", "either"] = "either"
    digits: int = 6


class Context(msgspec.Struct, frozen=True):
    """What reading depends on besides the words.

    Attributes:
        today: the date where the customer is.
        language: ISO 639-1 code; decides how ``1,234`` and ``03/05`` are usually meant.
    """

    today: date
    language: str = "en"


SlotValue: TypeAlias = str | int | bool | date | Money


class Parsed(msgspec.Struct, frozen=True):
    """A value, and where in the text it stands (start and end index).

    The value is a ``Money`` for money, a ``date`` for date, a ``bool`` for yes_no, an ``int`` for integer, the
    option's id for choice, otherwise a ``str`` in its canonical form.
    """

    value: SlotValue
    span: tuple[int, int]


class NoMatch(msgspec.Struct, frozen=True):
    """Nothing that the slot could hold."""

    reason: Reason


class Ambiguous(msgspec.Struct, frozen=True):
    """Several values are possible; the customer has to say which."""

    options: tuple[SlotValue, ...]


Reading: TypeAlias = Parsed | NoMatch | Ambiguous


def one_of(found: list[Parsed]) -> Reading:
    """The only value found, ambiguous if different ones were, nothing if none was."""
    if not found:
        return NoMatch("not_found")
    values = tuple(dict.fromkeys(parsed.value for parsed in found))
    return found[0] if len(values) == 1 else Ambiguous(values)
