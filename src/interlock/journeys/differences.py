"""How do two versions of a journey differ, step by step? Steps are compared by what they do and say, not by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final, Literal, NamedTuple

import msgspec

from interlock.journeys.agent_language import AgentJob
from interlock.journeys.courses import kind_of, question_of, text_of
from interlock.journeys.model import DEFAULT, Journey

INNER_STEPS: Final = ("then", "otherwise", "on")
"""The fields of a step in which other steps stand; those are compared by themselves."""


class StepChange(NamedTuple):
    """A step that one version has and the other has not, or has otherwise.

    Attributes:
        path: in the newer version; of a removed step in the older one.
        before: of a removed step, the path in the newer version of the step that follows where it stood; empty at the end.
        kind: the verb with which the step is written; ``text`` and ``hears`` are what stands behind it, and what is heard.
        was: the same two of the older version, where the step is changed.
        fields: what else is written otherwise in a changed step, by name: ``with``, ``may``, ``budget`` …
    """

    how: Literal["added", "removed", "changed"]
    path: str
    before: str
    kind: str
    text: str
    hears: str
    was: tuple[str, str] = ("", "")
    fields: tuple[str, ...] = ()


class Differences(NamedTuple):
    """What the newer version of a journey has otherwise, its examples in all languages included; no default branches."""

    steps: tuple[StepChange, ...]
    examples_added: tuple[str, ...]
    examples_removed: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The same for the API."""
        return {**self._asdict(), "steps": [step._asdict() for step in self.steps]}


class _Line(NamedTuple):
    kind: str
    text: str
    hears: str
    arm: str
    """The branch that it stands in, without numbers: a step that moves into a branch is another step."""
    fields: tuple[tuple[str, str], ...]
    """Everything else that is written in it, but for the steps within it."""


def differences(old: Journey, new: Journey) -> Differences:
    """From an older version of a journey to a newer one, by the longest common runs of steps (as ``difflib`` finds them)."""
    olds, news = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, [line for _, line in olds], [line for _, line in news], autojunk=False)
    found: list[StepChange] = []
    for _, i, j, k, m in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        found += _replaced(olds[i:j], news[k:m], news[m][0] if m < len(news) else "")
    return Differences(
        tuple(found),
        tuple(each for each in new.learned if each not in old.learned),
        tuple(each for each in old.learned if each not in new.learned),
    )


def _lines(journey: Journey) -> list[tuple[str, _Line]]:
    found = []
    for path in journey.order:
        if not path.startswith(f"{DEFAULT}."):
            step = journey.steps[path]
            arm = ".".join(part for part in path.split(".") if not part.isdigit())
            found.append((path, _Line(kind_of(step), text_of(step), question_of(step, journey), arm, _fields(step))))
    return found


def _fields(step: msgspec.Struct) -> tuple[tuple[str, str], ...]:
    """What is written in a step besides its verb, by name; of an agent's job, everything but its goal."""
    pairs = list(zip(step.__struct_encode_fields__, step.__struct_fields__, strict=True))
    job = getattr(step, pairs[0][1])
    inside = _fields(job) if isinstance(job, AgentJob) else ()
    return (*inside, *((name, repr(getattr(step, field))) for name, field in pairs[1:] if field not in INNER_STEPS))


def _otherwise(new: _Line, old: _Line) -> tuple[str, ...]:
    """The names of the fields that differ."""
    return tuple(dict.fromkeys(name for name, _ in sorted({*new.fields} ^ {*old.fields})))


def _replaced(olds: Sequence[tuple[str, _Line]], news: Sequence[tuple[str, _Line]], following: str) -> list[StepChange]:
    """A block of steps in the place of another: those of the same kind in the same branch are changed, in their order."""
    found: list[StepChange] = []
    rest = list(olds)
    for path, line in news:
        at = next((n for n, (_, other) in enumerate(rest) if (other.kind, other.arm) == (line.kind, line.arm)), None)
        if at is None:
            found.append(StepChange("added", path, "", line.kind, line.text, line.hears))
            continue
        found += [_removed(each, path) for each in rest[:at]]
        was = rest[at][1]
        rest = rest[at + 1 :]
        found.append(
            StepChange(
                "changed", path, "", line.kind, line.text, line.hears, (was.text, was.hears), _otherwise(line, was)
            )
        )
    return [*found, *(_removed(each, following) for each in rest)]


def _removed(old: tuple[str, _Line], before: str) -> StepChange:
    path, line = old
    return StepChange("removed", path, before, line.kind, line.text, line.hears)
