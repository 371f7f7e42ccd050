"""How does a server of the official MCP SDK become a part of our application, behind our own doorkeeper?"""

from __future__ import annotations

import asyncio
import importlib
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

_SDK: Final = ("mcp.server.streamable_http_manager", "interlock.api.gateway.calls")
"""What imports it."""

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
        """
        Args:
            build: makes the server, when the first request is let in while ``run`` is entered.
            hosts: the values of ``Host`` and of ``Origin`` that are served: a page that has been given our address by
                another name must not reach us.
        """
        self._build = build
        self._doorkeeper = doorkeeper
        self._refuse = refuse
        self._hosts = hosts
        self._opening: _Opening | None = None

    @asynccontextmanager
    async def run(self, _: object = None) -> AsyncIterator[None]:
        """Serve meanwhile."""
        self._opening = opening = _Opening(self._made)
        try:
            yield
        finally:
            self._opening = None
            await opening.close()

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        from mcp.server.transport_security import TransportSecuritySettings

        hosts, origins = self._hosts()
        return StreamableHTTPSessionManager(
            self._build(),
            security_settings=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins),
            session_idle_timeout=IDLE_SESSION_S,
            max_sessions=MOST_SESSIONS,
            max_request_body_size=LARGEST_MESSAGE_BYTES,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if (opening := self._opening) is None:
                raise Unavailable("the gateway", "it is not open")
            who = await self._doorkeeper(scope, headers)
        except Refused as refused:
            status, more = self._refuse(refused)
            await _problem(send, status, refused.code, refused.reason, more)
        except Unavailable as error:
            more = {"Retry-After": str(max(1, round(error.retry_after_s)))}
            await _problem(send, 503, "unavailable", f"{error.system} does not answer at the moment.", more)
        else:
            manager = await opening.manager()
            scope["user"] = _user(who)
            await manager.handle_request(scope, receive, send)  # type: ignore[arg-type]  # both are ASGI 3


class _Opening:
    """The SDK, which is not even imported before somebody wants it: that takes a second, and 20 MB."""

    def __init__(self, made: Callable[[], StreamableHTTPSessionManager]) -> None:
        loop = asyncio.get_running_loop()
        self._made = made
        self._wanted, self._over = asyncio.Event(), asyncio.Event()
        self._opened: asyncio.Future[StreamableHTTPSessionManager] = loop.create_future()
        self._kept = loop.create_task(self._keep())  # what the SDK opens it wants closed by the same task

    async def manager(self) -> StreamableHTTPSessionManager:
        """What serves; opened for the first who asks."""
        self._wanted.set()
        return await asyncio.shield(self._opened)

    async def close(self) -> None:
        """End whatever is open."""
        self._over.set()
        self._wanted.set()
        await self._kept

    async def _keep(self) -> None:
        while not self._over.is_set():
            await self._wanted.wait()
            if self._over.is_set():
                return
            try:
                for module in _SDK:  # in a thread, for the node does not stand still meanwhile
                    await asyncio.to_thread(importlib.import_module, module)
                manager = self._made()
            except Exception as error:
                self._wanted.clear()  # whoever comes next has it tried again
                failed, self._opened = self._opened, asyncio.get_running_loop().create_future()
                failed.set_exception(error)
                continue
            async with manager.run():
                self._opened.set_result(manager)
                await self._over.wait()


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
