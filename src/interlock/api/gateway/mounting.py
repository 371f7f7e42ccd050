"""How does a server of the official MCP SDK become a part of our application, behind our own doorkeeper?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar.types import Receive, Scope, Send

from interlock.kernel.errors import Refused, Unavailable

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

IDLE_SESSION_S: Final = 30 * 60.0
"""After how long without a request a session of the revision with sessions is forgotten; the client begins another."""
MOST_SESSIONS: Final = 2_000
"""Sessions that are open on one node at once."""
LARGEST_MESSAGE_BYTES: Final = 256 * 1024
"""The body of a request to the gateway."""

Doorkeeper = Callable[[Scope, dict[str, str]], Awaitable[str]]
"""Looks at a request and its headers, may leave something in the scope, and gives the name under which sessions are kept
apart. Raises Refused or Unavailable."""

Refuse = Callable[[Refused], tuple[int, dict[str, str]]]
"""The status and further headers of a refusal."""


class Mounted:
    """An ASGI application for one path; it serves while ``run`` is entered.

    Requests of the current revision stand alone. Those of the earlier ones belong to a session, which this node keeps in
    memory: another node answers 404 and the client begins a new one, which costs nothing, since idempotency keys and cases
    are not the session's.
    """

    def __init__(
        self,
        build: Callable[[], Server[Any]],
        doorkeeper: Doorkeeper,
        refuse: Refuse,
        hosts: Callable[[], tuple[list[str], list[str]]],
    ) -> None:
        """Nothing is built before ``run``.

        Args:
            build: makes the server.
            hosts: the values of ``Host`` and of ``Origin`` that are served: a page that has been given our address by
                another name must not reach us.
        """
        self._build = build
        self._doorkeeper = doorkeeper
        self._refuse = refuse
        self._hosts = hosts
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def run(self, _: object = None) -> AsyncIterator[None]:
        """Serve meanwhile."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        from mcp.server.transport_security import TransportSecuritySettings

        hosts, origins = self._hosts()
        manager = StreamableHTTPSessionManager(
            self._build(),
            security_settings=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins),
            session_idle_timeout=IDLE_SESSION_S,
            max_sessions=MOST_SESSIONS,
            max_request_body_size=LARGEST_MESSAGE_BYTES,
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if self._manager is None:
                raise Unavailable("the gateway", "it is not open")
            who = await self._doorkeeper(scope, headers)
        except Refused as refused:
            status, more = self._refuse(refused)
            await _problem(send, status, refused.code, refused.reason, more)
        except Unavailable as error:
            more = {"Retry-After": str(max(1, round(error.retry_after_s)))}
            await _problem(send, 503, "unavailable", f"{error.system} does not answer at the moment.", more)
        else:
            scope["user"] = _user(who)
            await self._manager.handle_request(scope, receive, send)  # type: ignore[arg-type]  # both are ASGI 3


def _user(who: str) -> Any:
    """Whom the SDK keeps sessions apart by. The token itself goes no further than the doorkeeper."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    return AuthenticatedUser(AccessToken(token="", client_id=who, scopes=[]))


async def _problem(send: Send, status: int, code: str, detail: str, headers: dict[str, str]) -> None:
    body = msgspec.json.encode({"type": "about:blank", "status": status, "code": code, "detail": detail})
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"application/problem+json"), *lines],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
