"""Channels, and who can take part in an interaction."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec


class Channel(StrEnum):
    """The medium of an interaction."""

    CHAT = "chat"
    MESSAGE = "message"
    EMAIL = "email"
    VOICE = "voice"
    CALLBACK = "callback"
    TASK = "task"
    DESK = "desk"
    API = "api"


SENT: Final = frozenset({Channel.MESSAGE, Channel.EMAIL})
"""The channels in which whatever is said has to be sent to the customer, who reads and answers it when she likes."""


def sent_through(channel: Channel) -> Channel | None:
    """The channel, where what is said in it has to be sent; None where the customer fetches it."""
    return channel if channel in SENT else None


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote a message; ``id`` is the person, the agent or the model, ``name`` what the customer sees."""

    kind: Literal["customer", "virtual_agent", "agent", "system"]
    id: str = ""
    name: str = ""
    model: str = ""
    """The language model that wrote it word for word; empty for whatever a person wrote, or the author of a journey."""


class Principal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who proposes or does something, with the roles that the permissions speak of."""

    kind: Literal["customer", "virtual_agent", "agent", "external_agent", "system"]
    id: str
    roles: tuple[str, ...] = ()


VIRTUAL_AGENT = Principal(kind="virtual_agent", id="virtual_agent", roles=("virtual_agent",))
SYSTEM = Principal(kind="system", id="interlock", roles=("system",))


class Choice(msgspec.Struct, frozen=True):
    """One thing that a customer can pick."""

    value: str
    label: str


class CardWords(msgspec.Struct, frozen=True):
    """What an action does and the lines of its card, in another language (ISO 639-1) than the tenant's own."""

    language: str
    says: str
    shows: tuple[Choice, ...] = ()


class Lender(msgspec.Struct, frozen=True):
    """A member of staff who has lent somebody his authority, and the roles that he has himself at that moment."""

    staff: str
    roles: tuple[str, ...]


class Card(msgspec.Struct, frozen=True, tag="card", tag_field="type", omit_defaults=True):
    """Something to answer, rendered by each channel in its own way.

    ``confirm`` is answered with exactly its ``args_hash``; ``code`` with a one-time code; ``choices`` with a value or in words;
    ``waiting`` says until when nothing happens, and can be withdrawn; ``source`` asks nothing: it says where an answer is from.
    """

    kind: Literal["confirm", "code", "choices", "receipt", "waiting", "source"]
    title: str
    lines: tuple[Choice, ...] = ()
    choices: tuple[Choice, ...] = ()
    proposal: str = ""
    args_hash: str = ""
    challenge: str = ""
    was: str = ""
    """What a counter-offer stands instead of."""
    until: str = ""
    """When what is waited for comes, as ISO 8601."""
