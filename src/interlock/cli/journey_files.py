"""What is wrong with some journey, scenario and trigger files, seen from the definitions that they lie in?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from interlock.cli.running import read
from interlock.journeys.matter_files import DEFAULTS
from interlock.journeys.scenario_checks import FOLDER
from interlock.kernel.documents import DefinitionError, Problem
from interlock.kernel.errors import Refused
from interlock.runtime.default_journeys import learned_examples, with_defaults
from interlock.runtime.definitions import check, read_folder
from interlock.runtime.training import BadExamples, checked
from interlock.simulation.trying import scenarios_of

JOURNEYS: Final = "journeys/"
TRIGGERS: Final = "triggers/"
TENANT: Final = "tenant.yaml"


def mistakes(files: Sequence[Path], definitions: Path | None) -> list[Problem]:
    """The problems of some files, each told with the file as it was named.

    What is wrong with other files is told only where nothing is found in these: it may hide more.

    Raises:
        Refused: a file lies in no definitions folder, or there is no such file.
    """
    found: list[Problem] = []
    for folder in dict.fromkeys(_folder(file, definitions) for file in files):
        texts = dict(read_folder(folder))
        named = {_place(file, folder): file for file in files if _folder(file, definitions) == folder}
        texts |= {place: read(file) for place, file in named.items()}
        # One that stands in the place of a default journey need not lie in the folder yet.
        kept = {place: text for place, text in texts.items() if not place.startswith(DEFAULTS) or place in named}
        texts = with_defaults(kept)
        every = _problems(texts)
        mine = [each for each in every if each.file in named]
        found += [
            msgspec.structs.replace(each, file=str(named.get(each.file, folder / each.file))) for each in mine or every
        ]
    return found


def _folder(file: Path, definitions: Path | None) -> Path:
    if definitions is not None:
        return definitions
    for folder in file.absolute().parents:
        if folder.name in (JOURNEYS[:-1], FOLDER[:-1], TRIGGERS[:-1]) and (folder.parent / TENANT).is_file():
            return _short(folder.parent)
    raise Refused(
        "outside_definitions",
        f"{file} lies in no folder 'journeys', 'scenarios' or 'triggers' beside a {TENANT};"
        " name its definitions with --definitions.",
        status=422,
    )


def _short(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _place(file: Path, folder: Path) -> str:
    """Where a file lies in its definitions; one that lies elsewhere is taken for what its first key says that it is."""
    inside, whole = file.absolute(), folder.absolute()
    if inside.is_relative_to(whole):
        return inside.relative_to(whole).as_posix()
    begins = [line.split(":")[0] for line in read(file).splitlines() if line[:1].isalpha()]
    first = {"scenario": FOLDER, "scenarios": FOLDER, "trigger": TRIGGERS}
    return f"{next((first[key] for key in begins if key in first), JOURNEYS)}{file.name}"


def _problems(texts: Mapping[str, str]) -> list[Problem]:
    try:
        journeys = check(texts).journeys
        language = check(texts).tenant.language
        scenarios_of(texts)
    except DefinitionError as error:
        return list(error.problems)
    try:
        checked(learned_examples(journeys, language), language)
    except BadExamples as error:
        # It speaks of an intent, which is a journey: 'intent damaged_item: …'.
        name = str(error).removeprefix("intent ").split(":")[0]
        place = next(
            (path for path, text in texts.items() if path.startswith(JOURNEYS) and f"journey: {name}" in text), JOURNEYS
        )
        return [Problem(place, 1, 1, str(error), "")]
    return []
