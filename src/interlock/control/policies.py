"""Which rules hold for which action, do they fit what they look at, and what do they say about a request?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import msgspec
from cedarpy import PolicySet, Schema, _internal, validate_policies

from interlock.control.actions import Action
from interlock.control.cedar_text import Statement
from interlock.control.flat_rules import FlatRules, flat_rules
from interlock.control.remedy_text import STEP_UP_LEVEL
from interlock.control.rules import DEFAULT_PREFIX, Rule, read_rules
from interlock.kernel.documents import Problem, closest

_POLICY: Final = re.compile(r"policy `policy(\d+)`")
_UNKNOWN_ATTRIBUTE: Final = re.compile(r"attribute `([\w.]+)` (?:in context for|on entity type)(.*) not found")
_UNKNOWN_TYPE: Final = re.compile(r"unrecognized entity type `([\w:]+)`")
_OPTIONAL: Final = re.compile(r"safety of access to optional attribute `([\w.]+)`")
PRINCIPALS_KEPT: Final = 1_024
"""So many principals with their roles are kept parsed."""

_FOLLOWS: Final = "unable to find an applicable action"


class Request(NamedTuple):
    """One question to the rules of an action.

    Attributes:
        principal: Cedar's type and identifier; likewise the action and the resource.
        context: everything that rules can look at beside the two; likewise their attributes, as JSON values.
        roles: those of the principal.
    """

    principal: Mapping[str, str]
    action: Mapping[str, str]
    resource: Mapping[str, str]
    context: dict[str, Any]
    principal_attributes: Mapping[str, str]
    resource_attributes: dict[str, Any]
    roles: tuple[str, ...]


class Answer(NamedTuple):
    """What the rules say: the permits that grant, the forbids that fire, and the rules that could not be evaluated.

    ``shadow`` are the shadow rules that fire, ``shadow_errors`` tells of those that could not be evaluated.
    """

    permits: tuple[Rule, ...]
    forbids: tuple[Rule, ...]
    errors: tuple[str, ...]
    shadow: tuple[Rule, ...]
    shadow_errors: tuple[str, ...] = ()


SETS_KEPT: Final = 2_048
"""Sets of rules that stay parsed: another version of the definitions has most of them in common with the one before."""


@lru_cache(maxsize=SETS_KEPT)
def _parsed(text: str) -> tuple[PolicySet, FlatRules | None]:
    return PolicySet.from_str(text), flat_rules(text)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that are asked together, parsed once and kept.

    Attributes:
        sees: what the rules look at: for each path (``context.args``) the names within it; None where they take all of it.
    """

    rules: tuple[Rule, ...]
    parsed: PolicySet
    sees: Mapping[str, frozenset[str] | None]
    flat: FlatRules | None
    """The same rules in the form that is asked first, where they have one."""

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleSet:
        """Those rules, parsed."""
        kept = tuple(rules)
        text = "\n".join(rule.statement.text for rule in kept)
        parsed, flat = _parsed(text)
        return cls(kept, parsed, _sees(kept), flat)

    def seen(self, path: str, value: Any) -> Any:
        """What these rules look at of a value at a path: reading what nobody looks at cost Cedar most of its time."""
        if not isinstance(value, Mapping):
            return value
        names = self.sees.get(path, _NOTHING)
        if names is None:
            return value
        return {name: self.seen(f"{path}.{name}", value[name]) for name in names if name in value}


_NOTHING: Final[frozenset[str]] = frozenset()


def _sees(rules: Iterable[Rule]) -> dict[str, frozenset[str] | None]:
    seen: dict[str, set[str] | None] = {}
    for path in {path for rule in rules for path in rule.uses}:
        above = ""
        for step in path.split("."):
            if above and (names := seen.setdefault(above, set())) is not None:
                names.add(step)
            above = f"{above}.{step}" if above else step
        seen[path] = None
    return {path: None if names is None else frozenset(names) for path, names in seen.items()}


@dataclass(frozen=True, slots=True)
class ActionPolicies:
    """The rules of one action."""

    rules: tuple[Rule, ...]
    enforced: RuleSet
    granting: RuleSet
    shadow: RuleSet
    ledgers: frozenset[str]
    """The ledgers that a rule looks at."""
    prerequisites: frozenset[str]
    """The actions that a remedy ``do:…`` asks for."""
    steps: frozenset[str]
    """The steps that a rule looks at."""
    risk: bool
    """Whether a rule looks at the risk."""
    looked_at: tuple[str, ...]
    """Every path that an enforced rule looks at, such as ``context.args.amount``."""
    facts: frozenset[str] = frozenset()
    """The facts that a rule looks at."""

    @property
    def permits(self) -> tuple[Rule, ...]:
        """The rules that grant the action to a role."""
        return self.granting.rules

    def ask(self, request: Request) -> Answer:
        """Evaluate all rules. An allowance asks Cedar once; a denial asks a second time for the permits alone."""
        allowed, named, errors = _ask(request, self.enforced)
        permits, forbids = (named, named[:0]) if allowed else (named[:0], named)
        if not allowed:
            _, permits, more = _ask(request, self.granting)
            errors = tuple(dict.fromkeys((*errors, *more)))
        # Shadow rules are forbids only, so those that are named are those that fire; their errors decide nothing.
        _, shadow, failed = _ask(request, self.shadow) if self.shadow.rules else (None, (), ())
        return Answer(permits, tuple(sorted(forbids, key=_rank)), errors, shadow, failed)


def firing(request: Request, forbids: RuleSet) -> tuple[Rule, ...]:
    """Those of some forbids that fire."""
    return _ask(request, forbids)[1]


def policies_for(action: str, rules: Iterable[Rule]) -> ActionPolicies:
    """The rules that speak of an action, ready to be asked."""
    own = tuple(rule for rule in rules if rule.applies_to(action))
    enforced = tuple(rule for rule in own if not rule.shadow)
    paths = [path.split(".") for rule in own for path in rule.uses]
    return ActionPolicies(
        rules=own,
        enforced=RuleSet.of(enforced),
        granting=RuleSet.of(rule for rule in enforced if rule.effect == "permit"),
        shadow=RuleSet.of(rule for rule in own if rule.shadow),
        prerequisites=frozenset(rule.remedy.argument for rule in own if rule.remedy and rule.remedy.kind == "do"),
        ledgers=frozenset(path[2] for path in paths if path[:2] == ["context", "ledger"] and len(path) > 2),
        steps=frozenset(path[2] for path in paths if path[:2] == ["context", "steps"] and len(path) > 2),
        facts=frozenset(path[2] for path in paths if path[:2] == ["context", "facts"] and len(path) > 2),
        risk=any(path[:2] == ["context", "risk"] for path in paths),
        looked_at=tuple(sorted({path for rule in own if not rule.shadow for path in rule.uses})),
    )


def default_rules(action: Action, rules: Sequence[Rule], roles: Collection[str]) -> list[Rule]:
    """The generated rules of an action's risk tier (and of its resource), where the author's own do not say it already.

    Low runs; medium is confirmed; high is confirmed, and stepped up unless a rule asks for that or for an approval.
    A resource that does not exist is never acted upon.
    """
    own = [rule for rule in rules if rule.effect == "forbid" and not rule.shadow and rule.applies_to(action.name)]
    cures = {rule.remedy.kind for rule in own if rule.remedy is not None}
    name = msgspec.json.encode(action.name).decode()
    head = f"forbid (principal, action == Action::{name}, resource)"
    texts = []
    if action.resource is not None and not any(rule.looks_at("resource.exists") for rule in own):
        note = f'@reason("There is no such {action.resource.name}.")'
        texts.append(("exists", f'@severity("high")\n{note}\n{head}\nunless {{ resource.exists }};'))
    if action.risk == "high" and not cures & {"step_up", "approve"}:
        note = f'@remedy("step_up:{STEP_UP_LEVEL}")\n@reason("Actions of high risk need a one-time code.")'
        texts.append(("step-up", f"{note}\n{head}\nunless {{ context.met.step_up >= {STEP_UP_LEVEL} }};"))
    if action.risk in ("medium", "high") and "confirm" not in cures:
        note = f'@remedy("confirm")\n@reason("Actions of {action.risk} risk are confirmed by the customer.")'
        texts.append(("confirm", f"{note}\n{head}\nunless {{ context.met.confirm }};"))
    made: list[Rule] = []
    for which, text in texts:
        # Only a generated rule may have a name of this form, so it is parsed under another and then given its own.
        found, problems = read_rules({"(default)": f'@id("generated")\n{text}'}, [action.name], roles)
        if problems:
            raise AssertionError(f"a generated rule is broken: {problems[0]}")
        (rule,) = found
        own_id = f"{DEFAULT_PREFIX}{action.name}.{which}"
        statement = Statement(rule.statement.text.replace('"generated"', f'"{own_id}"', 1), "(default)", 1, 1)
        made.append(msgspec.structs.replace(rule, id=own_id, statement=statement, order=len(rules) + len(made)))
    return made


def misfits(rules: Iterable[Rule], schema: str) -> list[Problem]:
    """Where rules do not fit the schema: unknown attributes and types, comparisons of different things."""
    parsed = Schema.from_str(schema)
    found: list[Problem] = []
    for rule in rules:
        errors = [each.error for each in validate_policies(rule.statement.text, parsed).errors]
        telling = [error for error in errors if _FOLLOWS not in error] or errors
        found += [_misfit(rule, error, schema) for error in dict.fromkeys(telling)]
    return found


def _misfit(rule: Rule, error: str, schema: str) -> Problem:
    statement = rule.statement
    attribute = _UNKNOWN_ATTRIBUTE.search(error)
    if attribute is not None:
        name = attribute[1].rpartition(".")[2]
        known = {
            each for each in re.findall(r'"?(\w+)"?\??: ', schema) if each not in ("principal", "resource", "context")
        }
        near = closest(name, sorted(known - {name}))
        where = attribute[2].strip().replace("`", "")
        what = f"'{rule.id}' looks at '{attribute[1]}', which {where} does not have"
        return statement.problem(what, f"did you mean '{near}'?" if near else "", offset=statement.find(name))
    kind = _UNKNOWN_TYPE.search(error)
    if kind is not None:
        known = set(re.findall(r"^entity (\w+)", schema, re.MULTILINE))
        near = closest(kind[1], sorted(known))
        mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known))}"
        what = f"'{rule.id}' speaks of '{kind[1]}', which is no type"
        return statement.problem(what, mend, offset=statement.find(kind[1]))
    optional = _OPTIONAL.search(error)
    if optional is not None:
        above, _, name = optional[1].rpartition(".")
        what = f"'{rule.id}' looks at '{name}', which need not be there"
        place = max(statement.text.find(f"{optional[1]}") + len(above) + 1, 0)
        return statement.problem(what, f"write 'context.{above} has {name} &&' before it", offset=place)
    told = re.sub(r"^for policy `policy0`, ", "", error)
    mend = "amounts are whole minor units, and text is compared with text" if "Long" in told else ""
    return statement.problem(f"'{rule.id}' does not fit: {told}", mend)


class _Diagnostics(msgspec.Struct, frozen=True):
    reason: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class _Answered(msgspec.Struct, frozen=True):
    """Cedar's answer, of which its decision and its diagnostics count."""

    decision: Literal["Allow", "Deny", "NoDecision"]
    diagnostics: _Diagnostics


_ANSWERS: Final = msgspec.json.Decoder(_Answered)


def _ask(request: Request, asked: RuleSet) -> tuple[bool, tuple[Rule, ...], tuple[str, ...]]:
    """Whether Cedar allows, the rules that decide it, and those that could not be evaluated."""
    answer = _asked_flat(request, asked.flat) if asked.flat is not None else None
    if answer is None or answer.diagnostics.errors or answer.decision == "NoDecision":
        answer = _asked_as_written(request, asked)
    rules = asked.rules
    # Cedar names policies by their place in the text, which is that of the rules.
    named = tuple(rules[int(each.removeprefix("policy"))] for each in answer.diagnostics.reason)
    errors = tuple(_failed(error, rules) for error in answer.diagnostics.errors)
    if answer.decision == "NoDecision" and not errors:
        errors = ("the request could not be evaluated",)
    return answer.decision == "Allow", named, errors


def _asked_flat(request: Request, flat: FlatRules) -> _Answered | None:
    """Cedar's answer by the rules in their flat form; None where only the rules as written can answer."""
    context = flat.context(request.context, request.resource_attributes)
    if context is None:
        return None
    principal = request.principal
    entities = _alone(principal["type"], principal["id"], tuple(request.principal_attributes.items()), request.roles)
    return _answered(request, flat.parsed, context, entities)


def _asked_as_written(request: Request, asked: RuleSet) -> _Answered:
    attributes = asked.seen("resource", request.resource_attributes)
    entities = (
        _principal(request.principal, asked.seen("principal", request.principal_attributes), request.roles),
        {"uid": request.resource, "attrs": attributes, "parents": ()},
    )
    context = asked.seen("context", request.context)
    return _answered(request, asked.parsed, context, msgspec.json.encode(entities).decode())


def _principal(uid: Mapping[str, str], attributes: Any, roles: Iterable[str]) -> dict[str, Any]:
    return {"uid": uid, "attrs": attributes, "parents": [{"type": "Role", "id": role} for role in roles]}


@lru_cache(maxsize=PRINCIPALS_KEPT)
def _alone(
    kind: str, identifier: str, attributes: tuple[tuple[str, str], ...], roles: tuple[str, ...]
) -> _internal.Entities:
    """Cedar's store of entities with a principal and nothing else."""
    principal = _principal({"type": kind, "id": identifier}, dict(attributes), roles)
    return _internal.Entities.from_json_str(msgspec.json.encode((principal,)).decode())


def _answered(
    request: Request, rules: PolicySet, context: Mapping[str, Any], entities: str | _internal.Entities
) -> _Answered:
    asked = {
        "principal": request.principal,
        "action": request.action,
        "resource": request.resource,
        "context": msgspec.json.encode(context).decode(),
    }
    # Not ``cedarpy.is_authorized``: what that adds to this same call is a tenth of a judgement.
    return _ANSWERS.decode(_internal.is_authorized(asked, rules, entities))


def _failed(error: str, rules: tuple[Rule, ...]) -> str:
    place = _POLICY.search(error)
    if place is None:
        return error
    return f"{rules[int(place[1])].id}: {error.partition(': ')[2]}"


def _rank(rule: Rule) -> tuple[int, int]:
    return ("high", "medium", "low").index(rule.severity), rule.order
