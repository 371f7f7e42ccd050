"""Versions over the network: which there were and what changed, proposing one, approving, rejecting, rolling back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.signing import require
from interlock.api.trials import MAX_FILES, trial_document
from interlock.control.changes import Constant, changed_files
from interlock.kernel.errors import Refused
from interlock.runtime import publishing
from interlock.runtime.app import App
from interlock.runtime.publishing import MAX_NOTE, Submitted
from interlock.runtime.release_lines import difference, release_lines
from interlock.runtime.staff import Person
from interlock.simulation.trials import Trial, Trials

Text = Annotated[str, Meta(max_length=MAX_NOTE)]


class WantedRelease(msgspec.Struct, forbid_unknown_fields=True):
    """A version: the one in force with some files (null takes one away) and numbers in rules changed."""

    files: dict[Annotated[str, Meta(max_length=200)], str | None] = {}
    constants: Annotated[list[Constant], Meta(max_length=MAX_FILES)] = []
    note: Text = ""


class ReleaseNote(msgspec.Struct, forbid_unknown_fields=True):
    """Why a version is rolled back to."""

    note: Text = ""


class ReleaseRejection(msgspec.Struct, forbid_unknown_fields=True):
    """Why a version may not come into force."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE)]


@get("/v1/releases")
async def show_releases(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The versions that came into force, newest first, with what changed in words; and those that wait."""
    require(person, "see_policies")
    app: App = state.app
    names = {str(staff): name for staff, name in app.staff.names.items()}
    lines = await release_lines(app.log, app.records, names)
    needed = app.tenant.publish
    return lines | {"approvals": needed.approvals, "role": needed.role}


@get("/v1/releases/{release:str}")
async def show_release(release: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What a version changes, line by line."""
    require(person, "see_policies")
    app: App = state.app
    return await difference(app.log, app.records, release)


@post("/v1/releases", status_code=202)
async def propose_release(
    data: JSONBody[WantedRelease], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Put changed definitions into force once their scenarios hold, or propose them then where others have to approve."""
    require(person, "publish")
    app: App = state.app
    trials: Trials = state.trials
    if not data.files and not data.constants:
        raise Refused("nothing_changed", "Say what changes: a file or a number in a rule.", status=422)
    if len(data.files) > MAX_FILES:
        raise Refused("too_large", f"At most {MAX_FILES} files can be changed at once here.", status=422)
    texts = changed_files(app.definitions.files, data.files, data.constants)
    told = await trials.publish(texts, by=person.id, note=data.note)
    if isinstance(told, Trial):
        return {"release": told.release, "in_force": False, "approvals": 0, "trial": trial_document(told, app)}
    return _told(told, app) | {"trial": None}


@post("/v1/releases/{release:str}/approve", status_code=200)
async def approve_release(release: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Approve a version that somebody else proposed; with the last approval that is wanted it comes into force."""
    require(person, "see_policies")
    app: App = state.app
    roles = person.account.roles
    return _told(await publishing.approve(release, app.log, app.records, by=person.id, roles=roles), app)


@post("/v1/releases/{release:str}/reject", status_code=204)
async def reject_release(
    release: FromPath[str], data: JSONBody[ReleaseRejection], person: NamedDependency[Person], state: State
) -> None:
    """Reject a version that waits, or take back one's own."""
    require(person, "see_policies")
    app: App = state.app
    roles, role = person.account.roles, app.tenant.publish.role
    await publishing.reject(release, app.log, by=person.id, roles=roles, role=role, reason=data.reason)


@post("/v1/releases/{release:str}/roll-back", status_code=202)
async def roll_back(
    release: FromPath[str], data: JSONBody[ReleaseNote], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Put a version that was in force into force again; it is approved like any other change."""
    require(person, "publish")
    app: App = state.app
    return _told(await publishing.roll_back(release, app.log, app.records, by=person.id, note=data.note), app)


def _told(submitted: Submitted, app: App) -> dict[str, Any]:
    app.follower.wake()
    return {"release": submitted.release, "in_force": submitted.in_force, "approvals": submitted.approvals}


HANDLERS = (show_releases, show_release, propose_release, approve_release, reject_release, roll_back)
