"""What does the conversation wait for now, so that a message can be read for it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interlock.journeys.choices import item_choices
from interlock.journeys.language import AskStep, ChooseStep, HandOverStep
from interlock.journeys.model import Journey, in_language
from interlock.journeys.slots import ANYTIME, Slot
from interlock.journeys.stack import CLOSING
from interlock.journeys.state import Conversation
from interlock.journeys.turn import Resolve, journey_of, known_values, menu_of, wanted_slot
from interlock.journeys.turns import HUMAN, INTENT, MORE
from interlock.vocabulary.settings import TenantSettings


@dataclass(frozen=True, slots=True)
class ExpectedSlot:
    """A slot that the next message may fill.

    Attributes:
        wanted: the question that stands is about this one; the others can be recognised by their form anyway.
        spec: the fields of a slot as the dialogue's parsers take it (``type``, ``pattern``, ``options`` …).
    """

    name: str
    wanted: bool
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a message can answer.

    Attributes:
        journey: the journey in the foreground; empty where none runs.
        needs: ``confirm`` or ``step_up`` while a card of this journey is open.
        slots: the wanted one first.
        silent: nobody reads along but people: the message need not be understood.
    """

    journey: str = ""
    run: str = ""
    waits_for: str = ""
    needs: str = ""
    slots: tuple[ExpectedSlot, ...] = ()
    silent: bool = False


def expected(state: Conversation, resolve: Resolve, settings: TenantSettings) -> Expected:
    """What stands in an interaction: the slot that is asked for with its options, and what may be given besides."""
    if not state.interaction or state.holder != "virtual_agent":
        return Expected(silent=True)
    settings, resolve = settings.said_in(state.language), in_language(resolve, state.language)
    run = state.foreground
    if run is None:
        return Expected(waits_for="intent", slots=_subjects(state, resolve, settings))
    journey = journey_of(run, resolve)
    slots: list[ExpectedSlot] = []
    wanted = wanted_slot(run, journey)
    if wanted is not None:
        name, slot = wanted
        step = journey.steps[run.path]
        options: Sequence[Any] = ()
        if isinstance(step, ChooseStep):
            options = item_choices(step, known_values(run, journey, settings, state), settings)
        slots.append(_expected(name, slot, True, tuple((each.value, each.label, ()) for each in options)))
    if wanted is None or wanted[1].type != "text":
        slots += [each for each in slots_of(journey) if wanted is None or each.name != wanted[0]]
    return Expected(journey.name, run.run, run.waits_for, run.needs, tuple(slots))


def slots_of(journey: Journey) -> tuple[ExpectedSlot, ...]:
    """The slots of a journey that any message may give, also the one that begins it."""
    return tuple(_expected(name, slot, False) for name, slot in journey.slots.items() if slot.type in ANYTIME)


def _subjects(state: Conversation, resolve: Resolve, settings: TenantSettings) -> tuple[ExpectedSlot, ...]:
    """While no journey runs: which journey, or the answer to what was asked last."""
    menu = menu_of(state, resolve, settings)
    options = [{"id": name, "label": title, "aliases": []} for name, title in menu.items()]
    slots = []
    about = state.standing.about if state.standing else ""
    if about in (HUMAN, CLOSING):
        slots.append(ExpectedSlot(HUMAN if about == HUMAN else MORE, True, {"type": "yes_no"}))
    slots.append(ExpectedSlot(INTENT, True, {"type": "choice", "options": options}))
    return tuple(slots)


def _expected(
    name: str, slot: Slot, wanted: bool, options: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
) -> ExpectedSlot:
    return ExpectedSlot(name, wanted, slot.spec(options))


def offered_outside(state: Conversation, resolve: Resolve) -> tuple[str, ...] | None:
    """The only actions that another vendor's agent may propose while the journey waits where it is; None where all."""
    run = state.foreground
    if run is None:
        return None
    step = journey_of(run, resolve).steps[run.path]
    return step.outside if isinstance(step, AskStep | ChooseStep | HandOverStep) else None
