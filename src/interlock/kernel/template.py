"""What does a text with placeholders such as ``{order.items}`` say for these values, and which names does it use?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Final

from interlock.kernel.documents.errors import Misread, Reference, shown

MAX_LENGTH: Final = 10_000
"""Characters of one template."""

_PART: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")


class TemplateError(ValueError):
    """A placeholder could not be filled.

    Attributes:
        template: the text of the template.
        path: the dotted name in the placeholder.
        what: what is wrong with its value.
    """

    def __init__(self, template: str, path: str, what: str) -> None:
        super().__init__(f"text '{shown(template)}': '{path}' {what}")
        self.template = template
        self.path = path
        self.what = what


@dataclass(frozen=True, slots=True)
class Template:
    """A text with ``{dotted.name}`` placeholders; ``{{`` and ``}}`` stand for braces. Equal if its text is.

    In definitions it can be the type of a field.

    Attributes:
        text: as the author wrote it.
        parts: its pieces in order: fixed texts, and references to be filled in.
    """

    text: str
    parts: tuple[str | Reference, ...] = field(compare=False, repr=False)

    text_schema: ClassVar[Mapping[str, Any]] = {"type": "string", "title": "text with {placeholders}"}

    @classmethod
    def from_text(cls, text: str) -> Template:
        """The same as ``compile``; makes Template a type of a definition's fields."""
        return cls.compile(text)

    @classmethod
    def compile(cls, text: str) -> Template:
        """Takes a text apart.

        Raises:
            Misread: a brace without its counterpart, or a placeholder that is no dotted name; with its place.
        """
        if len(text) > MAX_LENGTH:
            raise Misread(f"the text has {len(text)} characters and may have {MAX_LENGTH}", "make it shorter")
        parts: list[str | Reference] = []
        end = 0
        for match in _PART.finditer(text):
            if match.start() > end:
                parts.append(text[end : match.start()])
            end = match.end()
            if match[1] is not None:
                parts.append(_reference(match[1], match.start()))
            elif len(match[0]) == 2:
                parts.append(match[0][0])
            else:
                brace, other = match[0], "}" if match[0] == "{" else "{"
                mend = f"write '{brace}{brace}' for the brace itself"
                raise Misread(f"the '{brace}' here is without its '{other}'", mend, match.start())
        if end < len(text):
            parts.append(text[end:])
        return cls(text, tuple(parts))

    @property
    def references(self) -> tuple[Reference, ...]:
        """The names that are filled in, in their order, each with the place of its placeholder in the text."""
        return tuple(each for each in self.parts if isinstance(each, Reference))

    def render(self, values: Mapping[str, object]) -> str:
        """The text with its placeholders filled in.

        A value shows itself: texts and numbers as they are; any other by its ``text`` (attribute or key), else by a
        ``__str__`` of its own (money, a date).

        Raises:
            TemplateError: a name has no value, or one that has no text (a list, a truth value).
        """
        return "".join(each if isinstance(each, str) else self._shown(each, values) for each in self.parts)

    def value(self, values: Mapping[str, object]) -> object:
        """What the template stands for where a value is wanted and not a text (an action's arguments, say).

        One placeholder and nothing else stands for the value itself; all others are rendered.

        Raises:
            TemplateError: as ``render``.
        """
        if len(self.parts) == 1 and isinstance(self.parts[0], Reference):
            return self._found(self.parts[0], values)
        return self.render(values)

    def _found(self, reference: Reference, values: Mapping[str, object]) -> object:
        value: object = values
        for name in reference.path.split("."):
            if not isinstance(value, Mapping) or value.get(name) is None:
                raise TemplateError(self.text, reference.path, "has no value")
            value = value[name]
        return value

    def _shown(self, reference: Reference, values: Mapping[str, object]) -> str:
        value = self._found(reference, values)
        if isinstance(value, str):
            return str(value)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return str(value)
        text = value.get("text") if isinstance(value, Mapping) else getattr(value, "text", None)
        if isinstance(text, str):
            return text
        if type(value).__str__ is not object.__str__:
            return str(value)
        raise TemplateError(self.text, reference.path, f"is {_kind(value)} and has no text")


def _reference(inner: str, offset: int) -> Reference:
    if _PATH.fullmatch(inner):
        return Reference(inner, offset)
    what = f"'{{{shown(inner)}}}' is no placeholder"
    if _PATH.fullmatch(inner.strip()):
        raise Misread("a placeholder has no spaces in it", f"write {{{inner.strip()}}}", offset)
    mend = "write a name with dots, such as {order.status}, or '{{' for the brace itself"
    raise Misread(what, mend, offset)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a list" if isinstance(value, (list, tuple)) else "a mapping" if isinstance(value, Mapping) else "an object"
