"""What happens when a remedy is met, refused or not met in time?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from interlock.control.proposals import ProposalState, covers, evolve, proposal_query
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import SYSTEM, Principal
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    Approve,
    ExpireRemedy,
    MeetStepUp,
    RefuseStepUp,
    Reject,
    Remedy,
    RemedyMet,
    RemedyRefused,
)

CONFIRM = Remedy("confirm")
LONGEST_REASON = 1000
"""Characters of a rejection's reason."""

CODE_FAILED = "I could not verify you with that code."
CODE_NOT_SENT = "I could not send you a code, so nothing was changed."
NOT_CONFIRMED_IN_TIME = "That was not confirmed in time, so nothing was changed."
NOT_APPROVED_IN_TIME = "Nobody could approve this in time, so nothing was changed."


class _AboutProposal(Protocol):
    proposal: ProposalId


C = TypeVar("C", bound=Command)
Decide = Callable[[C, ProposalState, ActionProposed, Moment], Sequence[Event]]


def answer_confirmation(settings: ControlSettings) -> Decider[AnswerConfirmation, ProposalState]:
    """The customer's yes or no to exactly the arguments of the card, from the session that was asked."""

    def decide(
        command: AnswerConfirmation, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        if command.session != proposed.session:
            raise Refused("no_such_proposal", "There is no such proposal.", status=404)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what the card asked for; nothing was done.")
        if _answered(state, CONFIRM):
            return _again(state, command.yes is (state.refused is None))
        _refuse_unless_asked(state, CONFIRM)
        _refuse_if_late(state, CONFIRM, settings, moment.now)
        by = Principal(kind="customer", id=proposed.person, roles=("customer",))
        if not command.yes:
            return [_refusal(proposed, CONFIRM, by, "declined")]
        return [_met(state, proposed, CONFIRM, by, settings, moment.now)]

    return _decider(AnswerConfirmation, decide)


def approve(settings: ControlSettings) -> Decider[Approve, ProposalState]:
    """Somebody with the role, never the proposer, approves exactly these arguments, after the customer's part."""

    def decide(command: Approve, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = _approvable(command.by, state, proposed)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what was proposed; look at the proposal again.")
        if _answered(state, remedy):
            return _again(state, state.refused is None and _by(state, remedy) == command.by.id)
        _refuse_unless_asked(state, remedy)
        _refuse_if_late(state, remedy, settings, moment.now)
        return [_met(state, proposed, remedy, command.by, settings, moment.now)]

    return _decider(Approve, decide)


def reject(settings: ControlSettings) -> Decider[Reject, ProposalState]:
    """Somebody with the role rejects, with words for the customer and words for the file."""

    def decide(command: Reject, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = _approvable(command.by, state, proposed)
        for name, text in (("customer_reason", command.customer_reason), ("file_reason", command.file_reason)):
            if not text.strip() or len(text) > LONGEST_REASON:
                mend = f"Write '{name}' in at most {LONGEST_REASON} characters."
                raise Refused(
                    "bad_reason",
                    f"A rejection needs a reason for the customer and one for the file. {mend}",
                    status=422,
                )
        if _answered(state, remedy):
            return _again(state, state.refused is not None and state.refused.by.id == command.by.id)
        _refuse_unless_asked(state, remedy)
        _refuse_if_late(state, remedy, settings, moment.now)
        return [
            _refusal(
                proposed, remedy, command.by, "rejected", command.customer_reason.strip(), command.file_reason.strip()
            )
        ]

    return _decider(Reject, decide)


def meet_step_up(settings: ControlSettings) -> Decider[MeetStepUp, ProposalState]:
    """A code was given for this proposal; it counts although the card may be about to expire."""

    def decide(command: MeetStepUp, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = Remedy("step_up", str(command.level))
        if not any(need.kind == "step_up" and covers(remedy, need) for need in state.needs):
            return []
        return [_met(state, proposed, remedy, command.by, settings, moment.now)]

    return _decider(MeetStepUp, decide)


def refuse_step_up() -> Decider[RefuseStepUp, ProposalState]:
    """The customer could not give the code, or could not be sent one."""

    def decide(
        command: RefuseStepUp, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        asked = next((need for need in state.needs if need.kind == "step_up"), None)
        if asked is None:
            return []
        words = CODE_NOT_SENT if command.not_sent else CODE_FAILED
        refused = _refusal(proposed, asked, command.by, "failed", words)
        return [msgspec.structs.replace(refused, unavailable=command.unavailable)]

    return _decider(RefuseStepUp, decide)


def expire_remedy() -> Decider[ExpireRemedy, ProposalState]:
    """What was asked for has not been given in time; nothing, if it was given or something else is asked for by now."""

    def decide(
        command: ExpireRemedy, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        if not state.needs or state.needs[0] != command.remedy:
            return []
        words = {"confirm": NOT_CONFIRMED_IN_TIME, "approve": NOT_APPROVED_IN_TIME}.get(
            command.remedy.kind, CODE_FAILED
        )
        return [_refusal(proposed, command.remedy, SYSTEM, "expired", words)]

    return _decider(ExpireRemedy, decide)


def _decider(command: type[C], decide: Decide[C]) -> Decider[C, ProposalState]:
    def checked(given: C, state: ProposalState, moment: Moment) -> Sequence[Event]:
        if state.proposed is None:
            raise Refused("no_such_proposal", "There is no such proposal.", status=404)
        return decide(given, state, state.proposed, moment)

    return Decider(
        command=command,
        reads=lambda given: [proposal_query(given.proposal)],  # type: ignore[attr-defined]  # see _AboutProposal
        initial=ProposalState(),
        evolve=evolve,
        decide=checked,
    )


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


def _answered(state: ProposalState, remedy: Remedy) -> bool:
    """Whether the question was answered already: by meeting it since, or because the proposal is closed."""
    if state.refused is not None:
        return True
    still = remedy in state.needs
    return not still and any(covers(each.event.remedy, remedy) for each in state.met)


def _again(state: ProposalState, same: bool) -> Sequence[Event]:
    """A second answer: nothing, where it says the same."""
    if state.refused is not None and state.refused.how == "expired":
        raise Refused("expired", "The time for this answer is over; nothing was done.", status=410)
    if same:
        return []
    raise Refused("already_answered", "This has been answered already; nothing was changed.")


def _by(state: ProposalState, remedy: Remedy) -> str:
    return next((each.event.by.id for each in reversed(state.met) if each.event.remedy == remedy), "")


def _refuse_unless_asked(state: ProposalState, remedy: Remedy) -> None:
    """Only the first remedy that is needed is asked for: an approver's comes after the customer's."""
    if remedy not in state.needs:
        raise Refused("not_asked", "This is not asked for now.")
    if state.needs[0] != remedy and not (remedy.kind == state.needs[0].kind == "approve"):
        raise Refused("not_yet", "The customer has something to do first.")


def _refuse_if_late(state: ProposalState, remedy: Remedy, settings: ControlSettings, now: datetime) -> None:
    if state.judged_at is not None and now > state.judged_at + settings.wait(remedy):
        raise Refused("expired", "The time for this answer is over; nothing was done.", status=410)


def _met(
    state: ProposalState,
    proposed: ActionProposed,
    remedy: Remedy,
    by: Principal,
    settings: ControlSettings,
    now: datetime,
) -> RemedyMet:
    then_approval = any(need.kind == "approve" and need != remedy for need in state.needs)
    return RemedyMet(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        remedy=remedy,
        by=by,
        args_hash=proposed.args_hash,
        valid_until=now + settings.validity(remedy, then_approval=then_approval),
    )


def _refusal(
    proposed: ActionProposed, remedy: Remedy, by: Principal, how: str, customer_reason: str = "", file_reason: str = ""
) -> RemedyRefused:
    return RemedyRefused(
        proposal=proposed.proposal,
        interaction=proposed.interaction,
        person=proposed.person,
        remedy=remedy,
        by=by,
        how=how,  # type: ignore[arg-type]  # every caller names one of the four
        customer_reason=customer_reason,
        file_reason=file_reason,
    )
