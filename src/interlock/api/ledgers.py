"""How a customer, a payment instrument, an agent … stands in a ledger: to staff, and to other vendors' agents in their cases."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from interlock.api.bearer import has_bearer, provide_caller
from interlock.api.desk import principal
from interlock.api.signing import provide_person, require
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.ledger_reading import BY_CUSTOMER, BY_INTERACTION, ledger_named, read_line
from interlock.vocabulary.ids import InteractionId

Subject = Annotated[str, Meta(max_length=300)]


@get("/v1/ledgers/{name:str}")
async def show_ledger(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    state: State,
    subject: FromQuery[Subject] = "",
    case: FromQuery[Annotated[str, Meta(max_length=80)]] = "",
) -> dict[str, Any]:
    """What a subject's line comes to, what is in flight, and what rules leave of it; an agent of another vendor names its case.

    To such an agent only the line of that case is told: the customer's who was matched in it, or the case's own.
    """
    app: App = state.app
    if not has_bearer(request):
        person = await provide_person(request, state)
        require(person, "see_interactions")
        return await read_line(app, ledger_named(app, name), subject, principal(person))
    caller = await provide_caller(request, state)
    found, _ = await app.cases.mine(caller, InteractionId(case))
    ledger = ledger_named(app, name)
    own = found.customer if ledger.by == BY_CUSTOMER else case if ledger.by == BY_INTERACTION else ""
    if not own or subject not in ("", own):
        raise Refused("not_your_case", "In a case only its own line is told, or that of its customer.", status=403)
    return await read_line(app, ledger, own, caller.principal)


HANDLERS = (show_ledger,)
