"""Approvals: who is asked, what approvers ask back, whose authority is lent to whom, counter-offers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interlock.kernel.events import Command, Event, PersonalText
from interlock.vocabulary.channels import SYSTEM, Lender, Principal
from interlock.vocabulary.ids import InteractionId, PersonId, ProposalId, StaffId, tags
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import Remedy


class ApprovalAsked(Event, frozen=True, kw_only=True):
    """A role is asked to approve from now on. A role above it may approve as well, within its band."""

    proposal: ProposalId
    interaction: InteractionId
    remedy: Remedy
    role: str
    why: Literal["first", "band", "off_duty", "overdue", "escalated"] = "first"
    """Why this role: it is the rule's own; the amount is beyond the one below; that one is off duty, late, or passed it on."""
    by: Principal = SYSTEM
    answer_by: datetime | None = None
    """When the next role is asked; the clock keeps counting while a question is open."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class QuestionAsked(Event, frozen=True, kw_only=True):
    """An approver asks back before deciding."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    question: str
    by: Principal
    text: PersonalText

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class QuestionAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered an approver's question."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    question: str
    by: Principal
    text: PersonalText

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class AuthorityDelegated(Event, frozen=True, kw_only=True):
    """A person lends another his own authority to approve, until a time; what was lent cannot be lent on."""

    delegation: str
    by: StaffId
    to: StaffId
    roles: tuple[str, ...]
    until: datetime

    def tags(self) -> tuple[str, ...]:
        return (*tags(staff=self.by), *tags(staff=self.to))


class DelegationEnded(Event, frozen=True, kw_only=True):
    """It was taken back, or given back, before its time."""

    delegation: str
    by: StaffId
    to: StaffId
    ended_by: StaffId

    def tags(self) -> tuple[str, ...]:
        return (*tags(staff=self.by), *tags(staff=self.to))


class EscalateApproval(Command, frozen=True, kw_only=True):
    """Ask the next role: the one that was asked has not answered in time, or passes it on."""

    proposal: ProposalId
    remedy: Remedy
    role: str
    by: Principal = SYSTEM

    def lane(self) -> str:
        return self.proposal


class CounterOffer(Command, frozen=True, kw_only=True):
    """Offer a lower amount instead: ``counter`` is a new proposal, which the customer confirms; the old one is closed."""

    proposal: ProposalId
    counter: ProposalId
    by: Principal
    args_hash: str
    amount: Money
    customer_reason: str
    file_reason: str
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal


class AskBack(Command, frozen=True, kw_only=True):
    """Ask the proposer something before deciding."""

    proposal: ProposalId
    by: Principal
    text: str

    def lane(self) -> str:
        return self.proposal


class AnswerBack(Command, frozen=True, kw_only=True):
    """Answer an approver's question."""

    proposal: ProposalId
    question: str
    by: Principal
    text: str

    def lane(self) -> str:
        return self.proposal


class DelegateAuthority(Command, frozen=True, kw_only=True):
    """Lend one's own authority to a colleague until a time."""

    delegation: str
    by: Principal
    to: StaffId
    until: datetime

    def lane(self) -> str:
        return f"staff:{self.by.id}"


class EndDelegation(Command, frozen=True, kw_only=True):
    """End a delegation before its time: who lent it, or who has it."""

    delegation: str
    by: Principal

    def lane(self) -> str:
        return f"staff:{self.by.id}"
