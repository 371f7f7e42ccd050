"""What may stand in a place of a definition, seen from the type that is wanted there."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple, NewType, Union, get_args, get_origin

import msgspec

from interlock.kernel.documents.errors import with_article
from interlock.kernel.documents.scalars import Duration, Percent

LISTS: Final = (list, tuple, frozenset, set, Sequence)
MAPPINGS: Final = (dict, Mapping)
ANYTHING: Final = (Any, object)
MAKERS: Final = (tuple, frozenset, set)
"""List types that are made from the list that was read."""

_NAMES: Final[dict[Any, tuple[str, str]]] = {
    str: ("a text", ""),
    bool: ("true or false", "true"),
    int: ("a whole number", "1"),
    float: ("a number", "1.5"),
    Decimal: ("a number", "18.40"),
    Duration: ("a duration such as 20s, 90m, 8h or 3d", "20s"),
    timedelta: ("a duration such as 20s, 90m, 8h or 3d", "20s"),
    Percent: ("a percentage such as 80%", "80%"),
    types.NoneType: ("empty", ""),
}


class Wanted(NamedTuple):
    """A type hint without its wrappings: the bare type and the constraints that were annotated."""

    core: Any
    metas: tuple[msgspec.Meta, ...]


class Field(NamedTuple):
    """One key of a mapping that becomes a Struct."""

    name: str
    key: str
    hint: Any
    required: bool
    default: Any
    """The default value; ``msgspec.NODEFAULT`` where there is none or where it is made anew each time."""


@cache
def unwrap(hint: Any) -> Wanted:
    """Takes Annotated and NewType off (Duration and Percent stay: they say how a text is read)."""
    metas: list[msgspec.Meta] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *extras = get_args(hint)
            metas.extend(each for each in extras if isinstance(each, msgspec.Meta))
        elif isinstance(hint, NewType) and hint not in (Duration, Percent):
            hint = hint.__supertype__
        else:
            return Wanted(hint, tuple(metas))


@cache
def alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of a union, unions within it taken apart; a single one for every other hint."""
    core = unwrap(hint).core
    if get_origin(core) not in (Union, types.UnionType):
        return (hint,)
    return tuple(member for each in get_args(core) for member in alternatives(each))


@cache
def fields(struct: type[msgspec.Struct]) -> dict[str, Field]:
    """The fields of a Struct by the key they have in a file."""
    return {
        each.encode_name: Field(each.name, each.encode_name, each.type, each.required, each.default)
        for each in msgspec.structs.fields(struct)
    }


@cache
def verbs(structs: tuple[type[msgspec.Struct], ...]) -> dict[str, type[msgspec.Struct]]:
    """The structs of a union by their verb: the key of their first field.

    Raises:
        TypeError: a declaration from which no mapping could be told apart (a fault in the program, not in a file).
    """
    found: dict[str, type[msgspec.Struct]] = {}
    for struct in structs:
        verb = next(iter(fields(struct).values()), None)
        if verb is None or not verb.required:
            raise TypeError(f"{struct.__name__} is in a union, so its first field is its verb and must be required")
        if verb.key in found:
            raise TypeError(f"{struct.__name__} and {found[verb.key].__name__} have the same verb '{verb.key}'")
        found[verb.key] = struct
    return found


def is_struct(core: Any) -> bool:
    """Whether a bare type is a Struct class."""
    return isinstance(core, type) and issubclass(core, msgspec.Struct)


def is_list(core: Any) -> bool:
    """Whether a bare type is written as a list."""
    return (get_origin(core) or core) in LISTS


def is_mapping(core: Any) -> bool:
    """Whether a bare type is written as a mapping: a Struct or a dict."""
    return is_struct(core) or (get_origin(core) or core) in MAPPINGS


def item_hint(core: Any) -> Any:
    """What the items of a list type are; raises TypeError for tuples of fixed length, which no definition has."""
    arguments = get_args(core)
    if (get_origin(core) or core) is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        raise TypeError(f"{core}: only tuples of any length (tuple[X, ...]) can be read from a definition")
    return arguments[0] if arguments else Any


def entry_hints(core: Any) -> tuple[Any, Any]:
    """What the keys and values of a dict type are."""
    arguments = get_args(core)
    return (arguments[0], arguments[1]) if arguments else (str, Any)


@cache
def noun(struct: type[msgspec.Struct]) -> str:
    """What authors call a Struct: its class name in small words (QueueDefinition is a queue definition)."""
    return " ".join(_words(struct.__name__))


@cache
def union_noun(structs: tuple[type[msgspec.Struct], ...]) -> str:
    """What authors call any member of a union: the words that all names end with (SayStep, AskStep: step)."""
    first, *others = [_words(each.__name__)[::-1] for each in structs]
    common = []
    for position, word in enumerate(first):
        if any(other[position : position + 1] != [word] for other in others):
            break
        common.append(word)
    return " ".join(common[::-1]) or "mapping"


def describe(hint: Any) -> str:
    """What should stand here, in the author's words: ``a text or a list``."""
    structs = tuple(core for each in alternatives(hint) if is_struct(core := unwrap(each).core))
    names = []
    for each in alternatives(hint):
        core = unwrap(each).core
        if is_struct(core) and len(structs) > 1:
            name = f"{with_article(union_noun(structs))} (one of: {', '.join(verbs(structs))})"
        else:
            name = _describe_one(core)
        if core is not types.NoneType and name not in names:
            names.append(name)
    return " or ".join(names)


def example(hint: Any) -> str:
    """Something that could be written here; empty where nothing sensible is known."""
    for each in (hint, *alternatives(hint)):
        core, metas = unwrap(each)
        given = [str(text) for meta in metas for text in meta.examples or ()]
        if given:
            return given[0]
        if core is types.NoneType:
            continue
        if get_origin(core) is Literal:
            return str(get_args(core)[0])
        if isinstance(core, type) and issubclass(core, Enum):
            return str(next(iter(core)).value)
        texts = text_schema(core).get("examples", ()) if reads_text(core) else ()
        if texts:
            return str(texts[0])
        if core in _NAMES:
            return _NAMES[core][1]
    return ""


def reads_text(core: Any) -> bool:
    """Whether a bare type is a class that reads itself: it has ``from_text(text) -> Self``, which may raise Misread."""
    return isinstance(core, type) and callable(getattr(core, "from_text", None))


def text_schema(core: Any) -> Mapping[str, Any]:
    """The JSON Schema of a class with ``from_text``: its ``text_schema`` (title, type, examples), or any text."""
    return getattr(core, "text_schema", None) or {"type": "string", "title": " ".join(_words(core.__name__))}


def _describe_one(core: Any) -> str:
    if get_origin(core) is Literal:
        values = [str(each) for each in get_args(core)]
    elif isinstance(core, type) and issubclass(core, Enum):
        values = [str(each.value) for each in core]
    else:
        if core in ANYTHING:
            return "anything"
        if core in _NAMES:
            return _NAMES[core][0]
        if is_struct(core):
            return f"{with_article(noun(core))} (keys: {', '.join(fields(core))})"
        if is_list(core):
            return "a list"
        if is_mapping(core):
            return "a mapping (key: value)"
        if reads_text(core):
            return with_article(str(text_schema(core).get("title", core.__name__)))
        raise TypeError(f"{core!r} cannot be read from a definition")
    return f"'{values[0]}'" if len(values) == 1 else f"one of: {', '.join(values)}"


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)] or [name]
