"""The rules over the network: what they say and how they were used, what others would have said to the past."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from interlock.api.signing import require
from interlock.control.changes import Constant
from interlock.control.history import KEPT
from interlock.control.policies_document import policies_document, replay_document, shadow_document
from interlock.governance.permissions import may
from interlock.kernel.documents import Misread, duration
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.explaining import explain
from interlock.runtime.replays import ReplayJob
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import ProposalId

MAX_CONSTANTS: Final = 20
"""Numbers in rules that one replay may change."""


class WantedReplay(msgspec.Struct, forbid_unknown_fields=True):
    """What to try on the past: files (null takes one away) and numbers in rules, other than in force.

    Attributes:
        release: a version to try instead of the one in force with changes, such as one that waits for an approval.
        since: how far back, such as ``30d``; everything where it is ``all``.
    """

    release: Annotated[str, Meta(max_length=80)] = ""
    files: dict[Annotated[str, Meta(max_length=200)], str | None] = {}
    constants: Annotated[list[Constant], Meta(max_length=MAX_CONSTANTS)] = []
    since: Annotated[str, Meta(max_length=20)] = "30d"


@get("/v1/policies")
async def show_policies(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The rules in force with their use in the last 30 days, and what those in shadow would have changed."""
    require(person, "see_policies")
    app: App = state.app
    now = app.clock()
    return policies_document(app.definitions.bundle, await app.recent_use.now(), now - KEPT, now)


@get("/v1/shadow")
async def show_shadow(person: NamedDependency[Person], state: State, since: FromQuery[str] = "30d") -> dict[str, Any]:
    """What the rules in shadow would have changed in live traffic, each enforced by itself; at most 30 days back."""
    require(person, "see_policies")
    app: App = state.app
    now = app.clock()
    at = max(_moment(since, now) or now - KEPT, now - KEPT)
    found = (await app.recent_use.now()).shadow(app.definitions.bundle.rules, at)
    return {"since": at, "rules": shadow_document(found)}


@post("/v1/replays", status_code=202)
async def start_replay(data: JSONBody[WantedReplay], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Judge what was decided again by the rules in force with some changes; the report is fetched by its identifier."""
    require(person, "see_policies")
    app: App = state.app
    job = await app.replays.start(data.release, data.files, data.constants, _moment(data.since, app.clock()), person.id)
    return _job(app, job)


@get("/v1/replays")
async def show_replays(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The latest replays, newest first, without their reports."""
    require(person, "see_policies")
    app: App = state.app
    return {"replays": [_job(app, job) for job in await app.replays.all()]}


@get("/v1/replays/{replay:str}")
async def show_replay(replay: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """How far a replay is, and its report once it is done."""
    require(person, "see_policies")
    app: App = state.app
    return _job(app, await app.replays.get(replay))


@get("/v1/proposals/{proposal:str}/why")
async def show_why(proposal: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Why a proposal stands as it does: in words for customer and agent, and the derivation for who may read the log."""
    roles = person.account.roles
    agent, auditor = may(roles, "see_interactions"), may(roles, "read_log")
    if not agent and not auditor:
        require(person, "see_interactions")
    return await explain(state.app, ProposalId(proposal), agent=agent, auditor=auditor)


def _job(app: App, job: ReplayJob) -> dict[str, Any]:
    report = None if job.report is None else replay_document(job.report)
    shown: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(job, report=None))
    return shown | {"report": report, "by": {"id": job.by, "name": app.staff_name(job.by)}}


def _moment(since: str, now: datetime) -> datetime | None:
    if since == "all":
        return None
    try:
        return now - duration(since)
    except Misread as error:
        raise Refused("bad_since", f"since: {error}; or 'all'.", status=422) from error


HANDLERS = (show_policies, show_shadow, start_replay, show_replays, show_replay, show_why)
