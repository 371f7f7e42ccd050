"""What has a customer agreed to be written to about, and who records it?"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.governance.consents import LONGEST_HOW
from interlock.runtime.app import App
from interlock.runtime.consents import consents_document
from interlock.runtime.staff import Person
from interlock.vocabulary.consents import RecordConsent
from interlock.vocabulary.ids import CustomerId


class SaidConsent(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a customer agrees to be written to for a purpose, and where she said so, such as ``checkout``."""

    purpose: Annotated[str, Meta(min_length=1, max_length=64)]
    given: bool
    how: Annotated[str, Meta(max_length=LONGEST_HOW)] = ""


@get("/v1/customers/{customer:str}/consents")
async def show_consents(customer: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """A customer's consents, one for each purpose of the tenant; whoever was never asked has agreed to none."""
    require(person, "record_consents")
    return await consents_document(state.app, customer)


@post("/v1/customers/{customer:str}/consents", status_code=200)
async def record_consent(
    customer: FromPath[str], data: JSONBody[SaidConsent], person: NamedDependency[Person], state: State
) -> dict[str, Any]:
    """Record that a customer agrees, or no longer does; it counts from now on."""
    require(person, "record_consents")
    app: App = state.app
    command = RecordConsent(
        customer=CustomerId(customer), purpose=data.purpose, given=data.given, by=principal(person), how=data.how
    )
    await app.execute(command, fresh("consent"))
    return await consents_document(app, customer)


HANDLERS: Final = (show_consents, record_consent)
