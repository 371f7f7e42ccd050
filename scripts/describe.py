"""What does the code say about itself: sentences beside fields and constants, types in words, tags, refusals?"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NewType, Union, get_args, get_origin, get_type_hints

import msgspec

SIMPLE: Final = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any value"}
BOUNDS: Final = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A module's or a class's source: the names it assigns in order, and the sentences that stand beside them."""

    constants: tuple[str, ...]
    beside: dict[str, str]


def source_of(thing: Any) -> str:
    """The source of a module, a class or a function."""
    if inspect.ismodule(thing):
        return Path(str(thing.__file__)).read_text(encoding="utf-8")
    return textwrap.dedent(inspect.getsource(thing))


@cache
def ast_of(thing: Any) -> Parsed:
    """The assignments of a module or a class, with the docstring below or the comment behind each."""
    source = source_of(thing)
    tree: Any = ast.parse(source)
    body = tree.body if inspect.ismodule(thing) else tree.body[0].body
    lines = source.splitlines()
    names: list[str] = []
    beside: dict[str, str] = {}
    for at, node in enumerate(body):
        target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(target, ast.Name):
            continue
        if inspect.ismodule(thing) and not _constant(node, target.id):
            continue
        names.append(target.id)
        below = body[at + 1] if at + 1 < len(body) else None
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            beside[target.id] = " ".join(below.value.value.split())
        else:
            comment = re.search(r"  # (?!noqa|type:)(.+)$", lines[(node.end_lineno or node.lineno) - 1])
            if comment:
                beside[target.id] = comment[1].strip()
    return Parsed(tuple(names), beside)


def _constant(node: ast.Assign | ast.AnnAssign, name: str) -> bool:
    return name.isupper() or (isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation))


def attributes(thing: Any) -> dict[str, str]:
    """What is said about each field: below it, or under ``Attributes:`` in the docstring; also of the bases."""
    found: dict[str, str] = {}
    for each in reversed(getattr(thing, "__mro__", (thing,))):
        if not getattr(each, "__module__", "interlock").startswith("interlock") and not inspect.ismodule(each):
            continue
        found |= _listed(inspect.getdoc(each) or "") | ast_of(each).beside
    return {name: _sentence(words) for name, words in found.items()}


def _listed(doc: str) -> dict[str, str]:
    section = re.search(r"^(?:Attributes|Args):\n(.*?)(?=^\S|\Z)", doc, re.MULTILINE | re.DOTALL)
    if section is None:
        return {}
    entries = re.findall(r"^    (\w+): (.*?)(?=^    \w|\Z)", section[1], re.MULTILINE | re.DOTALL)
    return {name: " ".join(words.split()) for name, words in entries}


def _sentence(words: str) -> str:
    text = re.sub(r"``(.+?)``", r"`\1`", words).replace("|", "\\|")
    return text[:1].upper() + text[1:]


def first_paragraph(thing: Any) -> str:
    """The first paragraph of a docstring, for Markdown."""
    return _sentence(" ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()))


def first_line(thing: Any) -> str:
    """The first line of a docstring, for a table."""
    return first_paragraph(thing)


def type_text(struct: type[msgspec.Struct], field: str) -> str:
    """The type of a field in words."""
    hint = get_type_hints(struct, include_extras=True)[field]
    return _type(hint).replace("|", "\\|")


def _member(each: Any, members: Sequence[Any]) -> str:
    """One of several types; those that are told apart by their first field are one to a reader."""
    for kind in ("Step", "Turn", "Reply"):
        if getattr(each, "__name__", "").endswith(kind) and sum(f"{one}".endswith(f"{kind}'>") for one in members) > 1:
            return f"a {kind.lower()}"
    return _type(each)


def _type(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        core, *metas = get_args(hint)
        pattern = next((str(each.pattern) for each in metas if getattr(each, "pattern", None)), "")
        if pattern.lstrip("^").removeprefix(r"\A").startswith("[a-z]["):
            if "A-Z" in pattern:
                return "operation or action, such as `shop.getOrder`"
            return "action, such as `shop.get_order`" if r"\." in pattern else "name"
        bounds = [words for meta in metas if isinstance(meta, msgspec.Meta) for words in _bounds(meta, core)]
        return ", ".join([_type(core), *bounds])
    if isinstance(hint, NewType):
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", hint.__name__.removesuffix("Id")).lower()
        return f"{words} id" if hint.__name__.endswith("Id") else words
    if get_origin(hint) in (Union, types.UnionType):
        members = [each for each in get_args(hint) if each is not type(None) and each.__name__ != "Erased"]
        return " or ".join(dict.fromkeys(_member(each, members) for each in members))
    if get_origin(hint) is Literal:
        return " · ".join(f"`{each}`" for each in get_args(hint))
    if get_origin(hint) in (tuple, list):
        inner = _type(get_args(hint)[0])
        return {"a step": "steps", "a turn": "turns", "a reply": "replies"}.get(inner, f"list of {inner}")
    if get_origin(hint) is dict:
        key, value = get_args(hint)
        return "mapping" if value is Any else f"{_type(value)}, by {_type(key)}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " · ".join(f"`{each.value}`" for each in hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if hasattr(hint, "text_schema"):
        return str(hint.text_schema["title"])
    return {
        "Duration": "duration",
        "timedelta": "duration",
        "datetime": "time",
        "Decimal": "amount",
        "Percent": "percentage",
        "Path": "path",
    }.get(hint.__name__, f"[{hint.__name__}](#{hint.__name__.lower()})" if _ours(hint) else hint.__name__)


def _ours(hint: Any) -> bool:
    return hint.__module__.startswith("interlock")


def _bounds(meta: msgspec.Meta, core: Any) -> Iterator[str]:
    for name, words in BOUNDS.items():
        value = getattr(meta, name)
        if value is not None:
            yield words.format(value)
    unit = "entries" if get_origin(core) in (tuple, dict, list) else "characters"
    if meta.pattern is not None and meta.examples:
        yield f"such as `{meta.examples[0]}`"
    if meta.min_length is not None and meta.min_length > 1:
        yield f"at least {meta.min_length} {unit}"
    if meta.max_length is not None:
        yield f"at most {meta.max_length} {unit}"


def default_text(field: msgspec.structs.FieldInfo) -> str:
    """A field's default, as one would write it."""
    value = field.default
    if value is msgspec.NODEFAULT:
        made = field.default_factory
        value = made() if made is not msgspec.NODEFAULT else None
    if isinstance(value, timedelta):
        return f"`{duration_text(value)}`"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, msgspec.Struct):
        return "its defaults"
    if value is None or value in ("", (), {}, []):
        return ""
    return str(value) if isinstance(value, str) and " " in value else f"`{value}`"


def duration_text(value: timedelta) -> str:
    """A span of time as definitions write it."""
    seconds = value.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0 and seconds >= size and not (unit == "d" and seconds < 2 * size):
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def tag_kinds(event: Any) -> tuple[str, ...]:
    """The kinds of the tags that an event carries, read from its ``tags``."""
    tree = ast.parse(source_of(event.tags))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return tuple(keyword.arg for call in calls for keyword in call.keywords if keyword.arg)


def permissions_of(function: Any) -> frozenset[str]:
    """The permissions one of which a route asks for."""
    calls = [node for node in ast.walk(ast.parse(source_of(function))) if isinstance(node, ast.Call)]
    asked = [call.args[1] for call in calls if getattr(call.func, "id", "") in ("require", "may")]
    return frozenset(each.value for each in asked if isinstance(each, ast.Constant) and isinstance(each.value, str))


def refusals(module: Any) -> Iterator[tuple[str, int, str]]:
    """Every ``Refused(code, reason, status=…)`` of a module whose code is written out."""
    source = source_of(module)
    if "Refused(" not in source:
        return
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Refused" or not node.args:
            continue
        code, reason = node.args[0], node.args[1] if len(node.args) > 1 else None
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            given = [each.value for each in node.keywords if each.arg == "status"]
            status = given[0].value if given and isinstance(given[0], ast.Constant) else 409
            yield code.value, int(str(status)), _words(reason, tree)


def _words(reason: ast.expr | None, tree: ast.AST) -> str:
    """A reason as far as it is written out, also a few lines above; what is filled in is an ellipsis."""
    if isinstance(reason, ast.Name):
        above = [
            (node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == reason.id
            and node.lineno < reason.lineno
        ]
        reason = max(above, key=lambda each: each[0])[1] if above else None
    if isinstance(reason, ast.Constant):
        return str(reason.value).replace("|", "\\|")
    if isinstance(reason, ast.JoinedStr):
        parts = [str(each.value) if isinstance(each, ast.Constant) else "…" for each in reason.values]
        return "".join(parts).replace("|", "\\|")
    return ""
