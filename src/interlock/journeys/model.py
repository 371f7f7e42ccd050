"""What is a journey once it is compiled: immutable, each step addressed by path, and what follows it known?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.journeys.language import (
    AgentStep,
    AskStep,
    CallStep,
    ChooseStep,
    DoStep,
    ForeseeStep,
    HandOverStep,
    LookUpStep,
    PromiseStep,
    RecordStep,
    SayStep,
    Step,
    VerifyStep,
    WaitStep,
    WhenStep,
)
from interlock.journeys.slots import Slot
from interlock.kernel.cel import Expression
from interlock.kernel.template import Template
from interlock.vocabulary.settings import TenantSettings

DEFAULT: Final = "default"
"""The first word of the paths of the tenant's default branches."""

AGAIN: Final = "~"
"""What follows the last step of a ``do_first`` branch: the run waits for its proposal again."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey that can be run.

    Attributes:
        examples: what customers say in its language who want it; those of the tenant's own where it has none in another.
        slots: its own, and those that the tenant's default branches use.
        steps: every step by its path: ``3``, ``3.then.0``, ``4.on.denied.0``, ``default.denied.0``.
        follows: the path that is taken after a step; empty where the journey runs out.
        order: all paths in the order of the file.
        menu: the journeys that its release offers as buttons: titles by name.
        models: the models that are asked while it runs, by name; empty where those of the tenant are.
        matter: the matter that it is for; ``matters`` names the journey of its release for each of them.
        default: whether it came with the product and stands in no file of the tenant's.
        others: the same journey in other languages (ISO 639-1).
        profiles: conditions by name that choose what is said and offered.
    """

    name: str
    title: str
    about: str
    examples: tuple[str, ...]
    slots: Mapping[str, Slot]
    steps: Mapping[str, Step]
    follows: Mapping[str, str]
    order: tuple[str, ...]
    menu: Mapping[str, str]
    models: tuple[str, ...]
    matter: str = ""
    matters: Mapping[str, str] = field(default_factory=dict)
    default: bool = False
    others: Mapping[str, Journey] = field(default_factory=dict, repr=False)
    profiles: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def learned(self) -> tuple[str, ...]:
        """What customers say who want it, in all languages of the tenant, its own first."""
        return tuple(
            dict.fromkeys((*self.examples, *(text for each in self.others.values() for text in each.examples)))
        )

    def said_in(self, language: str) -> Journey:
        """The journey with the texts of a language; with its own where there are none in it."""
        return self.others.get(language, self)

    def take(self, path: str) -> Step:
        """The step at a path, for whoever takes it now."""
        return self.steps[path]

    def spoken_to(self, place: str) -> None:
        """Something is said or offered to a profile: the place of that in the file; for whoever looks."""

    def enters(self, block: str, after: str) -> str:
        """The path of a block's first step (``3.then``), or of what follows the step ``after`` where it has none."""
        first = f"{block}.0"
        return first if first in self.steps else self.follows[after]

    def branch(self, path: str, name: str) -> str | None:
        """Where a step's branch begins, else the tenant's default of that name; None where there is neither."""
        for first in (f"{path}.on.{name}.0", f"{DEFAULT}.{name}.0"):
            if first in self.steps:
                return first
        return None


def in_language(resolve: Callable[[str, str], Journey | None], language: str) -> Callable[[str, str], Journey | None]:
    """The same journeys with the texts of a language."""

    def said(release: str, name: str) -> Journey | None:
        found = resolve(release, name)
        return None if found is None else found.said_in(language)

    return said


@dataclass(frozen=True, slots=True)
class JourneySet:
    """All journeys of one release, in the order in which they are offered."""

    journeys: Mapping[str, Journey]

    def examples(self) -> dict[str, tuple[str, ...]]:
        """What the intent classifier learns from, by journey; one that is only called has nothing to learn."""
        return {name: journey.learned for name, journey in self.journeys.items() if journey.examples}


def result_of(step: Step) -> str:
    """The name that a step gives its result; empty where it has none."""
    return (step.result or "") if isinstance(step, LookUpStep | DoStep | ForeseeStep | CallStep | RecordStep) else ""


def uses(step: Step, settings: TenantSettings) -> frozenset[str]:
    """The names whose values decide what a step does; what it merely says is not among them."""
    match step:
        case WhenStep(when=condition):
            return roots(condition)
        case ChooseStep(source=source):
            return roots(source)
        case LookUpStep(args=args) | DoStep(args=args) | ForeseeStep(args=args) | CallStep(args=args):
            return frozenset(name for template in args.values() for name in roots(template))
        case PromiseStep(about=about, value=value):
            return roots(about) | roots(value)
        case WaitStep(until=Template() as until):
            return roots(until)
        case VerifyStep(verify=verify):
            method = settings.verification.get(verify.by)
            return frozenset(method.args.values()) if method else frozenset()
    return frozenset()


def gives(step: Step) -> frozenset[str]:
    """The names that a step gives a value to, derived from what it uses."""
    match step:
        case ChooseStep(choose=slot):
            return frozenset({slot})
    return frozenset(filter(None, [result_of(step)]))


def roots(text: Template | Expression) -> frozenset[str]:
    """The first part of every name that a template or an expression refers to."""
    return frozenset(each.path.split(".")[0] for each in text.references)


def called(step: LookUpStep | DoStep | ForeseeStep) -> tuple[str, str, Mapping[str, Template]]:
    """The verb of a step about an action, the action, and its arguments."""
    match step:
        case LookUpStep(look_up=action):
            return "look_up", action, step.args
        case DoStep(do=action):
            return "do", action, step.args
        case ForeseeStep(foresee=action):
            return "foresee", action, step.args


def blocks(step: Step) -> list[tuple[str, tuple[Step, ...]]]:
    """The blocks of steps within a step, by the path that leads to them."""
    if isinstance(step, WhenStep):
        return [("then", step.then), ("else", step.otherwise)]
    own = [("otherwise", step.otherwise)] if isinstance(step, AgentStep) else []
    return [*own, *_named(step)]


def _named(step: Step) -> list[tuple[str, tuple[Step, ...]]]:
    return [(f"on.{name}", steps) for name, steps in branches(step).items()]


def branches(step: Step) -> Mapping[str, tuple[Step, ...]]:
    """The branches that a step names itself."""
    return {} if isinstance(step, WhenStep | SayStep) else getattr(step, "on", {})


def models_of(journey: Journey, path: str) -> tuple[str, ...]:
    """The models that are asked at a step: its own, else those of its journey; empty where those of the tenant are."""
    step = journey.steps.get(path)
    return (step.models if isinstance(step, AskStep | ChooseStep | AgentStep) else ()) or journey.models


def reason_of(step: HandOverStep, journey: Journey) -> Template:
    """Why a person is asked for, for the agent's eyes."""
    return step.reason or Template.compile(journey.title.replace("{", "{{").replace("}", "}}"))
