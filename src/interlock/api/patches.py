"""What changed between two JSON documents, as the few operations that a page applies to its copy."""

from __future__ import annotations

from typing import Any

Op = dict[str, Any]
_MISSING = object()


def diff(old: Any, new: Any) -> list[Op]:
    """The operations that turn ``old`` into ``new``: set, remove, append, each at a path of keys and indexes."""
    ops: list[Op] = []
    _walk(old, new, [], ops)
    return ops


def _walk(old: Any, new: Any, path: list[str | int], ops: list[Op]) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                ops.append({"op": "remove", "path": [*path, key]})
        for key, value in new.items():
            before = old.get(key, _MISSING)
            if before is _MISSING:
                ops.append({"op": "set", "path": [*path, key], "value": value})
            else:
                _walk(before, value, [*path, key], ops)
    elif isinstance(old, list) and isinstance(new, list) and len(new) >= len(old) > 0:
        for index, before in enumerate(old):
            _walk(before, new[index], [*path, index], ops)
        if len(new) > len(old):
            ops.append({"op": "append", "path": list(path), "values": new[len(old) :]})
    elif type(old) is not type(new) or old != new:
        ops.append({"op": "set", "path": list(path), "value": new})


def apply(document: Any, ops: list[Op]) -> Any:
    """A new document with the operations applied, as the pages do it."""
    for op in ops:
        document = _apply(document, op["path"], op)
    return document


def _apply(value: Any, path: list[str | int], op: Op) -> Any:
    if not path:
        return [*value, *op["values"]] if op["op"] == "append" else op["value"]
    key, rest = path[0], path[1:]
    copy = list(value) if isinstance(value, list) else dict(value)
    if op["op"] == "remove" and not rest:
        del copy[key]  # type: ignore[arg-type]  # a key of a dict or an index of a list
    else:
        inner = copy[key] if isinstance(copy, list) else copy.get(key)  # type: ignore[index]  # likewise
        copy[key] = _apply(inner, rest, op)  # type: ignore[index]  # likewise
    return copy
