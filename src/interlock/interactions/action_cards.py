"""How does a proposal stand, as one card in the transcript: what, for how much, the verdict, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.kernel.events import Erased, Recorded
from interlock.vocabulary.approvals import ApprovalAsked, QuestionAnswered, QuestionAsked
from interlock.vocabulary.money import Money
from interlock.vocabulary.overrides import OverrideGranted, OverrideRefused, OverrideRequested
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
    Ruling,
)

ASKED: Final = {
    "step_up": "customer",
    "confirm": "customer",
    "do": "action",
    "wait": "time",
    "draft": "agent",
    "approve": "supervisor",
}
_NAMES: Final = {"virtual_agent": "Virtual agent", "system": "Interlock", "customer": "Customer"}


class Cards:
    """The action entries of a transcript; each proposal is one, changed in place of its list as it goes on."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self._entries = entries
        self._at: dict[str, int] = {}

    def fold(self, recorded: Recorded) -> bool:
        """Take a fact in; False when it is not about a proposal."""
        event, at = recorded.event, recorded.at
        match event:
            case ActionProposed():
                self._at[event.proposal] = len(self._entries)
                self._entries.append(_proposed(event, at))
            case ProposalJudged():
                self._change(event.proposal, **_judged(event, at))
            case RemedyMet():
                self._meet(event, at)
            case ApprovalAsked():
                self._asked(event, at)
            case QuestionAsked():
                question = {"id": event.question, "by": event.by.id, "text": str(event.text), "at": at.isoformat()}
                self._change(event.proposal, question=question)
            case QuestionAnswered():
                self._change(event.proposal, question=None)
            case OverrideRequested():
                asked = {"by": event.by.id, "reason": str(event.reason), "rules": list(event.rules)}
                self._change(event.proposal, override=asked)
            case OverrideGranted() | OverrideRefused():
                self._change(event.proposal, override=None)
            case RemedyRefused():
                self._change(
                    event.proposal,
                    state=event.how,
                    needs=[],
                    question=None,
                    reason=event.customer_reason,
                    file_reason=str(event.file_reason),
                )
            case EffectStarted():
                self._change(event.proposal, state="running")
            case EffectSucceeded():
                result = None if isinstance(event.result, Erased) else event.result
                moved = {} if event.moved is None else {"amount": _money(event.moved)}
                self._change(event.proposal, state="succeeded", result=result, reason="", **moved)
            case EffectFailed():
                self._change(event.proposal, state="failed", reason=event.reason)
            case EffectUnknown():
                self._change(event.proposal, state="unknown", reason=event.reason)
            case _:
                return False
        return True

    def _change(self, proposal: str, **fields: Any) -> None:
        index = self._at.get(proposal)
        if index is not None:
            self._entries[index] = {**self._entries[index], **fields}

    def _asked(self, event: ApprovalAsked, at: datetime) -> None:
        index = self._at.get(event.proposal)
        if index is None:
            return
        until = {} if event.answer_by is None else {"answer_by": event.answer_by.isoformat()}
        asked = {"from": event.role, "since": at.isoformat(), **until}
        entry = self._entries[index]
        needs = [{**need, **asked} if need["remedy"] == str(event.remedy) else need for need in entry["needs"]]
        self._entries[index] = {**entry, "needs": needs}

    def _meet(self, event: RemedyMet, at: datetime) -> None:
        index = self._at.get(event.proposal)
        if index is None:
            return
        entry = self._entries[index]
        remedy = str(event.remedy)
        needs = [need for need in entry["needs"] if need["remedy"] != remedy]
        met = [*entry["met"], {"remedy": remedy, "at": at.isoformat(), "by": event.by.kind}]
        self._entries[index] = {**entry, "needs": needs, "met": met}


def _proposed(event: ActionProposed, at: datetime) -> dict[str, Any]:
    amount: Any = event.args.get("amount")
    return {
        "kind": "action",
        "id": event.proposal,
        "at": at.isoformat(),
        "by": {"kind": event.principal.kind, "id": event.principal.id, "name": _NAMES.get(event.principal.kind, "")},
        "action": event.action,
        "title": event.action,
        "says": "",
        "amount": _money(Money(amount["amount"], amount["currency"])) if _is_money(amount) else None,
        "state": "judging",
        "args": event.args,
        "private_args": dict(event.private_args) if isinstance(event.private_args, Mapping) else {},
        "needs": [],
        "met": [],
        "rulings": [],
        "facts": {},
        "policy": "",
        "result": None,
        "reason": "",
        "args_hash": event.args_hash,
        "counters": event.counters,
        "was": event.counter_was,
        "question": None,
        "override": None,
        "overridable": [],
        "overridden": [],
    }


def _judged(event: ProposalJudged, at: datetime) -> dict[str, Any]:
    state = {"allowed": "running", "needs": "needs", "denied": "denied"}[event.verdict]
    asked = event.needs[0].kind if event.needs else ""
    return {
        "state": state,
        "says": str(event.says),
        "needs": [
            {
                "remedy": str(need),
                "from": ASKED.get(need.kind, "customer"),
                "since": at.isoformat() if need.kind == asked else None,
                **({"until": event.waits[str(need)].isoformat()} if str(need) in event.waits else {}),
            }
            for need in event.needs
        ],
        "rulings": [_ruling(ruling) for ruling in event.rulings],
        "facts": event.facts,
        "policy": event.policy,
        "shadow": list(event.shadow),
        "overridable": list(event.overridable),
        "overridden": list(event.overridden),
        "reason": next((ruling.reason for ruling in event.rulings if ruling.reason), ""),
    }


def _ruling(ruling: Ruling) -> dict[str, Any]:
    return {
        "rule": ruling.rule,
        "reason": ruling.reason,
        "customer_reason": ruling.customer_reason,
        "remedy": None if ruling.remedy is None else str(ruling.remedy),
    }


def _is_money(value: object) -> bool:
    return (
        isinstance(value, Mapping) and isinstance(value.get("amount"), int) and isinstance(value.get("currency"), str)
    )


def _money(money: Money) -> dict[str, Any]:
    return {**msgspec.to_builtins(money), "text": str(money)}
