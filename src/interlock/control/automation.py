"""Is an action safe to automate: may a program ask for it, what do rules demand first, can it never be done twice?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from cedarpy import PolicySet, pst

from interlock.control.actions import Action
from interlock.control.bundle import Bundle
from interlock.control.cedar_schema import CONNECTOR_ENTITY
from interlock.control.ledger_files import PROMISE_PREFIX, STEP_PREFIX
from interlock.control.ledgers import Ledger
from interlock.control.policies import Request, RuleSet, firing
from interlock.control.rules import Rule, path_of
from interlock.kernel.documents import duration_text
from interlock.vocabulary.channels import VIRTUAL_AGENT

Verdict = Literal["safe", "with a person", "with care", "unsafe", "always denied", "not permitted"]
"""How far a program may be left alone with it; the last three keep a journey from going live."""

ASSURANCE: Final = "context.assurance.level"
KNOWN: Final = ("principal", "context.met", ASSURANCE)
"""What is known of a proposal whatever it is about: who asks, that nothing was met yet, and who is established."""

_LEVEL: Final = {"greater_eq": 0, "less": 0, "eq": 0, "greater": 1, "less_eq": 1}
"""How a comparison of the level with a number N is to be read: N, or one more."""

_PREFIXES: Final = {STEP_PREFIX: "steps", PROMISE_PREFIX: "promises"}


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule wants before it lets the virtual agent do something.

    Attributes:
        remedy: what cures it (``step_up:2``, ``confirm``, ``approve:supervisor`` …); empty where only a level does.
        level: the assurance level that the rule looks for, or that its code gives; 0 where it looks for none.
        always: whether it is wanted whatever is asked for; else in some cases, as the reason says.
    """

    rule: str
    reason: str
    remedy: str
    level: int
    always: bool


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger that its rules look at, or that it is counted in, with the rules that hold it to something."""

    ledger: str
    title: str
    by: tuple[str, ...]
    window: str
    rules: tuple[str, ...]


class Automation(msgspec.Struct, frozen=True, kw_only=True):
    """How an action stands for a virtual agent that is established at a level.

    Attributes:
        grants: the rules that permit it to the virtual agent now; without one it is denied.
        denied: the rules that deny it whatever is asked for, at that level.
        idempotency: the header that carries a key which the endpoint honours; empty where it honours none.
        lookup: the operation that finds out what became of a call; ``undo`` is the action that takes it back.
        why: the verdict in sentences.
    """

    action: str
    title: str
    effect: Literal["read", "execute"]
    risk: Literal["low", "medium", "high"]
    verdict: Verdict
    why: tuple[str, ...]
    grants: tuple[str, ...]
    denied: tuple[str, ...]
    demands: tuple[Demand, ...]
    limits: tuple[Limit, ...]
    idempotency: str
    lookup: str
    undo: str


def automation(bundle: Bundle, name: str, level: int, now: datetime) -> Automation:
    """How an action stands for the virtual agent, where the customer is established at that assurance level."""
    action, rules = bundle.actions[name], _for_programs(bundle, name)
    forbids = [rule for rule in rules if rule.effect == "forbid"]
    grants = [rule.id for rule in rules if rule.effect == "permit" and not rule.expired(now)]
    surely = [rule for rule in forbids if _is_told(rule)]
    fires = {rule.id for rule in surely if firing(_request(action, level), RuleSet.of([rule]))}
    denied = tuple(rule.id for rule in surely if rule.id in fires and rule.remedy is None and not rule.overridable)
    at_all = {rule.id for rule in surely if firing(_request(action, 0), RuleSet.of([rule]))}
    demands = tuple(
        _demand(rule, always=rule.id in at_all) for rule in forbids if rule not in surely or rule.id in at_all
    )
    asked = tuple(each for each in demands if each.remedy or each.level)
    verdict, why = _verdict(action, grants, denied, asked)
    return Automation(
        action=name,
        title=action.title,
        effect=action.effect,
        risk=action.risk,
        verdict=verdict,
        why=tuple(why),
        grants=tuple(grants),
        denied=denied,
        demands=asked,
        limits=tuple(_limit(each, rules) for each in bundle.ledgers_of(name)),
        idempotency=action.idempotency,
        lookup=action.lookup.operation if action.lookup is not None else "",
        undo=action.undo,
    )


def _verdict(
    action: Action, grants: Collection[str], denied: Collection[str], demands: Collection[Demand]
) -> tuple[Verdict, Iterator[str]]:
    if not grants:
        return "not permitted", iter(["No rule permits it to the virtual agent."])
    if denied:
        told = "denies it here whatever is asked for, unless the customer was established before the journey began."
        return "always denied", (f"The rule {rule} {told}" for rule in denied)
    if action.effect == "read":
        return "safe", iter(["It only reads, so it may be asked again."])
    if not action.repeatable and action.lookup is None:
        told = "The endpoint honours no key, and nothing finds out what became of a call: a lost answer stays unknown."
        return "unsafe", iter([told])
    people = [each for each in demands if each.always and each.remedy.partition(":")[0] in ("approve", "draft")]
    if people:
        return "with a person", (f"A person decides each time ({each.rule})." for each in people)
    if not action.repeatable:
        return "with care", iter(["The endpoint honours no key: a lost answer is looked up, and never tried again."])
    return "safe", iter(["The endpoint honours a key, so that it is never done twice."])


def _for_programs(bundle: Bundle, name: str) -> list[Rule]:
    """The enforced rules of an action that can speak of the virtual agent."""
    roles = set(VIRTUAL_AGENT.roles)
    return [
        rule
        for rule in bundle.policies[name].enforced.rules
        if _scope(rule) in ("", *roles) and (rule.effect == "forbid" or not rule.roles or rule.roles & roles)
    ]


def _scope(rule: Rule) -> str:
    """The only role that a rule speaks of; empty where it speaks of everybody."""
    scope = _parsed(rule).principal
    named = scope.entity if isinstance(scope, pst.ScopeIn | pst.ScopeEq) else None
    return named.id if isinstance(named, pst.EntityUid) else ""


def _parsed(rule: Rule) -> pst.Template:
    (policy,) = PolicySet.from_str(rule.statement.text).to_pst().static_policies.values()
    return policy


def _is_told(rule: Rule) -> bool:
    return all(any(path == part or path.startswith(f"{part}.") for part in KNOWN) for path in rule.uses)


def _demand(rule: Rule, *, always: bool) -> Demand:
    remedy = "" if rule.remedy is None else str(rule.remedy)
    stepped = int(rule.remedy.argument) if rule.remedy is not None and rule.remedy.kind == "step_up" else 0
    level = max((_levels(_parsed(rule).clauses)), default=0)
    return Demand(rule=rule.id, reason=rule.reason, remedy=remedy, level=max(level, stepped), always=always)


def _levels(node: Any) -> Iterator[int]:
    """The assurance levels that an expression looks for."""
    if isinstance(node, pst.BinaryOp) and node.op in _LEVEL and path_of(node.left) == ASSURANCE:
        if isinstance(node.right, pst.LongLit):
            yield node.right.value + _LEVEL[node.op]
    elif isinstance(node, tuple):
        for each in node:
            yield from _levels(each)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _levels(getattr(node, field.name))


def _limit(ledger: Ledger, rules: Collection[Rule]) -> Limit:
    named = {prefix: kind for prefix, kind in _PREFIXES.items() if ledger.name.startswith(prefix)}
    prefix, kind = next(iter(named.items()), ("", "ledger"))
    looking = tuple(rule.id for rule in rules if rule.looks_at(f"context.{kind}.{ledger.name.removeprefix(prefix)}"))
    return Limit(ledger=ledger.name, title=ledger.title, by=ledger.by, window=_window(ledger), rules=looking)


def _window(ledger: Ledger) -> str:
    reach = ledger.reach
    if reach.rolling is not None:
        return f"within {duration_text(reach.rolling)}"
    return f"since the {reach.calendar} began" if reach.calendar else "for ever"


def _request(action: Action, level: int) -> Request:
    nothing = {"step_up": 0, "confirm": False, "draft": False, "approvals": [], "done": [], "waited": []}
    return Request(
        {"type": "Principal", "id": VIRTUAL_AGENT.id},
        {"type": "Action", "id": action.name},
        {"type": action.resource.entity if action.resource is not None else CONNECTOR_ENTITY, "id": ""},
        {"met": nothing, "assurance": {"level": level, "age_s": 0}},
        {"kind": VIRTUAL_AGENT.kind},
        {},
        VIRTUAL_AGENT.roles,
    )
