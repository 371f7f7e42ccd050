"""Is this text an event from outside: a CloudEvent 1.0 in its structured JSON form?

Source: https://github.com/cloudevents/spec, the JSON event format.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.kernel.errors import Refused

LONGEST_ATTRIBUTE: Final = 500
"""Characters of an attribute of an event, such as its ``source``."""


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
    if "time" in event and time_of(event["time"]) is None:
        raise _bad('"time" is a time with a zone, such as 2026-11-27T09:00:00Z, or is left out.')
    kind = event.get("datacontenttype", "application/json")
    if not isinstance(kind, str) or not kind.partition(";")[0].strip().lower().endswith(("/json", "+json")):
        raise _bad('"datacontenttype" is application/json, or is left out: data are JSON.')
    if "data_base64" in event or not isinstance(event.get("data", {}), dict):
        raise _bad('"data" is a JSON object, or is left out.')
    return event


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ATTRIBUTE and value.isprintable()


def time_of(value: object) -> datetime | None:
    """A time with a zone, as RFC 3339 writes it; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _bad(reason: str) -> Refused:
    return Refused("bad_event", reason, status=422)
