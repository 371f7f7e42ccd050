"""Who approves, rejects, counters or passes on a proposal, and when is that refused?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec

from interlock.control.bundle import Bundle
from interlock.control.countering import counter_facts
from interlock.control.deciding import Deciding, decision
from interlock.control.delegating import Authority
from interlock.control.meeting import (
    again,
    answered,
    met_fact,
    refusal,
    refuse_bad_reasons,
    refuse_if_late,
    refuse_unless_asked,
)
from interlock.control.proposals import ProposalState, evolve, proposal_query
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.approvals import ApprovalAsked, CounterOffer, EscalateApproval
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import ActionProposed, Approve, ProposalJudged, Reject, Remedy


class Standing(NamedTuple):
    """What somebody can decide here: the approval, and whose authority he does it with."""

    remedy: Remedy
    authority: Authority


C = TypeVar("C", Approve, Reject, CounterOffer)
Decide = Callable[[C, ProposalState, ActionProposed, Standing, Moment], Sequence[Event]]


def approve(bundle: Bundle, settings: ControlSettings) -> Decider[Approve, Deciding]:
    """Somebody with the authority, never the proposer, approves exactly these arguments, after the customer's part."""

    def decide(
        command: Approve, state: ProposalState, proposed: ActionProposed, standing: Standing, moment: Moment
    ) -> Sequence[Event]:
        remedy = standing.remedy
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what was proposed; look at the proposal again.")
        if answered(state, remedy):
            return again(state, state.refused is None and _by(state, remedy) == command.by.id)
        refuse_unless_asked(state, remedy)
        refuse_if_late(state, remedy, settings, moment.now)
        _refuse_second_part(state, remedy, command.by, standing.authority)
        met = met_fact(state, proposed, remedy, command.by, settings, moment.now)
        return [msgspec.structs.replace(met, on_behalf=standing.authority.on_behalf)]

    return _decider(Approve, bundle, decide)


def reject(bundle: Bundle, settings: ControlSettings) -> Decider[Reject, Deciding]:
    """Somebody with the authority rejects, with words for the customer and words for the file."""

    def decide(
        command: Reject, state: ProposalState, proposed: ActionProposed, standing: Standing, moment: Moment
    ) -> Sequence[Event]:
        remedy = standing.remedy
        refuse_bad_reasons(command.customer_reason, command.file_reason)
        if answered(state, remedy):
            return again(state, state.refused is not None and state.refused.by.id == command.by.id)
        refuse_unless_asked(state, remedy)
        refuse_if_late(state, remedy, settings, moment.now)
        return [refusal(proposed, remedy, command.by, "rejected", command.customer_reason, command.file_reason)]

    return _decider(Reject, bundle, decide, any_amount=True)


def counter_offer(bundle: Bundle, settings: ControlSettings) -> Decider[CounterOffer, Deciding]:
    """A lower amount instead, within the approver's own band: the old proposal is closed, a new one is confirmed."""

    def decide(
        command: CounterOffer, state: ProposalState, proposed: ActionProposed, standing: Standing, moment: Moment
    ) -> Sequence[Event]:
        remedy = standing.remedy
        refuse_bad_reasons(command.customer_reason, command.file_reason)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what was proposed; look at the proposal again.")
        if state.refused is not None and state.refused.counter == command.counter:
            return []
        if answered(state, remedy):
            return again(state, same=False)
        refuse_unless_asked(state, remedy)
        refuse_if_late(state, remedy, settings, moment.now)
        _refuse_second_part(state, remedy, command.by, standing.authority)
        action = bundle.action(proposed.action)
        return counter_facts(
            command, state, proposed, action, remedy, settings, moment.now, on_behalf=standing.authority.on_behalf
        )

    return _decider(CounterOffer, bundle, decide)


def escalate_approval(bundle: Bundle) -> Decider[EscalateApproval, ProposalState]:
    """The next role is asked, because the one before was late or passes it on; nothing, if it was answered meanwhile."""

    def decide(command: EscalateApproval, state: ProposalState, moment: Moment) -> Sequence[Event]:
        proposed = state.proposed
        open_one = state.asked.get(command.remedy)
        by_clock = command.by.kind == "system"
        if proposed is None or open_one is None or open_one.role != command.role or command.remedy not in state.needs:
            if by_clock:
                return []
            raise Refused("not_asked", "This role is not asked now; look at the proposal again.")
        further = bundle.approvals.next(open_one.role, proposed.action, _amount(bundle, proposed), moment.now)
        if further is None or further.role == open_one.role:
            if by_clock:
                return []
            raise Refused("no_next_role", f"Nobody is above the role {open_one.role} for this.")
        return [
            ApprovalAsked(
                proposal=proposed.proposal,
                interaction=proposed.interaction,
                remedy=command.remedy,
                role=further.role,
                why="overdue" if by_clock else "escalated",
                by=command.by,
                answer_by=further.answer_by,
            )
        ]

    return Decider(
        command=EscalateApproval,
        reads=lambda command: [proposal_query(command.proposal)],
        initial=ProposalState(),
        evolve=evolve,
        decide=decide,
    )


def approval_asked(judged: ProposalJudged, state: ProposalState, bundle: Bundle, now: datetime) -> list[ApprovalAsked]:
    """Who is asked once nothing but approvals is missing; whoever is asked already keeps his clock.

    Args:
        state: the proposal before this judgement.
    """
    proposed = state.proposed
    if proposed is None or judged.verdict != "needs" or judged.needs[0].kind != "approve":
        return []
    found = []
    for remedy in judged.needs:
        asked = bundle.approvals.ask(remedy.argument, proposed.action, _amount(bundle, proposed), now)
        if remedy.kind == "approve" and asked is not None and remedy not in state.asked:
            found.append(
                ApprovalAsked(
                    proposal=proposed.proposal,
                    interaction=proposed.interaction,
                    remedy=remedy,
                    role=asked.role,
                    why=asked.why,
                    answer_by=asked.answer_by,
                )
            )
    return found


def _decider(command: type[C], bundle: Bundle, decide: Decide[C], *, any_amount: bool = False) -> Decider[C, Deciding]:
    def checked(
        given: C, state: ProposalState, proposed: ActionProposed, acts: Sequence[Authority], moment: Moment
    ) -> Sequence[Event]:
        amount = getattr(given, "amount", None) or _amount(bundle, proposed)
        standing = _standing(given.by, acts, state, proposed, bundle, None if any_amount else amount)
        return decide(given, state, proposed, standing, moment)

    return decision(command, checked)


def _standing(
    by: Principal,
    acts: Sequence[Authority],
    state: ProposalState,
    proposed: ActionProposed,
    bundle: Bundle,
    amount: Money | None,
) -> Standing:
    """The approval that this person can give. Raises Refused where he cannot."""
    if by.id == proposed.principal.id:
        raise Refused("own_proposal", "Nobody approves what he has proposed himself; ask a colleague.", status=403)
    needed = [need for need in (state.judged.needs if state.judged is not None else ()) if need.kind == "approve"]
    given = [each.event.remedy for each in state.met if each.event.remedy.kind == "approve"]
    if not needed and not given:
        raise Refused("not_asked", "This proposal asks for no approval.")
    rules = bundle.approvals
    # Authority that the proposer has lent is still his own.
    foreign = [each for each in acts if each.on_behalf != proposed.principal.id]
    for remedy in (*needed, *given):
        may = rules.may_approve(remedy.argument, proposed.action, amount)
        standing = next((Standing(remedy, each) for each in foreign if each.role in may), None)
        if standing is not None:
            return standing
    wanted = (*needed, *given)[0].argument
    below = [each.role for each in foreign if each.role in rules.above(wanted)]
    if below and amount is not None:
        limit = rules.limit(below[0], proposed.action, amount.currency) or 0
        upper = Money(limit, amount.currency)
        raise Refused("beyond_band", f"As {below[0]} you approve up to {upper}; this is {amount}.", status=403)
    if len(foreign) < len(acts):
        raise Refused("own_proposal", "This authority was lent by the proposer; ask somebody else.", status=403)
    raise Refused("role_missing", f"This is approved by the role {wanted}.", status=403)


def _refuse_second_part(state: ProposalState, remedy: Remedy, by: Principal, authority: Authority) -> None:
    """Four eyes: who has approved one part, himself or by somebody who acts for him, does not approve another."""
    for each in state.met:
        event = each.event
        if event.remedy.kind != "approve" or event.remedy == remedy:
            continue
        if {by.id, authority.on_behalf} & ({event.by.id, event.on_behalf} - {""}):
            raise Refused(
                "four_eyes", "You have approved another part of this; a colleague decides on the rest.", status=403
            )


def _amount(bundle: Bundle, proposed: ActionProposed) -> Money | None:
    action = bundle.actions.get(proposed.action)
    return None if action is None else action.amount(proposed.args)


def _by(state: ProposalState, remedy: Remedy) -> str:
    return next((each.event.by.id for each in reversed(state.met) if each.event.remedy == remedy), "")
