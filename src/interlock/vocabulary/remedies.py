"""Remedies that neither the customer nor an approver meets: something done first, a time that came, a draft that was sent."""

from __future__ import annotations

from interlock.kernel.events import Command
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import InteractionId, ProposalId, SessionId
from interlock.vocabulary.proposals import Remedy


class NoteDone(Command, frozen=True, kw_only=True):
    """An action was done and succeeded: what waits in its interaction for just that goes on. ``done`` is its proposal."""

    interaction: InteractionId
    action: str
    done: ProposalId

    def lane(self) -> str:
        return f"done:{self.interaction}"


class EndWait(Command, frozen=True, kw_only=True):
    """The time has come that a proposal waits for."""

    proposal: ProposalId
    remedy: Remedy

    def lane(self) -> str:
        return self.proposal


class SendDraft(Command, frozen=True, kw_only=True):
    """A person sends exactly what was prepared for him."""

    proposal: ProposalId
    interaction: InteractionId
    by: Principal
    args_hash: str

    def lane(self) -> str:
        return self.proposal


class DiscardDraft(Command, frozen=True, kw_only=True):
    """A person does not send what was prepared, with a reason for the customer and one for the file."""

    proposal: ProposalId
    interaction: InteractionId
    by: Principal
    customer_reason: str
    file_reason: str

    def lane(self) -> str:
        return self.proposal


class Withdraw(Command, frozen=True, kw_only=True):
    """Whoever proposed it, or the customer in her ``session``, no longer wants it; not once the gate has let it through."""

    proposal: ProposalId
    interaction: InteractionId
    by: Principal
    session: SessionId = SessionId("")

    def lane(self) -> str:
        return self.proposal
