"""What an agent of another vendor proposes, and how everybody learns how a proposal stands."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from interlock.api.bearer import has_bearer, provide_caller
from interlock.api.cases import key_of
from interlock.api.signing import provide_person, require
from interlock.control.tools import Tool
from interlock.control.verdict_document import ProposalShown
from interlock.runtime.app import App
from interlock.runtime.outcomes import WAIT_AT_MOST_S
from interlock.runtime.outside_agents import Caller
from interlock.vocabulary.ids import InteractionId, ProposalId

WAIT_USUALLY_S: Final = 5.0
"""How long a proposal's request waits for its outcome unless it says otherwise."""

Seconds = Annotated[float, Meta(ge=0, le=WAIT_AT_MOST_S)]
Identifier = Annotated[str, Meta(min_length=1, max_length=80)]


class WantedAction(msgspec.Struct, forbid_unknown_fields=True):
    """An action by name with its arguments, in a case; money is ``{"amount": minor units, "currency": code}``.

    ``purpose`` is one of the action's; it says what may be seen of the answer. ``wait_s`` is how long the request waits
    for the outcome. ``idempotency_key`` may stand in the header of that name.
    """

    case: Identifier
    action: Identifier
    args: dict[str, Any]
    purpose: Annotated[str, Meta(max_length=80)] = ""
    idempotency_key: Annotated[str, Meta(max_length=100)] = ""
    wait_s: Seconds = WAIT_USUALLY_S


class RelayedAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """What the customer said to exactly the arguments with this hash."""

    args_hash: Identifier
    yes: bool
    wait_s: Seconds = WAIT_USUALLY_S


class Tools(msgspec.Struct):
    """The actions that the caller may propose now."""

    tools: list[Tool]


@post("/v1/proposals", status_code=200)
async def propose(
    request: Request[Any, Any, Any], data: JSONBody[WantedAction], caller: NamedDependency[Caller], state: State
) -> ProposalShown:
    """Propose an action; the gate decides. Sent again with the same key it is proposed once, and told again."""
    app: App = state.app
    key = key_of(request, data.idempotency_key)
    return await app.cases.propose(
        caller, InteractionId(data.case), data.action, data.args, key, data.wait_s, data.purpose
    )


@get("/v1/proposals/{proposal:str}")
async def show_proposal(
    request: Request[Any, Any, Any], proposal: FromPath[str], state: State, wait_s: FromQuery[Seconds] = 0.0
) -> ProposalShown:
    """How a proposal stands: to staff every one, to an agent of another vendor its own."""
    app: App = state.app
    if has_bearer(request):
        caller = await provide_caller(request, state)
        return await app.cases.proposal(caller, ProposalId(proposal), wait_s)
    require(await provide_person(request, state), "see_interactions")
    return await app.cases.wait(ProposalId(proposal), wait_s)


@post("/v1/proposals/{proposal:str}/confirmation", status_code=200)
async def relay_answer(
    proposal: FromPath[str], data: JSONBody[RelayedAnswer], caller: NamedDependency[Caller], state: State
) -> ProposalShown:
    """Pass on the customer's yes or no, in a case that one has opened."""
    app: App = state.app
    return await app.cases.confirm(caller, ProposalId(proposal), data.args_hash, data.yes, data.wait_s)


@get("/v1/tools")
async def show_tools(caller: NamedDependency[Caller], state: State, case: FromQuery[str] = "") -> Tools:
    """The actions that one may propose now (in a case), with JSON Schemas of their arguments."""
    app: App = state.app
    return Tools(await app.cases.tools(caller, InteractionId(case)))


HANDLERS = (propose, show_proposal, relay_answer, show_tools)
