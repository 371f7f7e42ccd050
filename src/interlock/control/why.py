"""Why was it judged so: a sentence for the customer, one for the agent, and the whole derivation for the auditor?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.facts import NEVER_S
from interlock.control.judgement import customer_reason
from interlock.control.proposals import ProposalState
from interlock.control.rules import EVALUATION_ERROR, FACT_MISSING, NO_PERMIT, UNAVAILABLE, Rule
from interlock.control.templates import as_money
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged, Remedy

TO_CUSTOMER: Final[Mapping[str, str]] = {
    "step_up": "I first have to make sure that it is you, with a code that I send you.",
    "confirm": "I need your yes to exactly this first.",
    "do": "Something else has to be done first.",
    "wait": "It has to wait a little; I come back to it by myself.",
    "draft": "A colleague looks it over before it is sent.",
    "approve": "A colleague has to agree to it first.",
}
"""What a customer hears of what is missing; no rule, limit or role is given away."""

TO_AGENT: Final[Mapping[str, str]] = {
    "step_up": "the customer gives the one-time code that was sent",
    "confirm": "the customer confirms exactly this on the card",
    "do": "'{argument}' is done first; then it goes on by itself",
    "wait": "its time comes ({argument}); then it goes on by itself",
    "draft": "somebody looks the draft over and sends it",
    "approve": "somebody with the role {argument} approves it; it is in the approvals already",
}

_REFUSED_TO_CUSTOMER: Final[Mapping[str, str]] = {
    "declined": "You said no to it, so nothing was changed.",
    "failed": "The code was not right, so nothing was changed.",
    "expired": "It took too long, so nothing was changed. It can be asked for again.",
}
_NO_ANSWER: Final = "It is being looked at."
_HELP: Final[Mapping[str, str]] = {
    NO_PERMIT: "Nobody with your roles may do this; ask somebody who may.",
    FACT_MISSING: "Something could not be established; it can be tried again when that is mended.",
    EVALUATION_ERROR: "A rule is broken; tell whoever writes the policies.",
    UNAVAILABLE: "The system behind did not answer; try again in a moment.",
}
_FINAL: Final = "Nothing that can be done here makes it possible."


class Judged(NamedTuple):
    """A judgement with its time and the definitions that it was made by; None where those are not at hand any more."""

    event: ProposalJudged
    at: datetime
    bundle: Bundle | None


def for_customer(state: ProposalState) -> str:
    """One sentence that gives no rule away."""
    if state.outcome is not None:
        done = isinstance(state.outcome, EffectSucceeded)
        return "It has been done." if done else "It did not work, and nothing was changed."
    if state.refused is not None:
        return state.refused.customer_reason or _REFUSED_TO_CUSTOMER.get(
            state.refused.how, "A colleague did not agree to it, so nothing was changed."
        )
    judged = state.judged
    if judged is None:
        return _NO_ANSWER
    if judged.verdict == "denied":
        return customer_reason(judged)
    if judged.verdict == "needs":
        return TO_CUSTOMER[state.needs[0].kind] if state.needs else _NO_ANSWER
    return "Nobody knows yet whether it has been done; a colleague looks." if state.unknown else "It is being done."


def for_agent(state: ProposalState) -> dict[str, Any]:
    """What stands in the way, and what to do: a sentence, and what is missing in the order in which it is asked for."""
    judged = state.judged
    if judged is None:
        return {"says": "It has not been judged yet.", "missing": []}
    reasons = " ".join(dict.fromkeys(each.reason for each in judged.rulings if each.reason))
    if judged.verdict == "allowed":
        return {"says": "Nothing stands in the way: the rules permit it.", "missing": []}
    if judged.verdict == "denied":
        mends = dict.fromkeys(_HELP.get(each.rule, _FINAL) for each in judged.rulings if each.remedy is None)
        return {"says": " ".join([reasons, *(mends or (_FINAL,))]).strip(), "missing": []}
    if state.refused is not None:
        return {"says": f"{reasons} That was not met ({state.refused.how}); propose it anew.".strip(), "missing": []}
    missing = [{"remedy": str(need), "reason": _reason(judged, need), "do": _to_do(need)} for need in state.needs]
    first = f" It goes on when {missing[0]['do']}." if missing else ""
    return {"says": f"{reasons}{first}".strip(), "missing": missing}


def for_auditor(judgements: Sequence[Judged], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every judgement, oldest first: rules, the values they looked at with source and age, remedies, reservations.

    Args:
        names: of the staff, by identifier.
    """
    return [dict(msgspec.to_builtins(_derivation(one, names))) for one in judgements]


def _reason(judged: ProposalJudged, need: Remedy) -> str:
    return next((each.reason for each in judged.rulings if each.remedy == need), "")


def _to_do(need: Remedy) -> str:
    return TO_AGENT[need.kind].format(argument=need.argument)


def _derivation(one: Judged, names: Mapping[str, str]) -> dict[str, Any]:
    event, bundle = one.event, one.bundle
    rules = {} if bundle is None else {rule.id: rule for rule in bundle.rules}
    ledgers = {} if bundle is None else {**bundle.ledgers, **bundle.steps}
    return {
        "at": one.at,
        "verdict": event.verdict,
        "release": event.policy,
        "release_at_hand": bundle is not None,
        "by": {"kind": event.principal.kind, "name": names.get(event.principal.id, event.principal.id)},
        "roles": event.principal.roles,
        "action": event.action,
        "args_hash": event.args_hash,
        "rules": [
            {
                "rule": each.rule,
                "reason": each.reason,
                "customer_reason": each.customer_reason,
                "remedy": None if each.remedy is None else str(each.remedy),
                **_of_rule(rules.get(each.rule), event, one),
            }
            for each in event.rulings
        ],
        "needs": [str(each) for each in event.needs],
        "met": [{**each, "by": names.get(each["by"], each["by"])} for each in event.facts.get("met", ())],
        "missing": event.facts.get("missing", {}),
        "risk": _risk(event, bundle),
        "reservations": [
            {
                "ledger": each.ledger,
                "title": ledgers[each.ledger].title if each.ledger in ledgers else each.ledger,
                "amount": _amount(each.amount, ledgers[each.ledger].currency if each.ledger in ledgers else ""),
            }
            for each in event.reservations
        ],
        "shadow": event.shadow,
        "shadow_errors": event.shadow_errors,
    }


def _risk(event: ProposalJudged, bundle: Bundle | None) -> dict[str, Any]:
    """The score, and the signals that it comes from, each with its weight then."""
    risk = event.facts.get("risk", {})
    signals = {} if bundle is None else bundle.signals
    weights = risk.get("weights", {})
    return {
        "score": risk.get("score", 0),
        "signals": [
            {
                "signal": name,
                "title": signals[name].title if name in signals else name,
                "weight": weights.get(name),
            }
            for name in risk.get("signals", ())
        ],
    }


def _of_rule(rule: Rule | None, event: ProposalJudged, one: Judged) -> dict[str, Any]:
    if rule is None:
        return {"looked_at": []}
    return {
        "severity": rule.severity,
        "owner": rule.owner,
        "file": rule.statement.file,
        "line": rule.statement.line,
        "text": rule.statement.text,
        "looked_at": list(_looked_at(rule, event, one)),
    }


def _looked_at(rule: Rule, event: ProposalJudged, one: Judged) -> Iterator[dict[str, Any]]:
    for path in sorted(rule.uses):
        root, _, rest = path.partition(".")
        if root == "principal":
            continue  # who it was is told with the judgement
        yield {"path": path, "value": _value(path, rest, event, one), **_source(path, rest, event, one)}


def _value(path: str, rest: str, event: ProposalJudged, one: Judged) -> Any:
    """A value as people read it; a personal argument is not shown."""
    facts = event.facts
    group, _, name = rest.partition(".")
    if path.startswith("context.met"):
        return [each["remedy"] for each in facts.get("met", ())]
    found: Any = facts.get("resource", {}) if path.startswith("resource") else facts
    for step in rest.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    if group == "args" and found is None:
        return "(personal, or not given)"
    if (money := as_money(found)) is not None:
        return str(money)
    return _amount(found, _currency(group, name, one, event)) if isinstance(found, int) else found


def _currency(group: str, name: str, one: Judged, event: ProposalJudged) -> str:
    """The currency in which a fact or a ledger is kept; empty where it is no money."""
    if one.bundle is None:
        return ""
    if group == "ledger":
        ledger = one.bundle.ledgers.get(name)
        return ledger.currency if ledger is not None else ""
    action = one.bundle.actions.get(event.action)
    if action is None or group != "facts" or not any(f.name == name and f.type == "money" for f in action.facts):
        return ""
    return next((spec.currency for spec in action.args if spec.currency), "")


def _amount(amount: int, currency: str) -> Any:
    return str(Money(amount, currency)) if currency and not isinstance(amount, bool) else amount


def _source(path: str, rest: str, event: ProposalJudged, one: Judged) -> dict[str, Any]:
    """Where a value comes from, and how old it was when it was judged, in seconds."""
    facts = event.facts
    group, _, name = rest.partition(".")
    if path.startswith("resource") or (group == "facts" and name not in facts.get("sources", {})):
        read = facts.get("read") or {}
        at = read.get("at")
        source = f"read by {read['operation']}" if read.get("operation") else "the arguments"
        computed = "" if path.startswith("resource") else "computed from what was "
        return {"source": f"{computed}{source}", "age_s": None if at is None else _age(at, one.at)}
    if group == "facts":
        known = facts["sources"][name]
        return {"source": f"read by {known.get('operation', '')}", "age_s": known.get("age_s")}
    if group == "ledger" and one.bundle is not None and name in one.bundle.ledgers:
        return {"source": one.bundle.ledgers[name].title or f"ledger {name}", "age_s": 0}
    if group == "assurance":
        age = facts.get("assurance", {}).get("age_s", NEVER_S)
        return {"source": "established in the session", "age_s": None if age >= NEVER_S else age}
    words = {
        "args": "proposed",
        "met": "given for exactly these arguments",
        "customer": "matched in the session",
        "session": "counted in the session",
        "steps": "the log",
        "promises": "promised to the customer",
        "ledger": "the log",
        "time": "the clock, in the tenant's zone",
    }
    return {"source": words.get(group, "the proposal"), "age_s": None}


def _age(at: Any, judged: datetime) -> int | None:
    try:
        read = datetime.fromisoformat(at) if isinstance(at, str) else at
        return max(int((judged - read).total_seconds()), 0)
    except (ValueError, TypeError):
        return None
