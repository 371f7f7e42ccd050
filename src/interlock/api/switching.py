"""How are kill switches thrown and breakers opened from outside, and how do they stand?"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.control.switches import LONGEST_WHY, switches_document
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.breakers import CloseBreaker, Guarded, TripBreaker
from interlock.vocabulary.switches import ReleaseSwitch, Scope, ThrowSwitch

Name = Annotated[str, Meta(min_length=1, max_length=120)]


class Stopping(msgspec.Struct, forbid_unknown_fields=True):
    """What to stop, by name, and why; for the scope ``tenant`` the name is the tenant's."""

    scope: Scope
    name: Name
    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_WHY)]


class GoingOn(msgspec.Struct, forbid_unknown_fields=True):
    """What goes on again."""

    scope: Scope
    name: Name
    reason: Annotated[str, Meta(max_length=LONGEST_WHY)] = ""


class CuttingOff(msgspec.Struct, forbid_unknown_fields=True):
    """The connector or journey whose breaker is opened, and why."""

    guarded: Guarded
    name: Name
    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_WHY)]


class LettingOn(msgspec.Struct, forbid_unknown_fields=True):
    """The connector or journey whose breaker is closed."""

    guarded: Guarded
    name: Name
    reason: Annotated[str, Meta(max_length=LONGEST_WHY)] = ""


@get("/v1/switches")
async def show_switches(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The switches that are thrown (by whom, since when, why), and what can be halted."""
    require(person, "see_switches")
    app: App = state.app
    switches, bundle = await app.switchboard.now(), app.definitions.bundle
    can_be = {
        "action": {name: action.title for name, action in bundle.actions.items()},
        "connector": {name: name for name in bundle.connectors},
        "model": {name: name for name in app.control.models},
        "tenant": {app.control.tenant: app.tenant.title},
    }
    return {"thrown": switches_document(switches, app.staff.names), "can_be_halted": can_be}


@post("/v1/switches/halt", status_code=204)
async def halt(data: JSONBody[Stopping], person: NamedDependency[Person], state: State) -> None:
    """Stop an action, a connector, a model or everything, at once and on every node."""
    require(person, "throw_switches")
    app: App = state.app
    command = ThrowSwitch(scope=data.scope, name=data.name, by=principal(person), reason=data.reason)
    await app.execute(command, fresh("halt"))


@post("/v1/switches/release", status_code=204)
async def release(data: JSONBody[GoingOn], person: NamedDependency[Person], state: State) -> None:
    """Let it go on again."""
    require(person, "throw_switches")
    app: App = state.app
    command = ReleaseSwitch(scope=data.scope, name=data.name, by=principal(person), reason=data.reason)
    await app.execute(command, fresh("release"))


@get("/v1/breakers")
async def show_breakers(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Every breaker: closed, open or half-open, since when, why, and who looks after it; closed ones last."""
    require(person, "see_switches")
    app: App = state.app
    await app.switchboard.refresh()
    return {"breakers": app.breaking.document()}


@post("/v1/breakers/open", status_code=204)
async def open_breaker(data: JSONBody[CuttingOff], person: NamedDependency[Person], state: State) -> None:
    """Cut a connector or a journey off until a person closes its breaker."""
    require(person, "throw_switches")
    app: App = state.app
    command = TripBreaker(guarded=data.guarded, name=data.name, why="by_hand", by=principal(person), reason=data.reason)
    await app.execute(command, fresh("open-breaker"))


@post("/v1/breakers/close", status_code=204)
async def close_breaker(data: JSONBody[LettingOn], person: NamedDependency[Person], state: State) -> None:
    """Have it tried again as usual, whatever opened its breaker."""
    require(person, "throw_switches")
    app: App = state.app
    await app.execute(
        CloseBreaker(guarded=data.guarded, name=data.name, by=principal(person), reason=data.reason),
        fresh("close-breaker"),
    )


HANDLERS = (show_switches, halt, release, show_breakers, open_breaker, close_breaker)
