"""The approval inbox: decide, counter, ask back, pass on, lend authority, override with a second person."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import Identifier, fresh, principal
from interlock.api.signing import require
from interlock.control.questions import LONGEST_QUESTION
from interlock.governance.permissions import may
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.lending import deciding_for, lenders_of
from interlock.runtime.staff import Person
from interlock.vocabulary.approvals import (
    AnswerBack,
    AskBack,
    CounterOffer,
    DelegateAuthority,
    EndDelegation,
    EscalateApproval,
)
from interlock.vocabulary.ids import ProposalId, StaffId
from interlock.vocabulary.money import Money
from interlock.vocabulary.overrides import GrantOverride, RefuseOverride, RequestOverride
from interlock.vocabulary.proposals import Approve, Reject, Remedy

CustomerReason = Annotated[str, Meta(min_length=1, max_length=500)]
FileReason = Annotated[str, Meta(min_length=1, max_length=1000)]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_QUESTION)]


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """Yes to exactly the arguments with this hash: an approval, or a draft that is sent."""

    args_hash: Identifier


class RejectionOfProposal(msgspec.Struct, forbid_unknown_fields=True):
    """No, to a proposal or a draft: what the customer is told, and what stays in the file."""

    customer_reason: CustomerReason
    file_reason: FileReason


class Offer(msgspec.Struct, forbid_unknown_fields=True):
    """A lower amount instead of the one with this hash, with the two reasons."""

    args_hash: Identifier
    amount: Money
    customer_reason: CustomerReason
    file_reason: FileReason


class QuestionBack(msgspec.Struct, forbid_unknown_fields=True):
    """What an approver wants to know before deciding."""

    text: Text


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """The answer to an approver's question."""

    question: Identifier
    text: Text


class PassingOn(msgspec.Struct, forbid_unknown_fields=True):
    """The role that is asked now, and for which remedy (``approve:supervisor``)."""

    role: Identifier
    remedy: Identifier


class Lending(msgspec.Struct, forbid_unknown_fields=True):
    """To whom (a staff identifier), and until when."""

    to: Identifier
    until: datetime


class ExceptionWanted(msgspec.Struct, forbid_unknown_fields=True):
    """Why the rules in the way should be overridden for exactly these arguments."""

    args_hash: Identifier
    reason: Text


class Agreement(msgspec.Struct, forbid_unknown_fields=True):
    """A second person's word on an override of this proposal."""

    proposal: Identifier
    args_hash: Identifier


class Disagreement(msgspec.Struct, forbid_unknown_fields=True):
    """The proposal of an override that somebody does not agree to."""

    proposal: Identifier


async def require_approver(person: Person, app: App) -> None:
    """Whoever has the permission by his roles, or was lent the authority of somebody who still has it."""
    if not may(person.account.roles, "approve") and not await deciding_for(app, person.id):
        require(person, "approve")


class Acting(NamedTuple):
    """Somebody who may decide.

    Attributes:
        whom: what every decision says of him: who he is, and who has lent him authority that is still theirs.
    """

    app: App
    whom: dict[str, Any]


async def acting(person: Person, state: State) -> Acting:
    """Who decides. Raises Refused where he may not."""
    app: App = state.app
    await require_approver(person, app)
    return Acting(app, {"by": principal(person), "lenders": await lenders_of(app, person.id)})


@get("/v1/approvals")
async def show_approvals(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What waits for an approver or a sender, overrides, what nobody knows, and what was decided last."""
    app: App = state.app
    await require_approver(person, app)
    return {"cursor": str(app.follower.cursor), "value": await app.documents.approvals()}


@post("/v1/approvals/{proposal:str}/approve", status_code=204)
async def approve(
    proposal: FromPath[str], data: JSONBody[Approval], person: NamedDependency[Person], state: State
) -> None:
    """Approve exactly these arguments."""
    decides = await acting(person, state)
    command = Approve(proposal=ProposalId(proposal), args_hash=data.args_hash, **decides.whom)
    await decides.app.execute(command, fresh("approve"))


@post("/v1/approvals/{proposal:str}/reject", status_code=204)
async def reject(
    proposal: FromPath[str], data: JSONBody[RejectionOfProposal], person: NamedDependency[Person], state: State
) -> None:
    """Reject, with a reason for the customer and one for the file."""
    decides = await acting(person, state)
    command = Reject(
        proposal=ProposalId(proposal),
        customer_reason=data.customer_reason,
        file_reason=data.file_reason,
        **decides.whom,
    )
    await decides.app.execute(command, fresh("reject"))


@post("/v1/approvals/{proposal:str}/counter", status_code=201)
async def counter(
    proposal: FromPath[str], data: JSONBody[Offer], person: NamedDependency[Person], state: State
) -> dict[str, str]:
    """Offer a lower amount instead; the customer confirms it. Answers with the new proposal."""
    decides = await acting(person, state)
    offer = ProposalId(f"pr_{secrets.token_hex(10)}")
    command = CounterOffer(
        proposal=ProposalId(proposal),
        counter=offer,
        args_hash=data.args_hash,
        amount=data.amount,
        customer_reason=data.customer_reason,
        file_reason=data.file_reason,
        **decides.whom,
    )
    await decides.app.execute(command, f"counter/{offer}")
    return {"proposal": offer}


@post("/v1/approvals/{proposal:str}/ask", status_code=204)
async def ask(
    proposal: FromPath[str], data: JSONBody[QuestionBack], person: NamedDependency[Person], state: State
) -> None:
    """Ask back before deciding; the clock keeps counting."""
    app: App = state.app
    await require_approver(person, app)
    command = AskBack(proposal=ProposalId(proposal), by=principal(person), text=data.text)
    await app.execute(command, fresh("ask"))


@post("/v1/approvals/{proposal:str}/answer", status_code=204)
async def answer(proposal: FromPath[str], data: JSONBody[Reply], person: NamedDependency[Person], state: State) -> None:
    """Answer an approver's question."""
    if not may(person.account.roles, "propose_actions"):
        require(person, "approve")
    app: App = state.app
    command = AnswerBack(proposal=ProposalId(proposal), question=data.question, by=principal(person), text=data.text)
    await app.execute(command, fresh("answer"))


@post("/v1/approvals/{proposal:str}/escalate", status_code=204)
async def escalate(
    proposal: FromPath[str], data: JSONBody[PassingOn], person: NamedDependency[Person], state: State
) -> None:
    """Pass it on to the next role."""
    app: App = state.app
    await require_approver(person, app)
    kind, _, argument = data.remedy.partition(":")
    if kind != "approve":
        raise Refused("not_asked", "Only an approval is passed on, such as approve:supervisor.", status=422)
    command = EscalateApproval(
        proposal=ProposalId(proposal), remedy=Remedy("approve", argument), role=data.role, by=principal(person)
    )
    await app.execute(command, fresh("escalate"))


@post("/v1/approvals/{proposal:str}/override", status_code=201)
async def override(
    proposal: FromPath[str], data: JSONBody[ExceptionWanted], person: NamedDependency[Person], state: State
) -> dict[str, str]:
    """Ask that the rules in the way be overridden; a second person agrees. Answers with the override."""
    decides = await acting(person, state)
    identifier = f"ov_{secrets.token_hex(10)}"
    command = RequestOverride(
        override=identifier,
        proposal=ProposalId(proposal),
        args_hash=data.args_hash,
        reason=data.reason,
        **decides.whom,
    )
    await decides.app.execute(command, f"override/{identifier}")
    return {"override": identifier}


@post("/v1/overrides/{override:str}/grant", status_code=204)
async def grant(
    override: FromPath[str], data: JSONBody[Agreement], person: NamedDependency[Person], state: State
) -> None:
    """Agree to an override as the second person."""
    decides = await acting(person, state)
    command = GrantOverride(
        override=override,
        proposal=ProposalId(data.proposal),
        args_hash=data.args_hash,
        **decides.whom,
    )
    await decides.app.execute(command, fresh("grant"))


@post("/v1/overrides/{override:str}/refuse", status_code=204)
async def refuse(
    override: FromPath[str], data: JSONBody[Disagreement], person: NamedDependency[Person], state: State
) -> None:
    """Do not agree to an override, or take it back."""
    decides = await acting(person, state)
    command = RefuseOverride(override=override, proposal=ProposalId(data.proposal), **decides.whom)
    await decides.app.execute(command, fresh("refuse"))


@post("/v1/delegations", status_code=201)
async def delegate(data: JSONBody[Lending], person: NamedDependency[Person], state: State) -> dict[str, str]:
    """Lend one's own authority to a colleague until a time. Answers with the delegation."""
    require(person, "approve")
    app: App = state.app
    if StaffId(data.to) not in app.staff.accounts:
        raise Refused("staff_unknown", "There is no such member of staff.", status=404)
    if data.until.tzinfo is None:
        raise Refused("bad_period", "Write the time with its zone, such as 2026-03-02T18:00:00Z.", status=422)
    identifier = f"dg_{secrets.token_hex(10)}"
    command = DelegateAuthority(delegation=identifier, by=principal(person), to=StaffId(data.to), until=data.until)
    await app.execute(command, f"delegate/{identifier}")
    return {"delegation": identifier}


@post("/v1/delegations/{delegation:str}/end", status_code=204)
async def end(delegation: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """Take lent authority back, or give it back."""
    app: App = state.app
    await require_approver(person, app)
    await app.execute(EndDelegation(delegation=delegation, by=principal(person)), fresh("end"))


HANDLERS = (
    show_approvals,
    approve,
    reject,
    counter,
    ask,
    answer,
    escalate,
    override,
    grant,
    refuse,
    delegate,
    end,
)
