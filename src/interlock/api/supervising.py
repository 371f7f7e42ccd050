"""What a supervisor does: approvals, outcomes that nobody knows, queues, other people's presence."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, cast

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from interlock.api.desk import WantedPresence, fresh, principal
from interlock.api.signing import require
from interlock.governance.permissions import may
from interlock.kernel.errors import Refused
from interlock.routing import why_waiting
from interlock.routing.health import measured, shown
from interlock.routing.screens import owed
from interlock.routing.timeline import timeline
from interlock.routing.visits import of_agent
from interlock.runtime.app import App
from interlock.runtime.reading import read_record
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId, ProposalId, QueueName, StaffId, VisitId
from interlock.vocabulary.proposals import ResolveUnknown
from interlock.vocabulary.routing import CloseQueue, OpenQueue

MOST_SHOWN: Final = 1_000
"""Clocks that one answer lists."""
MOST_HOURS: Final = 168
"""How far back a timeline goes, in hours."""


class Finding(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody who looked in the other system found."""

    happened: bool
    note: Annotated[str, Meta(min_length=1, max_length=2000)]


class Closure(msgspec.Struct, forbid_unknown_fields=True):
    """What customers hear while the queue is closed."""

    message: Annotated[str, Meta(min_length=1, max_length=500)]


@get("/v1/board")
async def show_board(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The queues and the agents now."""
    require(person, "see_board")
    app: App = state.app
    return {"cursor": str(app.follower.cursor), "value": await app.documents.board()}


@get("/v1/visits/{visit:str}/why")
async def show_why(visit: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Why a visit still waits: its place and its ring, and what stands between it and each agent on shift."""
    require(person, "see_board")
    app: App = state.app
    found = app.board.visits.get(VisitId(visit))
    if found is None:
        raise Refused("visit_unknown", "Nobody waits under this name any more.", status=404)
    why = msgspec.to_builtins(why_waiting(app.board, app.queues, found, app.clock()))
    for one in why["candidates"]:
        one["name"] = app.staff.names.get(one["agent"], one["agent"])
    return cast("dict[str, Any]", why)


@get("/v1/queues")
async def show_queues(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """How healthy each queue is at this moment, and the alerts that stand, those that stand longest first."""
    require(person, "see_board")
    app: App = state.app
    found = measured(app.board, app.queues, app.clock())
    return {
        "queues": [
            {
                "name": name,
                "title": spec.title,
                **msgspec.to_builtins(found[name]),
                "alerts": shown(app.board, app.queues, name),
            }
            for name, spec in app.queues.items()
        ]
    }


@get("/v1/slas")
async def show_slas(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What people owe customers by the service-level agreements, and until when: what is overdue first."""
    require(person, "see_board")
    app: App = state.app
    found = owed(app.board)
    return {"clocks": found[:MOST_SHOWN], "left_off": max(0, len(found) - MOST_SHOWN)}


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
    await app.execute(app.staff_changes.sets(account, data.presence, data.reason), fresh("presence"))


@get("/v1/agents/{agent:str}/timeline")
async def show_timeline(
    agent: FromPath[str], person: NamedDependency[Person], state: State, hours: FromQuery[int] = 10
) -> dict[str, Any]:
    """What an agent did in the last hours: presence with its reasons, offers, interactions, and how busy that was."""
    require(person, "see_board")
    app: App = state.app
    if not 1 <= hours <= MOST_HOURS:
        raise Refused("bad_hours", f"Ask for 1 to {MOST_HOURS} hours.", status=422)
    if StaffId(agent) not in app.staff.names:
        raise Refused("agent_unknown", "There is no such agent.", status=404)
    now = app.clock()
    facts = (await app.log.read(of_agent(StaffId(agent)))).events
    told = timeline(facts, now - timedelta(hours=hours), now)
    return {"agent": agent, "name": app.staff_name(StaffId(agent)), **msgspec.to_builtins(told)}


@get("/v1/interactions/{interaction:str}/record")
async def show_record(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The whole record: transcript, proposals, judgements with their derivation, effects. That it is read is recorded."""
    require(person, "read_log")
    agent = may(person.account.roles, "see_interactions")
    return await read_record(state.app, InteractionId(interaction), person.id, agent=agent)


HANDLERS = (
    show_board,
    show_why,
    show_queues,
    show_slas,
    show_record,
    resolve,
    close_queue,
    open_queue,
    set_agent_presence,
    show_timeline,
)
