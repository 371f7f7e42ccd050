"""What was promised to the customer of an interaction, and how does an agent promise something?"""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import principal
from interlock.api.signing import require
from interlock.control.promises import MAX_ABOUT, MAX_WORDS
from interlock.runtime.app import App
from interlock.runtime.promises import promises_document
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId, PromiseId
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import MakePromise


class Promised(msgspec.Struct, forbid_unknown_fields=True):
    """What is promised: the kind as its file in ``promises/`` calls it, about what, how much, for how many days."""

    promise: Annotated[str, Meta(min_length=1, max_length=64)]
    about: Annotated[str, Meta(min_length=1, max_length=MAX_ABOUT)]
    value: Money
    days: Annotated[int, Meta(ge=1, le=730)] | None = None
    words: Annotated[str, Meta(max_length=MAX_WORDS)] = ""


@post("/v1/interactions/{interaction:str}/promises", status_code=201)
async def make_promise(
    interaction: FromPath[str], data: JSONBody[Promised], person: NamedDependency[Person], state: State
) -> dict[str, str]:
    """Promise the customer something that rules honour until it is kept or its time is over."""
    require(person, "propose_actions")
    app: App = state.app
    promise = PromiseId(f"pm_{secrets.token_hex(10)}")
    command = MakePromise(
        promise=promise,
        kind=data.promise,
        interaction=InteractionId(interaction),
        by=principal(person),
        about=data.about,
        value=data.value,
        days=data.days or 0,
        words=data.words,
    )
    await app.execute(command, f"promise/{promise}")
    return {"promise": promise}


@get("/v1/interactions/{interaction:str}/promises")
async def show_promises(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Everything that was promised to the interaction's customer, the newest first; and what can be promised by whom."""
    require(person, "see_interactions")
    return await promises_document(state.app, InteractionId(interaction), principal(person))


HANDLERS = (make_promise, show_promises)
