"""How do the approvals look to a supervisor's page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.actions import Action
from interlock.control.approvals import Approvals, Decision, Line
from interlock.control.bundle import Bundle
from interlock.control.facts import NEVER_S
from interlock.control.ledgers import Ledger
from interlock.control.templates import as_money
from interlock.vocabulary.money import Money

NOBODY_NAMED: Final[Mapping[str, str]] = {}


class Words(NamedTuple):
    """What is personal about a proposal, read from its own facts under the reader's permission."""

    says: str = ""
    customer_label: str = ""
    file_reason: str = ""


def approvals_document(
    view: Approvals, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str] = NOBODY_NAMED
) -> dict[str, Any]:
    """The JSON value of the document ``approvals``.

    Args:
        words: by proposal; a proposal without words is told by the action's title.
        names: of the staff, by identifier.
    """
    return dict(
        msgspec.to_builtins(
            {
                "waiting": [_waiting(line, bundle, words, names) for line in view.waiting.values()],
                "unknown": [
                    _line(line, bundle, words, names) | {"reason": line.reason} for line in view.unknown.values()
                ],
                "decided": [_decided(each, bundle, words, names) for each in view.decided],
            }
        )
    )


def proposals_shown(view: Approvals) -> tuple[str, ...]:
    """The proposals whose words the document needs."""
    return (*view.waiting, *view.unknown, *(each.proposal for each in view.decided))


def _title(action: str, bundle: Bundle) -> str:
    return bundle.actions[action].title if action in bundle.actions else action


def _line(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    title = _title(line.action, bundle)
    said = words.get(line.proposal, Words())
    action = bundle.actions.get(line.action)
    amount = action.amount(line.facts.get("args", {})) if action is not None else None
    return {
        "proposal": line.proposal,
        "interaction": line.interaction,
        "since": line.since,
        "action": line.action,
        "title": title,
        "says": said.says or title,
        "amount": None
        if amount is None
        else {"amount": amount.amount, "currency": amount.currency, "text": str(amount)},
        "args_hash": line.args_hash,
        "by": {"kind": line.by.kind, "name": names.get(line.by.id, line.by.id)},
        "customer_label": said.customer_label or line.customer,
    }


def _waiting(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    return _line(line, bundle, words, names) | {
        "expires_at": line.expires_at,
        "role": line.role,
        "rulings": [{"rule": rule, "reason": reason} for rule, reason in line.rulings],
        "facts": facts_shown(line.facts, bundle.actions.get(line.action), bundle.ledgers),
        "met": [{"remedy": each["remedy"], "at": each["at"], "by": each["kind"]} for each in line.facts.get("met", ())],
    }


def _decided(each: Decision, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    said = words.get(each.proposal, Words())
    return {
        "proposal": each.proposal,
        "interaction": each.interaction,
        "says": said.says or _title(each.action, bundle),
        "how": each.how,
        "by": None if each.by is None else {"kind": each.by.kind, "name": names.get(each.by.id, each.by.id)},
        "at": each.at,
        "customer_reason": each.customer_reason,
        "file_reason": said.file_reason,
    }


def facts_shown(facts: Mapping[str, Any], action: Action | None, ledgers: Mapping[str, Ledger]) -> list[dict[str, Any]]:
    """The facts of a judgement as lines for people: name, value, and the age in seconds where one is known."""
    currency = next((spec.currency for spec in action.args if spec.currency), "") if action is not None else ""
    money = {spec.name: currency for spec in action.facts if spec.type == "money"} if action is not None else {}
    money |= {name: ledger.currency for name, ledger in ledgers.items()}
    lines: list[dict[str, Any]] = []
    for group in ("resource", "facts", "ledger"):
        for name, value in facts.get(group, {}).items():
            if name not in ("type", "exists", "id"):
                line = {"name": name, "value": _shown(value, money.get(name, ""))}
                source = facts.get("sources", {}).get(name)
                lines.append(line if source is None else {**line, "age_s": source["age_s"]})
    assurance = facts.get("assurance")
    if assurance:
        age = assurance["age_s"] if assurance["age_s"] < NEVER_S else None
        lines.append({"name": "assurance", "value": assurance["level"], "age_s": age})
    for name, value in facts.get("args", {}).items():
        amount = as_money(value)
        lines.append({"name": name, "value": str(amount) if amount is not None else value})
    return lines


def _shown(value: Any, currency: str) -> Any:
    return str(Money(value, currency)) if currency and isinstance(value, int) else value
