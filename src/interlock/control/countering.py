"""What does a counter-offer consist of: the old proposal closed, a new one with a lower amount, and what carries over?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from interlock.control.actions import Action, all_args
from interlock.control.meeting import refusal
from interlock.control.proposals import ProposalState
from interlock.control.settings import ControlSettings
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.approvals import CounterOffer
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.proposals import ActionProposed, Remedy, RemedyMet


def counter_facts(
    command: CounterOffer,
    state: ProposalState,
    proposed: ActionProposed,
    action: Action,
    remedy: Remedy,
    settings: ControlSettings,
    now: datetime,
    *,
    on_behalf: str = "",
) -> Sequence[Event]:
    """The facts of a counter-offer.

    It differs from the old proposal by its amount alone, so the old one's code (who she is) counts for it too; her
    confirmation (of exactly that amount) does not. Who counters has approved the lower amount by doing so.

    Raises:
        Refused: the action has no amount, the amount is not lower, or it does not fit the action's schema.
    """
    old = action.amount(proposed.args)
    name = next((spec.name for spec in action.args if spec.kind == "money" and spec.name in proposed.args), "")
    if old is None or not name:
        raise Refused("nothing_to_counter", "There is no amount in this that could be lower.", status=422)
    if command.amount.currency != old.currency or not 0 < command.amount.amount < old.amount:
        raise Refused("not_lower", f"A counter-offer is less than {old}, and more than nothing.", status=422)
    raw = {**all_args(proposed.args, proposed.private_args), name: msgspec.to_builtins(command.amount)}
    checked = action.check(raw, settings.secret)
    closed = refusal(proposed, remedy, command.by, "countered", command.customer_reason, command.file_reason)
    counter = msgspec.structs.replace(
        proposed,
        proposal=command.counter,
        counters=proposed.proposal,
        counter_was=str(old),
        counter_reason=command.customer_reason.strip(),
        args=checked.args,
        private_args=checked.private_args,
        args_hash=checked.args_hash,
    )
    until = now + settings.validity(remedy, [settings.confirm_wait])

    def carried(what: Remedy, by: Principal, valid_until: datetime, lent_by: str = "") -> RemedyMet:
        return RemedyMet(
            proposal=counter.proposal,
            interaction=counter.interaction,
            person=counter.person,
            remedy=what,
            by=by,
            args_hash=counter.args_hash,
            valid_until=valid_until,
            on_behalf=lent_by,
            carried_from=proposed.proposal,
        )

    codes = [
        carried(each.event.remedy, each.event.by, each.event.valid_until)
        for each in state.met
        if each.event.remedy.kind == "step_up" and each.event.valid_until >= now
    ]
    return [
        msgspec.structs.replace(closed, counter=command.counter),
        counter,
        *codes,
        carried(remedy, command.by, until, on_behalf),
    ]
