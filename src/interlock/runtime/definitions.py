"""Which definitions are in force: read from a folder, checked as a whole, published as an immutable release."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from interlock.control.breaker_files import BreakerSpecs, read_breakers
from interlock.control.budget_files import Budgets, read_budgets
from interlock.control.bundle import Bundle, load_bundle
from interlock.control.card_texts import card_texts, in_languages
from interlock.control.cases import failures, read_cases
from interlock.dialogue.intents import IntentModel
from interlock.dialogue.model_files import ModelSpecs, read_models
from interlock.governance.signoffs import SignOff, read_signoffs
from interlock.journeys.compile import compile_journeys
from interlock.journeys.language import JourneyFile
from interlock.journeys.model import Journey, JourneySet
from interlock.journeys.translations import FOLDER, TextsFile, Translated, translated
from interlock.journeys.triggers import Triggers, begun_by, check_triggers, load_triggers
from interlock.kernel.documents import DefinitionError, Problem, load, load_located
from interlock.kernel.errors import Refused
from interlock.routing.capacities import Capacities
from interlock.routing.queues import Specs
from interlock.routing.sla_policies import Policies
from interlock.runtime.default_journeys import learned_examples, with_defaults
from interlock.runtime.kept_models import model_of
from interlock.runtime.routing_files import read_routing
from interlock.runtime.training import BadExamples, NothingReads, checked, loaded
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.knowledge import Article
from interlock.vocabulary.settings import TenantSettings, Understanding

MAX_FILE_BYTES: Final = 2 * 1024 * 1024
MAX_FILES: Final = 2_000
ASIDE: Final = "knowledge"
"""The folder of the articles: they have versions of their own and are no part of a release."""
ENDINGS: Final = frozenset({".yaml", ".yml", ".cedar", ".json", ".py"})
TEXTS_KEPT: Final = 4
"""Releases whose texts stay as they were read, whoever asks for them."""
GATES_KEPT: Final = 4
"""Versions of what the gate reads that stay as they were read: most releases change something else."""
CASES: Final = "cases/"
"""The folder of what the rules are tested with."""
_NOT_THE_GATES: Final = (
    CASES,
    "journeys/",
    "queues/",
    "scenarios/",
    "texts/",
    "triggers/",
    "budgets.yaml",
    "capacities.yaml",
    "breakers.yaml",
    "models.yaml",
    "signoffs.yaml",
    "slas.yaml",
    "tenant.yaml",
)
"""How the paths begin of what the gate does not read."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """One release, checked and compiled."""

    release: ReleaseId
    files: Mapping[str, str]
    tenant: TenantSettings
    queues: Specs
    bundle: Bundle
    journeys: Mapping[str, Journey]
    model: bytes
    intents: IntentModel
    breakers: BreakerSpecs = BreakerSpecs()
    budgets: Budgets = Budgets()
    signoffs: tuple[SignOff, ...] = ()
    models: ModelSpecs = ModelSpecs()
    triggers: Triggers = field(default_factory=dict)
    capacities: Capacities = field(default_factory=dict)
    slas: Policies = Policies()
    articles: tuple[Article, ...] = ()
    """Those that scenarios are played with; what is in force says the log, and no release."""


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a definitions folder by their path in it, and the default journeys that it keeps.

    Raises:
        Refused: there is no such folder, or it holds something that is too large or is no text.
    """
    if not folder.is_dir():
        raise Refused("no_definitions", f"{folder} is not a folder; name the one with tenant.yaml in it.", status=422)
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        aside = inside.parts[0] == ASIDE or any(part[0] in "._" for part in inside.parts)
        if path.suffix not in ENDINGS or not path.is_file() or aside:
            continue
        if path.stat().st_size > MAX_FILE_BYTES or len(files) >= MAX_FILES:
            raise Refused("too_large", f"{path} is too large, or there are more than {MAX_FILES} files.", status=422)
        try:
            files[inside.as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            what = f"{path} is not UTF-8 text ({error.reason} at byte {error.start})."
            raise Refused("not_text", what, status=422) from error
    if "tenant.yaml" not in files:
        raise Refused("no_tenant", f"{folder} has no tenant.yaml; it says who the tenant is.", status=422)
    return with_defaults(files)


def release_id(files: Mapping[str, str]) -> ReleaseId:
    """The version of these texts: the same texts are the same release."""
    return ReleaseId(f"r_{_digest(files).hex()[:12]}")


def _digest(files: Mapping[str, str]) -> bytes:
    digest = sha256()
    for path, text in sorted(files.items()):
        digest.update(f"{path}\0{len(text)}\0{text}".encode())
    return digest.digest()


class Checked(NamedTuple):
    """The texts of a release as read; nothing in it is ever changed."""

    tenant: TenantSettings
    queues: Specs
    bundle: Bundle
    journeys: JourneySet
    breakers: BreakerSpecs
    budgets: Budgets
    signoffs: tuple[SignOff, ...]
    models: ModelSpecs
    triggers: Triggers = MappingProxyType({})
    capacities: Capacities = MappingProxyType({})
    slas: Policies = Policies()
    notes: tuple[Problem, ...] = ()
    """What is no mistake, and may be meant otherwise: texts without a translation."""


_checked: Final = OrderedDict[bytes, Checked]()
"""What was read last: publishing, storing and opening read the same texts, and reading them is most of a start."""

_held: Final = set[bytes]()
"""Texts whose examples were checked here."""

_cases_held: Final = set[bytes]()
"""What the gate reads together with cases that held for it here."""


def check(files: Mapping[str, str]) -> Checked:
    """Read and check everything.

    Raises:
        DefinitionError: with every problem of every file, each with its line and what to write instead.
    """
    digest = _digest(files)
    if (found := _checked.get(digest)) is None:
        found = _checked[digest] = _read(files)
        while len(_checked) > TEXTS_KEPT:
            _checked.popitem(last=False)
    _checked.move_to_end(digest)
    return found


def _read(files: Mapping[str, str]) -> Checked:
    problems: list[Problem] = []

    def attempt(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except DefinitionError as error:
            problems.extend(error.problems)
            return None

    tenant: TenantSettings | None = attempt(lambda: load(files["tenant.yaml"], "tenant.yaml", TenantSettings))
    queues, slas, capacities = read_routing(files, attempt)
    zone = "UTC" if tenant is None else tenant.timezone
    bundle: Bundle | None = attempt(lambda: replace(_gate(_of_gate(files), zone), release=release_id(files)))
    budgets: Budgets | None = attempt(lambda: read_budgets(files, zone))
    models: ModelSpecs | None = attempt(lambda: read_models(files))
    journeys: JourneySet | None = None
    written = attempt(lambda: load_triggers(files)) or []
    if tenant is not None:
        journeys = attempt(
            lambda: compile_journeys(
                _under(files, "journeys/"),
                tenant,
                actions=None if bundle is None else bundle.actions,
                queues=queues,
                tenant_file=files["tenant.yaml"],
                remedies={} if bundle is None else bundle.remedies,
                promises=None if bundle is None else bundle.promises,
                permitted=None if bundle is None else bundle.permitted_to(VIRTUAL_AGENT.roles),
                models=None if models is None else models.names,
                begun=begun_by(written),
            )
        )
    breakers: BreakerSpecs | None = None
    signoffs: tuple[SignOff, ...] = ()
    if bundle is not None and journeys is not None:
        reads = [action.name for action in bundle.actions.values() if action.effect == "read"]
        breakers = attempt(lambda: read_breakers(files, bundle.connectors, journeys.journeys, reads))
    triggers: Triggers = {}
    if tenant is not None and journeys is not None:
        actions = None if bundle is None else bundle.actions
        mine = None if bundle is None else bundle.permitted_to(SYSTEM.roles)
        triggers = attempt(lambda: check_triggers(written, tenant, journeys.journeys, actions, mine))
    if journeys is not None:
        signoffs = attempt(lambda: read_signoffs(files, journeys.journeys))
    said: Translated | None = None
    if tenant is not None and journeys is not None and bundle is not None:
        said = attempt(lambda: _said(files, tenant, journeys, bundle))
    if problems:
        raise DefinitionError(problems)
    assert not (queues is None or slas is None or capacities is None)
    assert bundle and breakers and budgets and models and said
    inside = JourneySet(said.journeys)
    spoken = in_languages(bundle, said.connectors)
    return Checked(
        said.tenant, queues, spoken, inside, breakers, budgets, signoffs, models, triggers, capacities, slas, said.notes
    )


def _said(files: Mapping[str, str], tenant: TenantSettings, journeys: JourneySet, bundle: Bundle) -> Translated:
    reasons, cards = [rule.customer_reason for rule in bundle.rules], card_texts(bundle)
    return translated(files, tenant, journeys.journeys, reasons, cards)


def _of_gate(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(each for each in files.items() if not each[0].startswith(_NOT_THE_GATES)))


@lru_cache(GATES_KEPT)
def _gate(files: tuple[tuple[str, str], ...], zone: str) -> Bundle:
    """What the gate reads; nobody changes it. Raises DefinitionError."""
    return load_bundle(dict(files), "", zone=zone)


def _under(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.startswith(folder)}


def compiled(files: Mapping[str, str], model: bytes) -> Definitions:
    """A release from its texts and its trained model. Raises DefinitionError."""
    read = check(files)
    return Definitions(
        release_id(files),
        files,
        read.tenant,
        read.queues,
        read.bundle,
        read.journeys.journeys,
        model,
        loaded(model),
        read.breakers,
        read.budgets,
        read.signoffs,
        read.models,
        read.triggers,
        read.capacities,
        read.slas,
    )


def proved(files: Mapping[str, str]) -> Checked:
    """Check the texts and the examples in them, and run the cases: all that publishing refuses is refused here.

    Raises:
        DefinitionError: with every problem of every file; a case that does not hold is one.
    """
    read = check(files)
    cases = _digest({**dict(_of_gate(files)), **_under(files, CASES), "timezone": read.tenant.timezone})
    if cases not in _cases_held:
        if unheld := failures(read_cases(files, read.bundle), read.bundle):
            raise DefinitionError([each.problem for each in unheld])
        _cases_held.add(cases)
    if (digest := _digest(files)) not in _held:
        try:
            checked(*_learned(read))
        except BadExamples as error:
            file, line, column = "tenant.yaml" if isinstance(error, NothingReads) else "journeys", 1, 1
            if error.place:
                file, line, column = _place_of(files, *error.place)
            raise DefinitionError([Problem(file, line, column, str(error), "")]) from error
        _held.add(digest)
    return read


def _place_of(files: Mapping[str, str], journey: str, example: str) -> tuple[str, int, int]:
    """Where an example of a journey is written, in whichever language."""
    for path, text in files.items():
        if path.startswith("journeys/"):
            of_journey = load_located(text, path, JourneyFile)
            if of_journey.value.journey == journey and example in of_journey.value.examples:
                return path, *of_journey.at(("examples", of_journey.value.examples.index(example)))
        elif path.startswith(FOLDER):
            of_language = load_located(text, path, TextsFile)
            if example in (written := of_language.value.examples.get(journey, ())):
                return path, *of_language.at(("examples", journey, written.index(example)))
    return "journeys", 1, 1


def _learned(read: Checked) -> tuple[Mapping[str, Sequence[str]], str, Understanding]:
    """What a model is learned from, and nothing else: the journeys' examples, their language, what is looked at in them."""
    return learned_examples(read.journeys, read.tenant.language), read.tenant.language, read.tenant.understanding


async def trained(files: Mapping[str, str]) -> bytes:
    """The model of texts, trained from their examples as they are. Raises DefinitionError; TrainingFailed."""
    try:
        return await model_of(*_learned(check(files)))
    except NothingReads as error:
        raise DefinitionError([Problem("tenant.yaml", 1, 1, str(error), "")]) from error


async def build(
    files: Mapping[str, str], like: Definitions | None = None, articles: tuple[Article, ...] = ()
) -> Definitions:
    """Check the texts, run the cases, and train the model from the journeys' examples, in a process of its own.

    Args:
        like: a release whose model is used where it was learned from the same examples: it would be no other.
        articles: what the scenarios of these texts are played with.

    Raises:
        DefinitionError: with every problem of every file; a case that does not hold is one.
    """
    learned = _learned(proved(files))
    if like is not None and _learned(check(like.files)) == learned:
        return replace(compiled(files, like.model), articles=articles)
    return replace(compiled(files, await model_of(*learned)), articles=articles)
