"""Which lock-outs are there, and how does a person let one go on?"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.desk import fresh, principal
from interlock.api.signing import require
from interlock.control.lockouts import LONGEST_REASON
from interlock.runtime.app import App
from interlock.runtime.staff import Person
from interlock.vocabulary.lockouts import ReleaseLock


class LettingIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why it may go on, for colleagues and auditors."""

    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


@get("/v1/lockouts")
async def show_lockouts(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The lock-outs that hold now: of a source, of details that were tried, of a customer's codes; the newest first."""
    require(person, "see_switches")
    app: App = state.app
    return {"lockouts": await app.lockouts.document()}


@post("/v1/lockouts/{lock:str}/release", status_code=204)
async def release_lockout(
    lock: FromPath[str], data: JSONBody[LettingIn], person: NamedDependency[Person], state: State
) -> None:
    """Let it go on; the failures before do not count any more."""
    require(person, "throw_switches")
    app: App = state.app
    await app.execute(ReleaseLock(lock=lock, by=principal(person), reason=data.reason), fresh("release-lock"))


HANDLERS = (show_lockouts, release_lockout)
