"""What can come of each step of a journey: which steps are reached, who is established there, how does a branch go on?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from interlock.journeys.agent_language import AgentJob
from interlock.journeys.branches import possible, required
from interlock.journeys.language import (
    OVER_BUDGET,
    WAITING,
    CallStep,
    EndStep,
    HandOverStep,
    SayStep,
    Step,
    Verify,
    VerifyStep,
    WaitStep,
)
from interlock.journeys.model import AGAIN, DEFAULT, Journey, blocks, branches
from interlock.kernel.cel import Expression
from interlock.kernel.documents import duration_text
from interlock.kernel.template import Template

Remedies = Mapping[str, Collection[str]]
"""The kinds of remedies that rules have, by action (see ``branches.required``)."""

INNER: Final = ("then", "else", "otherwise")
"""Blocks that run on into what follows their step, as branches do not."""

GOES_ON_WAITING: Final = "goes on waiting"
COMES_BACK: Final = "comes back to the step"
RUNS_ON: Final = "runs out"


class Course(msgspec.Struct, frozen=True):
    """How a branch goes on.

    Attributes:
        name: of the branch.
        path: of its first step; empty where nobody wrote one.
        default: whether it is the tenant's default of that name, and not the step's own.
        says: what the customer hears in it, in order; where it forks, of every way.
        ends: how it can end: ``end: refunded``, ``hand over: care``, or that the step goes on waiting.
    """

    name: str
    path: str
    default: bool
    says: tuple[str, ...]
    ends: tuple[str, ...]


class Arm(NamedTuple):
    """A block of steps within a step: ``name`` is a branch, ``then`` or ``else``; ``steps`` are the paths in order."""

    name: str
    default: bool
    steps: tuple[str, ...]


def kind_of(step: Step) -> str:
    """The verb with which a step is written: ``say``, ``look_up``, ``when`` …"""
    return str(type(step).__struct_encode_fields__[0])


def text_of(step: Step) -> str:
    """What stands behind the verb, as its author wrote it; of a wait, what else it waits for, too."""
    if isinstance(step, WaitStep):
        until = f" until {step.until.text}" if step.until is not None else ""
        return f"{duration_text(step.wait)}{until}{' within business hours' if step.open else ''}"
    value: Any = getattr(step, type(step).__struct_fields__[0])
    match value:
        case Template() | Expression():
            return value.text
        case AgentJob():
            return value.goal.text
        case Verify():
            return f"level {value.level} by {value.by}"
    return str(value)


def place_of(path: str) -> str:
    """A path as people count, from 1: ``5.on.denied.0`` is ``6 denied 1``."""
    return " ".join(str(int(part) + 1) if part.isdigit() else part for part in path.split(".") if part != "on")


def question_of(step: Step, journey: Journey) -> str:
    """What the customer hears at a step that says or asks something; empty at every other one."""
    if isinstance(step, SayStep):
        return step.say.text
    asked = getattr(step, "ask", None)
    if isinstance(asked, str):
        slot = journey.slots.get(asked)
        asked = slot.ask if slot is not None else None
    return asked.text if isinstance(asked, Template) else ""


def variants_of(step: Step, journey: Journey) -> dict[str, str]:
    """What customers of a profile hear there instead, by profile."""
    asked = getattr(step, "ask", None)
    slot = journey.slots.get(asked) if isinstance(asked, str) else None
    to = step.to if isinstance(step, SayStep) else slot.to if slot is not None else {}
    return {profile: text.text for profile, text in to.items()}


def names_of(step: Step, remedies: Remedies) -> tuple[str, ...]:
    """The branches that a step can take as the rules are now, and those that it names itself, in the file's order."""
    return tuple(dict.fromkeys((*branches(step), *required(step, remedies))))


def arms(journey: Journey, path: str, remedies: Remedies) -> list[Arm]:
    """The blocks within a step: its own ones, then the tenant's defaults for the branches that it does not name."""
    step = journey.steps[path]
    own = [Arm(name.removeprefix("on."), False, _block(journey, f"{path}.{name}.")) for name, _ in blocks(step)]
    written = {arm.name for arm in own}
    # A budget can be used up whatever the rules are; what else is possible needs a rule with such a remedy.
    wanted = (*names_of(step, remedies), *(name for name in possible(step) if name == OVER_BUDGET))
    defaults = [
        Arm(name, True, _block(journey, f"{DEFAULT}.{name}."))
        for name in dict.fromkeys(wanted)
        if name not in written and f"{DEFAULT}.{name}.0" in journey.steps
    ]
    return [*(arm for arm in own if arm.steps), *defaults]


def _block(journey: Journey, prefix: str) -> tuple[str, ...]:
    depth = prefix.count(".")
    return tuple(path for path in journey.order if path.startswith(prefix) and path.count(".") == depth)


def top(journey: Journey) -> tuple[str, ...]:
    """The paths of the steps that stand in no other one."""
    return tuple(path for path in journey.order if "." not in path)


def onward(journey: Journey, path: str, remedies: Remedies) -> Iterator[tuple[str, str]]:
    """Where a step can lead: the name of the branch (empty for going on) and the path, which is none at an end."""
    step = journey.steps[path]
    for arm in arms(journey, path, remedies):
        yield arm.name, arm.steps[0]
    if isinstance(step, EndStep):
        return
    named = {name for name, _ in blocks(step)}
    if {"then", "else"} <= named and all(f"{path}.{name}.0" in journey.steps for name in ("then", "else")):
        return
    following = journey.follows[path]
    if following and following != AGAIN:
        yield "", following


def verified(journey: Journey, remedies: Remedies) -> dict[str, frozenset[str]]:
    """By the path of every step that can be reached, the steps that establish somebody and lie on each way to it."""
    first = journey.order[0]
    passed: dict[str, frozenset[str]] = {first: frozenset()}
    waiting = [first]
    while waiting:
        path = waiting.pop()
        for name, target in onward(journey, path, remedies):
            behind = passed[path]
            if isinstance(journey.steps[path], VerifyStep | CallStep) and not name:
                behind |= {path}
            known = passed.get(target)
            met = behind if known is None else known & behind
            if met != known:
                passed[target] = met
                waiting.append(target)
    return passed


def level_at(journey: Journey, passed: Collection[str], journeys: Mapping[str, Journey], remedies: Remedies) -> int:
    """The assurance level that those steps establish, by themselves or in the journey that they call; 0 without any.

    Args:
        journeys: all of the release, by name.
    """
    return max((_level(journey.steps[path], journeys, remedies) for path in passed), default=0)


def _level(step: Step, journeys: Mapping[str, Journey], remedies: Remedies) -> int:
    if isinstance(step, VerifyStep):
        return step.verify.level
    if not isinstance(step, CallStep) or step.call not in journeys:
        return 0
    called = journeys[step.call]
    passed = verified(called, remedies)
    back = [path for path in passed if getattr(called.steps[path], "gives", None) is not None]
    return min((level_at(called, passed[path], journeys, remedies) for path in back), default=0)


def courses(journey: Journey, path: str, remedies: Remedies) -> list[Course]:
    """How each branch of a step goes on, its own ones first; ``then`` and ``else`` are no branches."""
    step = journey.steps[path]
    found = {arm.name: arm for arm in arms(journey, path, remedies) if arm.name not in ("then", "else")}
    told = [_course(journey, arm) for arm in found.values()]
    missing = [name for name in names_of(step, remedies) if name not in found]
    return [*told, *(Course(name, "", False, (), ()) for name in missing)]


def _course(journey: Journey, arm: Arm) -> Course:
    says: list[str] = []
    ends: list[str] = []
    seen: set[str] = set()
    waiting = [arm.steps[0]]
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        step = journey.steps[path]
        if said := question_of(step, journey):
            says.append(said)
        if isinstance(step, EndStep | HandOverStep):
            ends.append(f"{'end' if isinstance(step, EndStep) else 'hand over'}: {text_of(step)}")
            continue
        inside = [block[0] for name in INNER if (block := _block(journey, f"{path}.{name}."))]
        following = journey.follows[path] if len(inside) < 2 else ""
        if following == AGAIN:
            ends.append(COMES_BACK)
        elif not following and not inside:
            ends.append(GOES_ON_WAITING if arm.name in WAITING else RUNS_ON)
        waiting = [*inside, *([following] if following and following != AGAIN else []), *waiting]
    return Course(arm.name, arm.steps[0], arm.default, tuple(says), tuple(dict.fromkeys(ends)))
