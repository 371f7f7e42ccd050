"""How do the approvals look to a supervisor's page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.actions import Action
from interlock.control.approvals import Approvals, Decision, Delegation, Line, Override
from interlock.control.bundle import Bundle
from interlock.control.facts import NEVER_S
from interlock.control.ledgers import Ledger
from interlock.control.proposals import ProposalState
from interlock.control.templates import as_money
from interlock.vocabulary.money import Money

NOBODY_NAMED: Final[Mapping[str, str]] = {}


class Words(NamedTuple):
    """What is personal about a proposal, read from its own facts under the reader's permission."""

    says: str = ""
    customer_label: str = ""
    file_reason: str = ""
    questions: tuple[Mapping[str, Any], ...] = ()
    """What was asked back, each with ``question``, ``by``, ``at``, ``text`` and its ``answer``."""
    was: str = ""
    """The amount before a counter-offer."""
    override_reason: str = ""
    private_args: Mapping[str, Any] = {}
    """The personal arguments, for whoever sends a draft."""


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
                "drafts": [_draft(line, bundle, words, names) for line in view.drafts.values()],
                "overrides": [_override(each, bundle, words, names) for each in view.overrides.values()],
                "overridable": [_overridable(line, bundle, words, names) for line in view.overridable],
                "overridden": [_override(each, bundle, words, names) for each in view.overridden],
                "delegations": [_delegation(each, names) for each in view.delegations.values()],
                "unknown": [
                    _line(line, bundle, words, names) | {"reason": line.reason} for line in view.unknown.values()
                ],
                "decided": [_decided(each, bundle, words, names) for each in view.decided],
            }
        )
    )


def words_of(state: ProposalState, *, customer_label: str) -> Words:
    """What is personal about a proposal, as far as it can still be read."""
    questions = []
    for each in state.questions:
        reply = next((one for one in state.answers if one.question == each.question), None)
        questions.append(
            {
                "question": each.question,
                "by": each.by.id,
                "text": str(each.text),
                "answer": None if reply is None else str(reply.text),
                "answered_by": "" if reply is None else reply.by.id,
            }
        )
    private = state.proposed.private_args if state.proposed is not None else None
    reason = next((str(each.reason) for each in reversed(state.asked_overrides)), "")
    return Words(
        says=str(state.judged.says) if state.judged is not None else "",
        customer_label=customer_label,
        file_reason=str(state.refused.file_reason) if state.refused is not None else "",
        questions=tuple(questions),
        was=state.proposed.counter_was if state.proposed is not None else "",
        override_reason=reason,
        private_args=private if isinstance(private, Mapping) else {},
    )


def proposals_shown(view: Approvals) -> tuple[str, ...]:
    """The proposals whose words the document needs."""
    overrides = (each.line.proposal for each in (*view.overrides.values(), *view.overridden))
    lines = (each.proposal for each in view.overridable)
    decided = (each.proposal for each in view.decided)
    return tuple(dict.fromkeys((*view.waiting, *view.drafts, *view.unknown, *decided, *overrides, *lines)))


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
        "by": {"kind": line.by.kind, "id": line.by.id, "name": names.get(line.by.id, line.by.id)},
        "customer_label": said.customer_label or line.customer,
    }


def _waiting(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    said = words.get(line.proposal, Words())
    action = bundle.actions.get(line.action)
    amount = action.amount(line.facts.get("args", {})) if action is not None else None
    rule_s_own = line.remedy.partition(":")[2] or line.role
    bands = [
        {"role": role, "up_to": _limit(bundle, role, line.action, amount)}
        for role in bundle.approvals.above(rule_s_own)
    ]
    return _detail(line, bundle, words, names) | {
        "role": line.role,
        "asked_since": line.asked_since,
        "why": line.why,
        "answer_by": line.answer_by,
        "passed": line.passed,
        "next": _next(bundle, line, amount),
        "may": bundle.approvals.may_approve(rule_s_own, line.action, amount),
        "bands": bands,
        "questions": [
            {**each, "by": names.get(each["by"], each["by"]), "answered_by": names.get(each["answered_by"], "")}
            for each in said.questions
        ],
        "open_question": line.open_question,
        "counters": line.counters,
        "was": said.was,
    }


def _detail(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    return _line(line, bundle, words, names) | {
        "expires_at": line.expires_at,
        "remedy": line.remedy,
        "rulings": [{"rule": rule, "reason": reason} for rule, reason in line.rulings],
        "facts": facts_shown(line.facts, bundle.actions.get(line.action), bundle.ledgers),
        "met": [{"remedy": each["remedy"], "at": each["at"], "by": each["kind"]} for each in line.facts.get("met", ())],
    }


def _draft(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    """A draft, with every word that goes out."""
    args = {**line.facts.get("args", {}), **words.get(line.proposal, Words()).private_args}
    return _detail(line, bundle, words, names) | {"sends": arguments_shown(bundle.actions.get(line.action), args)}


def _overridable(line: Line, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    return _detail(line, bundle, words, names) | {"role": line.role}


def _override(each: Override, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    said = words.get(each.line.proposal, Words())
    return _detail(each.line, bundle, words, names) | {
        "override": each.override,
        "rules": each.rules,
        "roles": each.roles,
        "first": {"kind": each.first.kind, "id": each.first.id, "name": names.get(each.first.id, each.first.id)},
        "second": None if each.second is None else {"name": names.get(each.second.id, each.second.id)},
        "asked_at": each.at,
        "expires_at": each.expires_at,
        "how": each.how,
        "reason": said.override_reason,
    }


def _delegation(each: Delegation, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "delegation": each.delegation,
        "by": {"id": each.by, "name": names.get(each.by, each.by)},
        "to": {"id": each.to, "name": names.get(each.to, each.to)},
        "roles": each.roles,
        "until": each.until,
    }


def _limit(bundle: Bundle, role: str, action: str, amount: Money | None) -> str | None:
    limit = None if amount is None else bundle.approvals.limit(role, action, amount.currency)
    return None if limit is None or amount is None else str(Money(limit, amount.currency))


def _next(bundle: Bundle, line: Line, amount: Money | None) -> str | None:
    """The role that is asked when the one that is asked now does not answer."""
    if line.asked_since is None:
        return None
    further = bundle.approvals.next(line.role, line.action, amount, line.asked_since)
    return None if further is None or further.role == line.role else further.role


def _decided(each: Decision, bundle: Bundle, words: Mapping[str, Words], names: Mapping[str, str]) -> dict[str, Any]:
    said = words.get(each.proposal, Words())
    return {
        "proposal": each.proposal,
        "interaction": each.interaction,
        "says": said.says or _title(each.action, bundle),
        "how": each.how,
        "by": None if each.by is None else {"kind": each.by.kind, "name": names.get(each.by.id, each.by.id)},
        "at": each.at,
        "on_behalf": names.get(each.on_behalf, each.on_behalf),
        "customer_reason": each.customer_reason,
        "file_reason": said.file_reason,
    }


def facts_shown(facts: Mapping[str, Any], action: Action | None, ledgers: Mapping[str, Ledger]) -> list[dict[str, Any]]:
    """The facts of a judgement as lines for people: name, value, and the age in seconds where one is known.

    A ``step`` is what was done before; its age is that of the last time.
    """
    currency = next((spec.currency for spec in action.args if spec.currency), "") if action is not None else ""
    money = {spec.name: currency for spec in action.facts if spec.type == "money"} if action is not None else {}
    money |= {name: ledger.currency for name, ledger in ledgers.items()}
    lines: list[dict[str, Any]] = []
    for group in ("resource", "facts", "ledger"):
        for name, value in facts.get(group, {}).items():
            if name not in ("type", "exists", "id"):
                line = {"name": name, "value": _shown(value, money.get(name, ""))}
                source = facts.get("sources", {}).get(name)
                if source is None and group in ("resource", "facts") and (read := facts.get("read", {}).get("at")):
                    line["at"] = read
                if group == "ledger":
                    source = {"age_s": 0}  # summed in the very transaction of the judgement
                lines.append(line if source is None else {**line, "age_s": source["age_s"]})
    for name, step in facts.get("steps", {}).items():
        last = step["age_s"] if step["done"] and step["age_s"] < NEVER_S else None
        lines.append({"name": name, "value": _done(step), "step": True, "age_s": last})
    assurance = facts.get("assurance")
    if assurance:
        age = assurance["age_s"] if assurance["age_s"] < NEVER_S else None
        lines.append({"name": "assurance", "value": assurance["level"], "age_s": age})
    for name, value in facts.get("args", {}).items():
        amount = as_money(value)
        lines.append({"name": name, "value": str(amount) if amount is not None else value})
    return lines


def arguments_shown(action: Action | None, args: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Arguments as lines for people: what each is called, and its value."""
    labels = {spec.name: spec.label for spec in action.args} if action is not None else {}
    return [
        {"label": labels.get(name) or name.replace("_", " "), "value": value if money is None else str(money)}
        for name, value in args.items()
        for money in [as_money(value)]
    ]


def _done(step: Mapping[str, Any]) -> str:
    """How a step stands, in words: what was done before and succeeded."""
    count = step["count"]
    done = "done once" if count == 1 else f"done {count} times" if step["done"] else "not done"
    return f"{done}, and under way now" if step["running"] else done


def _shown(value: Any, currency: str) -> Any:
    return str(Money(value, currency)) if currency and isinstance(value, int) else value
