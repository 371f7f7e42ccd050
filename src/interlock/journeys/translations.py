"""What do a release's texts say in other languages, and does every translation fit a text that is written?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from interlock.journeys.language import MIN_EXAMPLES, TenantFile
from interlock.journeys.matter_files import as_said
from interlock.journeys.model import DEFAULT, Journey
from interlock.journeys.said_texts import Say, journey_in, settings_in, slot_in, step_in
from interlock.journeys.slots import Slot, Words
from interlock.kernel.documents import DefinitionError, Located, Misread, Problem, closest, load, load_located, problem
from interlock.kernel.documents.errors import shown
from interlock.kernel.template import Template
from interlock.vocabulary.languages import LANGUAGES
from interlock.vocabulary.settings import InLanguages, Name, TenantSettings

FOLDER: Final = "texts/"
SHOWN: Final = 3
"""Texts of a place without a translation that a note names; it counts them all."""

GROUPED: Final = frozenset({"journeys", "connectors"})
"""Sections whose texts stand under the name of what says them."""

_FILE: Final = re.compile(r"texts/([^/]+)\.ya?ml")
_FILLED: Final = re.compile(r"\{[^{}]*\}")

Table = Mapping[str, str]
"""Texts as they are written, and what they are in another language."""


class TextsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``texts/LANGUAGE.yaml``: each text as it is written, and its translation with the same ``{placeholders}``.

    Attributes:
        journeys: by the journey's name: its title, questions, words, labels. Its ``aliases`` can be translated, too; those of
            both languages are understood.
        tenant: what ``tenant.yaml`` says, and what the product says where it says nothing, word for word.
        rules: what the rules give customers as a reason (``@customer_reason``).
        connectors: by the connector's name, what its actions say on a card: ``says``, and ``shows`` with its labels.
        examples: by the journey's name, what customers say in this language who want it; the built-in model learns from
            them beside those of the journey.
        complete: whether every text has to have a translation; otherwise those without one are told by a note.
    """

    journeys: dict[Name, dict[str, str]] = {}
    examples: dict[Name, tuple[Words, ...]] = {}
    tenant: dict[str, str] = {}
    rules: dict[str, str] = {}
    connectors: dict[Name, dict[str, str]] = {}
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Translated:
    """The settings and the journeys of a release with all their languages, and what may be missing in them."""

    tenant: TenantSettings
    journeys: Mapping[str, Journey]
    notes: tuple[Problem, ...] = ()
    connectors: Mapping[str, Mapping[str, Table]] = field(default_factory=dict)
    """What actions say, by language and connector."""


@dataclass(frozen=True, slots=True)
class Written:
    """The texts that are written in a release, in the order in which they are, each once."""

    journeys: Mapping[str, tuple[str, ...]]
    tenant: tuple[str, ...]
    rules: tuple[str, ...]
    connectors: Mapping[str, tuple[str, ...]]
    aliases: frozenset[str]
    slots: Mapping[str, Slot] = field(repr=False)


def translated(
    files: Mapping[str, str],
    tenant: TenantSettings,
    journeys: Mapping[str, Journey],
    reasons: Collection[str],
    cards: Mapping[str, tuple[str, ...]],
) -> Translated:
    """Read ``texts/*.yaml``, and put what they say beside what is written in the tenant's own language.

    Args:
        files: the texts of the release by path; ``tenant.yaml`` is one of them.
        reasons: what the rules tell customers.
        cards: what the actions of each connector say.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    paths = sorted(path for path in files if path.startswith(FOLDER))
    if not paths:
        return Translated(tenant, journeys)
    written, problems, notes = (
        _written(files["tenant.yaml"], tenant, journeys, reasons, cards),
        list[Problem](),
        list[Problem](),
    )
    read: dict[str, TextsFile] = {}
    for path in paths:
        code = _code(path, tenant.language, read, problems)
        try:
            located = load_located(files[path], path, TextsFile)
        except DefinitionError as error:
            problems += error.problems
            continue
        problems += _misfits(located, written)
        problems += _unlearnable(located, journeys)
        told = _missing(located, written, tenant.language, journeys)
        (problems if located.value.complete else notes).extend(told)
        read[code] = located.value
    if problems:
        raise DefinitionError(problems)
    others = {code: _tenant_in(tenant, code, file) for code, file in read.items()}
    inside = InLanguages(**{name: getattr(tenant, name) for name in TenantSettings.__struct_fields__}, others=others)
    said = {name: _journey_with(each, journeys, read, written) for name, each in journeys.items()}
    return Translated(inside, said, tuple(notes), {code: file.connectors for code, file in read.items()})


def _code(path: str, own: str, read: Collection[str], problems: list[Problem]) -> str:
    """The language that a file is named after."""
    match = _FILE.fullmatch(path)
    code = match[1] if match else ""
    if code not in LANGUAGES:
        what = f"'{path.removeprefix(FOLDER)}' is not named after a language"
        problems.append(Problem(path, 1, 1, what, "name it after an ISO 639-1 code, such as texts/de.yaml"))
    elif code == own:
        what = f"'{own}' is the tenant's own language: its texts stand in the journeys and in tenant.yaml"
        problems.append(Problem(path, 1, 1, what, "change them there, and remove this file"))
    elif code in read:
        problems.append(Problem(path, 1, 1, f"there are two files for '{code}'", "put them into one"))
    return code


def _written(
    tenant_file: str,
    tenant: TenantSettings,
    journeys: Mapping[str, Journey],
    reasons: Collection[str],
    cards: Mapping[str, tuple[str, ...]],
) -> Written:
    shared = load(tenant_file, "tenant.yaml", TenantFile)
    aliases: set[str] = set()
    of_tenant: dict[str, None] = {}
    note = _noting(of_tenant)
    settings_in(tenant, note)
    for path, step in next(iter(journeys.values())).steps.items():
        if path.startswith(f"{DEFAULT}."):  # every journey has the same of these
            step_in(step, note)
    for slot in shared.slots.values():
        slot_in(slot, note)
        aliases.update(alias for option in slot.options for alias in option.aliases)
    of_journeys = {}
    for name, journey in journeys.items():
        own: dict[str, None] = {}
        journey_in(journey, _noting(own), lambda text: text, shared.slots)
        aliases.update(alias for slot in journey.slots.values() for option in slot.options for alias in option.aliases)
        of_journeys[name] = tuple(text for text in own if text not in aliases)
    rules = tuple(dict.fromkeys(filter(None, reasons)))
    own_texts = tuple(text for text in of_tenant if text not in aliases)
    return Written(of_journeys, own_texts, rules, cards, frozenset(aliases), shared.slots)


def _noting(into: dict[str, None]) -> Say:
    def say(text: str) -> str:
        into[text] = None
        return text

    return say


# What is wrong, and what is missing.


def _groups(file: TextsFile) -> Iterator[tuple[tuple[str, ...], Table]]:
    """Every group of a file with its place."""
    yield ("tenant",), file.tenant
    yield ("rules",), file.rules
    for name, texts in file.connectors.items():
        yield ("connectors", name), texts
    for name, texts in file.journeys.items():
        yield ("journeys", name), texts


def _nothing_called(located: Located[TextsFile], at: tuple[str, ...], known: Collection[str], rest: str) -> Problem:
    near = closest(at[1], known)
    mend = f"did you mean '{near}'?" if near else f"remove its {rest}"
    what = "connector" if at[0] == "connectors" else "journey"
    return problem(located, at, f"there is no {what} '{at[1]}'", mend, at_key=True)


def _unlearnable(located: Located[TextsFile], journeys: Mapping[str, Journey]) -> Iterator[Problem]:
    """Examples of a journey that there is not, or that no words begin, and examples that are too few."""
    for name, texts in located.value.examples.items():
        at = ("examples", name)
        if name not in journeys:
            yield _nothing_called(located, at, journeys, "examples")
        elif not journeys[name].examples:
            what = f"'{name}' has no examples in the tenant's own language, so no customer begins it by what she says"
            yield problem(located, at, what, "write some in the journey as well, or remove these", at_key=True)
        elif len(texts) < MIN_EXAMPLES:
            what = f"{len(texts)} examples of '{name}' are too few to learn from"
            yield problem(located, at, what, f"write {MIN_EXAMPLES} or more, best fifteen, or none", at_key=True)


def _misfits(located: Located[TextsFile], written: Written) -> Iterator[Problem]:
    """Translations of what is written nowhere, and those that are filled in with something else."""
    for at, texts in _groups(located.value):
        if at[0] in GROUPED and at[1] not in getattr(written, at[0]):
            yield _nothing_called(located, at, getattr(written, at[0]), "texts")
            continue
        known = _known(written, at)
        where = {"tenant": "tenant.yaml", "rules": "no rule's @customer_reason"}.get(
            at[0], f"the {at[0][:-1]} '{at[-1]}'"
        )
        for text, translation in texts.items():
            if text not in known:
                what = f"{where if at[0] == 'rules' else f'nothing in {where}'} reads '{shown(text)}' (any more)"
                near = closest(text, known)
                mend = f"write '{near}', and look whether the translation still fits" if near else "remove it"
                yield problem(located, (*at, text), what, mend, at_key=True)
            elif wrong := _unlike(text, translation):
                yield problem(located, (*at, text), *wrong)


def _known(written: Written, at: tuple[str, ...]) -> tuple[str, ...]:
    found = getattr(written, at[0])
    return (*(found[at[1]] if at[0] in GROUPED else found), *written.aliases)


def _unlike(text: str, translation: str) -> tuple[str, str] | None:
    """How the placeholders of a translation differ from those of its text, and how to mend it."""
    if not translation.strip():
        return "the translation is empty", "write it, or remove the line: then the text itself is said"
    try:
        Template.compile(translation)
    except Misread as wrong:
        return wrong.what, wrong.mend
    wanted, found = set(_FILLED.findall(text)), set(_FILLED.findall(translation))
    if left_out := sorted(wanted - found):
        return f"the translation leaves out {', '.join(left_out)}", "write it where it belongs in the sentence"
    if more := sorted(found - wanted):
        mend = f"use those of the text: {', '.join(sorted(wanted))}" if wanted else "leave it out: the text has none"
        return f"the text that is translated has no {', '.join(more)}", mend
    return None


def _missing(
    located: Located[TextsFile], written: Written, own: str, journeys: Mapping[str, Journey]
) -> Iterator[Problem]:
    """One line for each place whose texts have no translation, and one about journeys without examples."""
    file = located.value
    in_tenant = {*file.tenant, *(as_said(text) for text in file.tenant)}
    of_tenant = {*written.tenant, *(as_said(text) for text in written.tenant)}
    places = [("tenant.yaml", written.tenant, {*file.tenant}), ("the rules", written.rules, {*file.rules})]
    for name, own_texts in written.journeys.items():
        places.append((f"the journey '{name}'", own_texts, {*file.journeys.get(name, {}), *in_tenant, *of_tenant}))
    for name, on_cards in written.connectors.items():
        places.append((f"the connector '{name}'", on_cards, {*file.connectors.get(name, {})}))
    at, mend = (("complete",), "translate them, or remove 'complete'") if file.complete else ((), "")
    for place, there, done in places:
        texts = [text for text in there if _says_something(text)]
        wanted = [text for text in texts if text not in done]
        if wanted:
            first = ", ".join(f"'{shown(text)}'" for text in wanted[:SHOWN])
            more = " …" if len(wanted) > SHOWN else ""
            what = f"{len(wanted)} of {len(texts)} texts of {place} have no translation, and are said in '{own}': "
            yield problem(located, at, f"{what}{first}{more}", mend)
    silent = [
        name for name, each in journeys.items() if each.examples and not each.matter and name not in file.examples
    ]
    if silent and not file.complete:
        what = f"nothing is learned in this language for {', '.join(silent)}: no words in it begin them"
        yield problem(located, (), f"{what}, only buttons", "")


def _says_something(text: str) -> bool:
    return any(letter.isalpha() for letter in _FILLED.sub("", text))


# The texts in another language.


def _tenant_in(tenant: TenantSettings, code: str, file: TextsFile) -> TenantSettings:
    said: Any = settings_in(tenant, lambda text: file.tenant.get(text, text))
    fields = {name: getattr(said, name) for name in TenantSettings.__struct_fields__ if name != "language"}
    return InLanguages(**fields, language=code, reasons=file.rules)  # type: ignore[arg-type]  # no file is read as this


def _journey_with(
    journey: Journey, journeys: Mapping[str, Journey], read: Mapping[str, TextsFile], written: Written
) -> Journey:
    """The journey with itself in every other language."""
    others = {}
    for code, file in read.items():
        shared = {**file.tenant, **{as_said(text): as_said(said) for text, said in file.tenant.items()}}
        table = {**shared, **file.journeys.get(journey.name, {})}
        said = journey_in(journey, _by(table), _by(shared), written.slots)
        menu = {name: file.journeys.get(name, {}).get(title, title) for name, title in journey.menu.items()}
        examples = file.examples.get(journey.name, journey.examples)
        others[code] = replace(said, menu=menu, examples=examples)
    return replace(journey, others=others)


def _by(table: Table) -> Say:
    return lambda text: table.get(text, text)
