"""In which words is something said to this customer, which answers does she have, and what of that is for her profile?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interlock.journeys.profiles import for_profile, offered
from interlock.journeys.slots import Option, Slot
from interlock.journeys.state import Run
from interlock.journeys.turn import Turn
from interlock.kernel.template import Template
from interlock.vocabulary.journeys import ProfileApplied


def worded(turn: Turn, run: Run, text: Template, to: Mapping[str, Template], place: str) -> Template:
    """What is said to a profile that she has, in place of what is said to all others, and put on record.

    Args:
        place: of the text in the journey's file.
    """
    chosen, profile = for_profile(text, to, turn.profiles(run)) if to else (text, "")
    if profile:
        _applied(turn, run, profile, f"{place}.to.{profile}")
    return chosen


def options_for(turn: Turn, run: Run, name: str, slot: Slot) -> Sequence[Option]:
    """The options of a slot that she is offered; those for her profile are put on record."""
    found = offered(slot, turn.profiles(run)).options
    for index, option in enumerate(slot.options):
        if option.to is not None and option in found:
            _applied(turn, run, option.to, f"slots.{name}.options.{index}.to")
    return found


def _applied(turn: Turn, run: Run, profile: str, place: str) -> None:
    turn.journey(run).spoken_to(place)
    turn.add(
        ProfileApplied(
            interaction=turn.state.interaction, person=turn.state.person, run=run.run, profile=profile, place=place
        )
    )
