"""What is prepared for a person, or waits: send it, discard it, withdraw it."""

from __future__ import annotations

from litestar import post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from interlock.api.approving import Approval, RejectionOfProposal
from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.control.proposals import interaction_of, proposal_query
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId, ProposalId
from interlock.vocabulary.remedies import DiscardDraft, SendDraft, Withdraw


async def where(app: App, proposal: str) -> InteractionId:
    """The interaction of a proposal. Raises Refused where there is none."""
    found = await app.log.read(proposal_query(ProposalId(proposal)))
    return interaction_of(found.events)


@post("/v1/proposals/{proposal:str}/send", status_code=204)
async def send(
    proposal: FromPath[str], data: JSONBody[Approval], person: NamedDependency[Person], state: State
) -> None:
    """Send what was prepared: who has the interaction does, or a supervisor."""
    require(person, "send_drafts")
    app: App = state.app
    command = SendDraft(
        proposal=ProposalId(proposal),
        interaction=await where(app, proposal),
        by=principal(person),
        args_hash=data.args_hash,
    )
    await app.execute(command, fresh("send"))


@post("/v1/proposals/{proposal:str}/discard", status_code=204)
async def discard(
    proposal: FromPath[str], data: JSONBody[RejectionOfProposal], person: NamedDependency[Person], state: State
) -> None:
    """Do not send it, with a reason for the customer and one for the file."""
    require(person, "send_drafts")
    app: App = state.app
    command = DiscardDraft(
        proposal=ProposalId(proposal),
        interaction=await where(app, proposal),
        by=principal(person),
        customer_reason=data.customer_reason,
        file_reason=data.file_reason,
    )
    await app.execute(command, fresh("discard"))


@post("/v1/proposals/{proposal:str}/withdraw", status_code=204)
async def withdraw(proposal: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """Withdraw a proposal that is not decided yet: its proposer does, or who has the interaction."""
    require(person, "send_drafts")
    app: App = state.app
    command = Withdraw(proposal=ProposalId(proposal), interaction=await where(app, proposal), by=principal(person))
    await app.execute(command, fresh("withdraw"))


HANDLERS = (send, discard, withdraw)
