"""Proposals: an action that somebody wants done, frozen; how it was judged, what cured it, and what its effect was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from interlock.kernel.events import SEALED, Command, Erased, Event, PersonalText, PersonalValue
from interlock.vocabulary.channels import CardWords, Channel, Choice, Lender, Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, ProposalId, SessionId, tags
from interlock.vocabulary.money import Money

Verdict = Literal["allowed", "needs", "denied"]


class Remedy(msgspec.Struct, frozen=True, order=True):
    """What would cure a forbid: ``step_up:2``, ``confirm``, ``do:ACTION``, ``wait:24h``, ``draft``, ``approve:supervisor``."""

    kind: Literal["step_up", "confirm", "approve", "do", "draft", "wait"]
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


class Ruling(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule that decided, with its words for agents and auditors, and for the customer."""

    rule: str
    reason: str = ""
    customer_reason: str = ""
    remedy: Remedy | None = None


class Reservation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An amount (minor units, or a count) that an allowance holds in a ledger until the outcome is known.

    Attributes:
        currency: what really moved in it is settled in the place of ``amount``; empty where that does not count.
        tries: whether it counts also if it failed.
        named: where the answer says what an undo names the thing by; empty where nothing undoes it.
        ref: what an undo names the thing by; known when it is done.
        reverses: nothing is held; what ``ref`` names is taken back when this is done.
    """

    ledger: str
    subject: str
    amount: int
    currency: str = ""
    tries: bool = False
    named: str = ""
    ref: str = ""
    reverses: bool = False


class ActionProposed(Event, frozen=True, kw_only=True):
    """Somebody wants an action done. From here on the arguments are frozen; ``args_hash`` binds every remedy to them.

    ``args`` are identifiers, amounts and choices; what is personal (an address, free text) is in ``private_args``.
    """

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    customer: CustomerId
    principal: Principal
    action: str
    args: dict[str, Any]
    private_args: PersonalValue = None
    args_hash: str
    purpose: str = ""
    run: str = ""
    counters: ProposalId = ProposalId("")
    """The proposal that this is a counter-offer to; the customer confirms it in any case."""
    counter_was: str = ""
    """The amount that was asked for, as text, and what the customer is told about the lower one."""
    counter_reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction, customer=self.customer)


class ProposalJudged(Event, frozen=True, kw_only=True):
    """The gate's answer, with everything that it was judged on. ``shadow`` names rules that would have decided otherwise."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    principal: Principal
    action: str
    args_hash: str
    verdict: Verdict
    policy: str
    """The version of the policies (the release)."""
    rulings: tuple[Ruling, ...]
    needs: tuple[Remedy, ...]
    facts: dict[str, Any]
    reservations: tuple[Reservation, ...] = ()
    says: PersonalText = ""
    """What the action is, in the customer's words: amount, thing, where it goes."""
    shows: Annotated[tuple[Choice, ...] | Erased, SEALED] = ()
    """The same line by line, for the confirmation card."""
    others: Annotated[tuple[CardWords, ...] | Erased, SEALED] = ()
    """Both in the tenant's other languages."""
    shadow: tuple[str, ...] = ()
    shadow_errors: tuple[str, ...] = ()
    """Shadow rules that could not be evaluated, each with why; enforced, they would have denied."""
    overridden: tuple[str, ...] = ()
    """The rules that stood in the way and were overridden by two people."""
    overridable: tuple[str, ...] = ()
    """The roles that could override everything that stands in the way; empty where nobody can."""
    waits: dict[str, datetime] = msgspec.field(default_factory=dict)
    """Until when each remedy ``wait:…`` waits."""
    reads: bool = False
    """Whether the action only reads: then nothing is done by it."""
    sent: Channel | None = None
    """The channel in which the customer is written to and answers when she likes: it gives her longer. None in all others."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction, customer=self.customer)


class RemedyMet(Event, frozen=True, kw_only=True):
    """A remedy of exactly this proposal was met; it counts until ``valid_until``."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    remedy: Remedy
    by: Principal
    args_hash: str
    valid_until: datetime
    on_behalf: str = ""
    """Whose authority was used, if it was lent."""
    carried_from: str = ""
    """The proposal that it was met for first, where it counts for a counter-offer as well."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class RemedyRefused(Event, frozen=True, kw_only=True):
    """The proposal will not be cured: declined, failed, rejected, withdrawn, or not met in time."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    remedy: Remedy
    by: Principal
    how: Literal["declined", "failed", "rejected", "expired", "discarded", "withdrawn", "countered"]
    customer_reason: str = ""
    file_reason: PersonalText = ""
    unavailable: bool = False
    """Nobody could cure it, because a system behind did not answer."""
    counter: str = ""
    """The proposal that was made instead, with a lower amount."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class EffectStarted(Event, frozen=True, kw_only=True):
    """A node won the right to call, before the call: until ``lease_until`` no other one may."""

    proposal: ProposalId
    interaction: InteractionId
    attempt: int
    lease_until: datetime

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class EffectSucceeded(Event, frozen=True, kw_only=True):
    """The system behind the connector did it; ``moved`` is what really moved. ``found_by`` says how we know."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    action: str
    result: PersonalValue
    moved: Money | None = None
    found_by: Literal["answer", "lookup", "person"] = "answer"
    reservations: tuple[Reservation, ...] = ()

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction, customer=self.customer)


class EffectFailed(Event, frozen=True, kw_only=True):
    """The system refused or was certainly not reached: nothing happened outside."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    action: str
    code: str
    reason: str
    unavailable: bool = False
    found_by: Literal["answer", "lookup", "person"] = "answer"
    reservations: tuple[Reservation, ...] = ()
    note: PersonalText = ""
    """What a person wrote who looked."""

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction, customer=self.customer)


class EffectUnknown(Event, frozen=True, kw_only=True):
    """Nobody knows whether it happened; it is not tried again blindly. A person looks, or a later look-up tells."""

    proposal: ProposalId
    interaction: InteractionId
    person: PersonId
    attempt: int
    reason: str

    def tags(self) -> tuple[str, ...]:
        return tags(proposal=self.proposal, interaction=self.interaction)


class ProposeAction(Command, frozen=True, kw_only=True):
    """Propose an action by its name; refused when there is none or the arguments do not fit its schema."""

    proposal: ProposalId
    interaction: InteractionId
    principal: Principal
    action: str
    args: dict[str, Any]
    purpose: str = ""
    """What for, by one of the action's purposes; its own where this is empty."""

    def lane(self) -> str:
        return self.interaction


class JudgeProposal(Command, frozen=True, kw_only=True):
    """Judge a frozen proposal on what is true now."""

    proposal: ProposalId

    def lane(self) -> str:
        return self.proposal


class AnswerConfirmation(Command, frozen=True, kw_only=True):
    """The customer answers a confirmation card; ``args_hash`` must be that of the card."""

    proposal: ProposalId
    session: SessionId
    args_hash: str
    yes: bool
    relayed_by: Principal | None = None
    """Who passes on what the customer said, where she did not say it here herself."""

    def lane(self) -> str:
        return self.proposal


class MeetStepUp(Command, frozen=True, kw_only=True):
    """A challenge for this proposal was passed."""

    proposal: ProposalId
    level: int
    by: Principal

    def lane(self) -> str:
        return self.proposal


class RefuseStepUp(Command, frozen=True, kw_only=True):
    """The challenge for this proposal failed for good, or its code could not be sent."""

    proposal: ProposalId
    by: Principal
    not_sent: bool = False
    unavailable: bool = False

    def lane(self) -> str:
        return self.proposal


class Approve(Command, frozen=True, kw_only=True):
    """Somebody with the role approves exactly these arguments; never the proposer."""

    proposal: ProposalId
    by: Principal
    args_hash: str
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal


class Reject(Command, frozen=True, kw_only=True):
    """Somebody with the role rejects, with a reason for the customer and one for the file."""

    proposal: ProposalId
    by: Principal
    customer_reason: str
    file_reason: str
    lenders: tuple[Lender, ...] = ()
    """Who has lent ``by`` authority, with the roles that they still have."""

    def lane(self) -> str:
        return self.proposal


class ExpireRemedy(Command, frozen=True, kw_only=True):
    """A remedy was not met in time."""

    proposal: ProposalId
    remedy: Remedy

    def lane(self) -> str:
        return self.proposal


class PerformEffect(Command, frozen=True, kw_only=True):
    """Carry out an allowed proposal, once."""

    proposal: ProposalId

    def lane(self) -> str:
        return f"effect:{self.proposal}"


class ResolveUnknown(Command, frozen=True, kw_only=True):
    """A person looked and says whether it happened."""

    proposal: ProposalId
    by: Principal
    happened: bool
    note: str

    def lane(self) -> str:
        return f"effect:{self.proposal}"
