"""What an agent of another vendor does about a case: open or join one, prove who the customer is, end it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.chat import session_of
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.cases import CaseShown, CodeAnswered, CodeSent, Proof
from interlock.runtime.outside_agents import Caller
from interlock.vocabulary.ids import InteractionId

IDEMPOTENCY_HEADER = "idempotency-key"


class WantedCase(msgspec.Struct, forbid_unknown_fields=True):
    """A case to open: with a proof of who the customer is, without (nobody is known then), or by the customer's own session.

    ``session`` is the token of the customer's chat session. ``idempotency_key`` may stand in the header of that name.
    """

    proof: Proof | None = None
    session: Annotated[str, Meta(max_length=200)] = ""
    idempotency_key: Annotated[str, Meta(max_length=100)] = ""


class WantedCode(msgspec.Struct, forbid_unknown_fields=True):
    """A one-time code to send; ``idempotency_key`` may stand in the header of that name."""

    idempotency_key: Annotated[str, Meta(max_length=100)] = ""


class GivenCode(msgspec.Struct, forbid_unknown_fields=True):
    """The code that the customer was sent."""

    code: Annotated[str, Meta(max_length=64)]


def key_of(request: Request[Any, Any, Any], in_body: str) -> str:
    """The idempotency key of a request: its header, or the body's field."""
    return request.headers.get(IDEMPOTENCY_HEADER, "") or in_body


@post("/v1/cases", status_code=201)
async def open_case(
    request: Request[Any, Any, Any], data: JSONBody[WantedCase], caller: NamedDependency[Caller], state: State
) -> CaseShown:
    """Open a case, or join that of a customer's own session."""
    app: App = state.app
    if not data.session:
        return await app.cases.open(caller, key_of(request, data.idempotency_key), data.proof)
    if data.proof is not None:
        raise Refused("bad_case", "Give a proof or a session, not both: a session says itself who it is.", status=422)
    opened = await session_of(app, data.session)
    if opened is None:
        raise Refused("session_unknown", "This session is not known here.", status=404)
    return await app.cases.join(caller, opened.session)


@get("/v1/cases/{case:str}")
async def show_case(case: FromPath[str], caller: NamedDependency[Caller], state: State) -> CaseShown:
    """How a case of one's own stands."""
    app: App = state.app
    return await app.cases.show(caller, InteractionId(case))


@post("/v1/cases/{case:str}/close", status_code=204)
async def close_case(case: FromPath[str], caller: NamedDependency[Caller], state: State) -> None:
    """End a case that one has opened; what still waits in it outlives it."""
    app: App = state.app
    await app.cases.close(caller, InteractionId(case))


@post("/v1/cases/{case:str}/codes", status_code=201)
async def send_code(
    request: Request[Any, Any, Any],
    case: FromPath[str],
    data: JSONBody[WantedCode],
    caller: NamedDependency[Caller],
    state: State,
) -> CodeSent:
    """Send the customer a one-time code, to the address that was registered before this case."""
    app: App = state.app
    return await app.cases.send_code(caller, InteractionId(case), key_of(request, data.idempotency_key))


@post("/v1/cases/{case:str}/codes/{challenge:str}", status_code=200)
async def give_code(
    case: FromPath[str],
    challenge: FromPath[str],
    data: JSONBody[GivenCode],
    caller: NamedDependency[Caller],
    state: State,
) -> CodeAnswered:
    """Pass on the code that the customer was sent."""
    app: App = state.app
    return await app.cases.give_code(caller, InteractionId(case), challenge, data.code)


HANDLERS = (open_case, show_case, close_case, send_code, give_code)
