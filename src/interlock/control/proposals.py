"""Where does a proposal stand: frozen, judged, waiting for whom, refused, carried out?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
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
)
"""The facts that a proposal's state is folded from."""


class MetAt(NamedTuple):
    """A remedy that was met, and when."""

    event: RemedyMet
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposalState:
    """A proposal as its facts tell it.

    Attributes:
        proposed_at: when it was frozen.
        judged: the latest judgement, and ``judged_at`` its time.
        met: every remedy that was ever met, valid or not.
        met_since: those that the latest judgement has not seen.
        started: the latest attempt at its effect.
        unknown: set while nobody knows whether the latest attempt did anything.
        outcome: success or failure; final.
    """

    proposed: ActionProposed | None = None
    judged: ProposalJudged | None = None
    proposed_at: datetime | None = None
    judged_at: datetime | None = None
    met: tuple[MetAt, ...] = ()
    met_since: tuple[RemedyMet, ...] = ()
    refused: RemedyRefused | None = None
    started: EffectStarted | None = None
    unknown: EffectUnknown | None = None
    outcome: Outcome | None = None

    @property
    def allowed(self) -> bool:
        """Whether the gate let it through; it is never judged again after that."""
        return self.judged is not None and self.judged.verdict == "allowed"

    @property
    def judgeable(self) -> bool:
        """Whether a judgement can still change something: it is proposed, and neither let through nor closed."""
        over = self.judged is not None and self.judged.verdict != "needs"
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
    match recorded.event:
        case ActionProposed() as event:
            return replace(state, proposed=event, proposed_at=recorded.at)
        case ProposalJudged() as event:
            return replace(state, judged=event, judged_at=recorded.at, met_since=())
        case RemedyMet() as event:
            return replace(state, met=(*state.met, MetAt(event, recorded.at)), met_since=(*state.met_since, event))
        case RemedyRefused() as event:
            return replace(state, refused=event)
        case EffectStarted() as event:
            return replace(state, started=event, unknown=None)
        case EffectUnknown() as event:
            return replace(state, unknown=event)
        case EffectSucceeded() | EffectFailed() as event:
            return replace(state, outcome=event, unknown=None)
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
