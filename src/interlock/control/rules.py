"""What is a rule: a Cedar policy with a name, a reason for every no, and perhaps a cure?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from cedarpy import PolicySet, pst

from interlock.control.cedar_text import Statement, statements, syntax_problem, too_much
from interlock.control.remedy_text import parse_remedy
from interlock.kernel.documents import Problem, closest
from interlock.vocabulary.proposals import Remedy

ANNOTATIONS: Final = (
    "id",
    "reason",
    "customer_reason",
    "remedy",
    "mode",
    "severity",
    "owner",
    "overridable",
    "expires",
)
SEVERITIES: Final = ("high", "medium", "low")
MODES: Final = ("enforce", "shadow")
DEFAULT_PREFIX: Final = "default."
"""Begins the names of generated rules."""

BUDGET_PREFIX: Final = "budget."
"""Begins the rule under which a budget says no, and the ledger that a budget of the day is kept in."""

NO_PERMIT: Final = "no-permit"
EVALUATION_ERROR: Final = "evaluation-error"
FACT_MISSING: Final = "fact-missing"
NO_SUCH_ACTION: Final = "no-such-action"
BAD_ARGUMENTS: Final = "bad-arguments"
UNAVAILABLE: Final = "resource-unavailable"
HALTED: Final = "halted"
LOCKED_OUT: Final = "locked-out"
BREAKER_OPEN: Final = "breaker-open"
COUNTER_OFFER: Final = "counter-offer"
BEYOND_AUTHORITY: Final = "beyond-authority"
RESERVED: Final = (
    NO_PERMIT,
    EVALUATION_ERROR,
    FACT_MISSING,
    NO_SUCH_ACTION,
    BAD_ARGUMENTS,
    UNAVAILABLE,
    COUNTER_OFFER,
    BEYOND_AUTHORITY,
    HALTED,
    LOCKED_OUT,
    BREAKER_OPEN,
)
"""Names under which the gate itself says no."""

TEMPORARY: Final = frozenset({UNAVAILABLE, HALTED, BREAKER_OPEN})
"""Of these, the ones by which nobody said no: it cannot be done now, and a journey takes its branch ``unavailable``."""

RULES_KEPT: Final = 4_096
"""Rules that stay parsed, by their text: another version of the definitions has most of them in common with the one before."""

_ID: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule.

    Attributes:
        actions: the actions it speaks of; None means every action.
        uses: the dotted paths that its conditions look at, such as ``context.args.amount``.
        roles: the roles that it names.
        expires: the last day (UTC) on which a permit still grants; None where it has no end.
        order: its place among all rules: by file, then as written.
    """

    id: str
    effect: Literal["permit", "forbid"]
    statement: Statement
    actions: tuple[str, ...] | None
    reason: str = ""
    customer_reason: str = ""
    remedy: Remedy | None = None
    shadow: bool = False
    severity: str = "medium"
    owner: str = ""
    overridable: str = ""
    uses: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    expires: date | None = None
    order: int = 0

    def applies_to(self, action: str) -> bool:
        """Whether it speaks of that action."""
        return self.actions is None or action in self.actions

    def expired(self, now: datetime) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and now.date() > self.expires

    def looks_at(self, path: str) -> bool:
        """Whether its conditions look at this path or something within it."""
        return any(each == path or each.startswith(f"{path}.") for each in self.uses)


def read_rules(
    files: Mapping[str, str], actions: Collection[str], roles: Collection[str]
) -> tuple[list[Rule], list[Problem]]:
    """The rules of Cedar files, in the order of the files' names, and everything that is wrong with them.

    Args:
        files: the texts by path.
        actions: full names of the actions that exist.
        roles: the roles that exist.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    seen: dict[str, Rule] = {}
    for file in sorted(files):
        for statement in statements(files[file], file):
            rule, found = _read(statement, actions, roles, len(rules))
            problems += found
            if rule is None:
                continue
            first = seen.setdefault(rule.id, rule)
            if first is not rule:
                where = f"{first.statement.file}, line {first.statement.line}"
                what = f"two rules are called '{rule.id}'; the first is in {where}"
                problems.append(statement.problem(what, "rename one", offset=statement.find(rule.id)))
            rules.append(rule)
    return rules, problems


@lru_cache(maxsize=RULES_KEPT)
def _policies(text: str) -> pst.PolicySet:
    """What Cedar makes of a rule's text. Raises ValueError."""
    return PolicySet.from_str(text).to_pst()


def _read(
    statement: Statement, actions: Collection[str], roles: Collection[str], order: int
) -> tuple[Rule | None, list[Problem]]:
    if (too_long := too_much(statement)) is not None:
        return None, [too_long]
    try:
        parsed = _policies(statement.text)
    except ValueError as error:
        return None, [syntax_problem(statement, str(error))]
    if not parsed.static_policies:
        return None, [
            statement.problem("a rule has no slots", "name the principal or the resource, or leave them open")
        ]
    (policy,) = parsed.static_policies.values()
    problems: list[Problem] = []
    scope = _actions(policy, statement, actions, problems)
    named = _roles(policy, statement, roles, problems)
    notes = policy.annotations
    _annotations(policy, statement, problems)
    remedy = None
    if "remedy" in notes and policy.effect == "forbid":
        try:
            remedy = parse_remedy(notes["remedy"], roles, actions)
        except ValueError as error:
            what = f"'{notes['remedy']}' is no remedy that can be met"
            problems.append(statement.problem(what, str(error), offset=statement.find("remedy")))
    rule = Rule(
        id=notes.get("id", ""),
        effect=policy.effect,
        statement=statement,
        actions=scope,
        reason=notes.get("reason", ""),
        customer_reason=notes.get("customer_reason", ""),
        remedy=remedy,
        shadow=notes.get("mode") == "shadow",
        severity=notes.get("severity", "medium"),
        owner=notes.get("owner", ""),
        overridable=notes.get("overridable", ""),
        uses=frozenset(_paths(policy.clauses)),
        roles=named,
        expires=_expiry(policy, statement, problems),
        order=order,
    )
    return (rule if rule.id else None), problems


def _annotations(policy: pst.Template, statement: Statement, problems: list[Problem]) -> None:
    notes = policy.annotations

    def report(what: str, mend: str, word: str = "") -> None:
        problems.append(statement.problem(what, mend, offset=statement.find(word) if word else 0))

    for name in notes:
        if name not in ANNOTATIONS:
            near = closest(name, ANNOTATIONS)
            mend = f"did you mean '@{near}'?" if near else f"known: {', '.join('@' + each for each in ANNOTATIONS)}"
            report(f"'@{name}' is not known", mend, name)
    name = notes.get("id", "")
    if not name:
        report("this rule has no name", 'write @id("subject.what-it-holds") before it')
    elif name in RESERVED or name.startswith((DEFAULT_PREFIX, BUDGET_PREFIX)) or not _ID.fullmatch(name):
        mend = "write small letters and digits with dots and dashes, such as refund.own-order"
        report(f"'{name}' cannot be a rule's name", mend, "id")
    if policy.effect == "forbid" and not notes.get("reason"):
        report("this no has no reason", 'write @reason("…"), one sentence for agents and auditors', "forbid")
    if policy.effect == "permit":
        for name in ("remedy", "mode", "customer_reason"):
            if name in notes:
                report(f"a permit has no @{name}", "write it on a forbid", name)
    for name, values in (("mode", MODES), ("severity", SEVERITIES)):
        if name in notes and notes[name] not in values:
            report(f"'{notes[name]}' is no {name}", f"write one of: {', '.join(values)}", name)


def _expiry(policy: pst.Template, statement: Statement, problems: list[Problem]) -> date | None:
    text = policy.annotations.get("expires")
    if text is None:
        return None
    place = statement.find("expires")
    if policy.effect == "forbid":
        problems.append(
            statement.problem("a forbid has no @expires", "a grant can end: write it on a permit", offset=place)
        )
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        mend = 'write the last day on which it grants, such as @expires("2027-01-31")'
        problems.append(statement.problem(f"'{text}' is no day", mend, offset=place))
        return None


def _actions(
    policy: pst.Template, statement: Statement, actions: Collection[str], problems: list[Problem]
) -> tuple[str, ...] | None:
    scope = policy.action
    if isinstance(scope, pst.ScopeAny):
        return None
    named = tuple(each.id for each in (scope.entities if isinstance(scope, pst.ActionIn) else (scope.entity,)))
    for name in named:
        if name not in actions:
            near = closest(name, actions)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(actions))}"
            problems.append(statement.problem(f"there is no action '{name}'", mend, offset=statement.find(name)))
    return named


def _roles(
    policy: pst.Template, statement: Statement, roles: Collection[str], problems: list[Problem]
) -> frozenset[str]:
    named = [each.id for each in pst.entity_uids(policy) if str(each.type) == "Role"]
    overridable = policy.annotations.get("overridable")
    for name in [*named, overridable] if overridable else named:
        if name not in roles:
            near = closest(name, roles)
            mend = f"did you mean '{near}'?" if near else f"roles: {', '.join(roles)}"
            problems.append(statement.problem(f"there is no role '{name}'", mend, offset=statement.find(name)))
    return frozenset(named)


def _paths(node: Any) -> Iterator[str]:
    """Every dotted path of principal, resource or context under a node."""
    path = path_of(node)
    if path is not None:
        yield path
        return
    if isinstance(node, pst.HasAttr) and (base := path_of(node.base)) is not None:
        yield ".".join((base, *node.attrs))
        return
    children: tuple[Any, ...] = ()
    if isinstance(node, tuple):
        children = node
    elif isinstance(node, Mapping):
        children = tuple(node.values())
    elif is_dataclass(node) and not isinstance(node, type):
        children = tuple(getattr(node, field.name) for field in fields(node))
    for child in children:
        yield from _paths(child)


def path_of(node: object) -> str | None:
    """The dotted path that an expression stands for, such as ``context.args.amount``; None for every other one."""
    steps: list[str] = []
    while isinstance(node, pst.GetAttr):
        steps.append(node.attr)
        node = node.base
    return ".".join([node.name, *reversed(steps)]) if isinstance(node, pst.Var) else None
