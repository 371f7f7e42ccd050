"""The whole API as one ASGI application."""

from __future__ import annotations

from typing import Any, Final

from litestar import Litestar, Response, asgi
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from interlock import __version__
from interlock.api import (
    administration,
    approving,
    arriving,
    assisting,
    bearer,
    cases,
    chat,
    consenting,
    corresponding,
    desk,
    drafting,
    events,
    journeys,
    knowledge,
    ledgers,
    live,
    locking,
    matters,
    operations,
    pages,
    policies,
    problems,
    promising,
    proposals,
    releases,
    signals,
    signing,
    staging,
    supervising,
    switching,
    trials,
    triggering,
    voice,
)
from interlock.api.gateway.server import gateway
from interlock.runtime.app import App
from interlock.runtime.books import Books
from interlock.runtime.canaries import CanaryRuns
from interlock.runtime.second_node import SecondNode
from interlock.simulation.trials import Trials

MAX_BODY_BYTES: Final = 256 * 1024


def create_api(app: App) -> Litestar:
    """The application for one node."""
    api = unattended()
    attend(api, app)
    return api


def attend(api: Litestar, app: App) -> None:
    """Have an application serve this node, and no other any more."""
    made = {"books": Books(app), "second": SecondNode(app), "trials": Trials(app), "canaries": CanaryRuns(app.log)}
    api.state.update({"app": app, "rates": bearer.Rates(), **made})


def unattended() -> Litestar:
    """The application before it serves any node: all that takes long to build."""
    kept = ("app", "rates", "books", "second", "trials", "canaries")
    state = State(dict.fromkeys(kept), deep_copy=False)  # Litestar drops an empty one
    mounted = gateway(state)
    return Litestar(
        route_handlers=[
            asgi(bearer.MCP_PATH, copy_scope=True, opt={"public": True})(mounted),
            chat.open_session,
            *arriving.HANDLERS,
            chat.chat_socket,
            *voice.HANDLERS,
            live.live,
            *signing.HANDLERS,
            *desk.HANDLERS,
            *drafting.HANDLERS,
            *approving.HANDLERS,
            *supervising.HANDLERS,
            *policies.HANDLERS,
            *journeys.HANDLERS,
            *knowledge.HANDLERS,
            *releases.HANDLERS,
            *trials.HANDLERS,
            *administration.HANDLERS,
            *switching.HANDLERS,
            *locking.HANDLERS,
            *promising.HANDLERS,
            *signals.HANDLERS,
            *events.HANDLERS,
            *corresponding.HANDLERS,
            *consenting.HANDLERS,
            *triggering.HANDLERS,
            *matters.HANDLERS,
            *assisting.HANDLERS,
            *cases.HANDLERS,
            *ledgers.HANDLERS,
            *proposals.HANDLERS,
            *bearer.HANDLERS,
            *operations.HANDLERS,
            *pages.HANDLERS,
            *staging.HANDLERS,
        ],
        dependencies={
            "person": Provide(signing.provide_person),
            "caller": Provide(bearer.provide_caller),
            "integration": Provide(bearer.provide_integration),
        },
        exception_handlers=problems.HANDLERS,
        state=state,
        request_max_body_size=MAX_BODY_BYTES,
        # A chat is embedded in other sites; its session token is a bearer secret, so no cookies cross origins.
        cors_config=CORSConfig(allow_origins=["*"], allow_methods=["GET", "POST"], allow_credentials=False),
        openapi_config=OpenAPIConfig(
            title="Interlock", version=__version__, path="/v1/openapi", render_plugins=[JsonRenderPlugin()]
        ),
        on_shutdown=[_stop_second_node, _stop_trials],
        after_request=_security_headers,
        before_send=[bearer.tell_rate],
        lifespan=[mounted.run],
        logging_config=None,
    )


async def _stop_second_node(api: Litestar) -> None:
    second: SecondNode = api.state.second
    await second.stop()


async def _stop_trials(api: Litestar) -> None:
    running: Trials = api.state.trials
    await running.close()


async def _security_headers(response: Response[Any]) -> Response[Any]:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
