"""Does one text fit the type that is wanted, and what is its value?"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from interlock.kernel.documents import hints
from interlock.kernel.documents.errors import Misread, closest, in_quotes, shown
from interlock.kernel.documents.hints import Wanted
from interlock.kernel.documents.nodes import Text
from interlock.kernel.documents.scalars import (
    Duration,
    Kind,
    Percent,
    duration,
    exact_number,
    kind_of,
    percent,
    whole_number,
)

_KINDS: Final[dict[Kind, str]] = {"boolean": "boolean", "integer": "integer", "number": "number", "text": "string"}
"""What JSON Schema calls a kind of text."""


def kind(node: Text) -> Kind:
    """What YAML takes a text for; in quotes it is a text whatever it says."""
    return kind_of(node.text) if node.plain else "text"


def found_text(node: Text) -> str:
    """What was found, for a message."""
    names: dict[Kind, str] = {
        "empty": "empty",
        "boolean": f"the truth value {node.text}",
        "integer": f"the number {shown(node.text)}",
        "number": f"the number {shown(node.text)}",
        "text": f"the text '{shown(node.text)}'",
    }
    return names[kind(node)]


def untyped(node: Text) -> Any:
    """The value where any type will do: None, bool, int, str, or Decimal for 18.40, whose digits must not get lost."""
    readers: dict[Kind, Callable[[str], Any]] = {
        "empty": lambda text: None,
        "boolean": lambda text: text.lower() == "true",
        "integer": whole_number,
        "number": exact_number,
        "text": str,
    }
    return readers[kind(node)](node.text)


def read_text(node: Text, wanted: Wanted) -> Any:
    """The value of a text in the wanted type, its constraints checked.

    Raises:
        Misread: it does not fit.
    """
    return check(_read(node, wanted.core), wanted.metas)


def check(value: Any, metas: tuple[msgspec.Meta, ...]) -> Any:
    """The value itself, if it keeps the constraints that were annotated.

    Raises:
        Misread: it does not.
    """
    for meta in metas:
        for name, fits, says in _BOUNDS:
            bound = getattr(meta, name)
            if bound is not None and not fits(value, bound):
                raise Misread(f"it is {_said(value)} and must be {says} {bound}")
        for name, fits, says in _LENGTHS:
            bound = getattr(meta, name)
            if bound is not None and not fits(len(value), bound):
                unit = "characters" if isinstance(value, str) else "entries"
                raise Misread(f"it has {len(value) or 'no'} {unit} and must have {says} {bound}")
        if meta.pattern is not None and not re.search(meta.pattern, value):
            samples = " or ".join(str(each) for each in meta.examples or ())
            mend = f"write for example {samples}" if samples else f"it must match {meta.pattern}"
            raise Misread(f"it is {_said(value)}, which has not the right form", mend)
    return value


_BOUNDS: Final[tuple[tuple[str, Callable[[Any, Any], bool], str], ...]] = (
    ("ge", lambda value, bound: value >= bound, "at least"),
    ("gt", lambda value, bound: value > bound, "more than"),
    ("le", lambda value, bound: value <= bound, "at most"),
    ("lt", lambda value, bound: value < bound, "less than"),
    ("multiple_of", lambda value, bound: value % bound == 0, "a multiple of"),
)
_LENGTHS: Final[tuple[tuple[str, Callable[[int, int], bool], str], ...]] = (
    ("min_length", lambda length, bound: length >= bound, "at least"),
    ("max_length", lambda length, bound: length <= bound, "at most"),
)


def _read(node: Text, core: Any) -> Any:
    what, text = kind(node), node.text
    if core is types.NoneType:
        if what == "empty":
            return None
        raise _unfit(node, core)
    if what == "empty" and core is not types.NoneType:
        raise Misread("it is empty", _write(hints.example(core)) or "write its value, or remove the key")
    if get_origin(core) is Literal:
        return _choice(node, {_as_written(each): each for each in get_args(core)})
    if isinstance(core, type) and issubclass(core, Enum):
        return _choice(node, {_as_written(each.value): each for each in core})
    if core in (Duration, timedelta):
        return duration(text)
    if core is Percent:
        return percent(text)
    if hints.reads_text(core):
        accepted = hints.text_schema(core).get("type", "string")
        if _KINDS[what] not in ([accepted] if isinstance(accepted, str) else accepted):
            raise _unfit(node, core)
        return core.from_text(text)
    if core is str and what == "text":
        return text
    if core is bool and what == "boolean":
        return text.lower() == "true"
    if core is int and what == "integer":
        return whole_number(text)
    if core in (float, Decimal) and what in ("integer", "number"):
        number = exact_number(text)
        return number if core is Decimal else float(number)
    raise _unfit(node, core)


def _choice(node: Text, values: dict[str, Any]) -> Any:
    if node.text in values:
        return values[node.text]
    near = closest(node.text, values)
    mend = f"did you mean '{near}'?" if near else f"write one of: {', '.join(values)}"
    raise Misread(f"it is '{shown(node.text)}', which is not known here", mend)


def _unfit(node: Text, core: Any) -> Misread:
    """The reason and the mend for a text of another kind than is wanted."""
    what = f"it should be {hints.describe(core)}, and is {found_text(node)}"
    given = kind(node)
    if given in ("boolean", "integer", "number") and (core is str or hints.reads_text(core)):
        return Misread(what, f"write {in_quotes(shown(node.text))}")
    if given == "text" and not node.plain and core in (bool, int, float, Decimal) and kind_of(node.text) != "text":
        return Misread(what, f"write {shown(node.text)} without quotes")
    if core is bool and node.text.lower() in ("yes", "on", "y", "no", "off", "n"):
        return Misread(what, f"write {'true' if node.text.lower() in ('yes', 'on', 'y') else 'false'}")
    return Misread(what, _write(hints.example(core)))


def _write(sample: str) -> str:
    return f"write for example {sample}" if sample else ""


def _as_written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said(value: Any) -> str:
    return f"'{shown(value)}'" if isinstance(value, str) else str(value)
