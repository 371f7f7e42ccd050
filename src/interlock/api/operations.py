"""How is this node: alive, ready, and in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import generate_latest

from interlock.kernel.errors import Conflict, Unavailable
from interlock.runtime.app import App
from interlock.vocabulary.switches import Scope

FOLLOWER_MAY_LAG_S = 10.0


@get("/healthz", opt={"public": True})
async def health() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@get("/readyz", opt={"public": True})
async def ready(state: State) -> Response[dict[str, Any]]:
    """The node can do its work: the database answers and the follower keeps up."""
    app: App = state.app
    lag = app.follower.lag_s()
    parked: Mapping[str, str]
    try:
        parked = await app.log.parked()
        database = "ok"
    except (Unavailable, Conflict) as error:
        parked, database = app.node.parked, str(error)[:200]
    good = database == "ok" and lag < FOLLOWER_MAY_LAG_S
    body = {
        "status": "ready" if good else "not ready",
        "database": database,
        "follower_lag_s": round(lag, 3),
        "follower_at": str(app.follower.cursor),
        "parked_commands": len(parked),
        "alerts": len(app.alerts.shown()),
        "release": app.definitions.release,
        "node": app.node.name,
    }
    return Response(body, status_code=200 if good else 503)


@get("/metrics", media_type="text/plain; version=0.0.4", opt={"public": True})
async def metrics(state: State) -> bytes:
    """Figures for Prometheus."""
    app: App = state.app
    app.metrics.behind.set(app.follower.lag_s())
    app.metrics.parked.set(len(app.node.parked))
    for scope in get_args(Scope):
        thrown = app.switchboard.switches.thrown
        app.metrics.halted.labels(scope).set(sum(halt.scope == scope for halt in thrown))
    for line in app.breaking.document():
        shown = {"open": 1.0, "half_open": 0.5}.get(line["state"], 0.0)
        app.metrics.breakers.labels(line["guarded"], line["name"]).set(shown)
    return generate_latest(app.metrics.registry)


HANDLERS = (health, ready, metrics)
