"""Which actions may this principal propose now, and how are they described to a program?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.control.actions import Action
from interlock.control.arguments import ArgSpec
from interlock.control.bundle import Bundle
from interlock.control.foreseen import Standing, denied_whatever
from interlock.vocabulary.outside import Tier


class Tool(msgspec.Struct, frozen=True):
    """An action as a program sees it.

    Attributes:
        input_schema: a JSON Schema (2020-12) of its arguments.
        purposes: what it may be proposed for; the first is meant where a proposal names none.
        read_only: nothing changes outside.
        destructive: it does something that nothing undoes.
        idempotent: the same proposal can never happen twice; always so, because the gate carries each out once.
    """

    name: str
    title: str
    description: str
    risk: str
    input_schema: dict[str, Any]
    read_only: bool
    destructive: bool
    idempotent: bool = True
    purposes: tuple[str, ...] = ()


def tools(
    bundle: Bundle,
    roles: Collection[str],
    covered: Callable[[Tier], bool],
    now: datetime,
    standing: Standing | None = None,
) -> list[Tool]:
    """The actions that some rule permits to one of the roles now, in the order of the manifests.

    Args:
        covered: whether a risk tier is within the caller's scope.
        standing: how the case stands that they are for; what a rule denies in it whatever is asked for is left out.
    """
    return [
        tool(action)
        for action in bundle.actions.values()
        if covered(action.risk)
        and permitted(bundle, action.name, roles, now)
        and (standing is None or not denied_whatever(bundle, action, standing))
    ]


def permitted(bundle: Bundle, action: str, roles: Collection[str], now: datetime) -> bool:
    """Whether some rule permits the action to one of the roles now; what else stands against it is the gate's to say."""
    permits = bundle.policies[action].permits
    return any(rule.roles & set(roles) and not rule.expired(now) for rule in permits)


def tool(action: Action) -> Tool:
    """One action."""
    what = {"read": "Reads only.", "execute": "Changes something in the system behind; the gate decides whether."}
    return Tool(
        name=action.name,
        title=action.title,
        description=f"{action.title}. {what[action.effect]} Risk: {action.risk}.",
        risk=action.risk,
        input_schema=arguments_schema(action.args),
        read_only=action.effect == "read",
        destructive=action.effect == "execute" and not action.undo,
        purposes=action.purposes,
    )


def arguments_schema(specs: Collection[ArgSpec]) -> dict[str, Any]:
    """A JSON Schema (2020-12) of arguments."""
    return {
        "type": "object",
        "properties": {spec.key: argument_schema(spec) for spec in specs},
        "required": [spec.key for spec in specs if not spec.optional],
        "additionalProperties": False,
    }


def argument_schema(spec: ArgSpec) -> dict[str, Any]:
    """A JSON Schema of one argument."""
    schema = dict(_KINDS[spec.kind](spec))
    schema["title"] = spec.label or spec.key.replace("_", " ")
    if spec.unit:
        schema["description"] = f"In {spec.unit}."
    if spec.example:
        schema["examples"] = [spec.example]
    return schema


def _integer(spec: ArgSpec) -> dict[str, Any]:
    return {"type": "integer", "minimum": spec.minimum, "maximum": spec.maximum}


def _money(spec: ArgSpec) -> dict[str, Any]:
    amount = {"type": "integer", "minimum": max(spec.minimum, 0), "maximum": spec.maximum}
    return {
        "type": "object",
        "description": "An amount in whole minor units (cents) with its currency.",
        "properties": {"amount": amount, "currency": {"const": spec.currency}},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def _list(spec: ArgSpec) -> dict[str, Any]:
    items = {} if spec.element is None else argument_schema(spec.element)
    return {"type": "array", "items": items, "minItems": spec.least, "maxItems": spec.most}


_KINDS: Final[Mapping[str, Callable[[ArgSpec], dict[str, Any]]]] = {
    "identifier": lambda spec: {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"},
    "text": lambda spec: {"type": "string", "minLength": 1, "maxLength": spec.longest},
    "email": lambda spec: {"type": "string", "format": "email", "maxLength": 254},
    "pattern": lambda spec: {"type": "string", "pattern": f"^(?:{spec.pattern})$"},
    "choice": lambda spec: {"type": "string", "enum": list(spec.choices)},
    "integer": _integer,
    "boolean": lambda spec: {"type": "boolean"},
    "money": _money,
    "list": _list,
    "record": lambda spec: arguments_schema(spec.parts),
}
