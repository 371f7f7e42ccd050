"""What can a rule look at, for each action: the Cedar schema of the connectors, their facts and the ledgers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from interlock.control.actions import Action, FactSpec
from interlock.control.arguments import ArgSpec

CONNECTOR_ENTITY: Final = "Connector"
"""The type of the resource of an action that touches none: the connector itself."""

RESERVED_ENTITIES: Final = ("Action", "Role", "Principal", CONNECTOR_ENTITY)

_TYPES: Final = {"text": "String", "texts": "Set<String>", "integer": "Long", "boolean": "Bool", "money": "Long"}
_ARGS: Final = {"integer": "Long", "money": "Long", "boolean": "Bool"}
_HEAD: Final = """\
entity Role;
entity Principal in [Role] = { kind: String };
entity Connector;
"""
_CONTEXT: Final = """\
    customer: String,
    channel: String,
    purpose: String,
    assurance: { level: Long, age_s: Long },
    session: { failed_matches: Long, codes_sent: Long },
    risk: { score: Long, signals: Set<String> },
    interaction: { matters: Set<String> },
    met: {
        step_up: Long, confirm: Bool, approvals: Set<String>, done: Set<String>, waited: Set<String>, draft: Bool
    },
    time: { now_s: Long, hour: Long, weekday: Long, open: Bool },
"""


def schema_text(
    actions: Iterable[Action],
    ledgers: Collection[str],
    steps: Collection[str],
    customer_facts: Sequence[FactSpec] = (),
    promises: Collection[str] = (),
) -> str:
    """The schema in Cedar's own syntax: one entity type for each resource, one context for each action.

    Amounts are minor units (``Long``) and lists are sets; ``context.ledger`` has every ledger, ``context.steps`` every
    step, ``context.promises`` every promise,
    ``context.args`` all arguments, ``context.facts`` the action's own facts and those of the customer.
    """
    entities: dict[str, str] = {}
    declared = []
    for action in actions:
        resource = CONNECTOR_ENTITY
        if action.resource is not None:
            resource = action.resource.entity
            attributes = {"exists": "Bool", "id": "String", **_facts(action.resource.facts)}
            entities[resource] = f"entity {resource} = {_record(attributes)};\n"
        declared.append(_action(action, resource, ledgers, steps, customer_facts, promises))
    return _HEAD + "".join(entities.values()) + "".join(declared)


def _action(
    action: Action,
    resource: str,
    ledgers: Collection[str],
    steps: Collection[str],
    customer_facts: Sequence[FactSpec],
    promises: Collection[str],
) -> str:
    args = _args(action.args)
    return (
        f"action {json.dumps(action.name)} appliesTo {{ principal: [Principal], resource: [{resource}], context: {{\n"
        f"{_CONTEXT}"
        f"    args: {_record(args)},\n"
        f"    facts: {_record(_facts((*action.facts, *customer_facts)))},\n"
        f"    ledger: {_record(dict.fromkeys(ledgers, 'Long'))},\n"
        f"    promises: {_promises(promises)},\n"
        f"    steps: {_steps(steps)}\n"
        "} };\n"
    )


def _steps(steps: Collection[str]) -> str:
    seen = "{ done: Bool, count: Long, age_s: Long, running: Bool }"
    return f"{{ {', '.join(f'{json.dumps(name)}: {seen}' for name in steps)} }}"


def _promises(promises: Collection[str]) -> str:
    seen = "{ open: Bool, amount: Long, until_s: Long }"
    return f"{{ {', '.join(f'{json.dumps(name)}: {seen}' for name in promises)} }}"


def _args(specs: Iterable[ArgSpec]) -> dict[str, str]:
    return {f"{spec.key}?" if spec.optional else spec.key: _arg(spec) for spec in specs}


def _arg(spec: ArgSpec) -> str:
    if spec.kind == "record":
        return _record(_args(spec.parts))
    if spec.kind == "list":
        return "Set<String>"
    return _ARGS.get(spec.kind, "String")


def _facts(facts: Iterable[FactSpec]) -> dict[str, str]:
    return {fact.name: _TYPES[fact.type] for fact in facts if fact.type != "record"}


def _record(attributes: Mapping[str, str]) -> str:
    inner = ", ".join(
        f"{json.dumps(name.removesuffix('?'))}{'?' if name.endswith('?') else ''}: {kind}"
        for name, kind in attributes.items()
    )
    return f"{{ {inner} }}"
