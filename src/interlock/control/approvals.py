"""What waits for somebody with authority: approvals, drafts, outcomes that nobody knows; and what was decided lately?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Projection
from interlock.kernel.events import Recorded
from interlock.vocabulary.approvals import (
    ApprovalAsked,
    AuthorityDelegated,
    DelegationEnded,
    QuestionAnswered,
    QuestionAsked,
)
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.overrides import OverrideGranted, OverrideRefused, OverrideRequested
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
)

L = TypeVar("L")

DECIDED: Final = 20
"""Decisions that are shown."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One proposal, without anything personal: what it says is read from its own facts by whoever may see it."""

    proposal: str
    interaction: str
    customer: str
    action: str
    by: Principal
    args_hash: str
    since: datetime
    remedy: str = ""
    """What is waited for: an approval or a draft."""
    role: str = ""
    """The role that is asked now, ``asked_since``, and why it is that one."""
    asked_since: datetime | None = None
    why: str = ""
    answer_by: datetime | None = None
    passed: tuple[str, ...] = ()
    """The roles that were asked before and did not answer."""
    questions: int = 0
    open_question: str = ""
    counters: str = ""
    expires_at: datetime | None = None
    rulings: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = {}
    reason: str = ""


class Override(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rules that somebody wants overridden (``how`` is empty), or what became of that."""

    override: str
    line: Line
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    first: Principal
    at: datetime
    expires_at: datetime
    how: str = ""
    second: Principal | None = None


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """Authority that somebody has lent, until when."""

    delegation: str
    by: str
    to: str
    roles: tuple[str, ...]
    until: datetime


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one: ``how`` is approved, rejected, countered, expired, sent, discarded, happened or did_not_happen."""

    proposal: str
    interaction: str
    action: str
    how: str
    by: Principal | None
    at: datetime
    customer_reason: str = ""
    on_behalf: str = ""


class Approvals(msgspec.Struct, frozen=True, kw_only=True):
    """The view. ``running`` are allowed proposals without an outcome: what an unknown one is told by."""

    waiting: dict[str, Line] = {}
    drafts: dict[str, Line] = {}
    running: dict[str, Line] = {}
    unknown: dict[str, Line] = {}
    decided: tuple[Decision, ...] = ()
    delegations: dict[str, Delegation] = {}
    overridable: tuple[Line, ...] = ()
    """What was denied to a person lately by rules that can be overridden; ``role`` names by whom."""
    overrides: dict[str, Override] = {}
    overridden: tuple[Override, ...] = ()
    """Overrides that were decided, the latest first: what is reported."""
    counters: dict[str, str] = {}
    """By counter-offer that is not decided yet, the proposal that it stands for."""


def approvals_view(settings: ControlSettings) -> Projection[Approvals]:
    """The projection of what waits for supervisors."""

    def fold(view: Approvals, recorded: Recorded) -> Approvals:
        match recorded.event:
            case ActionProposed() as event if event.counters:
                return _replace(view, counters={**view.counters, event.proposal: event.counters})
            case ProposalJudged() as event:
                return _judged(view, event, recorded.at, settings)
            case RemedyMet() as event if event.remedy.kind in ("approve", "draft"):
                how = "approved" if event.remedy.kind == "approve" else "sent"
                return _decide(view, event.proposal, how, event.by, recorded.at, on_behalf=event.on_behalf)
            case RemedyRefused() as event:
                view = _replace(view, counters=_less(view.counters, event.proposal))
                return _decide(view, event.proposal, event.how, event.by, recorded.at, event.customer_reason)
            case EffectUnknown() as event if event.proposal in view.running:
                line = msgspec.structs.replace(view.running[event.proposal], since=recorded.at, reason=event.reason)
                return _replace(view, running=_less(view.running, event.proposal), unknown=_more(view.unknown, line))
            case EffectSucceeded() | EffectFailed() as event:
                how = "happened" if isinstance(event, EffectSucceeded) else "did_not_happen"
                return _settled(view, event.proposal, how, recorded.at)
            case _:
                return _asked(view, recorded)

    return Projection("approvals", Approvals, fold)


def _asked(view: Approvals, recorded: Recorded) -> Approvals:
    """Who is asked, what is asked back, whose authority is lent."""
    match recorded.event:
        case ApprovalAsked() as event if event.proposal in view.waiting:
            line = view.waiting[event.proposal]
            passed = (*line.passed, line.role) if line.role and line.role != event.role and line.asked_since else ()
            asked = {"role": event.role, "asked_since": recorded.at, "why": event.why, "answer_by": event.answer_by}
            return _change(view, event.proposal, **asked, passed=passed)
        case QuestionAsked() as event if event.proposal in view.waiting:
            questions = view.waiting[event.proposal].questions + 1
            return _change(view, event.proposal, questions=questions, open_question=event.question)
        case QuestionAnswered() as event if event.proposal in view.waiting:
            return _change(view, event.proposal, open_question="")
        case OverrideRequested() | OverrideGranted() | OverrideRefused():
            return _overridden(view, recorded)
        case AuthorityDelegated() as event:
            lent = Delegation(
                delegation=event.delegation, by=event.by, to=event.to, roles=event.roles, until=event.until
            )
            open_ones = {name: each for name, each in view.delegations.items() if each.until >= recorded.at}
            return _replace(view, delegations={**open_ones, event.delegation: lent})
        case DelegationEnded() as event:
            return _replace(view, delegations=_less(view.delegations, event.delegation))
        case _:
            return view


def _overridden(view: Approvals, recorded: Recorded) -> Approvals:
    event = recorded.event
    if isinstance(event, OverrideRequested):
        line = next((each for each in view.overridable if each.proposal == event.proposal), None)
        line = line or view.waiting.get(event.proposal)
        if line is None:
            return view
        asked = Override(
            override=event.override,
            line=line,
            rules=event.rules,
            roles=event.roles,
            first=event.by,
            at=recorded.at,
            expires_at=event.expires_at,
        )
        return _replace(view, overrides={**view.overrides, event.override: asked})
    if isinstance(event, OverrideGranted | OverrideRefused) and event.override in view.overrides:
        how = "granted" if isinstance(event, OverrideGranted) else event.how
        over = msgspec.structs.replace(view.overrides[event.override], how=how, second=event.by, at=recorded.at)
        rest = _less(view.overrides, event.override)
        return _replace(view, overrides=rest, overridden=(over, *view.overridden)[:DECIDED])
    return view


def _change(view: Approvals, proposal: str, **changes: Any) -> Approvals:
    return _replace(view, waiting=_more(view.waiting, msgspec.structs.replace(view.waiting[proposal], **changes)))


def _judged(view: Approvals, event: ProposalJudged, at: datetime, settings: ControlSettings) -> Approvals:
    before = view.waiting.get(event.proposal)
    view = _replace(view, waiting=_less(view.waiting, event.proposal), drafts=_less(view.drafts, event.proposal))
    line = Line(
        proposal=event.proposal,
        interaction=event.interaction,
        customer=event.customer,
        action=event.action,
        by=event.principal,
        args_hash=event.args_hash,
        since=at,
        rulings=tuple((each.rule, each.reason) for each in event.rulings),
        facts=event.facts,
        counters=view.counters.get(event.proposal, ""),
    )
    denied = tuple(each for each in view.overridable if each.proposal != event.proposal)
    if event.overridable:
        denied = (msgspec.structs.replace(line, role=" and ".join(event.overridable)), *denied)[:DECIDED]
    view = _replace(view, overridable=denied)
    if event.verdict != "needs":
        view = _replace(view, counters=_less(view.counters, event.proposal))
    if event.verdict == "allowed":
        return _replace(view, running=_more(view.running, line))
    first = event.needs[0] if event.needs else None
    if first is not None and first.kind == "approve":
        until = at + settings.wait(first)
        asked = msgspec.structs.replace(line, remedy=str(first), role=first.argument, expires_at=until)
        if before is not None and before.remedy == asked.remedy:
            # Judged again for another reason: whoever is asked keeps his clock.
            asked = msgspec.structs.replace(
                asked,
                role=before.role,
                asked_since=before.asked_since,
                why=before.why,
                answer_by=before.answer_by,
                passed=before.passed,
                questions=before.questions,
                open_question=before.open_question,
            )
        return _replace(view, waiting=_more(view.waiting, asked))
    if first is not None and first.kind == "draft":
        until = at + settings.wait(first)
        return _replace(
            view, drafts=_more(view.drafts, msgspec.structs.replace(line, remedy="draft", expires_at=until))
        )
    return view


def _decide(
    view: Approvals,
    proposal: str,
    how: str,
    by: Principal,
    at: datetime,
    customer_reason: str = "",
    on_behalf: str = "",
) -> Approvals:
    line = view.waiting.get(proposal) or view.drafts.get(proposal)
    if line is None:
        return view
    decision = Decision(
        proposal=proposal,
        interaction=line.interaction,
        action=line.action,
        how=how,
        by=by,
        at=at,
        customer_reason=customer_reason,
        on_behalf=on_behalf,
    )
    return _replace(
        view,
        waiting=_less(view.waiting, proposal),
        drafts=_less(view.drafts, proposal),
        decided=(decision, *view.decided)[:DECIDED],
    )


def _settled(view: Approvals, proposal: str, how: str, at: datetime) -> Approvals:
    line = view.unknown.get(proposal)
    if line is not None:
        decision = Decision(
            proposal=proposal, interaction=line.interaction, action=line.action, how=how, by=None, at=at
        )
        return _replace(view, unknown=_less(view.unknown, proposal), decided=(decision, *view.decided)[:DECIDED])
    return _replace(view, running=_less(view.running, proposal)) if proposal in view.running else view


def _more(lines: Mapping[str, Line], line: Line) -> dict[str, Line]:
    return {**lines, line.proposal: line}


def _less(lines: dict[str, L], proposal: str) -> dict[str, L]:
    if proposal not in lines:
        return lines
    return {key: line for key, line in lines.items() if key != proposal}


def _replace(view: Approvals, **changes: Any) -> Approvals:
    return msgspec.structs.replace(view, **changes)
