"""Which complaints, data-subject requests, legal matters, distress and abuse are there, and how is one settled?"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from interlock.api.desk import fresh
from interlock.api.signing import require
from interlock.interactions.marking import LONGEST_NOTE
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.matters import Mark, MarkMatter, Matter


class Marking(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with a matter: it is ``taken`` on, ``settled`` with a note, or ``reopened`` with a note."""

    interaction: Annotated[str, Meta(min_length=1, max_length=64)]
    matter: Matter
    mark: Mark
    kind: Annotated[str, Meta(max_length=100)] = ""
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""


@get("/v1/matters")
async def show_matters(
    person: NamedDependency[Person], state: State, settled: FromQuery[bool] = False
) -> dict[str, Any]:
    """The matters that nobody has settled, the most urgent first; with ``settled=true`` those that are, the latest first.

    What the customer said is masked, and at most 50 are told of; ``count`` is how many there are.
    """
    require(person, "see_matters")
    app: App = state.app
    return await app.matters.document(settled=settled)


@post("/v1/matters", status_code=204)
async def mark_matter(data: JSONBody[Marking], person: NamedDependency[Person], state: State) -> None:
    """Take a matter on, settle it, or open it again; who did so, when and the note are in the log."""
    require(person, "settle_matters")
    app: App = state.app
    command = MarkMatter(
        interaction=InteractionId(data.interaction),
        matter=data.matter,
        kind=data.kind,
        mark=data.mark,
        by=person.id,
        note=data.note,
    )
    await app.execute(command, fresh("matter"))


HANDLERS: Final = (show_matters, mark_matter)
