"""What does somebody with authority decide in a scenario, about whatever waits for him?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from interlock.control.approvals import Approvals, Line
from interlock.journeys.scenarios import (
    ApprovesTurn,
    CountersTurn,
    Decision,
    DiscardsTurn,
    FindsOutTurn,
    RejectsTurn,
    SendsTurn,
)
from interlock.kernel.documents import money_minor
from interlock.kernel.events import Command
from interlock.vocabulary.approvals import CounterOffer
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import InteractionId, ProposalId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import Approve, Reject, ResolveUnknown
from interlock.vocabulary.remedies import DiscardDraft, SendDraft

BECAUSE: Final = "The scenario says so."
FINDER: Final = "supervisor"
"""The role that looks into what nobody knows."""


def awaited(turn: Decision) -> str:
    """What has to be there for a decision, in words."""
    match turn:
        case ApprovesTurn(approves=role):
            return f"something for the role {role} to approve"
        case RejectsTurn(rejects=role):
            return f"something for the role {role} to reject"
        case CountersTurn(counters=role):
            return f"something for the role {role} to offer less for"
        case SendsTurn(sends=role):
            return f"a draft for the role {role} to send"
        case DiscardsTurn(discards=role):
            return f"a draft for the role {role} to discard"
        case FindsOutTurn():
            return "a call whose outcome nobody knows"


def lines(turn: Decision, view: Approvals) -> Mapping[str, Line]:
    """What a decision of this kind can be about, by proposal."""
    match turn:
        case ApprovesTurn() | RejectsTurn() | CountersTurn():
            return view.waiting
        case SendsTurn() | DiscardsTurn():
            return view.drafts
        case FindsOutTurn():
            return view.unknown


def command_of(turn: Decision, line: Line, amount: Money | None, number: int) -> Command:
    """The decision about one proposal.

    Args:
        amount: the proposal's own amount; None where it has none.
        number: tells whoever decides from all others: nobody may approve twice.
    """
    role = FINDER if isinstance(turn, FindsOutTurn) else str(getattr(turn, turn.__struct_fields__[0]))
    about: dict[str, Any] = {
        "proposal": ProposalId(line.proposal),
        "by": Principal("agent", f"u_{role}_{number}", (role,)),
    }
    interaction = InteractionId(line.interaction)
    match turn:
        case ApprovesTurn():
            return Approve(**about, args_hash=line.args_hash)
        case RejectsTurn(reason=reason):
            return Reject(**about, customer_reason=reason, file_reason=BECAUSE)
        case CountersTurn(amount=less, reason=reason):
            currency = amount.currency if amount is not None else ""
            return CounterOffer(
                **about,
                counter=ProposalId(f"pr_scenario_{number}"),
                args_hash=line.args_hash,
                amount=Money(money_minor(less, currency), currency),
                customer_reason=reason,
                file_reason=BECAUSE,
            )
        case SendsTurn():
            return SendDraft(**about, interaction=interaction, args_hash=line.args_hash)
        case DiscardsTurn(reason=reason):
            return DiscardDraft(**about, interaction=interaction, customer_reason=reason, file_reason=BECAUSE)
        case FindsOutTurn(finds_out=what):
            return ResolveUnknown(**about, happened=what == "done", note=BECAUSE)
