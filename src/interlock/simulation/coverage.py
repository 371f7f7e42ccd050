"""Which steps and branches of the journeys were taken, and which never?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

from interlock.journeys.language import JourneyFile, SayStep, Step, TenantFile, WhenStep
from interlock.journeys.model import DEFAULT, Journey, blocks
from interlock.journeys.profiles import variants
from interlock.kernel.documents import Located, duration_text, load_located
from interlock.runtime.definitions import Definitions

DEFAULTS: Final = "tenant.yaml"
"""Stands in a journey's place for the branches that all journeys have in common."""

LONGEST: Final = 60
"""Characters of a text that are shown."""


class Missing(NamedTuple):
    """A step or branch that was never taken, and where it stands."""

    file: str
    line: int
    what: str


class Covered(NamedTuple):
    """How much of a journey's file was taken; of ``tenant.yaml``, how much of its default branches."""

    journey: str
    file: str
    steps: int
    steps_taken: int
    branches: int
    branches_taken: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class _Watched(Journey):
    """A journey that remembers which of its steps were taken, and which blocks of ``when`` were entered."""

    taken: set[str] = field(default_factory=set)

    def take(self, path: str) -> Step:
        self.taken.add(path)
        return self.steps[path]

    def spoken_to(self, place: str) -> None:
        self.taken.add(place)

    def enters(self, block: str, after: str) -> str:
        self.taken.add(block)
        return Journey.enters(self, block, after)


class Coverage:
    """Watches journeys being run."""

    def __init__(self, definitions: Definitions) -> None:
        self._before = definitions
        self._taken: dict[str, set[str]] = {}
        self.definitions = replace(
            definitions, journeys={name: self._watched(each) for name, each in definitions.journeys.items()}
        )

    def _watched(self, journey: Journey) -> Journey:
        taken = self._taken.setdefault(journey.name, set())
        others = {language: self._watched(said) for language, said in journey.others.items()}
        whole = {each.name: getattr(journey, each.name) for each in fields(journey)}
        return _Watched(**{**whole, "others": others}, taken=taken)

    def report(self) -> list[Covered]:
        """One line for each journey, and one for the default branches.

        A journey that came with the product counts where a scenario begins it: its author is not the tenant.
        """
        read = self._files()
        found = []
        for name, journey in self._before.journeys.items():
            if journey.default and not self._taken[name]:
                continue
            own = [path for path in journey.order if not path.startswith(f"{DEFAULT}.")]
            found.append(self._covered(name, read[name], journey, own, self._taken[name]))
        first = next(iter(self._before.journeys.values()))
        shared = [path for path in first.order if path.startswith(f"{DEFAULT}.")]
        every = set[str]().union(*self._taken.values())
        tenant = load_located(self._before.files[DEFAULTS], DEFAULTS, TenantFile)
        found.append(self._covered(DEFAULTS, tenant, first, shared, every))
        return found

    def _files(self) -> dict[str, Located[Any]]:
        files = self._before.files
        read = [load_located(files[path], path, JourneyFile) for path in files if path.startswith("journeys/")]
        return {each.value.journey: each for each in read}

    def _covered(
        self,
        name: str,
        located: Located[Any],
        journey: Journey,
        steps: list[str],
        taken: set[str],
    ) -> Covered:
        branches = [each for path in steps for each in _branches(path, journey, taken)]
        for at, profile in variants(located.value.slots):
            place = ".".join(map(str, at))
            branches.append((place, f"'{profile}' of {at[1]}", place in taken))
        if name == DEFAULTS:
            whole = dict.fromkeys(path.split(".")[1] for path in steps)
            branches += [
                (f"{DEFAULT}.{each}", f"the default for {each}", f"{DEFAULT}.{each}.0" in taken) for each in whole
            ]
        missing = [(path, f"the branch {what}") for path, what, was in branches if not was]
        silent = {path for path, _ in missing}
        missing += [
            (path, f"the step {_verb(journey, path)}")
            for path in steps
            # A step that begins a branch never taken would be told twice.
            if path not in taken and path.rpartition(".")[0] not in silent
        ]
        return Covered(
            journey=name,
            file=located.file,
            steps=len(steps),
            steps_taken=sum(path in taken for path in steps),
            branches=len(branches),
            branches_taken=sum(was for _, _, was in branches),
            missing=tuple(
                sorted(Missing(located.file, located.at_key(_place(path)).line, what) for path, what in missing)
            ),
        )


def _branches(path: str, journey: Journey, taken: set[str]) -> Iterator[tuple[str, str, bool]]:
    """The branches of a step: where each stands, what it is called, whether it was taken."""
    step = journey.steps[path]
    for block, _ in blocks(step):
        at = f"{path}.{block}"
        # Both blocks of a 'when' are branches, also one without steps of its own.
        was = at in taken if isinstance(step, WhenStep) else f"{at}.0" in taken
        yield at, f"'{block.removeprefix('on.')}' of {_verb(journey, path)}", was
    for profile in step.to if isinstance(step, SayStep) else ():
        at = f"steps.{path}.to.{profile}"
        yield at, f"'{profile}' of {_verb(journey, path)}", at in taken


def _verb(journey: Journey, path: str) -> str:
    """What a step is called: its verb, and what it names."""
    step = journey.steps[path]
    field = step.__struct_fields__[0]
    value = getattr(step, field)
    if isinstance(value, timedelta):
        value = duration_text(value)
    said = str(getattr(value, "text", None) or getattr(value, "by", None) or getattr(value, "goal", value))
    return f"{field} {said if len(said) <= LONGEST else said[: LONGEST - 1] + '…'}"


def _place(path: str) -> tuple[str | int, ...]:
    """Where a path's step stands in its file."""
    parts: list[str | int] = [int(part) if part.isdigit() else part for part in path.split(".")]
    if parts[0] in ("steps", "slots"):
        return tuple(parts)
    return ("defaults", *parts[1:]) if parts[0] == DEFAULT else ("steps", *parts)
