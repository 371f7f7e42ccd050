"""What do all answers to a remedy have in common: who is asked, was it answered before, in time, and for how long?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, TypeVar

from interlock.control.proposals import ProposalState, covers, evolve, proposal_query
from interlock.control.settings import BY_OTHERS, ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ActionProposed, Remedy, RemedyMet, RemedyRefused

LONGEST_REASON: Final = 1000
"""Characters of a reason for a no."""

RefusedHow = Literal["declined", "failed", "rejected", "expired", "discarded", "withdrawn", "countered"]


class _AboutProposal(Protocol):
    proposal: ProposalId


C = TypeVar("C", bound=Command)
Decide = Callable[[C, ProposalState, ActionProposed, Moment], Sequence[Event]]


def about_proposal(command: type[C], decide: Decide[C]) -> Decider[C, ProposalState]:
    """A decider that needs nothing but the proposal itself; refused where there is none."""

    def checked(given: C, state: ProposalState, moment: Moment) -> Sequence[Event]:
        if state.proposed is None:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        return decide(given, state, state.proposed, moment)

    return Decider(
        command=command,
        reads=lambda given: [proposal_query(given.proposal)],  # type: ignore[attr-defined]  # see _AboutProposal
        initial=ProposalState(),
        evolve=evolve,
        decide=checked,
    )


def answered(state: ProposalState, remedy: Remedy) -> bool:
    """Whether the question was answered already: by meeting it since, or because the proposal is closed."""
    if state.refused is not None:
        return True
    still = remedy in state.needs
    return not still and any(covers(each.event.remedy, remedy) for each in state.met)


def again(state: ProposalState, same: bool) -> Sequence[Event]:
    """A second answer: nothing, where it says the same."""
    if state.refused is not None and state.refused.how == "expired":
        raise Refused("expired", "The time for this answer is over; nothing was done.", status=410)
    if same:
        return []
    raise Refused("already_answered", "This has been answered already; nothing was changed.")


def refuse_unless_asked(state: ProposalState, remedy: Remedy) -> None:
    """Only the first remedy that is needed is asked for: an approver's comes after the customer's."""
    if remedy not in state.needs:
        raise Refused("not_asked", "This is not asked for now.")
    if state.needs[0] != remedy and not (remedy.kind == state.needs[0].kind == "approve"):
        raise Refused("not_yet", "The customer has something to do first.")


def _own(state: ProposalState, settings: ControlSettings) -> ControlSettings:
    """The settings with the times of the proposal's channel."""
    return settings.on(state.judged.sent if state.judged is not None else None)


def refuse_if_late(state: ProposalState, remedy: Remedy, settings: ControlSettings, now: datetime) -> None:
    """An answer is too late even before its timer fires."""
    if state.judged_at is not None and now > state.judged_at + _own(state, settings).wait(remedy):
        raise Refused("expired", "The time for this answer is over; nothing was done.", status=410)


def met_fact(
    state: ProposalState,
    proposed: ActionProposed,
    remedy: Remedy,
    by: Principal,
    settings: ControlSettings,
    now: datetime,
) -> RemedyMet:
    """The fact that a remedy is met, with its own validity."""
    settings, waits = _own(state, settings), state.judged.waits if state.judged is not None else {}
    later = [
        max(waits[str(need)] - now, timedelta(0)) if str(need) in waits else settings.wait(need)
        for need in state.needs
        if need.kind in BY_OTHERS and need != remedy
    ]
    return RemedyMet(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        remedy=remedy,
        by=by,
        args_hash=proposed.args_hash,
        valid_until=now + settings.validity(remedy, later),
    )


def refusal(
    proposed: ActionProposed,
    remedy: Remedy,
    by: Principal,
    how: RefusedHow,
    customer_reason: str = "",
    file_reason: str = "",
) -> RemedyRefused:
    """The fact that a proposal will not be cured."""
    return RemedyRefused(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        remedy=remedy,
        by=by,
        how=how,
        customer_reason=customer_reason.strip(),
        file_reason=file_reason.strip(),
    )


def refuse_bad_reasons(customer_reason: str, file_reason: str) -> None:
    """A no has a reason for the customer and one for the file. Raises Refused ``bad_reason`` (422)."""
    for name, text in (("customer_reason", customer_reason), ("file_reason", file_reason)):
        if not text.strip() or len(text) > LONGEST_REASON:
            mend = f"Write '{name}' in at most {LONGEST_REASON} characters."
            raise Refused(
                "bad_reason", f"A no needs a reason for the customer and one for the file. {mend}", status=422
            )
