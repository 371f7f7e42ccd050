"""Suggestions to agents over the network: what helps in an interaction, what was done with it, and how often that helped."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.suggestions import Answer, AnswerSuggestion


class Answered(msgspec.Struct, forbid_unknown_fields=True):
    """What was done with a suggestion."""

    how: Answer


@post("/v1/interactions/{interaction:str}/suggestions", status_code=200)
async def show_suggestions(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """What is suggested now to whoever has the interaction, the surest first. That it was shown is recorded."""
    require(person, "take_interactions")
    app: App = state.app
    found = await app.suggestions.show(InteractionId(interaction), principal(person))
    return {"suggestions": found, "drafts": bool(app.definitions.models.drafts)}


@post("/v1/interactions/{interaction:str}/draft", status_code=200)
async def draft_reply(interaction: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """A reply that a language model drafts, as one more suggestion, where `models.yaml` names models under `drafts`."""
    require(person, "take_interactions")
    app: App = state.app
    return await app.suggestions.draft(InteractionId(interaction), principal(person))


@post("/v1/interactions/{interaction:str}/suggestions/{suggestion:str}", status_code=204)
async def answer_suggestion(
    interaction: FromPath[str],
    suggestion: FromPath[str],
    data: JSONBody[Answered],
    person: NamedDependency[Person],
    state: State,
) -> None:
    """Say what was done with a suggestion: `taken`, `edited` or `dismissed`; the first answer counts."""
    require(person, "take_interactions")
    app: App = state.app
    command = AnswerSuggestion(
        interaction=InteractionId(interaction), agent=person.id, suggestion=suggestion, how=data.how
    )
    await app.execute(command, fresh("suggestion"))


@get("/v1/suggestions")
async def show_acceptance(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """How suggestions came out in the last 90 days, by kind and by confidence, and the threshold below which none is made."""
    require(person, "see_board")
    app: App = state.app
    return await app.suggestions.document()


HANDLERS: Final = (show_suggestions, draft_reply, answer_suggestion, show_acceptance)
