"""What does the stage of a demonstration show beside the live documents: the shop's books compared with the log; and tries."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from interlock.api import pages
from interlock.api.signing import require
from interlock.kernel.errors import Unavailable
from interlock.runtime.app import App
from interlock.runtime.books import Books, Finding
from interlock.runtime.second_node import SecondNode
from interlock.runtime.staff import Person
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.ids import InteractionId, ProposalId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import ProposeAction

MOST_ENTRIES: Final = 60
"""Entries of the shop's books that the stage shows, newest first; all are compared and summed up."""


class Attempt(msgspec.Struct, forbid_unknown_fields=True):
    """What a model that was talked into something would propose, in whose conversation."""

    interaction: Annotated[str, Meta(min_length=1, max_length=80)]
    action: Annotated[str, Meta(max_length=120)]
    args: dict[str, Any]


def demonstration(state: State) -> App:
    """The node, where it serves a demonstration. Raises NotFoundException elsewhere."""
    app: App = state.app
    if not app.settings.demo:
        raise NotFoundException("This is not a demonstration.")
    return app


@get("/stage", opt={"public": True}, sync_to_thread=False)
def stage_page(state: State) -> Response[str]:
    """The stage of a demonstration: chat, verdicts, the agent's screen and the shop's books side by side; absent otherwise."""
    demonstration(state)
    return pages.shown("stage")


@get("/phone", opt={"public": True}, sync_to_thread=False)
def phone_page(state: State) -> Response[str]:
    """A phone in the browser, for calling the demonstration's centre; absent otherwise."""
    demonstration(state)
    return pages.shown("phone")


@get("/v1/stage")
async def show_stage(person: NamedDependency[Person], state: State, interaction: FromQuery[str] = "") -> dict[str, Any]:
    """The shop's books, each entry compared with the log, and how many tries were refused; in a demonstration only."""
    app = demonstration(state)
    require(person, "see_board")
    books: Books = state.books
    refused, here = await books.refused(InteractionId(interaction))
    second: SecondNode = state.second
    shown: dict[str, Any] = {
        "now": app.clock().isoformat(),
        "refused": {"all": refused, "here": here},
        "second": msgspec.to_builtins(second.drama),
    }
    try:
        found = await books.compare()
    except Unavailable as error:
        return {**shown, "books": None, "problem": error.reason}
    return {**shown, "books": _document(found), "problem": ""}


@post("/v1/stage/attempts", status_code=202)
async def attempt(data: JSONBody[Attempt], person: NamedDependency[Person], state: State) -> dict[str, str]:
    """Propose an action as the virtual agent, as if a customer had talked its model into it; in a demonstration only."""
    app = demonstration(state)
    require(person, "see_board")
    proposal = ProposalId(f"pr_{secrets.token_hex(10)}")
    command = ProposeAction(
        proposal=proposal,
        interaction=InteractionId(data.interaction),
        principal=VIRTUAL_AGENT,
        action=data.action,
        args=data.args,
    )
    await app.execute(command, f"propose/{proposal}")
    return {"proposal": proposal}


class Victim(msgspec.Struct, forbid_unknown_fields=True):
    """In whose conversation the refund will be."""

    interaction: Annotated[str, Meta(min_length=1, max_length=80)]


@post("/v1/stage/kill", status_code=202)
async def arm(data: JSONBody[Victim], person: NamedDependency[Person], state: State) -> dict[str, str]:
    """Start a second node, and kill it in the middle of the next refund that it makes; in a demonstration only."""
    demonstration(state)
    require(person, "see_board")
    second: SecondNode = state.second
    second.arm(InteractionId(data.interaction))
    return {"state": second.drama.state}


def _document(found: list[Finding]) -> dict[str, Any]:
    total = sum(one.entry.amount.amount for one in found)
    currency = found[0].entry.amount.currency if found else "EUR"
    wrong = [one for one in found if one.wrong]
    shown = [*wrong, *[one for one in found if not one.wrong and not one.before][:MOST_ENTRIES]]
    shown += [one for one in found if one.before][: MOST_ENTRIES - len(shown)] if len(shown) < MOST_ENTRIES else []
    shown.sort(key=lambda one: one.entry.created_at, reverse=True)
    return {
        "refunds": len(found),
        "compared": sum(not one.before for one in found),
        "unauthorised": len(wrong),
        "total": _money(Money(total, currency)),
        "entries": [_entry(one) for one in shown],
    }


def _entry(one: Finding) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(one.entry),
        "amount": _money(one.entry.amount),
        "interaction": one.interaction or None,
        "before": one.before,
        "wrong": one.wrong,
    }


def _money(money: Money) -> dict[str, Any]:
    return {**msgspec.to_builtins(money), "text": str(money)}


HANDLERS = (stage_page, phone_page, show_stage, attempt, arm)
