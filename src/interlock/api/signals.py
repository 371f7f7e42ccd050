"""How does a detector report a signal of fraud that it saw in a session?"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import SessionId
from interlock.vocabulary.signals import ReportSignal


class Report(msgspec.Struct, forbid_unknown_fields=True):
    """The signal that was seen, as its file in ``signals/`` calls it."""

    signal: Annotated[str, Meta(min_length=1, max_length=64)]


@post("/v1/sessions/{session:str}/signals", status_code=204)
async def report_signal(
    session: FromPath[str], data: JSONBody[Report], person: NamedDependency[Person], state: State
) -> None:
    """Report a signal; rules see it in every judgement of the session from then on."""
    require(person, "report_signals")
    app: App = state.app
    command = ReportSignal(session=SessionId(session), signal=data.signal, by=principal(person))
    await app.execute(command, fresh("signal"))


HANDLERS = (report_signal,)
