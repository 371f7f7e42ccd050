"""What does a journey offer to one that calls it: slots to fill, outcomes, what it gives back?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.journeys.language import AgentStep, CallStep, EndStep, JourneyFile, Step, TenantFile
from interlock.journeys.model import blocks
from interlock.journeys.slots import Slot
from interlock.kernel.documents import did_you_mean
from interlock.vocabulary.journeys import HANDED_OVER

CANCELLED: Final = "cancelled"
"""The outcome of a run that the customer stopped."""

ALWAYS_POSSIBLE: Final = frozenset({CANCELLED, HANDED_OVER, "failed"})
"""Outcomes that no ``end`` step has to name."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A journey as others call it.

    Attributes:
        slots: what a caller can fill.
        outcomes: how it can end without giving anything back.
        gives: what every ``end`` with ``gives`` gives; None where no end gives anything, so that nothing comes back.
        calls: the journeys that it calls itself.
    """

    slots: Mapping[str, Slot]
    outcomes: frozenset[str]
    gives: frozenset[str] | None
    calls: frozenset[str]


def callee_of(file: JourneyFile, defaults: TenantFile) -> Callee:
    """What a journey offers to its callers, with the default branches that it can take."""
    steps = [*_all(file.steps), *(step for branch in defaults.defaults.values() for step in _all(branch))]
    ends = [step for step in steps if isinstance(step, EndStep)]
    given = [frozenset(step.gives) for step in ends if step.gives is not None]
    return Callee(
        slots={**defaults.slots, **file.slots},
        outcomes=ALWAYS_POSSIBLE | {step.end for step in ends if step.gives is None},
        gives=frozenset.intersection(*given) if given else None,
        calls=frozenset(name for step in steps for name in calls_of(step)),
    )


def calls_of(step: Step) -> tuple[str, ...]:
    """The journeys that a step calls, or that its model may run."""
    match step:
        case CallStep(call=name):
            return (name,)
        case AgentStep(agent=job):
            return job.calls
    return ()


def arguments_schema(slots: Mapping[str, Slot]) -> dict[str, Any]:
    """A JSON Schema (2020-12) of what a caller can fill; nothing is required, for a journey asks for what it misses."""
    fields = {name: _schema(slot) for name, slot in slots.items() if slot.type != "choice" or slot.options}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _schema(slot: Slot) -> dict[str, Any]:
    spec = slot.spec()
    told = {"description": slot.ask.text} if slot.ask is not None else {}
    bounds: dict[str, Any] = {name: spec[name] for name in ("minimum", "maximum") if name in spec}
    match slot.type:
        case "yes_no":
            return {"type": "boolean", **told}
        case "integer":
            return {"type": "integer", **bounds, **told}
        case "money":
            amount = {"type": "integer", "description": "in the smallest unit of the currency", **bounds}
            parts = {"amount": amount, "currency": {"type": "string"}}
            return {"type": "object", "properties": parts, "required": list(parts), **told}
        case "choice":
            return {"enum": [option.value for option in slot.options], **told}
        case "date" | "email":
            return {"type": "string", "format": slot.type, **told}
    return {"type": "string", **told}


def circle(name: str, callees: Mapping[str, Callee]) -> tuple[str, ...]:
    """The way on which a journey calls itself again, as names from it to it; empty where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for called in sorted(callees[way[-1]].calls):
            if called == name:
                return (*way, name)
            if called in callees and called not in seen:
                seen.add(called)
                ways.append((*way, called))
    return ()


def wrong_call(
    step: CallStep, callees: Mapping[str, Callee], own: Mapping[str, Slot]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong with a call: where in the step, what, and what to write. ``own`` are the caller's slots."""
    callee = callees.get(step.call)
    if callee is None:
        yield ("call",), f"there is no journey '{step.call}'", did_you_mean(step.call, callees)
        return
    if callee.gives is None:
        what = f"'{step.call}' gives nothing back, so nothing behind this step is ever reached"
        yield ("call",), what, "write 'gives: {}' at the end of it after which this journey goes on"
    for name, text in step.args.items():
        slot = callee.slots.get(name)
        passed = own.get(text.references[0].path) if len(text.parts) == 1 and text.references else None
        if slot is None:
            yield ("with", name), f"'{step.call}' has no slot '{name}'", did_you_mean(name, callee.slots)
        elif passed is not None and passed.type != slot.type:
            what = f"'{name}' of '{step.call}' is of type {slot.type}, and {text.text} of type {passed.type}"
            yield ("with", name), what, "give both slots the same type"


def _all(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for _, inner in blocks(step):
            yield from _all(inner)
