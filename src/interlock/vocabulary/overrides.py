"""Exceptions: a rule that allows it is overridden by a named role, with a reason and a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interlock.kernel.events import Command, Event, PersonalText
from interlock.vocabulary.channels import Lender, Principal
from interlock.vocabulary.ids import InteractionId, PersonId, ProposalId, tags


class OverrideRequested(Event, frozen=True, kw_only=True):
    """Somebody with the role that the rules name wants them overridden for exactly these arguments, and says why."""

    override: str
    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    rules: tuple[str, ...]
    roles: tuple[str, ...]
    by: Principal
    args_hash: str
    reason: PersonalText
    expires_at: datetime
    on_behalf: str = ""
    """Whose authority it was, if it was lent."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class OverrideGranted(Event, frozen=True, kw_only=True):
    """A second person agreed: neither who asked for it nor who proposed the action. It counts until ``valid_until``."""

    override: str
    proposal: ProposalId
    interaction: InteractionId
    rules: tuple[str, ...]
    first: Principal
    by: Principal
    args_hash: str
    valid_until: datetime
    on_behalf: str = ""
    """Whose authority it was, if it was lent."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class OverrideRefused(Event, frozen=True, kw_only=True):
    """The second person did not agree, the first took it back, or nobody came to it in time."""

    override: str
    proposal: ProposalId
    interaction: InteractionId
    by: Principal
    how: Literal["refused", "withdrawn", "expired"]

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class RequestOverride(Command, frozen=True, kw_only=True):
    """Ask that the rules in the way be overridden, for exactly these arguments."""

    override: str
    proposal: ProposalId
    by: Principal
    args_hash: str
    reason: str
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal


class GrantOverride(Command, frozen=True, kw_only=True):
    """Agree to it as the second person."""

    override: str
    proposal: ProposalId
    by: Principal
    args_hash: str
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal


class RefuseOverride(Command, frozen=True, kw_only=True):
    """Do not agree to it, or take it back; by the clock where nobody came to it."""

    override: str
    proposal: ProposalId
    by: Principal
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal
