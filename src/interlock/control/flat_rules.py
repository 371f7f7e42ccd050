"""How are the rules of an action written so that Cedar reads the least, and what is it given then?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from cedarpy import PolicySet, policies_to_json_str

_ROOTS: Final = ("context", "resource")
_ATTRIBUTE: Final = {"left", "attr"}
_EVERY_ACTION: Final = {"op": "All"}

Path: TypeAlias = tuple[str, ...]
"""``("context", "args", "amount")``."""


class Leaves(NamedTuple):
    """What rules look at within one record: where it stands, and each name within it with the flat one."""

    root: str
    above: Path
    names: tuple[tuple[str, str], ...]


class FlatRules(NamedTuple):
    """Rules of one action that look at ``context["args.amount"]`` where they were written with ``context.args.amount``.

    Reading nested records and a second entity is most of what a question costs Cedar. So the same rules are kept a
    second time, with every path as one name of the context (that of the resource, too) and without the scope's action,
    which is the same for all of them. They say what the rules as written say, as long as none of them fails.
    """

    parsed: PolicySet
    leaves: tuple[Leaves, ...]

    def context(self, context: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any] | None:
        """The flat context; None where a record is not there in which a rule looks for something.

        ``has`` within a record that is not there fails in the rules as written, and would be false here.
        """
        flat: dict[str, Any] = {}
        for root, above, names in self.leaves:
            within: Any = context if root == "context" else resource
            for step in above:
                within = within.get(step) if isinstance(within, dict) else None
            if not isinstance(within, dict):
                return None
            for name, as_flat in names:
                if name in within:
                    flat[as_flat] = within[name]
        return flat


def flat_rules(text: str) -> FlatRules | None:
    """The rules of a text, all of one action, with flat paths; None where one takes the whole context or resource."""
    document = msgspec.json.decode(policies_to_json_str(text))
    policies = document["staticPolicies"].values()
    used = {path for policy in policies for path in _paths(policy["conditions"])}
    if any(len(path) == 1 or any("." in step for step in path) for path in used):
        return None
    ends = {path: _end(path, used) for path in used}
    for policy in policies:
        policy["action"] = _EVERY_ACTION
        policy["annotations"] = {}
        policy["conditions"] = _rewritten(policy["conditions"], ends)
    within: dict[Path, dict[str, str]] = {}
    for path in sorted(set(ends.values())):
        within.setdefault(path[:-1], {})[path[-1]] = _name(path)
    leaves = tuple(Leaves(above[0], above[1:], tuple(names.items())) for above, names in within.items())
    return FlatRules(PolicySet.from_json_str(msgspec.json.encode(document).decode()), leaves)


def _name(path: Path) -> str:
    dotted = ".".join(path[1:])
    return f".{dotted}" if path[0] == "resource" else dotted


def _end(path: Path, used: set[Path]) -> Path:
    """How much of a path becomes one name: up to where some rule takes the value whole."""
    return next(path[:length] for length in range(2, len(path) + 1) if path[:length] in used)


def _path(node: Any) -> Path | None:
    """The path that an expression stands for: ``context``, or an attribute of such a path."""
    steps: list[str] = []
    while (got := _about(node, ".")) is not None:
        steps.append(got["attr"])
        node = got["left"]
    root = node.get("Var") if isinstance(node, dict) else None
    return (str(root), *reversed(steps)) if root in _ROOTS else None


def _about(node: Any, operator: str) -> dict[str, Any] | None:
    """What an expression does by an operator with an attribute; a record may have a field of the operator's name."""
    about = node.get(operator) if isinstance(node, dict) else None
    return about if isinstance(about, dict) and about.keys() == _ATTRIBUTE else None


def _tested(node: Any) -> Path | None:
    """The path of which an expression asks whether it is there."""
    has = _about(node, "has")
    if has is None or (base := _path(has["left"])) is None:
        return None
    return (*base, has["attr"])


def _children(node: Any) -> Sequence[Any]:
    if isinstance(node, dict):
        return tuple(node.values())
    return node if isinstance(node, list) else ()


def _paths(node: Any) -> Iterator[Path]:
    path = _path(node) or _tested(node)
    if path is not None:
        yield path
        return
    for child in _children(node):
        yield from _paths(child)


def _rewritten(node: Any, ends: Mapping[Path, Path]) -> Any:
    if (path := _path(node)) is not None:
        return _got(path, ends[path])
    if (path := _tested(node)) is not None:
        end = ends[path]
        if path == end:
            return {"has": {"left": {"Var": "context"}, "attr": _name(end)}}
        return {"has": {"left": _got(path[:-1], end), "attr": path[-1]}}
    if isinstance(node, dict):
        return {key: _rewritten(value, ends) for key, value in node.items()}
    return [_rewritten(each, ends) for each in node] if isinstance(node, list) else node


def _got(path: Path, end: Path) -> dict[str, Any]:
    found: dict[str, Any] = {".": {"left": {"Var": "context"}, "attr": _name(end)}}
    for step in path[len(end) :]:
        found = {".": {"left": found, "attr": step}}
    return found
