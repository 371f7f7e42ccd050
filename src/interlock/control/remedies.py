"""What happens when the customer meets a remedy or refuses it, and when nobody meets it in time?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from interlock.control.meeting import (
    about_proposal,
    again,
    answered,
    met_fact,
    refusal,
    refuse_if_late,
    refuse_unless_asked,
)
from interlock.control.proposals import ProposalState, covers
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import SYSTEM, Principal
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    ExpireRemedy,
    MeetStepUp,
    RefuseStepUp,
    Remedy,
)

CONFIRM = Remedy("confirm")

CODE_FAILED = "I could not verify you with that code."
CODE_NOT_SENT = "I could not send you a code, so nothing was changed."
NOT_CONFIRMED_IN_TIME = "That was not confirmed in time, so nothing was changed."
NOT_APPROVED_IN_TIME = "Nobody could approve this in time, so nothing was changed."
NOT_DONE_IN_TIME = "What had to be done first was not done in time, so nothing was changed."
NOT_SENT_IN_TIME = "Nobody could see to this in time, so nothing was changed."
_LATE: Final = {
    "confirm": NOT_CONFIRMED_IN_TIME,
    "do": NOT_DONE_IN_TIME,
    "draft": NOT_SENT_IN_TIME,
    "approve": NOT_APPROVED_IN_TIME,
}


def answer_confirmation(settings: ControlSettings) -> Decider[AnswerConfirmation, ProposalState]:
    """The customer's yes or no to exactly the arguments of the card, from the session that was asked."""

    def decide(
        command: AnswerConfirmation, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        if command.session != proposed.session:
            raise Refused("proposal_unknown", "There is no such proposal.", status=404)
        if command.args_hash != proposed.args_hash:
            raise Refused("args_changed", "This is not what the card asked for; nothing was done.")
        if answered(state, CONFIRM):
            return again(state, command.yes is (state.refused is None))
        refuse_unless_asked(state, CONFIRM)
        refuse_if_late(state, CONFIRM, settings, moment.now)
        by = command.relayed_by or Principal(kind="customer", id=proposed.person, roles=("customer",))
        if not command.yes:
            return [refusal(proposed, CONFIRM, by, "declined")]
        return [met_fact(state, proposed, CONFIRM, by, settings, moment.now)]

    return about_proposal(AnswerConfirmation, decide)


def meet_step_up(settings: ControlSettings) -> Decider[MeetStepUp, ProposalState]:
    """A code was given for this proposal; it counts although the card may be about to expire."""

    def decide(command: MeetStepUp, state: ProposalState, proposed: ActionProposed, moment: Moment) -> Sequence[Event]:
        remedy = Remedy("step_up", str(command.level))
        if not any(need.kind == "step_up" and covers(remedy, need) for need in state.needs):
            return []
        return [met_fact(state, proposed, remedy, command.by, settings, moment.now)]

    return about_proposal(MeetStepUp, decide)


def refuse_step_up() -> Decider[RefuseStepUp, ProposalState]:
    """The customer could not give the code, or could not be sent one."""

    def decide(
        command: RefuseStepUp, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        asked = next((need for need in state.needs if need.kind == "step_up"), None)
        if asked is None:
            return []
        words = CODE_NOT_SENT if command.not_sent else CODE_FAILED
        refused = refusal(proposed, asked, command.by, "failed", words)
        return [msgspec.structs.replace(refused, unavailable=command.unavailable)]

    return about_proposal(RefuseStepUp, decide)


def expire_remedy() -> Decider[ExpireRemedy, ProposalState]:
    """What was asked for has not been given in time; nothing, if it was given or something else is asked for by now."""

    def decide(
        command: ExpireRemedy, state: ProposalState, proposed: ActionProposed, moment: Moment
    ) -> Sequence[Event]:
        if not state.needs or state.needs[0] != command.remedy:
            return []
        words = _LATE.get(command.remedy.kind, CODE_FAILED)
        return [refusal(proposed, command.remedy, SYSTEM, "expired", words)]

    return about_proposal(ExpireRemedy, decide)
