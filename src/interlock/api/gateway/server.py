"""The gateway itself: tools of whoever calls, calls through the gate, and word of it when the tools change."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from litestar.datastructures import State
from litestar.types import Scope

from interlock import __version__
from interlock.api.bearer import MCP_PATH, called_by, challenge
from interlock.api.gateway.mounting import Mounted
from interlock.control.tools import tool
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.outside_agents import Caller
from interlock.runtime.settings import Settings
from interlock.vocabulary.ids import InteractionId

if TYPE_CHECKING:
    import mcp_types as types
    from mcp.server.lowlevel import Server
    from mcp.server.session import ServerSession

SESSIONS_TOLD: Final = 2_000
"""Sessions of the earlier revisions that are told when the tools change; older ones ask again by themselves."""
_CALLER: Final = "interlock_caller"
INSTRUCTIONS: Final = (
    "Every tool proposes; rules decide. Open a case first (interlock.open_case) and name it in every call, with an "
    "idempotency key that is new for each new wish. An answer's status 'needs' says what is missing and how to give it. "
    "Tell the customer customer_reason, never the rules."
)


def gateway(state: State) -> Mounted:
    """The gateway of the node that the state of the application names."""

    async def doorkeeper(scope: Scope, headers: dict[str, str]) -> str:
        caller = await called_by(headers, scope, state.app, state.rates, MCP_PATH)
        scope[_CALLER] = caller  # type: ignore[typeddict-unknown-key]  # ours, for the handlers
        return caller.id

    def refuse(refused: Refused) -> tuple[int, dict[str, str]]:
        return refused.status, challenge(refused, _settings(state).url.rstrip("/"), MCP_PATH)

    def hosts() -> tuple[list[str], list[str]]:
        settings = _settings(state)
        own = settings.url.partition("://")[2].rstrip("/")
        names = [own, f"{settings.host}:*", "127.0.0.1:*", "localhost:*", "[::1]:*"]
        origins = [settings.url.rstrip("/"), *filter(None, settings.origins.split(","))]
        return names, [*origins, "http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"]

    return Mounted(lambda: build(state.app), doorkeeper, refuse, hosts)


def _settings(state: State) -> Settings:
    app: App = state.app
    return app.settings


def build(app: App) -> Server[Any]:
    """The server of the official SDK with our handlers."""
    import mcp_types as types
    from mcp.server.lowlevel import NotificationOptions, Server
    from mcp.server.models import InitializationOptions
    from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
    from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

    from interlock.api.gateway.calls import call_tool
    from interlock.api.gateway.tools import CASE_META, action_tool, own_tools

    bus, sessions = InMemorySubscriptionBus(), _Sessions()

    class Gateway(Server[Any]):
        """Says to clients of the earlier revisions that the tools may change."""

        def create_initialization_options(self, *given: Any, **named: Any) -> InitializationOptions:
            return super().create_initialization_options(NotificationOptions(tools_changed=True), **named)

    async def list_tools(ctx: Any, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        sessions.remember(ctx)
        case = dict(params.meta or {}).get(CASE_META, "") if params is not None else ""
        try:
            found = await app.cases.tools(_caller(ctx), InteractionId(case if isinstance(case, str) else ""))
        except Refused:
            found = []
        actions = [action_tool(each, in_meta=bool(case)) for each in found]
        return types.ListToolsResult(tools=[*own_tools(tuple(sorted(app.tenant.verification))), *actions])

    def schema_of(name: str) -> dict[str, Any] | None:
        # Without it the SDK lists all tools of the caller for each call, to compare its headers with one of them.
        action = app.definitions.bundle.actions.get(name)
        if action is not None:
            return action_tool(tool(action), in_meta=True).input_schema
        own = own_tools(tuple(sorted(app.tenant.verification)))
        return next((each.input_schema for each in own if each.name == name), None)

    async def call(ctx: Any, params: types.CallToolRequestParams) -> Any:
        return await call_tool(app, _caller(ctx), ctx, params)

    server = Gateway(
        "interlock",
        version=__version__,
        title=app.tenant.title,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call,
        get_tool_input_schema=schema_of,
        on_subscriptions_listen=ListenHandler(bus),
    )
    # Every node has the tenant's secret, so that a question of one can be answered to another.
    key = hashlib.sha256(b"mcp request state" + app.control.secret).digest()
    security = RequestStateSecurity(keys=[key], bind_principal=lambda ctx: _caller(ctx).id)
    server.middleware.append(RequestStateBoundary(security, default_audience="interlock"))

    async def changed() -> None:
        await bus.publish(ToolsListChanged())
        await sessions.tell()

    app.after_release.append(changed)
    return server


class _Sessions:
    """The sessions of the earlier revisions that have asked for the tools."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, ServerSession] = OrderedDict()

    def remember(self, ctx: Any) -> None:
        """Keep the session of a request, if it has one."""
        name = ctx.request.headers.get("mcp-session-id") if ctx.request is not None else None
        if name:
            self._held.pop(name, None)
            self._held[name] = ctx.session
            if len(self._held) > SESSIONS_TOLD:
                self._held.popitem(last=False)

    async def tell(self) -> None:
        """Say that the tools have changed. Sessions that have ended are forgotten."""
        for name, session in list(self._held.items()):
            try:
                async with asyncio.timeout(1):
                    await session.send_tool_list_changed()
            except Exception:
                # Whatever a connection that is gone says: it asks again when it comes back.
                self._held.pop(name, None)


def _caller(ctx: Any) -> Caller:
    caller: Caller = ctx.request.scope[_CALLER]
    return caller
