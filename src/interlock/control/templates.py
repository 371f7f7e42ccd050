"""What does a text with ``{names}`` say once the names are known, and which names does it need?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from interlock.kernel.documents import Misread, Reference
from interlock.vocabulary.money import Money

_REFERENCE: Final = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*")


class Unknown(LookupError):
    """A name that a template needs has no value here.

    Attributes:
        path: the dotted name.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Template:
    """A text with dotted names in braces; ``{{`` and ``}}`` are braces themselves."""

    text: str
    parts: tuple[str | Reference, ...]

    text_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "title": "text with {names}",
        "examples": ["Refund {amount} for {item.name}"],
    }

    @classmethod
    def from_text(cls, text: str) -> Template:
        """Read a template. Raises Misread for a brace that does not close or a name that is none."""
        parts: list[str | Reference] = []
        literal = ""
        at = 0
        while at < len(text):
            if text[at : at + 2] in ("{{", "}}"):
                literal += text[at]
                at += 2
            elif text[at] == "{":
                end = text.find("}", at)
                if end < 0:
                    raise Misread(
                        "it has a '{' that does not close", "write '}' behind the name, or '{{' for a brace", at
                    )
                name = text[at + 1 : end].strip()
                if not _REFERENCE.fullmatch(name):
                    raise Misread(f"'{{{name[:40]}}}' is no name", "write a dotted name such as {item.name}", at)
                parts += [literal, Reference(name, at + 1)] if literal else [Reference(name, at + 1)]
                literal, at = "", end + 1
            elif text[at] == "}":
                raise Misread("it has a '}' without a '{' before", "write '}}' for a brace", at)
            else:
                literal += text[at]
                at += 1
        return cls(text, (*parts, literal) if literal or not parts else tuple(parts))

    @property
    def references(self) -> tuple[Reference, ...]:
        """The names that it needs, in order, with their offsets."""
        return tuple(each for each in self.parts if isinstance(each, Reference))

    def fill(self, values: Mapping[str, Any]) -> str:
        """The text with every name replaced by its value as people write it.

        Raises:
            Unknown: a name has no value.
        """
        return "".join(each if isinstance(each, str) else as_words(dig(values, each.path)) for each in self.parts)

    def value(self, values: Mapping[str, Any]) -> Any:
        """The value itself where the template is one name and nothing else; otherwise the filled text.

        Raises:
            Unknown: a name has no value.
        """
        only = self.parts[0]
        return dig(values, only.path) if len(self.parts) == 1 and isinstance(only, Reference) else self.fill(values)


def dig(value: Any, path: str) -> Any:
    """What stands at a dotted path of mappings and lists (``items.0.name``). Raises Unknown where nothing does."""
    found = value
    for step in path.split("."):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list | tuple) and step.isascii() and step.isdigit():
            if len(step) > 6 or int(step) >= len(found):
                raise Unknown(path)
            found = found[int(step)]
        else:
            raise Unknown(path)
    return found


def as_money(value: Any) -> Money | None:
    """The money that a JSON value says (``{"amount": 1840, "currency": "EUR"}``), or None if it says none."""
    if isinstance(value, Money):
        return value
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        amount, currency = value["amount"], value["currency"]
        if isinstance(amount, int) and not isinstance(amount, bool) and isinstance(currency, str):
            return Money(amount, currency)
    return None


def as_words(value: Any) -> str:
    """A value as a person reads it; money with its currency."""
    if isinstance(value, str):
        return value
    money = as_money(value)
    if money is not None:
        return str(money)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list | tuple) or value is None:
        raise Unknown(f"{type(value).__name__} cannot be written in a sentence")
    return str(value)
