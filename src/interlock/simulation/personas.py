"""Who is a simulated customer, what is she like, and what does she want to have come about? Read from a file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.journeys.language import EndStep
from interlock.journeys.scenario_checks import OUTCOMES
from interlock.kernel.documents import DefinitionError, did_you_mean, load_located, problem
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions

LARGEST: Final = 100_000
"""Bytes of a persona's file: more is none."""

Share = Annotated[Decimal, Meta(ge=0, le=1)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What she wants: that a journey ends with one of some outcomes.

    Attributes:
        outcomes: any of these reaches it, such as ``refunded``.
    """

    journey: str
    outcomes: Annotated[tuple[str, ...], Meta(min_length=1)]


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of customer; each variation of her has other orders, other words and other moods.

    Attributes:
        persona: what she is called in the report.
        about: what she is like, in words; only a language model reads that.
        order: the state of the order that she has in mind.
        says: what she begins with; the examples of the goal's journey where nothing is named. ``{order}`` is her order's number.
        errs: how often she answers something wrong, or what nobody understands.
        wavers: how often she says no to what she wanted, or leaves instead of looking for a code.
        wants_person: how often she asks for a person instead of answering.
        patience: messages after which she gives up.
    """

    persona: Words
    goal: Goal
    about: Annotated[str, Meta(max_length=4_000)] = ""
    order: Literal["any", "delivered", "shipped", "processing", "cancelled"] = "any"
    says: tuple[Words, ...] = ()
    errs: Share = Decimal("0.1")
    wavers: Share = Decimal("0.03")
    wants_person: Share = Decimal("0.02")
    patience: Annotated[int, Meta(ge=1, le=60)] = 16


def read_persona(path: Path, definitions: Definitions) -> Persona:
    """A persona from its file, checked against the journeys that she is to meet.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
        Refused: there is no such file, or it is no text.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Refused("too_large", f"{path} is larger than {LARGEST} bytes; a persona is a short text.", status=422)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("no_persona", f"{path} cannot be read as a persona: {error}", status=422) from error
    read = load_located(text, str(path), Persona)
    persona, wanted = read.value, read.value.goal
    journey = definitions.journeys.get(wanted.journey)
    if journey is None:
        mend = did_you_mean(wanted.journey, definitions.journeys)
        raise DefinitionError([problem(read, ("goal", "journey"), f"there is no journey '{wanted.journey}'", mend)])
    known = OUTCOMES | {each.end for each in journey.steps.values() if isinstance(each, EndStep)}
    for number, each in enumerate(wanted.outcomes):
        if each not in known:
            what = f"the journey '{wanted.journey}' has no outcome '{each}'"
            raise DefinitionError([problem(read, ("goal", "outcomes", number), what, did_you_mean(each, known))])
    if not persona.says and not journey.examples:
        what = f"the journey '{wanted.journey}' has no examples that she could begin with"
        raise DefinitionError([problem(read, ("goal", "journey"), what, "write under 'says:' what she begins with")])
    return persona
