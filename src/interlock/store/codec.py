"""How does an event become a row and a row an event again, with its personal fields apart."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import msgspec

from interlock.kernel.events import ERASED, Command, Event, sealed_fields
from interlock.vocabulary.catalogue import COMMANDS, EVENTS


class Encoded(NamedTuple):
    """An event ready to be stored: what is open, and what is to be sealed for ``person``."""

    type: str
    version: int
    open: str
    personal: bytes | None
    person: str


def encode_event(event: Event) -> Encoded:
    """Split an event into open JSON and the personal part."""
    kind = type(event)
    hidden = sealed_fields(kind)
    if not hidden:
        return Encoded(kind.__name__, kind.version, msgspec.json.encode(event).decode(), None, "")
    fields: dict[str, Any] = msgspec.to_builtins(event)
    personal = {name: fields.pop(name) for name in hidden if name in fields}
    sealed = msgspec.json.encode(personal) if personal else None
    return Encoded(kind.__name__, kind.version, msgspec.json.encode(fields).decode(), sealed, fields.get("person", ""))


def decode_event(type_name: str, open_json: str, personal: bytes | None, erased: bool) -> Event:
    """Put an event together again; personal fields are ``ERASED`` where their key is gone.

    Raises:
        LookupError: this version of the program does not know that type.
    """
    kind = cast(type[Event], EVENTS.named(type_name))
    if personal is None and not erased:
        return msgspec.json.decode(open_json, type=kind)
    fields: dict[str, Any] = msgspec.json.decode(open_json)
    if personal is not None:
        fields.update(msgspec.json.decode(personal))
        return msgspec.convert(fields, kind)
    hidden = sealed_fields(kind)
    event = msgspec.convert(fields | dict.fromkeys(hidden, _GONE), kind)
    for name in hidden:
        msgspec.structs.force_setattr(event, name, ERASED)
    return event


_GONE = msgspec.to_builtins(ERASED)


def encode_command(command: Command) -> tuple[str, dict[str, Any]]:
    """The type and the JSON fields of a command that waits."""
    return type(command).__name__, msgspec.to_builtins(command)


def decode_command(type_name: str, body: object) -> Command:
    """The command that waited. Raises LookupError for a type that this version does not know."""
    return msgspec.convert(body, cast(type[Command], COMMANDS.named(type_name)))
