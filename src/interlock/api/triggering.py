"""The triggers over the network: what became of each, and what one would do for an event."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from interlock.api.signing import require
from interlock.runtime.staff import Person
from interlock.runtime.trigger_pages import tested, trigger_document, triggers_document


class TestedEvent(msgspec.Struct, forbid_unknown_fields=True):
    """An event to test a trigger with: a CloudEvent, or what of a fact is not sealed."""

    event: dict[str, Any]


@get("/v1/triggers")
async def show_triggers(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The triggers in force, how often each fired, waits and did not fire within seven days, and the latest, with reasons."""
    require(person, "see_triggers")
    return await triggers_document(state.app)


@get("/v1/triggers/{trigger:str}")
async def show_trigger(trigger: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """One trigger: what it waits for, and what became of it lately."""
    require(person, "see_triggers")
    return await trigger_document(state.app, trigger)


@post("/v1/triggers/{trigger:str}/test", status_code=200)
async def test_trigger(
    trigger: FromPath[str], data: JSONBody[TestedEvent], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """What a trigger would do for an event now: every check with its answer. Nothing is done or recorded."""
    require(person, "see_triggers")
    return await tested(state.app, trigger, data.event)


HANDLERS: Final = (show_triggers, show_trigger, test_trigger)
