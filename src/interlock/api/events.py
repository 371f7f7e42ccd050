"""How does a system outside tell of something that happened there?

One event a request, in the structured JSON form of CloudEvents 1.0 (https://github.com/cloudevents/spec, the JSON event
format and the HTTP protocol binding). Batches and the binary form are not taken.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from interlock.kernel.errors import Answered, Refused
from interlock.runtime.app import App
from interlock.runtime.cloud_events import read_event, time_of
from interlock.runtime.outside_agents import Caller
from interlock.runtime.triggers import event_id
from interlock.vocabulary.ids import EventId
from interlock.vocabulary.triggers import ReceiveEvent

LARGEST_EVENT_BYTES: Final = 64 * 1024
"""Bytes of one event: what CloudEvents says that everybody has to take, and more than a trigger needs."""

MEDIA_TYPE: Final = "application/cloudevents+json"


class Taken(msgspec.Struct, frozen=True):
    """An event is in the log; ``duplicate``: it was there before."""

    event: EventId
    duplicate: bool


@post("/v1/events", status_code=202)
async def receive_event(
    request: Request[Any, Any, Any], integration: NamedDependency[Caller], state: State
) -> Response[Taken]:
    """Take an event from a system with the role ``integration``: a CloudEvent in JSON, once for each source and id.

    The answer is 202 where it is new and 200 where it was told before; triggers that wait for it are weighed by themselves.
    """
    app: App = state.app
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != MEDIA_TYPE:
        reason = f"Send one event as JSON with the header Content-Type: {MEDIA_TYPE}; batches are not taken."
        raise Refused("not_an_event", reason, status=415)
    body = await request.body()
    if len(body) > LARGEST_EVENT_BYTES:
        raise Refused("event_too_large", f"An event has at most {LARGEST_EVENT_BYTES:,} bytes.", status=413)
    return await taken(app, read_event(body), integration.id)


async def taken(app: App, event: Mapping[str, Any], by: str) -> Response[Taken]:
    """Record an event, once."""
    command = command_of(app, event, by)
    try:
        duplicate = not (await app.execute(command, f"event/{command.event}")).recorded
    except Answered:
        duplicate = True  # it came twice at the same time
    return Response(Taken(command.event, duplicate), status_code=200 if duplicate else 202)


def command_of(app: App, event: Mapping[str, Any], by: str) -> ReceiveEvent:
    """The command that takes a checked event."""
    secret = app.control.secret
    canonical = msgspec.json.encode(event, order="deterministic")
    return ReceiveEvent(
        event=event_id(secret, by, event["source"], event["id"]),
        type=event["type"],
        source=event["source"],
        id=event["id"],
        by=by,
        digest=hmac.new(secret, b"event-digest|" + canonical, sha256).hexdigest()[:32],
        time=time_of(event.get("time")),
        subject=event.get("subject", ""),
        data=event.get("data", {}),
    )


HANDLERS: Final = (receive_event,)
