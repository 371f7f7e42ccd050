"""What would a journey do next, were the virtual agent to go on: which step, in which words, and towards which action?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from interlock.journeys.choices import item_choices
from interlock.journeys.language import (
    AskStep,
    ChooseStep,
    DoStep,
    LookUpStep,
    SayStep,
    Step,
    VerifyStep,
    WhenStep,
)
from interlock.journeys.model import Journey, called
from interlock.journeys.state import Conversation, Run
from interlock.journeys.turn import Resolve, journey_of, known_values
from interlock.journeys.values import accepted, spoken
from interlock.kernel.cel import ExpressionError
from interlock.kernel.template import Template
from interlock.vocabulary.ids import RunId
from interlock.vocabulary.settings import TenantSettings

FARTHEST: Final = 50
"""Steps that are looked ahead; a way that is longer says nothing of what helps now."""
STANDS_STILL: Final = frozenset({"proposal", "approval", "call", "time", "agent", "reply", "floor"})
"""What a run waits for that no word of the agent brings about."""


class Ahead(NamedTuple):
    """What comes next in a journey.

    Attributes:
        kind: the verb of the step: ``ask``, ``choose``, ``verify``, ``say``, ``look_up`` or ``do``; ``name`` is the slot
            that it asks for, or the action.
        says: its words for the customer; empty where it has none, or a name in them has no value yet.
        action: the next action on the way: the step's own, or the first one behind it that changes something; with those of
            its arguments that have a value by now.
        purpose: what that is proposed for; empty for its own.
    """

    journey: str
    title: str
    path: str
    kind: str
    name: str
    says: str
    action: str
    args: Mapping[str, Any]
    purpose: str = ""


def under_way(state: Conversation, resolve: Resolve, settings: TenantSettings) -> Ahead | None:
    """What comes next in the latest journey that is not over; the one that brings a person in is over when he is there."""
    for run in reversed(state.runs):
        journey = journey_of(run, resolve)
        if run.journey == settings.human_journey or journey.matter or run.waits_for in STANDS_STILL:
            continue
        path = journey.follows[run.path] if run.waits_for == "hand_over" else run.path
        if (found := _from(path, run, journey, state, settings)) is not None:
            return found
    return None


def beginning(journey: Journey, said: Mapping[str, Any], state: Conversation, settings: TenantSettings) -> Ahead | None:
    """What comes first in a journey that would begin now.

    Args:
        said: values that the customer's message gives to its slots.
    """
    values = {name: value for name, value in state.given.items() if name in journey.slots}
    for name, value in said.items():
        if name in journey.slots and (kept := accepted(journey.slots[name], value)) is not None:
            values[name] = kept
    run = Run(run=RunId(""), journey=journey.name, release=state.release, values=values)
    return _from(journey.order[0], run, journey, state, settings)


def _from(path: str, run: Run, journey: Journey, state: Conversation, settings: TenantSettings) -> Ahead | None:
    values = known_values(run, journey, settings, state)
    at = _next(path, journey, values, bool(state.customer))
    if at is None:
        return None
    step = journey.steps[at]
    kind, name = _told(step, values, settings)
    acting = _acting(at, journey, values)
    action, args, purpose = "", {}, ""
    if acting is not None:
        _, action, templates = called(acting)
        args, purpose = _known(templates, values), acting.purpose
    says = _says(step, name, journey, values, settings)
    return Ahead(journey.name, journey.title, at, kind, name, says, action, args, purpose)


def _next(path: str, journey: Journey, values: Mapping[str, Any], matched: bool) -> str | None:
    """The first step that is not done yet; None where the way ends, or nobody can tell how it goes on."""
    for _ in range(FARTHEST):
        match journey.steps.get(path):
            case WhenStep() as step:
                onward = _forks(path, step, journey, values)
                if onward is None:
                    return None
                path = onward
            case AskStep(ask=name) | ChooseStep(choose=name) if values.get(name) is not None:
                path = journey.follows[path]
            case VerifyStep() if matched:
                path = journey.follows[path]
            case AskStep() | ChooseStep() | VerifyStep() | SayStep() | LookUpStep() | DoStep():
                return path
            case _:
                return None
    return None


def _acting(path: str, journey: Journey, values: Mapping[str, Any]) -> LookUpStep | DoStep | None:
    """The step itself if it is about an action, else the first one behind it that changes something."""
    first = journey.steps[path]
    if isinstance(first, LookUpStep | DoStep):
        return first
    for _ in range(FARTHEST):
        match journey.steps.get(path):
            case DoStep() as step:
                return step
            case None:
                return None
            case WhenStep() as step:
                path = _forks(path, step, journey, values) or journey.follows[path]
            case _:
                path = journey.follows[path]
    return None


def _forks(path: str, step: WhenStep, journey: Journey, values: Mapping[str, Any]) -> str | None:
    try:
        return journey.enters(f"{path}.{'then' if step.when.holds(values) else 'else'}", path)
    except ExpressionError:
        return None


def _told(step: Step, values: Mapping[str, Any], settings: TenantSettings) -> tuple[str, str]:
    match step:
        case AskStep(ask=name):
            return "ask", name
        case ChooseStep(choose=name):
            return "choose", name
        case VerifyStep(verify=verify):
            slots = settings.verification[verify.by].args.values()
            return "verify", next((name for name in slots if values.get(name) is None), "")
        case LookUpStep(look_up=action):
            return "look_up", action
        case DoStep(do=action):
            return "do", action
    return "say", ""


def _says(step: Step, name: str, journey: Journey, values: Mapping[str, Any], settings: TenantSettings) -> str:
    text: Template | None = None
    match step:
        case SayStep(say=text) | ChooseStep(ask=text):
            pass
        case AskStep() | VerifyStep() if name in journey.slots:
            text = journey.slots[name].ask
    if text is None:
        return ""
    try:
        said = text.render(spoken(dict(values), settings.zone))
    except ValueError:
        return ""
    if isinstance(step, ChooseStep):
        labels = [choice.label for choice in item_choices(step, values, settings)]
        return f"{said} {'; '.join(labels)}" if labels else ""
    return said


def _known(args: Mapping[str, Template], values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that have a value by now."""
    known: dict[str, Any] = {}
    for name, text in args.items():
        try:
            known[name] = text.value(values)
        except ValueError:
            continue
    return known
