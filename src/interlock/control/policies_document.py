"""How do the rules look to people: what each says, to whom it belongs, how often it decided, what it would change?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.changes import amounts, numbers
from interlock.control.flips import FlipReport
from interlock.control.history import History, ShadowRule
from interlock.control.replay import ReplayReport
from interlock.control.rules import DEFAULT_PREFIX, Rule
from interlock.vocabulary.money import Money


def policies_document(bundle: Bundle, history: History, since: datetime, now: datetime) -> dict[str, Any]:
    """The rules in force with their use since a moment, the actions that they speak of, and the rules in shadow."""
    uses = history.uses(since)
    rules = []
    for rule in bundle.rules:
        used = uses.get(rule.id)
        shown = _rule(rule, now, _money_paths(bundle, rule))
        rules.append(shown | {"decided": used.decided if used else 0, "last": used.last if used else None})
    return dict(
        msgspec.to_builtins(
            {
                "release": bundle.release,
                "since": since,
                "judgements": history.judged(since),
                "actions": [
                    {"action": name, "title": action.title, "effect": action.effect, "risk": action.risk}
                    for name, action in bundle.actions.items()
                ],
                "rules": rules,
                "shadow": shadow_document(history.shadow(bundle.rules, since)),
            }
        )
    )


def shadow_document(found: list[ShadowRule]) -> list[dict[str, Any]]:
    """What rules in shadow would have changed, money as people read it."""
    return [
        {"rule": one.rule, "fired": one.fired, "flipped": flips_document(one.report), "errors": one.errors}
        for one in found
    ]


def replay_document(report: ReplayReport) -> dict[str, Any]:
    """The report of a replay, money as people read it."""
    return {**msgspec.to_builtins(report), "flipped": flips_document(report.flipped)}


def flips_document(report: FlipReport) -> dict[str, Any]:
    """Flips with their money as amount, currency and text."""
    return {
        "proposals": report.proposals,
        "changes": report.changes,
        "customers": report.customers,
        "money": [_money(each) for each in report.money],
        "rules": [{**msgspec.to_builtins(each), "money": [_money(one) for one in each.money]} for each in report.rules],
        "by_customer": [
            {**msgspec.to_builtins(each), "money": [_money(one) for one in each.money]} for each in report.by_customer
        ],
        "flips": [
            {**msgspec.to_builtins(each), "amount": None if each.amount is None else _money(each.amount)}
            for each in report.flips
        ],
    }


def _money(money: Money) -> dict[str, Any]:
    return {**msgspec.to_builtins(money), "text": str(money)}


def _money_paths(bundle: Bundle, rule: Rule) -> dict[str, str]:
    """What is money among what the rule may look at, with its currency."""
    paths = {f"context.ledger.{each.name}": each.currency for each in bundle.ledgers.values() if each.currency}
    for action in bundle.actions.values():
        if rule.applies_to(action.name):
            own = {f"context.args.{spec.name}": spec.currency for spec in action.args if spec.currency}
            of_facts = (spec.name for spec in action.facts if spec.type == "money" and own)
            paths |= own | {f"context.facts.{name}": next(iter(own.values())) for name in of_facts}
    return paths


def _rule(rule: Rule, now: datetime, money: Mapping[str, str]) -> dict[str, Any]:
    generated = rule.id.startswith(DEFAULT_PREFIX)
    return {
        "rule": rule.id,
        "effect": rule.effect,
        "actions": rule.actions,
        "reason": rule.reason,
        "customer_reason": rule.customer_reason,
        "remedy": None if rule.remedy is None else str(rule.remedy),
        "mode": "shadow" if rule.shadow else "enforce",
        "severity": rule.severity,
        "owner": rule.owner,
        "overridable": rule.overridable,
        "expires": rule.expires,
        "expired": rule.expired(now),
        "roles": sorted(rule.roles),
        "generated": generated,
        "file": "" if generated else rule.statement.file,
        "line": 0 if generated else rule.statement.line,
        "text": rule.statement.text,
        "numbers": [] if generated else numbers(rule.statement.text),
        "currencies": {} if generated else amounts(rule.statement.text, money),
    }
