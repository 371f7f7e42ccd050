"""What waits for a supervisor: approvals to give, outcomes that nobody knows; and what was decided lately?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Projection
from interlock.kernel.events import Recorded
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.proposals import (
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
)

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
    role: str = ""
    expires_at: datetime | None = None
    rulings: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = {}
    reason: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one: ``how`` is approved, rejected, expired, happened or did_not_happen."""

    proposal: str
    interaction: str
    action: str
    how: str
    by: Principal | None
    at: datetime
    customer_reason: str = ""


class Approvals(msgspec.Struct, frozen=True, kw_only=True):
    """The view. ``running`` are allowed proposals without an outcome: what an unknown one is told by."""

    waiting: dict[str, Line] = {}
    running: dict[str, Line] = {}
    unknown: dict[str, Line] = {}
    decided: tuple[Decision, ...] = ()


def approvals_view(settings: ControlSettings) -> Projection[Approvals]:
    """The projection of what waits for supervisors."""

    def fold(view: Approvals, recorded: Recorded) -> Approvals:
        match recorded.event:
            case ProposalJudged() as event:
                return _judged(view, event, recorded.at, settings)
            case RemedyMet() as event if event.remedy.kind == "approve":
                return _decide(view, event.proposal, "approved", event.by, recorded.at)
            case RemedyRefused() as event:
                return _decide(view, event.proposal, event.how, event.by, recorded.at, event.customer_reason)
            case EffectUnknown() as event if event.proposal in view.running:
                line = msgspec.structs.replace(view.running[event.proposal], since=recorded.at, reason=event.reason)
                return _replace(view, running=_less(view.running, event.proposal), unknown=_more(view.unknown, line))
            case EffectSucceeded() | EffectFailed() as event:
                how = "happened" if isinstance(event, EffectSucceeded) else "did_not_happen"
                return _settled(view, event.proposal, how, recorded.at)
            case _:
                return view

    return Projection("approvals", Approvals, fold)


def _judged(view: Approvals, event: ProposalJudged, at: datetime, settings: ControlSettings) -> Approvals:
    view = _replace(view, waiting=_less(view.waiting, event.proposal))
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
    )
    if event.verdict == "allowed":
        return _replace(view, running=_more(view.running, line))
    if event.needs and event.needs[0].kind == "approve":
        role, until = event.needs[0].argument, at + settings.wait(event.needs[0])
        asked = msgspec.structs.replace(line, role=role, expires_at=until)
        return _replace(view, waiting=_more(view.waiting, asked))
    return view


def _decide(
    view: Approvals, proposal: str, how: str, by: Principal, at: datetime, customer_reason: str = ""
) -> Approvals:
    line = view.waiting.get(proposal)
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
    )
    return _replace(view, waiting=_less(view.waiting, proposal), decided=(decision, *view.decided)[:DECIDED])


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


def _less(lines: dict[str, Line], proposal: str) -> dict[str, Line]:
    if proposal not in lines:
        return lines
    return {key: line for key, line in lines.items() if key != proposal}


def _replace(view: Approvals, **changes: Any) -> Approvals:
    return msgspec.structs.replace(view, **changes)
