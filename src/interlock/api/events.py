"""How does a system outside tell of something that happened there?

One event a request, in the structured JSON form of CloudEvents 1.0 (https://github.com/cloudevents/spec, the JSON event
format and the HTTP protocol binding). Batches and the binary form are not taken.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from interlock.kernel.errors import Answered, Refused
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.runtime.outside_agents import Caller
from interlock.runtime.triggers import event_id
from interlock.vocabulary.ids import EventId
from interlock.vocabulary.triggers import EventReceived, ReceiveEvent

LARGEST_EVENT_BYTES: Final = 64 * 1024
"""Bytes of one event: what CloudEvents says that everybody has to take, and more than a trigger needs."""

LONGEST_ATTRIBUTE: Final = 500
"""Characters of an attribute of an event, such as its ``source``."""

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
    found = await app.log.read(Query(f"event:{command.event}", (EventReceived,)))
    duplicate = bool(found.events)
    try:
        await app.execute(command, f"event/{command.event}")
    except Answered:
        duplicate = True
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
        time=_time(event.get("time")),
        subject=event.get("subject", ""),
        data=event.get("data", {}),
    )


def read_event(body: bytes) -> dict[str, Any]:
    """A CloudEvent as it was sent, checked; attributes that nobody knows are left as they are, and not used.

    Raises:
        Refused: it is none, with the attribute and what to write.
    """
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad("The body is no JSON; send one event as a JSON object.") from None
    if not isinstance(event, dict):
        raise _bad("An event is a JSON object; batches are not taken.")
    if event.get("specversion") != "1.0":
        raise _bad('"specversion" is "1.0": only CloudEvents 1.0 are taken.')
    for name in ("id", "source", "type"):
        if not _is_text(event.get(name)):
            raise _bad(f'"{name}" is a text of 1 to {LONGEST_ATTRIBUTE} characters, and every event has it.')
    if "subject" in event and not _is_text(event["subject"]):
        raise _bad(f'"subject" is a text of 1 to {LONGEST_ATTRIBUTE} characters, or is left out.')
    if "time" in event and _time(event["time"]) is None:
        raise _bad('"time" is a time with a zone, such as 2026-11-27T09:00:00Z, or is left out.')
    kind = event.get("datacontenttype", "application/json")
    if not isinstance(kind, str) or not kind.partition(";")[0].strip().lower().endswith(("/json", "+json")):
        raise _bad('"datacontenttype" is application/json, or is left out: data are JSON.')
    if "data_base64" in event or not isinstance(event.get("data", {}), dict):
        raise _bad('"data" is a JSON object, or is left out.')
    return event


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ATTRIBUTE and value.isprintable()


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _bad(reason: str) -> Refused:
    return Refused("bad_event", reason, status=422)


HANDLERS: Final = (receive_event,)
