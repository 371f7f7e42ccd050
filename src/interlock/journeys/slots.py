"""What does a journey have to know from the customer, and which answers does it take?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.cel import Expression
from interlock.kernel.documents import Misread, money_minor
from interlock.kernel.template import Template

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z", examples=["order_no"])]
Words = Annotated[str, Meta(min_length=1, max_length=500)]

SlotType = Literal["order_number", "email", "money", "date", "choice", "yes_no", "integer", "text", "name", "phone"]

ANYTIME: Final = frozenset({"order_number", "email"})
"""Slot types whose values say by their form what they are, so that any message may give or correct them."""


CALLED: Final = {"order_number": "order number", "email": "e-mail address", "phone": "phone number"}
"""What people call a slot of a type that tells what it is, where nobody has said otherwise."""

VALUE: Final = "value"
"""What a slot's condition calls the answer."""

TODAY: Final = "today"
"""What it calls the day in the tenant's time zone, as text such as 2026-11-27, like the values of dates."""


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a slot of type ``choice``.

    Attributes:
        to: the profile that it is offered to; to everybody where none is named.
    """

    value: Name
    label: Words
    aliases: tuple[Words, ...] = ()
    to: Name | None = None


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a journey has to know from the customer.

    Attributes:
        type: how the answer is read; see the slot types.
        label: what agents read for its name, such as ``order number``; by its type or its name where nothing is written.
        ask: the question; steps that only choose from a list bring their own.
        to: the question for some, by the journey's ``profiles``: the first that holds and has one here.
        again: the question after an answer that did not give it.
        privacy: ``personal`` for what tells who somebody is; masked in views until the customer is verified.
        remember: a value given earlier in the same interaction, in another journey, is taken.
        pattern: of an order number: ``#`` for a digit, ``@`` for a letter, alternatives separated by ``|``.
        currency: of an amount of money that names none.
        minimum: the least number, or amount of money in major units; ``maximum`` likewise.
        when: whether a day without its year lies in the past or in the future.
        options: of a choice.
        valid: a CEL condition that an answer has to meet as well; it is called ``value``, the day ``today``, and what the
            journey knows by then has its names. An answer for which it cannot be told does not meet it.
        wrong: what is said where it does not; ``again`` where nothing is.
    """

    type: SlotType
    ask: Template | None = None
    again: Template | None = None
    privacy: Literal["open", "personal"] = "open"
    remember: bool = False
    pattern: str = ""
    currency: str = ""
    minimum: str = ""
    maximum: str = ""
    when: Literal["past", "future", "either"] = "either"
    options: tuple[Option, ...] = ()
    valid: Expression | None = None
    wrong: Template | None = None
    to: dict[Name, Template] = {}
    label: Words | None = None

    def called(self, name: str) -> str:
        """What people call it. ``name`` is the one that the journey has for it."""
        return self.label or CALLED.get(self.type) or name.replace("_", " ")

    def only(self, options: Sequence[Option]) -> Slot:
        """The same with some of its options."""
        return msgspec.structs.replace(self, options=tuple(options))

    def __post_init__(self) -> None:
        """Refuses settings that do not go with the type. Raises Misread."""
        for setting, types in _SETTINGS.items():
            if getattr(self, setting) and self.type not in types and not (setting == "when" and self.when == "either"):
                raise Misread(f"'{setting}' means nothing for a slot of type {self.type}", f"remove '{setting}'")
        for setting in ("minimum", "maximum"):
            self._bound(setting)
        if self.to and self.ask is None:
            raise Misread("'to' has no question for all others", "write 'ask:' as well, or remove 'to'")
        if self.wrong is not None and self.valid is None:
            raise Misread("'wrong' is never said without a condition", "write 'valid:' as well, or remove 'wrong'")

    def spec(self, options: tuple[tuple[str, str, tuple[str, ...]], ...] = ()) -> dict[str, Any]:
        """The slot as the parsers of the dialogue take it; ``options`` are (value, label, aliases)."""
        spec: dict[str, Any] = {"type": self.type}
        for setting in ("pattern", "currency"):
            if getattr(self, setting):
                spec[setting] = getattr(self, setting)
        for setting in ("minimum", "maximum"):
            bound = self._bound(setting)
            if bound is not None:
                spec[setting] = bound
        if self.when != "either":
            spec["when"] = self.when
        chosen = options or tuple((each.value, each.label, each.aliases) for each in self.options)
        if chosen:
            spec["options"] = [{"id": id, "label": label, "aliases": list(aliases)} for id, label, aliases in chosen]
        return spec

    def _bound(self, setting: str) -> int | None:
        text = getattr(self, setting)
        if not text:
            return None
        if self.type == "money":
            return money_minor(text, self.currency or "EUR")
        if not text.lstrip("-").isdigit():
            raise Misread(f"'{setting}' is '{text}', which is no whole number", "write for example '1'")
        return int(text)


_SETTINGS: Final[dict[str, tuple[SlotType, ...]]] = {
    "pattern": ("order_number",),
    "currency": ("money",),
    "minimum": ("money", "integer"),
    "maximum": ("money", "integer"),
    "when": ("date",),
    "options": ("choice",),
}
