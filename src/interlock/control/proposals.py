"""Where does a proposal stand: frozen, judged, waiting for whom, refused, carried out?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.approvals import ApprovalAsked, QuestionAnswered, QuestionAsked
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
from interlock.vocabulary.overrides import OverrideGranted, OverrideRefused, OverrideRequested
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectStarted,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
    Remedy,
    RemedyMet,
    RemedyRefused,
)

Outcome = EffectSucceeded | EffectFailed

FACTS: Final = (
    ActionProposed,
    ProposalJudged,
    RemedyMet,
    RemedyRefused,
    EffectStarted,
    EffectSucceeded,
    EffectFailed,
    EffectUnknown,
    ApprovalAsked,
    QuestionAsked,
    QuestionAnswered,
    OverrideRequested,
    OverrideGranted,
    OverrideRefused,
)
"""The facts that a proposal's state is folded from."""


class MetAt(NamedTuple):
    """A remedy that was met, and when."""

    event: RemedyMet
    at: datetime


class ProposalState(msgspec.Struct, frozen=True):
    """A proposal as its facts tell it.

    Attributes:
        proposed_at: when it was frozen.
        changed_at: the time of its latest fact.
        judged: the latest judgement, and ``judged_at`` its time.
        met: every remedy that was ever met, valid or not.
        met_since: those that the latest judgement has not seen.
        started: the latest attempt at its effect.
        unknown: set while nobody knows whether the latest attempt did anything.
        outcome: success or failure; final.
        asked: by remedy, who is asked to approve and has not answered.
        overrides: those that wait for a second person; ``granted`` those that were agreed to, ``granted_since`` whether
            the latest judgement has not seen one of them; ``overrides_over`` every one that is decided.
        questions: what approvers asked back; ``open_question`` is the one without an answer.
    """

    proposed: ActionProposed | None = None
    judged: ProposalJudged | None = None
    proposed_at: datetime | None = None
    changed_at: datetime | None = None
    judged_at: datetime | None = None
    met: tuple[MetAt, ...] = ()
    met_since: tuple[RemedyMet, ...] = ()
    refused: RemedyRefused | None = None
    started: EffectStarted | None = None
    unknown: EffectUnknown | None = None
    outcome: Outcome | None = None
    asked: Mapping[Remedy, ApprovalAsked] = msgspec.field(default_factory=dict)
    questions: tuple[QuestionAsked, ...] = ()
    answers: tuple[QuestionAnswered, ...] = ()
    open_question: str = ""
    overrides: Mapping[str, OverrideRequested] = msgspec.field(default_factory=dict)
    asked_overrides: tuple[OverrideRequested, ...] = ()
    granted: tuple[OverrideGranted, ...] = ()
    granted_since: bool = False
    overrides_over: frozenset[str] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether the gate let it through; it is never judged again after that."""
        return self.judged is not None and self.judged.verdict == "allowed"

    @property
    def judgeable(self) -> bool:
        """Whether a judgement can still change something: it is proposed, and neither let through nor closed."""
        over = self.judged is not None and self.judged.verdict != "needs"
        if self.judged is not None and self.judged.verdict == "denied" and self.granted_since:
            over = False
        return self.proposed is not None and not over and self.refused is None

    @property
    def needs(self) -> tuple[Remedy, ...]:
        """The remedies that are still waited for, first the one that is asked for now; empty when none is."""
        if self.judged is None or self.judged.verdict != "needs" or self.refused is not None:
            return ()
        return tuple(
            need for need in self.judged.needs if not any(covers(each.remedy, need) for each in self.met_since)
        )


def evolve(state: ProposalState, recorded: Recorded) -> ProposalState:
    """The state after one more fact."""
    return _evolved(replace(state, changed_at=recorded.at), recorded)


def _evolved(state: ProposalState, recorded: Recorded) -> ProposalState:
    match recorded.event:
        case ActionProposed() as event:
            return replace(state, proposed=event, proposed_at=recorded.at)
        case ProposalJudged() as event:
            return replace(state, judged=event, judged_at=recorded.at, met_since=(), granted_since=False)
        case RemedyMet() as event:
            unanswered = {remedy: each for remedy, each in state.asked.items() if remedy != event.remedy}
            met = (*state.met, MetAt(event, recorded.at))
            return replace(state, met=met, met_since=(*state.met_since, event), asked=unanswered)
        case RemedyRefused() as event:
            return replace(state, refused=event, asked={}, open_question="")
        case EffectStarted() as event:
            return replace(state, started=event, unknown=None)
        case EffectUnknown() as event:
            return replace(state, unknown=event)
        case EffectSucceeded() | EffectFailed() as event:
            return replace(state, outcome=event, unknown=None)
        case OverrideRequested() as event:
            asked = (*state.asked_overrides, event)
            return replace(state, overrides={**state.overrides, event.override: event}, asked_overrides=asked)
        case OverrideGranted() | OverrideRefused() as event:
            still = {name: each for name, each in state.overrides.items() if name != event.override}
            state = replace(state, overrides=still, overrides_over=state.overrides_over | {event.override})
            if isinstance(event, OverrideRefused):
                return state
            return replace(state, granted=(*state.granted, event), granted_since=True)
        case ApprovalAsked() as event:
            return replace(state, asked={**state.asked, event.remedy: event})
        case QuestionAsked() as event:
            return replace(state, questions=(*state.questions, event), open_question=event.question)
        case QuestionAnswered() as event:
            return replace(state, answers=(*state.answers, event), open_question="")
        case _:
            return state


def fold(events: Iterable[Recorded]) -> ProposalState:
    """The state after the facts of one proposal's tag."""
    state = ProposalState()
    for recorded in events:
        state = evolve(state, recorded)
    return state


def proposal_query(proposal: ProposalId) -> Query:
    """What to read for a proposal's state; also what to guard when it changes."""
    return Query(tag("proposal", proposal), FACTS)


def interaction_of(events: Iterable[Recorded]) -> InteractionId:
    """The interaction in which something was proposed. Raises Refused where nothing was."""
    proposed = fold(events).proposed
    if proposed is None:
        raise Refused("proposal_unknown", "There is no such proposal.", status=404)
    return proposed.interaction


def covers(met: Remedy, need: Remedy) -> bool:
    """Whether a remedy that was met is the one that is needed, or a higher step-up."""
    if met.kind == need.kind == "step_up":
        return int(met.argument) >= int(need.argument)
    return met == need
