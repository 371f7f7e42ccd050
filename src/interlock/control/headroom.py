"""How much is left in a line of a ledger before a rule says no?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec
from cedarpy import PolicySet, pst

from interlock.control.bundle import Bundle
from interlock.control.ledgers import Ledger
from interlock.control.rules import Rule, path_of

_MIRRORED: Final = {"less": "greater", "less_eq": "greater_eq", "greater": "less", "greater_eq": "less_eq"}
_NEGATED: Final = {"less": "greater_eq", "less_eq": "greater", "greater": "less_eq", "greater_eq": "less"}


class Limit(msgspec.Struct, frozen=True):
    """What one rule lets a line of a ledger come to.

    Attributes:
        most: minor units, or a count; at ``most`` nothing more is possible by this rule.
        left: what is missing to that now; 0 where it is reached.
        actions: those of the ledger that the rule speaks of.
        remedy: what would cure the rule's no beyond it; empty where nothing does.
        always: whether the rule looks at nothing else; otherwise it holds in some cases only.
    """

    rule: str
    most: int
    left: int
    actions: tuple[str, ...]
    remedy: str
    always: bool


class _Found(NamedTuple):
    most: int
    always: bool


def limits_of(bundle: Bundle, ledger: Ledger, amount: int) -> list[Limit]:
    """The limits that enforced rules set for a line of a ledger which comes to an amount, the nearest first.

    Told are comparisons with a number: ``context.ledger.NAME + context.args.amount > 60000`` and the like.
    """
    found = []
    for rule in bundle.rules:
        actions = tuple(name for name in ledger.actions if rule.applies_to(name))
        if rule.effect != "forbid" or rule.shadow or not actions or not rule.looks_at(f"context.ledger.{ledger.name}"):
            continue
        for most, always in _limits(rule, ledger.name):
            left = max(most - amount, 0)
            found.append(Limit(rule.id, most, left, actions, str(rule.remedy or ""), always))
    return sorted(found, key=lambda each: (each.most, each.rule))


def headroom(limits: Iterable[Limit]) -> int | None:
    """What is left before a rule says no that nothing cures and that always holds; None where there is no such rule."""
    return min((each.left for each in limits if each.always and not each.remedy), default=None)


def _limits(rule: Rule, name: str) -> set[_Found]:
    (policy,) = PolicySet.from_str(rule.statement.text).to_pst().static_policies.values()
    everybody = isinstance(policy.principal, pst.ScopeAny) and isinstance(policy.resource, pst.ScopeAny)
    alone = len(policy.clauses) == 1 and everybody
    found = set()
    for clause in policy.clauses:
        fires = isinstance(clause, pst.When)
        found |= {_Found(most, alone and whole) for most, whole in _within(clause.expr, name, fires=fires, whole=True)}
    return found


def _within(node: object, name: str, *, fires: bool, whole: bool) -> Iterator[tuple[int, bool]]:
    """The limits in a condition; ``fires`` says whether the rule's no follows where it holds, or where it does not."""
    match node:
        case pst.UnaryOp(op="not", arg=arg):
            yield from _within(arg, name, fires=not fires, whole=whole)
        case pst.BinaryOp(op="and" | "or" as op, left=left, right=right):
            # What suffices by itself holds always: a part of an 'or' of a no, and of an 'and' of its opposite.
            each = whole and (op == "or") == fires
            yield from _within(left, name, fires=fires, whole=each)
            yield from _within(right, name, fires=fires, whole=each)
        case pst.BinaryOp(op=op, left=left, right=pst.LongLit(value=number)) if op in _NEGATED:
            yield from _compared(left, op if fires else _NEGATED[op], number, name, whole)
        case pst.BinaryOp(op=op, left=pst.LongLit(value=number), right=right) if op in _NEGATED:
            mirrored = _MIRRORED[op]
            yield from _compared(right, mirrored if fires else _NEGATED[mirrored], number, name, whole)


def _compared(sum_of: pst.Expr, op: str, number: int, name: str, whole: bool) -> Iterator[tuple[int, bool]]:
    """A no from a number on: of the line with the proposal's own amount, or of the line as it is before it."""
    parts = list(_summands(sum_of))
    if f"context.ledger.{name}" not in parts or op not in ("greater", "greater_eq"):
        return
    others = [part for part in parts if part != f"context.ledger.{name}"]
    if any(part is None or not part.startswith("context.args.") for part in others):
        return
    yield number + (op == "greater") - (1 if others else 0), whole


def _summands(node: object) -> Iterator[str | None]:
    if isinstance(node, pst.BinaryOp) and node.op == "add":
        yield from _summands(node.left)
        yield from _summands(node.right)
    else:
        yield path_of(node)
