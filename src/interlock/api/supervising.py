"""What a supervisor and an administrator do: approvals, outcomes nobody knows, queues, presence, staff, erasure."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import Identifier, WantedPresence, fresh, principal
from interlock.api.signing import require
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import CustomerId, ProposalId, QueueName, StaffId
from interlock.vocabulary.proposals import Approve, Reject, ResolveUnknown
from interlock.vocabulary.routing import CloseQueue, OpenQueue, SetPresence


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """An approval of exactly the arguments with this hash."""

    args_hash: Identifier


class RejectionOfProposal(msgspec.Struct, forbid_unknown_fields=True):
    """A rejection: what the customer is told, and what stays in the file."""

    customer_reason: Annotated[str, Meta(min_length=1, max_length=500)]
    file_reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Finding(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody who looked in the other system found."""

    happened: bool
    note: Annotated[str, Meta(min_length=1, max_length=2000)]


class Closure(msgspec.Struct, forbid_unknown_fields=True):
    """What customers hear while the queue is closed."""

    message: Annotated[str, Meta(min_length=1, max_length=500)]


class NewStaff(msgspec.Struct, forbid_unknown_fields=True):
    """A local user to add."""

    login: Annotated[str, Meta(max_length=64)]
    name: Annotated[str, Meta(max_length=120)]
    password: Annotated[str, Meta(max_length=256)]
    roles: list[str]
    queues: list[str] = []


class Forward(msgspec.Struct, forbid_unknown_fields=True):
    """Which timers to make due now: those of this command in this lane's entity (an interaction or a visit)."""

    of: Identifier
    command: Identifier


@get("/v1/board")
async def show_board(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The queues and the agents now."""
    require(person, "see_board")
    app: App = state.app
    return {"cursor": str(app.follower.cursor), "value": await app.documents.board()}


@get("/v1/approvals")
async def show_approvals(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What waits for an approver, what nobody knows, and what was decided last."""
    require(person, "approve")
    app: App = state.app
    return {"cursor": str(app.follower.cursor), "value": await app.documents.approvals()}


@post("/v1/approvals/{proposal:str}/approve", status_code=204)
async def approve(
    proposal: FromPath[str], data: JSONBody[Approval], person: NamedDependency[Person], state: State
) -> None:
    """Approve exactly these arguments."""
    require(person, "approve")
    app: App = state.app
    command = Approve(proposal=ProposalId(proposal), by=principal(person), args_hash=data.args_hash)
    await app.execute(command, fresh("approve"))


@post("/v1/approvals/{proposal:str}/reject", status_code=204)
async def reject(
    proposal: FromPath[str], data: JSONBody[RejectionOfProposal], person: NamedDependency[Person], state: State
) -> None:
    """Reject, with a reason for the customer and one for the file."""
    require(person, "approve")
    app: App = state.app
    command = Reject(
        proposal=ProposalId(proposal),
        by=principal(person),
        customer_reason=data.customer_reason,
        file_reason=data.file_reason,
    )
    await app.execute(command, fresh("reject"))


@post("/v1/proposals/{proposal:str}/resolve", status_code=204)
async def resolve(
    proposal: FromPath[str], data: JSONBody[Finding], person: NamedDependency[Person], state: State
) -> None:
    """Say whether something happened whose outcome nobody knew."""
    require(person, "resolve_unknown")
    app: App = state.app
    command = ResolveUnknown(
        proposal=ProposalId(proposal), by=principal(person), happened=data.happened, note=data.note
    )
    await app.execute(command, fresh("resolve"))


@post("/v1/queues/{queue:str}/close", status_code=204)
async def close_queue(
    queue: FromPath[str], data: JSONBody[Closure], person: NamedDependency[Person], state: State
) -> None:
    """Close a queue at once, with a message for customers."""
    require(person, "switch_queues")
    app: App = state.app
    await app.execute(CloseQueue(queue=QueueName(queue), message=data.message, by=person.id), fresh("close"))


@post("/v1/queues/{queue:str}/open", status_code=204)
async def open_queue(queue: FromPath[str], person: NamedDependency[Person], state: State) -> None:
    """Release the emergency switch."""
    require(person, "switch_queues")
    app: App = state.app
    await app.execute(OpenQueue(queue=QueueName(queue), by=person.id), fresh("open"))


@post("/v1/agents/{agent:str}/presence", status_code=204)
async def set_agent_presence(
    agent: FromPath[str], data: JSONBody[WantedPresence], person: NamedDependency[Person], state: State
) -> None:
    """Set an agent's presence for him."""
    require(person, "set_others_presence")
    app: App = state.app
    account = app.staff.accounts.get(StaffId(agent))
    if account is None:
        raise Refused("agent_unknown", "There is no such agent.", status=404)
    command = SetPresence(
        agent=account.staff,
        presence=data.presence,
        reason=data.reason,
        queues=account.queues,
        capacity=account.capacity,
    )
    await app.execute(command, fresh("presence"))


@post("/v1/staff", status_code=201)
async def add_staff(data: JSONBody[NewStaff], person: NamedDependency[Person], state: State) -> dict[str, str]:
    """Add a local user."""
    require(person, "manage_staff")
    app: App = state.app
    unknown = sorted(set(data.queues) - set(app.queues))
    if unknown:
        raise Refused(
            "queue_unknown", f"There is no queue {unknown[0]!r}; there are {', '.join(app.queues)}.", status=422
        )
    account = await app.staff.add(
        data.login.strip().lower(), data.name, data.password, data.roles, data.queues, by=person.id
    )
    return {"id": account.staff}


@post("/v1/customers/{customer:str}/erase", status_code=200)
async def erase(customer: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, int]:
    """Make everything personal about a customer unreadable, for good."""
    require(person, "erase_people")
    app: App = state.app
    return {"persons": await app.erase(CustomerId(customer), by=person.id)}


@post("/v1/timers/bring-forward", status_code=200)
async def bring_forward(data: JSONBody[Forward], person: NamedDependency[Person], state: State) -> dict[str, int]:
    """Make timers due now: a demonstration need not wait three minutes for a silence. Only in demo mode."""
    require(person, "move_timers")
    app: App = state.app
    if not app.settings.demo:
        raise Refused("demo_only", "Timers can be moved in demo mode only.", status=403)
    return {"moved": await app.log.bring_forward(data.of, data.command, app.clock())}


HANDLERS = (
    show_board,
    show_approvals,
    approve,
    reject,
    resolve,
    close_queue,
    open_queue,
    set_agent_presence,
    add_staff,
    erase,
    bring_forward,
)
