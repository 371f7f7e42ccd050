"""Which slots does a message fill or correct, and how far does a correction take the journey back?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from interlock.journeys.choices import item_id, list_of
from interlock.journeys.language import AskStep, CallStep, ChooseStep, DoStep, SayStep
from interlock.journeys.model import DEFAULT, gives, uses
from interlock.journeys.slots import ANYTIME, Slot
from interlock.journeys.state import FROM_CUSTOMER, Run
from interlock.journeys.turn import ACTED, Turn, wanted_slot
from interlock.journeys.understanding import Understood
from interlock.journeys.values import accepted


class Taken(NamedTuple):
    """What a message changed in a run: the slot that it waited for, other slots, values that had been there before.

    ``invalid`` tells that it answered what was asked, but not as the slot's condition has it.
    """

    wanted: bool = False
    others: bool = False
    corrected: frozenset[str] = frozenset()
    invalid: bool = False


def take_slots(turn: Turn, run: Run, found: Understood, text: str) -> Taken:
    """Fill the slots of a run from what was understood; every value is checked against its slot first."""
    journey = turn.journey(run)
    wanted = wanted_slot(run, journey)
    if wanted is not None and wanted[1].type == "text":
        # Free text is the customer's own and not a model's; it answers whatever it contains, and corrects nothing.
        words = accepted(wanted[1], text)
        if words is None:
            return Taken()
        if not turn.valid(run, wanted[1], words):
            return Taken(invalid=True)
        turn.fill(run, wanted[0], words, FROM_CUSTOMER)
        return Taken(wanted=True)
    filled_wanted, others, invalid, corrected = False, False, False, set()
    for name, raw in {**found.slots, **found.corrections}.items():
        slot = journey.slots.get(name)
        if slot is None:
            continue
        is_wanted = wanted is not None and wanted[0] == name
        if not is_wanted and slot.type not in ANYTIME and name not in found.corrections:
            continue
        value = _value(turn, run, slot, raw, is_wanted)
        before = run.values.get(name)
        if value is None or value == before or (name in found.corrections and before is None and not is_wanted):
            continue
        if not turn.valid(run, slot, value):
            invalid = invalid or is_wanted
            continue
        turn.fill(run, name, value, FROM_CUSTOMER)
        filled_wanted = filled_wanted or is_wanted
        others = others or not is_wanted
        if before is not None:
            corrected.add(name)
    return Taken(filled_wanted, others, frozenset(corrected), invalid)


def _value(turn: Turn, run: Run, slot: Slot, raw: object, is_wanted: bool) -> Any:
    """The value of a slot; an item of a list where the run stands at such a choice."""
    step = turn.journey(run).steps.get(run.path)
    if isinstance(step, ChooseStep) and is_wanted:
        for index, item in enumerate(list_of(step, turn.values(run))):
            if isinstance(raw, str) and raw == item_id(item, index):
                return item
        return None
    if slot.type == "choice" and not slot.options:
        return None
    return accepted(slot, raw)


class Rewind(NamedTuple):
    """Where to go on after a correction, and which derived values hold no more; ``too_late`` if it is done already."""

    path: str
    stale: frozenset[str]
    too_late: bool = False


def rewind(turn: Turn, run: Run, corrected: frozenset[str]) -> Rewind:
    """How far a correction takes the run back: to the first step that used the old value, or one derived from it."""
    journey = turn.journey(run)
    now = turn.current(run)
    if now.path.startswith(f"{DEFAULT}."):
        return Rewind(now.path, frozenset())
    target = ""
    stale = set(corrected)
    for path in journey.order[: journey.order.index(now.path) + 1]:
        step = journey.steps[path]
        if isinstance(step, SayStep | AskStep) or not uses(step, turn.settings) & stale:
            continue
        if isinstance(step, DoStep) and step.do in now.sources:
            return Rewind(now.path, frozenset(), too_late=True)
        if isinstance(step, CallStep) and f"{ACTED}{step.call}" in now.sources:
            return Rewind(now.path, frozenset(), too_late=True)
        target = target or path
        stale |= gives(step)
    return Rewind(target or now.path, frozenset(stale - corrected) & frozenset(now.values))


def restore(turn: Turn, run: Run, before: Mapping[str, Any], corrected: frozenset[str]) -> None:
    """Take a correction back that came too late."""
    for name in sorted(corrected):
        turn.fill(run, name, before[name], "kept")


def passed_on(turn: Turn, run: Run, names: Iterable[str]) -> tuple[Run | None, dict[str, Any]]:
    """The caller of a run, and its own slots that it passed on under these names, with what they are called by now."""
    caller = turn.state.caller_of(run.run)
    step = turn.journey(caller).steps[caller.path] if caller is not None else None
    if caller is None or not isinstance(step, CallStep):
        return None, {}
    values, slots = turn.current(run).values, turn.journey(caller).slots
    sources = {name: step.args[name].references for name in names if name in step.args}
    return caller, {each.path: values[name] for name, found in sources.items() for each in found if each.path in slots}
