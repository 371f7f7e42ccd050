"""How does a proposal stand, as everybody is told it: the verdict, what is needed and how to give it, what came of it?

The verdict holds nothing that depends on the channel or on who asked, so the same case is told in the same bytes everywhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from interlock.control.judgement import customer_reason
from interlock.control.proposals import ProposalState
from interlock.kernel.events import Erased
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged, Remedy, Verdict

Status = Literal["judging", "needs", "denied", "refused", "running", "unknown", "succeeded", "failed"]
"""``needs`` waits for somebody; ``denied`` is the rules' no and ``refused`` a person's; ``unknown`` waits for a person."""

SETTLED: Final = frozenset({"needs", "denied", "refused", "unknown", "succeeded", "failed"})
"""Where nothing more happens by itself at once."""

_FROM: Final = {"step_up": "customer", "confirm": "customer", "approve": "approver", "draft": "person"}

_WHAT: Final = {
    "step_up": "Ask the customer for the one-time code that was sent to the registered address, and pass it on.",
    "confirm": "Show the customer exactly what this says, and pass the answer on together with args_hash.",
    "approve": "Wait: {argument} has to approve it. Ask for the proposal again; it runs by itself once it is approved.",
    "do": "First propose {argument}; this goes on by itself when that has succeeded.",
    "wait": "Wait; it goes on by itself when the time has come.",
    "draft": "Wait: a person looks at it and sends it.",
}


class RulingShown(msgspec.Struct, frozen=True):
    """A rule that decided: its name, its words for agents and auditors and for the customer, and what would cure it."""

    rule: str
    reason: str
    customer_reason: str
    remedy: str | None


class VerdictShown(msgspec.Struct, frozen=True):
    """The gate's answer.

    Attributes:
        verdict: ``allowed``, ``needs`` or ``denied``.
        policy: the release of the policies that decided.
        says: what the action does, in the customer's words.
        needs: the remedies in the order in which they are asked for, such as ``step_up:2``, ``confirm``.
        reason: why not (or not yet), for agents; ``customer_reason``: in words for the customer.
    """

    verdict: Verdict
    policy: str
    action: str
    args_hash: str
    says: str
    rulings: tuple[RulingShown, ...]
    needs: tuple[str, ...]
    reason: str
    customer_reason: str


class NeedShown(msgspec.Struct, frozen=True, rename={"of": "from"}):
    """What is still missing, first what is asked for now.

    Attributes:
        of: whose part it is (``from`` in JSON): the customer, an approver, a person, the agent itself.
        challenge: the one-time code that was sent for it.
        until: when what is waited for comes.
    """

    remedy: str
    of: str
    what_to_do: str
    rules: tuple[str, ...]
    challenge: str | None = None
    until: datetime | None = None


class OutcomeShown(msgspec.Struct, frozen=True):
    """What came of it. ``moved`` is what really moved (minor units)."""

    status: Literal["succeeded", "failed", "unknown"]
    result: Any = None
    moved: dict[str, Any] | None = None
    code: str = ""
    reason: str = ""


class ProposalShown(msgspec.Struct, frozen=True):
    """A proposal as it stands. ``case`` is its interaction; ``customer_reason`` is what to tell the customer now."""

    proposal: str
    case: str
    action: str
    args_hash: str
    status: Status
    verdict: VerdictShown | None
    needs: tuple[NeedShown, ...]
    refused: str | None
    customer_reason: str
    outcome: OutcomeShown | None


def proposal_document(state: ProposalState, challenge: str = "") -> ProposalShown:
    """A proposal as its facts tell it.

    Args:
        state: a proposal that was made.
        challenge: the latest one-time code that was sent for it.
    """
    proposed = state.proposed
    if proposed is None:
        raise ValueError("nothing was proposed")
    return ProposalShown(
        proposal=proposed.proposal,
        case=proposed.interaction,
        action=proposed.action,
        args_hash=proposed.args_hash,
        status=status(state),
        verdict=None if state.judged is None else verdict_document(state.judged),
        needs=_needs(state, challenge),
        refused=None if state.refused is None else state.refused.how,
        customer_reason=_customer_reason(state),
        outcome=_outcome(state),
    )


def verdict_document(judged: ProposalJudged) -> VerdictShown:
    """The gate's answer: the same bytes for the same case, whoever asked and wherever."""
    denied = judged.verdict == "denied"
    against = judged.verdict != "allowed"
    return VerdictShown(
        verdict=judged.verdict,
        policy=judged.policy,
        action=judged.action,
        args_hash=judged.args_hash,
        says=str(judged.says),
        rulings=tuple(
            RulingShown(each.rule, each.reason, each.customer_reason, None if each.remedy is None else str(each.remedy))
            for each in judged.rulings
        ),
        needs=tuple(str(each) for each in judged.needs),
        reason=" ".join(each.reason for each in judged.rulings if each.reason) if against else "",
        customer_reason=customer_reason(judged) if denied else "",
    )


def status(state: ProposalState) -> Status:
    """In one word."""
    if state.outcome is not None:
        return "succeeded" if isinstance(state.outcome, EffectSucceeded) else "failed"
    if state.unknown is not None:
        return "unknown"
    if state.refused is not None:
        return "refused"
    if state.judged is None:
        return "judging"
    if state.judged.verdict == "denied":
        return "denied"
    if state.judged.verdict == "allowed":
        return "running"
    return "needs" if state.needs else "judging"


def _needs(state: ProposalState, challenge: str) -> tuple[NeedShown, ...]:
    judged = state.judged
    return tuple(
        NeedShown(
            remedy=str(need),
            of=_FROM.get(need.kind, "agent"),
            what_to_do=_WHAT[need.kind].format(argument=need.argument or "somebody"),
            rules=tuple(each.rule for each in (judged.rulings if judged else ()) if _cured(each.remedy, need)),
            challenge=challenge or None if need.kind == "step_up" else None,
            until=judged.waits.get(str(need)) if judged else None,
        )
        for need in state.needs
    )


def _cured(remedy: Remedy | None, need: Remedy) -> bool:
    """Whether giving what is needed cures a rule with this remedy: a higher step-up does for the lower ones."""
    return remedy is not None and (remedy == need or remedy.kind == need.kind == "step_up")


def _customer_reason(state: ProposalState) -> str:
    if state.refused is not None:
        return state.refused.customer_reason
    if state.judged is not None and state.judged.verdict == "denied":
        return customer_reason(state.judged)
    return ""


def _outcome(state: ProposalState) -> OutcomeShown | None:
    if state.outcome is None:
        return None if state.unknown is None else OutcomeShown("unknown", reason=state.unknown.reason)
    if isinstance(state.outcome, EffectSucceeded):
        moved = None if state.outcome.moved is None else msgspec.to_builtins(state.outcome.moved)
        result = None if isinstance(state.outcome.result, Erased) else state.outcome.result
        return OutcomeShown("succeeded", result, moved)
    return OutcomeShown("failed", code=state.outcome.code, reason=state.outcome.reason)
