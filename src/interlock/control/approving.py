"""Who approves or rejects a proposal, and when is that refused?"""

from __future__ import annotations

from collections.abc import Sequence

from interlock.control.meeting import (
    about_proposal,
    again,
    answered,
    met_fact,
    refusal,
    refuse_bad_reasons,
    refuse_if_late,
    refuse_unless_asked,
)
from interlock.control.proposals import ProposalState
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.proposals import ActionProposed, Approve, Reject, Remedy


def approve(settings: ControlSettings) -> Decider[Approve, ProposalState]:
    """Somebody with the role, never the proposer, approves exactly these arguments, after the customer's part."""

    def decide(command: Approve, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = _approvable(command.by, state, proposed)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what was proposed; look at the proposal again.")
        if answered(state, remedy):
            return again(state, state.refused is None and _by(state, remedy) == command.by.id)
        refuse_unless_asked(state, remedy)
        refuse_if_late(state, remedy, settings, moment.now)
        return [met_fact(state, proposed, remedy, command.by, settings, moment.now)]

    return about_proposal(Approve, decide)


def reject(settings: ControlSettings) -> Decider[Reject, ProposalState]:
    """Somebody with the role rejects, with words for the customer and words for the file."""

    def decide(command: Reject, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = _approvable(command.by, state, proposed)
        refuse_bad_reasons(command.customer_reason, command.file_reason)
        if answered(state, remedy):
            return again(state, state.refused is not None and state.refused.by.id == command.by.id)
        refuse_unless_asked(state, remedy)
        refuse_if_late(state, remedy, settings, moment.now)
        return [refusal(proposed, remedy, command.by, "rejected", command.customer_reason, command.file_reason)]

    return about_proposal(Reject, decide)


def _approvable(by: Principal, state: ProposalState, proposed: ActionProposed) -> Remedy:
    """The approval that this person can give. Raises Refused where he cannot."""
    if by.id == proposed.principal.id:
        raise Refused("own_proposal", "Nobody approves what he has proposed himself; ask a colleague.", status=403)
    needed = [need for need in (state.judged.needs if state.judged is not None else ()) if need.kind == "approve"]
    given = [each.event.remedy for each in state.met if each.event.remedy.kind == "approve"]
    if not needed and not given:
        raise Refused("not_asked", "This proposal asks for no approval.")
    fitting = [remedy for remedy in (*needed, *given) if remedy.argument in by.roles]
    if not fitting:
        raise Refused("role_missing", f"This is approved by the role {(*needed, *given)[0].argument}.", status=403)
    return fitting[0]


def _by(state: ProposalState, remedy: Remedy) -> str:
    return next((each.event.by.id for each in reversed(state.met) if each.event.remedy == remedy), "")
