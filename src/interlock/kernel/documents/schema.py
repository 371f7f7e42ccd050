"""What may an editor complete and underline while a definition is written: the JSON Schema of a definition's type."""

from __future__ import annotations

import types
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from interlock.kernel.documents import hints
from interlock.kernel.documents.scalars import Duration, Percent, duration_text

_DURATION: Final = {
    "type": "string",
    "pattern": "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
    "title": "duration",
    "examples": ["20s", "90m", "8h", "3d"],
}
_PERCENT: Final = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$", "title": "percentage", "examples": ["80%"]}
_SIMPLE: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "number"},
    types.NoneType: {"type": "null"},
    Duration: _DURATION,
    timedelta: _DURATION,
    Percent: _PERCENT,
}
_BOUNDS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
    "title": "title",
    "description": "description",
    "examples": "examples",
}


def json_schema(into: Any) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what ``load`` reads into a type; Structs in a union are a ``oneOf`` by their verbs.

    msgspec's own schemas do not know such unions, nor types that are read from a text, so the types are walked here.
    """
    definitions: dict[str, Any] = {}
    schema = _schema(into, definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions}


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    core, metas = hints.unwrap(hint)
    members = hints.alternatives(hint)
    schema = _union(members, definitions) if len(members) > 1 else _one(core, definitions)
    for meta in metas:
        schema = schema | _annotations(meta, schema)
    return schema


def _union(members: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    structs = tuple(core for each in members if hints.is_struct(core := hints.unwrap(each).core))
    others = [_schema(each, definitions) for each in members if not hints.is_struct(hints.unwrap(each).core)]
    if len(structs) > 1:
        variants = [_one(struct, definitions) for struct in hints.verbs(structs).values()]
        others.append({"title": hints.union_noun(structs), "oneOf": variants})
    elif structs:
        others.append(_one(structs[0], definitions))
    return others[0] if len(others) == 1 else {"anyOf": others}


def _one(core: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if core in hints.ANYTHING:
        return {}
    if core in _SIMPLE:
        return dict(_SIMPLE[core])
    if get_origin(core) is Literal:
        return {"enum": list(get_args(core))}
    if isinstance(core, type) and issubclass(core, Enum):
        return {"enum": [each.value for each in core]}
    if hints.is_struct(core):
        return _struct(core, definitions)
    if hints.is_list(core):
        unique = {"uniqueItems": True} if (get_origin(core) or core) in (set, frozenset) else {}
        return {"type": "array", "items": _schema(hints.item_hint(core), definitions), **unique}
    if hints.is_mapping(core):
        key, value = hints.entry_hints(core)
        names = _schema(key, definitions)
        named = {} if names == {"type": "string"} or not names else {"propertyNames": names}
        return {"type": "object", **named, "additionalProperties": _schema(value, definitions)}
    if hints.reads_text(core):
        return dict(hints.text_schema(core))
    raise TypeError(f"{core!r} cannot be read from a definition")


def _struct(struct: type[msgspec.Struct], definitions: dict[str, Any]) -> dict[str, Any]:
    name = struct.__name__
    reference = {"$ref": f"#/$defs/{name}"}
    if name in definitions:
        return reference
    known = hints.fields(struct)
    definition: dict[str, Any] = {"title": hints.noun(struct), "type": "object"}
    definitions[name] = definition
    if struct.__doc__:
        definition["description"] = " ".join(struct.__doc__.split("\n\n")[0].split())
    definition["properties"] = {
        field.key: _schema(field.hint, definitions) | _default(field.default) for field in known.values()
    }
    definition["required"] = [field.key for field in known.values() if field.required]
    definition["additionalProperties"] = False
    return reference


def _default(value: Any) -> dict[str, Any]:
    if isinstance(value, timedelta):
        return {"default": duration_text(value)}
    return {"default": value} if isinstance(value, (str, int, float)) and not isinstance(value, Enum) else {}


def _annotations(meta: msgspec.Meta, schema: dict[str, Any]) -> dict[str, Any]:
    found = {word: getattr(meta, name) for name, word in _BOUNDS.items() if getattr(meta, name) is not None}
    if "pattern" in found:
        found["pattern"] = found["pattern"].replace("\\Z", "$")  # JSON Schema's expressions are those of JavaScript
    of = "Items" if schema.get("type") == "array" else "Properties" if schema.get("type") == "object" else "Length"
    for side in ("min", "max"):
        length = getattr(meta, f"{side}_length")
        if length is not None:
            found[side + of] = length
    return found
