"""Which agent of another vendor is calling, how often may it, and where does a client learn how to get a token?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.types import Message, Scope

from interlock.governance.outside import AGENT_ROLE, EVENTS_ROLE, SCOPE_OF, TIERS
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.outside_agents import Caller

REQUESTS_PER_WINDOW: Final = 6_000
"""Requests that one agent of another vendor may send to one node within a window."""
RATE_WINDOW_S: Final = 60
"""Seconds of the window in which an agent's requests are counted."""
MCP_PATH: Final = "/mcp"
METADATA_PATH: Final = "/.well-known/oauth-protected-resource"
_RATE: Final = "interlock_rate"


@dataclass(slots=True)
class Window:
    """One agent's requests within the current window."""

    since: float
    count: int = 0

    def headers(self, now: float) -> dict[str, str]:
        """What the caller is told about his limit."""
        return {
            "RateLimit-Limit": str(REQUESTS_PER_WINDOW),
            "RateLimit-Remaining": str(max(0, REQUESTS_PER_WINDOW - self.count)),
            "RateLimit-Reset": str(max(0, round(self.since + RATE_WINDOW_S - now))),
        }


class Rates:
    """Counts the requests of each agent on this node."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def count(self, agent: str, now: float) -> Window:
        """One more request of an agent; gives its window."""
        window = self._windows.get(agent)
        if window is None or now - window.since >= RATE_WINDOW_S:
            window = self._windows[agent] = Window(now)
        window.count += 1
        return window


async def called_by(
    headers: Mapping[str, str], scope: Scope, app: App, rates: Rates, resource: str, role: str = AGENT_ROLE
) -> Caller:
    """Who sends a request; it is counted, and what is left of the limit goes into the answer's headers.

    Raises:
        Refused: there is no token, or it is not accepted (401), or its account has another role (403), or there were
            too many requests (429).
    """
    caller = await app.outside.called_by(headers, resource)
    now = time.monotonic()
    window = rates.count(caller.id, now)
    scope.setdefault("state", {})[_RATE] = window.headers(now)
    if window.count > REQUESTS_PER_WINDOW:
        reason = (
            f"At most {REQUESTS_PER_WINDOW} requests within {RATE_WINDOW_S} s; the answer's headers say when again."
        )
        raise Refused("too_many_requests", reason, status=429)
    if role not in caller.account.roles:
        raise Refused("not_permitted", f"This needs an account with the role {role}.", status=403)
    return caller


async def provide_integration(request: Request[Any, Any, Any], state: State) -> Caller:
    """The system that tells of events, by its access token or API key."""
    return await called_by(request.headers, request.scope, state.app, state.rates, "", EVENTS_ROLE)


async def provide_caller(request: Request[Any, Any, Any], state: State) -> Caller:
    """The agent of another vendor that sends a request, by its access token or API key."""
    return await called_by(request.headers, request.scope, state.app, state.rates, "")


async def tell_rate(message: Message, scope: Scope) -> None:
    """Put what is left of an agent's limit into the headers of its answer."""
    told = scope.get("state", {}).get(_RATE)
    if told and message["type"] == "http.response.start":
        lines = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        message["headers"] = [*message.get("headers", []), *lines]


def has_bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether a request comes with a token: then it is no browser's."""
    return connection.headers.get("authorization", "").lower().startswith("bearer ")


def challenge(error: Refused, url: str, resource: str) -> dict[str, str]:
    """The header that says how to be let in (RFC 6750, RFC 9728); none where another refusal is meant."""
    where = f'Bearer resource_metadata="{url}{METADATA_PATH}{resource}"'
    match error.code:
        case "no_token":
            return {"WWW-Authenticate": where}
        case "bad_token":
            return {"WWW-Authenticate": f'{where}, error="invalid_token"'}
        case "insufficient_scope":
            scopes = " ".join(scope for scope in SCOPE_OF.values() if scope in error.reason) or SCOPE_OF["low"]
            return {"WWW-Authenticate": f'{where}, error="insufficient_scope", scope="{scopes}"'}
    return {}


def metadata(app: App, resource: str) -> dict[str, Any]:
    """RFC 9728: what a client needs to know to get a token for this resource."""
    return {
        "resource": f"{app.settings.url.rstrip('/')}{resource}",
        "resource_name": app.tenant.title,
        "authorization_servers": list(app.settings.issuers),
        "scopes_supported": [SCOPE_OF[tier] for tier in TIERS],
        "bearer_methods_supported": ["header"],
    }


@get(METADATA_PATH, opt={"public": True})
async def resource_metadata(state: State) -> Response[dict[str, Any]]:
    """Who gives tokens for the REST API (RFC 9728)."""
    return Response(metadata(state.app, ""))


@get(f"{METADATA_PATH}{MCP_PATH}", opt={"public": True})
async def mcp_metadata(state: State) -> Response[dict[str, Any]]:
    """Who gives tokens for the MCP gateway (RFC 9728)."""
    return Response(metadata(state.app, MCP_PATH))


HANDLERS = (resource_metadata, mcp_metadata)
