"""The journeys over the network: how each is drawn and walked, and whether it is ready to go live."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from interlock.api.signing import require
from interlock.runtime.app import App
from interlock.runtime.staff import Person


@get("/v1/journeys")
async def show_journeys(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The journeys in force: runs under way, how they ended in the last 24 hours and 7 days, how ready each is."""
    require(person, "see_policies")
    app: App = state.app
    return await app.journey_pages.listed()


@get("/v1/journeys/{journey:str}")
async def show_journey(
    journey: FromPath[str], person: NamedDependency[Person], state: State, within: FromQuery[str] = "24h"
) -> dict[str, Any]:
    """A journey as it is drawn: its steps with their branches, how many runs wait at each, came to it, left there."""
    require(person, "see_policies")
    app: App = state.app
    return await app.journey_pages.one(journey, within)


@get("/v1/journeys/{journey:str}/readiness")
async def show_readiness(journey: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """How ready a journey is: what it calls, what happens when that fails, what is missing, who signed it off."""
    require(person, "see_policies")
    app: App = state.app
    return dict(msgspec.to_builtins(await app.journey_pages.readiness(journey)))


@get("/v1/journeys/{journey:str}/versions")
async def show_versions(journey: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The earlier versions in which a journey was written otherwise, newest first."""
    require(person, "see_policies")
    app: App = state.app
    return {"versions": await app.journey_pages.earlier(journey)}


@get("/v1/journeys/{journey:str}/changes")
async def show_changes(
    journey: FromPath[str], person: NamedDependency[Person], state: State, since: FromQuery[str] = ""
) -> dict[str, Any]:
    """How a journey in force differs from an earlier version, step by step: added, removed, changed."""
    require(person, "see_policies")
    app: App = state.app
    return await app.journey_pages.changes(journey, since)


@get("/v1/journeys/{journey:str}/files")
async def show_files(journey: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What is written of a journey in force: its own file, its scenarios, and the translations."""
    require(person, "see_policies")
    app: App = state.app
    return app.journey_pages.files(journey)


HANDLERS: Final = (show_journeys, show_journey, show_readiness, show_versions, show_changes, show_files)
