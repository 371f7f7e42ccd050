"""Which of a journey's profiles does the customer have now, and what is said and offered to her for that alone?

A profile is a condition with a name, such as ``loyal``. It chooses words, and which answers are offered. What may be done says
the gate, which knows nothing of profiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.journeys.known import Path, Wrong
from interlock.journeys.language import JourneyFile, SayStep, Step
from interlock.journeys.model import Journey, blocks
from interlock.journeys.slots import Slot
from interlock.kernel.cel import ExpressionError
from interlock.kernel.documents import did_you_mean
from interlock.kernel.template import Template


def held(journey: Journey, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The profiles whose conditions hold, in the order of the file; one that cannot be told does not hold.

    Args:
        values: what the journey knows by now, and the day as ``today``.
    """
    return tuple(name for name, condition in journey.profiles.items() if _holds(condition, values))


def _holds(condition: Any, values: Mapping[str, Any]) -> bool:
    try:
        return bool(condition.holds(values))
    except ExpressionError:
        return False


def offered(slot: Slot, profiles: tuple[str, ...]) -> Slot:
    """The slot with the options that somebody with these profiles has."""
    if all(option.to is None for option in slot.options):
        return slot
    return slot.only([option for option in slot.options if option.to is None or option.to in profiles])


def variants(slots: Mapping[str, Slot]) -> Iterator[tuple[Path, str]]:
    """What slots ask and offer by profile, each with its place in the file."""
    for name, slot in slots.items():
        yield from ((("slots", name, "to", profile), profile) for profile in slot.to)
        for index, option in enumerate(slot.options):
            if option.to is not None:
                yield ("slots", name, "options", index, "to"), option.to


def wrong_profiles(
    steps: Mapping[Path, tuple[Step, ...]], slots: Mapping[str, Slot], profiles: Mapping[str, Any]
) -> Iterator[Wrong]:
    """Profiles that are used and not written, or written and not used, and a choice that leaves some customers no answer.

    Args:
        steps: the blocks of a file by their places.
    """
    uses = [*variants(slots), *(each for at, block in steps.items() for each in _said(block, at))]
    for at, profile in uses:
        if profile not in profiles:
            mend = did_you_mean(profile, profiles) or "write its condition under 'profiles:' of the journey"
            yield at, f"there is no profile '{profile}'", mend, at[-1] == profile
    for name in profiles:
        if all(profile != name for _, profile in uses):
            mend = "write what is said to it ('to:'), or remove it"
            yield ("profiles", name), f"nothing is said or offered to the profile '{name}'", mend, True
    for name, slot in slots.items():
        if slot.options and all(option.to is not None for option in slot.options):
            what = f"'{name}' has no answer for a customer without a profile"
            yield ("slots", name, "options"), what, "leave 'to' out of one of its options", False


def _said(steps: tuple[Step, ...], at: Path) -> Iterator[tuple[Path, str]]:
    for index, step in enumerate(steps):
        if isinstance(step, SayStep):
            yield from (((*at, index, "to", profile), profile) for profile in step.to)
        for name, inner in blocks(step):
            yield from _said(inner, (*at, index, *name.split(".")))


def conditions(file: object) -> Mapping[str, Any]:
    """The profiles of a file; ``tenant.yaml`` has none, since each journey knows something else of a customer."""
    return file.profiles if isinstance(file, JourneyFile) else {}


def for_profile(text: Template, to: Mapping[str, Template], profiles: tuple[str, ...]) -> tuple[Template, str]:
    """The text for the first of these profiles that has one of its own, and that profile; else the text for everybody."""
    name = next((each for each in profiles if each in to), "")
    return (to[name], name) if name else (text, "")
