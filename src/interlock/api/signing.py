"""Who is asking? Sign-in with a local account, a session cookie, a token against forged requests."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from interlock.governance.permissions import Permission, may
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.staff import SIGNED_IN_FOR, Person, same

COOKIE: Final = "interlock_session"
CSRF_HEADER: Final = "x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

Connection = ASGIConnection[Any, Any, Any, Any]


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody signs in with."""

    login: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=256)]


async def provide_person(request: Request[Any, Any, Any], state: State) -> Person:
    """The signed-in person of a request; a request that changes something carries the token too.

    Raises:
        Refused: nobody is signed in, or the token is missing or wrong.
    """
    person = await signed_in(request, state.app)
    if person is None:
        raise Refused("not_signed_in", "Sign in first.", status=401)
    if request.method not in SAFE and not same(request.headers.get(CSRF_HEADER, ""), person.csrf):
        raise Refused(
            "bad_csrf_token", f"Send the token that signing in gave you in the header {CSRF_HEADER}.", status=403
        )
    return person


async def signed_in(connection: Connection, app: App) -> Person | None:
    """Whoever the connection's cookie belongs to."""
    return await app.staff.signed_in(connection.cookies.get(COOKIE, ""))


def require(person: Person, permission: Permission) -> None:
    """Raises Refused when none of the person's roles grants it."""
    if not may(person.account.roles, permission):
        wanted = permission.replace("_", " ")
        raise Refused(
            "not_permitted", f"Your roles ({', '.join(person.account.roles)}) do not permit: {wanted}.", status=403
        )


def own_origin(connection: Connection, app: App) -> bool:
    """Whether a browser opened this from our own pages (or one of the origins in the settings)."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True  # not a browser: the cookie alone decides
    allowed = {app.settings.url, *filter(None, app.settings.origins.split(","))}
    return origin in allowed or urlsplit(origin).netloc == connection.headers.get("host")


@post("/v1/sign-in", status_code=200)
async def sign_in(data: JSONBody[Credentials], state: State) -> Response[dict[str, Any]]:
    """Sign in; the answer sets the session cookie."""
    app: App = state.app
    token, person = await app.staff.sign_in(data.login.strip().lower(), data.password)
    cookie = Cookie(
        COOKIE,
        value=token,
        httponly=True,
        samesite="strict",
        path="/",
        secure=app.settings.url.startswith("https:"),
        max_age=int(SIGNED_IN_FOR.total_seconds()),
    )
    return Response(_about(person), cookies=[cookie])


@get("/v1/me")
async def who_am_i(person: NamedDependency[Person]) -> dict[str, Any]:
    """The signed-in person and the token for requests that change something."""
    return _about(person)


@post("/v1/sign-out", status_code=204)
async def sign_out(request: Request[Any, Any, Any], person: NamedDependency[Person], state: State) -> Response[None]:
    """End this sign-in."""
    app: App = state.app
    await app.staff.sign_out(request.cookies.get(COOKIE, ""), person)
    return Response(None, status_code=204, cookies=[Cookie(COOKIE, value="", max_age=0, path="/")])


def _about(person: Person) -> dict[str, Any]:
    account = person.account
    staff = {"id": account.staff, "name": account.name, "roles": list(account.roles), "queues": list(account.queues)}
    return {"staff": staff, "csrf": person.csrf}


HANDLERS = (sign_in, who_am_i, sign_out)
