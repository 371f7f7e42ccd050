"""How does a journey for a matter become this tenant's own: its words, its queue; and what is wrong with one that overrides?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from interlock.journeys.heard import CONVERSATION
from interlock.journeys.language import HandOverStep, JourneyFile, RecordStep, Step, TenantFile
from interlock.journeys.model import blocks
from interlock.kernel.documents import Located, Misread, Problem, Reference, did_you_mean, problem
from interlock.kernel.template import Template
from interlock.vocabulary.matters import MATTERS, Matter, MatterSettings, MatterTexts
from interlock.vocabulary.settings import TenantSettings

DEFAULTS: Final = "journeys/defaults/"
"""Where the journeys that come with the product stand among the texts of a release."""

RESPONSIBLE: Final = "responsible"
"""The queue of a ``hand_over`` step that stands for the one that the tenant names for the matter."""

WORDS: Final = "words"
"""``{words.complaint}`` in a journey for a matter is the tenant's text of that name."""

MATTER: Final = "matter"
"""What a journey for a matter calls what was recognised."""

FIELDS: Final = frozenset({"kind", "words", "times", "reference", "due", "after_warning"})
"""What it knows of it: ``matter.kind``, the same in ``words``, how many ``times``, what is on record, what the tenant wants."""

HANDED_OVER: Final[frozenset[Matter]] = frozenset({"vulnerable", "legal", "data_request"})
"""Matters of which a person has to hear."""

RECORDED: Final[frozenset[Matter]] = frozenset({"complaint", "data_request"})
"""Matters that have to be on record."""

Path = tuple[str | int, ...]
Files = Mapping[str, Located[JourneyFile]]


class ForMatters:
    """The journeys for matters among those of a release.

    Attributes:
        journeys: the journey for each matter.
    """

    def __init__(
        self,
        by_name: Files,
        tenant: TenantSettings,
        defaults: Located[TenantFile],
        queues: Collection[str] | None,
    ) -> None:
        self._by_name = by_name
        self._queues = queues
        self._settings: MatterSettings = tenant.matters
        self._tenant_file = defaults
        self._human = by_name.get(tenant.human_journey)
        found = [(each.value.matter, name) for name, each in by_name.items() if each.value.matter is not None]
        self.journeys: dict[str, str] = {}
        for matter, name in found:
            self.journeys.setdefault(matter, name)

    def filled_in(self, located: Located[JourneyFile], problems: list[Problem]) -> Located[JourneyFile]:
        """A journey for a matter with the tenant's words and queue in it; any other as it is."""
        file = located.value
        if file.matter is None:
            return located
        queue = self.queue_of(file.matter)
        filled = _Filled(located, self._settings.texts, queue)
        value = msgspec.structs.replace(
            file,
            steps=filled.steps(file.steps, ("steps",)),
            slots={name: filled.inside(slot, ("slots", name)) for name, slot in file.slots.items()},
        )
        problems += filled.problems
        return Located(value, located.file, located.places)

    def queue_of(self, matter: Matter) -> str:
        """Where a matter goes: as ``matters:`` says, else where the human journey does; empty where neither says it."""
        named = self._settings.queues.get(matter) or self._settings.queue
        if named is not None and (self._queues is None or named in self._queues):
            return named
        if self._human is None:
            return ""
        steps = (step.hand_over for step in _every(self._human.value.steps) if isinstance(step, HandOverStep))
        return next((queue for queue in steps if queue != RESPONSIBLE), "")

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the settings and with the journeys that stand in the place of default ones."""
        yield from self._of_settings()
        for name, located in self._by_name.items():
            matter = located.value.matter
            if matter is not None:
                yield from self._of_override(name, located, matter)
            elif name in MATTERS and name not in self._settings.off:
                what = f"a journey called '{name}' stands in the place of the default journey for that matter"
                mend = f"write 'matter: {name}' if that is what it is for, or give it another name"
                yield problem(located, ("journey",), what, mend)

    def _of_settings(self) -> Iterator[Problem]:
        queues = self._queues
        named: list[tuple[Path, str | None]] = [(("matters", "queue"), self._settings.queue)]
        named += [(("matters", "queues", each), queue) for each, queue in self._settings.queues.items()]
        for path, queue in named:
            if queues is not None and queue is not None and queue not in queues:
                yield problem(self._tenant_file, path, f"there is no queue '{queue}'", did_you_mean(queue, queues))

    def _of_override(self, name: str, located: Located[JourneyFile], matter: Matter) -> Iterator[Problem]:
        path: Path = ("matter",)
        first = self.journeys[matter]
        steps = list(_every(located.value.steps))
        if first != name:
            what = f"'{first}' in {self._by_name[first].file} is for this matter already"
            yield problem(located, path, what, "keep one of them")
        elif matter in self._settings.off:
            what = f"'{matter}' is switched off in tenant.yaml, so nothing begins this journey"
            yield problem(located, path, what, f"take '{matter}' out of 'off:' under 'matters:', or remove 'matter:'")
        elif matter in HANDED_OVER and not any(isinstance(step, HandOverStep) for step in steps):
            what = f"a person has to hear of '{matter}', and this journey hands over to nobody"
            yield problem(located, path, what, f"add '- hand_over: {RESPONSIBLE}'")
        elif matter in RECORDED and not any(isinstance(step, RecordStep) and step.record == matter for step in steps):
            what = f"'{matter}' has to be on record, and this journey records none"
            yield problem(located, path, what, f"add '- record: {matter}'")
        elif not self.queue_of(matter) and any(_goes(step) for step in steps):
            what = f"nothing says which queue '{matter}' goes to, and the human journey names none"
            yield problem(self._tenant_file, ("matters",), what, "write 'queue: …' under 'matters:' in tenant.yaml")


class _Filled:
    def __init__(self, located: Located[JourneyFile], texts: MatterTexts, queue: str) -> None:
        self._located = located
        self._texts = texts
        self._queue = queue
        self.problems: list[Problem] = []

    def steps(self, steps: tuple[Step, ...], path: Path) -> tuple[Step, ...]:
        return tuple(self.inside(step, (*path, index)) for index, step in enumerate(steps))

    def inside(self, value: Any, path: Path) -> Any:
        """A step or a slot with every text in it filled in."""
        changed: dict[str, Any] = {}
        for field in msgspec.structs.fields(value):
            was, at = getattr(value, field.name), (*path, field.encode_name)
            if isinstance(was, Template):
                changed[field.name] = self._text(was, at)
            elif isinstance(was, tuple) and was and isinstance(was[0], msgspec.Struct) and field.name != "options":
                changed[field.name] = self.steps(was, at)
            elif isinstance(was, dict):
                changed[field.name] = {
                    name: self._text(each, (*at, name)) if isinstance(each, Template) else self.steps(each, (*at, name))
                    for name, each in was.items()
                }
        if isinstance(value, HandOverStep) and value.hand_over == RESPONSIBLE and self._queue:
            changed["hand_over"] = self._queue
        return msgspec.structs.replace(value, **changed)

    def _text(self, text: Template, path: Path) -> Template:
        written = text.text
        for reference in text.references:
            root, _, name = reference.path.partition(".")
            if root != WORDS:
                continue
            if name not in MatterTexts.__struct_fields__:
                mend = did_you_mean(name, MatterTexts.__struct_fields__)
                what = f"there is no text '{name}' for these matters"
                self.problems.append(problem(self._located, path, what, mend, offset=reference.offset))
                written = written.replace(f"{{{reference.path}}}", "…")
                continue
            words = Template.compile(getattr(self._texts, name))
            written = written.replace(f"{{{reference.path}}}", "".join(_of_matter(part) for part in words.parts))
        return text if written == text.text else Template.compile(written)


def as_said(text: str) -> str:
    """A tenant's text about a matter as it stands in a journey; as it is where it is no text with placeholders."""
    try:
        return "".join(_of_matter(part) for part in Template.compile(text).parts)
    except Misread:
        return text


def _of_matter(part: str | Reference) -> str:
    """A piece of a tenant's text as a journey writes it: what is filled in is the matter's."""
    if isinstance(part, Reference):
        return f"{{{MATTER}.{part.path}}}"
    return part.replace("{", "{{").replace("}", "}}")


def no_such(root: str, name: str) -> str:
    """What is wrong with a part of a name that neither a matter, the conversation nor what a call gives has."""
    if root in (MATTER, CONVERSATION):
        return f"'{root}' has no '{name}'"
    return f"'{root}' comes from a call that gives no '{name}' at each of its ends"


def _goes(step: Step) -> bool:
    return isinstance(step, HandOverStep) and step.hand_over == RESPONSIBLE


def _every(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for _, inner in blocks(step):
            yield from _every(inner)
