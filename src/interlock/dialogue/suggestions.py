"""What may a model emit, and is this answer of a model any of it?"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

MAX_BYTES: Final = 64_000
MAX_SUGGESTIONS: Final = 8
MAX_NESTING: Final = 6
MAX_PARTS: Final = 500
"""Values of all kinds in one answer, those inside others included."""
MAX_TEXT: Final = 4_000
MAX_SHORT_TEXT: Final = 500
MAX_REASON: Final = 300
MAX_WHOLE: Final = 2**53
"""Whole numbers beyond this do not survive JSON in a browser."""

Name: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
ActionName: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}(\.[a-z][a-z0-9_]{0,63}){1,3}\Z")]
Confidence: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
ShortText: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_SHORT_TEXT)]
SlotValue: TypeAlias = bool | int | float | Annotated[str, Meta(max_length=MAX_TEXT)]


class _Suggestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="suggests", tag=True):
    pass


class StartJourney(_Suggestion, frozen=True, tag="start_journey"):
    """The customer seems to want this journey."""

    journey: Name
    confidence: Confidence


class SetSlot(_Suggestion, frozen=True, tag="set_slot"):
    """The customer seems to have given this slot; the slot's own parser judges the value."""

    name: Name
    value: SlotValue
    confidence: Confidence


class CorrectSlot(_Suggestion, frozen=True, tag="correct_slot"):
    """The customer seems to have taken back what a slot held, for this value."""

    name: Name
    value: SlotValue


class Answer(_Suggestion, frozen=True, tag="answer"):
    """An answer from knowledge, with the sources that say so; an answer without a source is none."""

    text: Text
    sources: Annotated[tuple[ShortText, ...], Meta(min_length=1, max_length=20)]


class ProposeAction(_Suggestion, frozen=True, tag="propose_action"):
    """An action of the step's allow-list; the gate decides whether it may happen."""

    action: ActionName
    args: Annotated[
        dict[Name, Any], Meta(max_length=50)
    ]  # plain JSON: `decode` has walked it; the gate checks the schema


class Clarify(_Suggestion, frozen=True, tag="clarify"):
    """A question back to the customer, perhaps with options to pick from."""

    question: Text
    options: Annotated[tuple[ShortText, ...], Meta(max_length=10)] = ()


class HandOver(_Suggestion, frozen=True, tag="hand_over"):
    """A human should take this; the reason is for the agent."""

    reason: ShortText


class Say(_Suggestion, frozen=True, tag="say"):
    """Words to the customer that settle nothing."""

    text: Text


Suggestion: TypeAlias = StartJourney | SetSlot | CorrectSlot | Answer | ProposeAction | Clarify | HandOver | Say

_Suggestions: TypeAlias = Annotated[tuple[Suggestion, ...], Meta(min_length=1, max_length=MAX_SUGGESTIONS)]


class UnusableAnswer(Exception):
    """A model's answer is not a list of suggestions; the caller turns it into a repair step or a hand-over.

    Attributes:
        reason: what is wrong and where, at most MAX_REASON characters, for the log and for the model's next attempt.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason[:MAX_REASON])
        self.reason = reason[:MAX_REASON]


def decode(raw: bytes | bytearray | str | object) -> tuple[Suggestion, ...]:
    """The suggestions in a model's answer: a JSON list of them or a single one (or the same, parsed already).

    Raises:
        UnusableAnswer: anything else, or more than the limits above allow.
    """
    try:
        parsed = _parsed(raw)
        _check_limits(parsed)
        return msgspec.convert([parsed] if isinstance(parsed, dict) else parsed, _Suggestions)
    except msgspec.ValidationError as error:
        raise UnusableAnswer(str(error)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnusableAnswer(f"not JSON: {error}") from None
    except RecursionError:
        raise UnusableAnswer(f"values are nested deeper than {MAX_NESTING}") from None


def _parsed(raw: object) -> object:
    if not isinstance(raw, bytes | bytearray | str):
        return raw
    if len(raw) > MAX_BYTES:
        raise UnusableAnswer(f"the answer has {len(raw)} bytes, the most is {MAX_BYTES}")
    return msgspec.json.decode(raw)


def _check_limits(parsed: object) -> None:
    """Walk the plain values level by level; also stops at values that contain themselves."""
    level: list[object] = [parsed]
    parts = 0
    for _ in range(MAX_NESTING + 1):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.keys())
                below.extend(value.values())
            elif isinstance(value, list | tuple):
                below.extend(value)
            else:
                _check_plain(value)
            if parts + len(below) > MAX_PARTS:
                raise UnusableAnswer(f"the answer has more than {MAX_PARTS} values")
        if not below:
            return
        parts += len(below)
        level = below
    raise UnusableAnswer(f"values are nested deeper than {MAX_NESTING}")


def _check_plain(value: object) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise UnusableAnswer(f"a text has {len(value)} characters, the most is {MAX_TEXT}")
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise UnusableAnswer("a text has characters that cannot be stored (NUL or half a surrogate pair)")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise UnusableAnswer("a number is not finite")
    elif isinstance(value, int):
        if not -MAX_WHOLE <= value <= MAX_WHOLE:
            raise UnusableAnswer("a whole number is too large")
    elif value is not None:
        raise UnusableAnswer(f"a value of type {type(value).__name__} is not JSON")
