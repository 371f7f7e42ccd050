"""With whose authority does somebody decide on a proposal: his own, or what he was lent and whoever lent it still has?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from interlock.control.delegating import Authority, Lent, authorities, evolve_lent, lent_query
from interlock.control.proposals import ProposalState, evolve, proposal_query
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event, Recorded
from interlock.vocabulary.approvals import AuthorityDelegated, DelegationEnded
from interlock.vocabulary.channels import Lender, Principal
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ActionProposed


@dataclass(frozen=True, slots=True)
class Deciding:
    """A proposal, and what the person who decides was lent."""

    proposal: ProposalState = ProposalState()
    lent: Lent = Lent()


class _Decision(Protocol):
    proposal: ProposalId
    by: Principal
    lenders: tuple[Lender, ...]


C = TypeVar("C", bound=Command)
Decide = Callable[[C, ProposalState, ActionProposed, list[Authority], Moment], Sequence[Event]]


def decision(command: type[C], decide: Decide[C]) -> Decider[C, Deciding]:
    """A decider about a proposal that is told with whose authority the person acts; refused where there is none such."""

    def checked(given: C, deciding: Deciding, moment: Moment) -> Sequence[Event]:
        state = deciding.proposal
        if state.proposed is None:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        about: _Decision = given  # type: ignore[assignment]  # see _Decision
        acts = authorities(about.by, deciding.lent, about.lenders, moment.now)
        return decide(given, state, state.proposed, acts, moment)

    return Decider(
        command=command,
        reads=lambda given: [proposal_query(given.proposal), lent_query(given.by.id)],  # type: ignore[attr-defined]  # see _Decision
        initial=Deciding(),
        evolve=_evolve,
        decide=checked,
    )


def _evolve(deciding: Deciding, recorded: Recorded) -> Deciding:
    if isinstance(recorded.event, AuthorityDelegated | DelegationEnded):
        return replace(deciding, lent=evolve_lent(deciding.lent, recorded))
    return replace(deciding, proposal=evolve(deciding.proposal, recorded))
