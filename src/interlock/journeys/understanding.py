"""What can a journey use of a model's suggestions? They may be anything whatever; what is no suggestion is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

MAX_SUGGESTIONS: Final = 32
"""Suggestions of one turn that are looked at."""

MAX_NAME: Final = 64
MAX_CHARACTERS: Final = 4000


@dataclass(frozen=True, slots=True)
class Understood:
    """The suggestions of one message, sorted by what they are about.

    Attributes:
        intent: the journey that the customer seems to want; the first one that is suggested.
        slots: values by the name of the slot that they are for; ``corrections`` explicitly replace one.
        back: she wants the question before this one again; ``recap``: to be told what was done.
        confidence: how sure the model is of that, from 0 to 1; 1 where it does not say.
        answer: the article that answers, its version and the number of its passage; the first one that is suggested.
        options: journeys between which the model cannot decide.
        usable: what was recognised, in plain JSON, for the log.
    """

    intent: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    corrections: Mapping[str, Any] = field(default_factory=dict)
    human: bool = False
    cancel: bool = False
    repeat: bool = False
    back: bool = False
    recap: bool = False
    confidence: float = 0.0
    options: tuple[str, ...] = ()
    answer: tuple[str, int, int] | None = None
    usable: tuple[dict[str, Any], ...] = ()


def understood(suggestions: object) -> Understood:
    """What is usable of a turn's suggestions; never fails."""
    intent, confidence = "", 0.0
    wishes: set[str] = set()
    slots: dict[str, Any] = {}
    corrections: dict[str, Any] = {}
    options: tuple[str, ...] = ()
    answer: tuple[str, int, int] | None = None
    usable: list[dict[str, Any]] = []
    several = suggestions if isinstance(suggestions, list | tuple) else ()
    for suggestion in several[:MAX_SUGGESTIONS]:
        plain = _plain(suggestion)
        if plain is None:
            usable.append({"type": "unusable"})
            continue
        usable.append(plain)
        kind = plain.get("type", plain.get("suggests"))
        if kind == "start_journey" and not intent:
            intent = _name(plain.get("journey"))
            confidence = _share(plain.get("confidence"))
        elif kind == "set_slot" and _name(plain.get("name")):
            slots.setdefault(plain["name"], plain.get("value"))
        elif kind == "correct_slot" and _name(plain.get("name")):
            corrections.setdefault(plain["name"], plain.get("value"))
        elif kind == "answer":
            answer = answer or _passage(plain)
        elif kind == "clarify":
            several_options = plain.get("journeys", plain.get("options"))
            named = several_options if isinstance(several_options, list) else []
            options = tuple(name for name in map(_name, named[:MAX_SUGGESTIONS]) if name)
        elif isinstance(kind, str):
            wishes.add(kind)
    return Understood(
        intent,
        slots,
        corrections,
        human="hand_over" in wishes,
        cancel="cancel" in wishes,
        repeat="repeat" in wishes,
        back="back" in wishes,
        recap="recap" in wishes,
        confidence=confidence if intent else 0.0,
        options=options,
        answer=answer,
        usable=tuple(usable),
    )


def _share(value: object) -> float:
    """A confidence; whoever gives none, or an absurd one, is taken to be sure."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else 1.0


def _passage(plain: Mapping[str, Any]) -> tuple[str, int, int] | None:
    article, version, passage = _name(plain.get("article")), plain.get("version"), plain.get("passage")
    return (article, version, passage) if article and isinstance(version, int) and isinstance(passage, int) else None


def _plain(suggestion: object) -> dict[str, Any] | None:
    """A suggestion as plain JSON of a bounded size; None for what is no mapping of names to JSON values."""
    try:
        encoded = msgspec.json.encode(suggestion)
        if len(encoded) > 4 * MAX_CHARACTERS:
            return None
        decoded = msgspec.json.decode(encoded)
    except (TypeError, ValueError, RecursionError, OverflowError, AttributeError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _name(value: object) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_NAME else ""
