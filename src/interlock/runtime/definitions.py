"""Which definitions are in force: read from a folder, checked as a whole, published as an immutable release."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from interlock.control.breaker_files import BreakerSpecs, read_breakers
from interlock.control.budget_files import Budgets, read_budgets
from interlock.control.bundle import Bundle, load_bundle
from interlock.control.cases import failures, read_cases
from interlock.dialogue.intents import IntentModel
from interlock.journeys.compile import compile_journeys
from interlock.journeys.model import Journey, JourneySet
from interlock.kernel.documents import DefinitionError, Problem, load
from interlock.kernel.errors import Answered, Conflict, Refused
from interlock.kernel.log import Log, Plan, Query, Records, Slice
from interlock.routing.queues import Specs, load_queues
from interlock.runtime.training import BadExamples, checked, train_in_subprocess
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.releases import ReleasePublished
from interlock.vocabulary.settings import TenantSettings

MAX_FILE_BYTES: Final = 2 * 1024 * 1024
MAX_FILES: Final = 2_000
ENDINGS: Final = frozenset({".yaml", ".yml", ".cedar", ".json", ".py"})
RELEASES_KEPT: Final = 50
TEXTS_KEPT: Final = 4
"""Releases whose texts stay as they were read, whoever asks for them."""

NOTHING: Final = ReleaseId("")
PUBLISHED: Final = Query("releases:all", (ReleasePublished,))

logger = structlog.get_logger(__name__)


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


class _Stored(msgspec.Struct):
    """A release as it is kept."""

    files: dict[str, str]
    model: bytes


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a definitions folder by their path in it.

    Raises:
        Refused: there is no such folder, or it holds something that is too large or is no text.
    """
    if not folder.is_dir():
        raise Refused("no_definitions", f"{folder} is not a folder; name the one with tenant.yaml in it.", status=422)
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix not in ENDINGS or not path.is_file() or any(part[0] in "._" for part in inside.parts):
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
    return files


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


_checked: Final = OrderedDict[bytes, Checked]()
"""What was read last: publishing, storing and opening read the same texts, and reading them is most of a start."""

_held: Final = set[bytes]()
"""Texts that were proved here."""


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
    queues: Specs | None = attempt(lambda: load_queues(_under(files, "queues/")))
    zone = "UTC" if tenant is None else tenant.timezone
    bundle: Bundle | None = attempt(lambda: load_bundle(files, release_id(files), zone=zone))
    budgets: Budgets | None = attempt(lambda: read_budgets(files, zone))
    journeys: JourneySet | None = None
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
            )
        )
    breakers: BreakerSpecs | None = None
    if bundle is not None and journeys is not None:
        reads = [action.name for action in bundle.actions.values() if action.effect == "read"]
        breakers = attempt(lambda: read_breakers(files, bundle.connectors, journeys.journeys, reads))
    if problems:
        raise DefinitionError(problems)
    assert tenant and queues is not None and bundle and journeys and breakers and budgets
    return Checked(tenant, queues, bundle, journeys, breakers, budgets)


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
        IntentModel.from_bytes(model),
        read.breakers,
        read.budgets,
    )


def proved(files: Mapping[str, str]) -> Checked:
    """Check the texts and the examples in them, and run the cases: all that publishing refuses is refused here.

    Raises:
        DefinitionError: with every problem of every file; a case that does not hold is one.
    """
    read = check(files)
    if (digest := _digest(files)) not in _held:
        if unheld := failures(read_cases(files, read.bundle), read.bundle):
            raise DefinitionError([each.problem for each in unheld])
        try:
            checked(*_learned(read))
        except BadExamples as error:
            raise DefinitionError([Problem("journeys", 1, 1, str(error), "")]) from error
        _held.add(digest)
    return read


def _learned(read: Checked) -> tuple[Mapping[str, Sequence[str]], str]:
    """What a model is learned from, and nothing else: the journeys' examples and their language."""
    return read.journeys.examples(), read.tenant.language


async def build(files: Mapping[str, str], like: Definitions | None = None) -> Definitions:
    """Check the texts, run the cases, and train the model from the journeys' examples, in a process of its own.

    Args:
        like: a release whose model is used where it was learned from the same examples: it would be no other.

    Raises:
        DefinitionError: with every problem of every file; a case that does not hold is one.
    """
    learned = _learned(proved(files))
    if like is not None and _learned(check(like.files)) == learned:
        return compiled(files, like.model)
    return compiled(files, await train_in_subprocess(*learned))


class Releases:
    """The releases of a tenant: the one in force, and those that interactions still run on."""

    def __init__(self, records: Records, in_force: Definitions) -> None:
        self._records = records
        self._kept: dict[str, Definitions] = {in_force.release: in_force}
        self._latest = in_force

    def keep(self, definitions: Definitions) -> None:
        """Put a release into force here."""
        self._latest = definitions
        self._kept[definitions.release] = definitions
        while len(self._kept) > RELEASES_KEPT:
            del self._kept[next(iter(self._kept))]

    def journey(self, release: str, name: str) -> Journey | None:
        """A journey of a release; of the one in force where that release is not at hand."""
        found = self._kept.get(release, self._latest).journeys.get(name)
        return found if found is not None else self._latest.journeys.get(name)

    async def ensure(self, release: str) -> None:
        """Have a release at hand before journeys of it are decided."""
        if release and release not in self._kept:
            try:
                self._kept[release] = await self.load(release)
            except (LookupError, DefinitionError) as error:
                logger.warning(
                    "a release cannot be used any more; its journeys go on by the one in force", error=str(error)
                )
                self._kept[release] = self._latest

    async def load(self, release: str) -> Definitions:
        """A release from the database. Raises LookupError where there is none."""
        if release in self._kept:
            return self._kept[release]
        body = await self._records.get("release", release)
        if body is None:
            raise LookupError(f"there is no release {release}")
        stored = msgspec.msgpack.decode(body, type=_Stored)
        return compiled(stored.files, stored.model)

    @classmethod
    async def running(cls, log: Log, records: Records) -> Definitions | None:
        """The release in force as it is stored, whatever the folder holds; None before the first one."""
        release = await cls.in_force(log)
        return await cls.stored(records, release) if release else None

    @staticmethod
    async def in_force(log: Log) -> str:
        """The release that was published last; empty before the first one.

        The log alone says so: its order is the same for everybody, also for two who publish in the same instant.
        """
        return _last(await log.read(PUBLISHED))

    @staticmethod
    async def stored(records: Records, release: str) -> Definitions:
        """A release as it is kept. Raises Refused ``release_missing`` where it is not."""
        stored = await _kept(records, release)
        return compiled(stored.files, stored.model)


async def release_texts(records: Records, release: str) -> Mapping[str, str]:
    """The texts of a release as it is kept. Raises Refused ``release_missing`` where it is not."""
    return (await _kept(records, release)).files


async def _kept(records: Records, release: str) -> _Stored:
    body = await records.get("release", release)
    if body is None:
        raise Refused("release_missing", f"The texts of release {release} are not stored; publish it again.")
    return msgspec.msgpack.decode(body, type=_Stored)


async def store(definitions: Definitions, records: Records) -> None:
    """Keep a release, so that every node finds it."""
    stored = _Stored(dict(definitions.files), definitions.model)
    await records.put("release", definitions.release, msgspec.msgpack.encode(stored))


def published(
    definitions: Definitions,
    by: str,
    *,
    approved_by: Sequence[str] = (),
    undoes: ReleaseId = NOTHING,
    note: str = "",
) -> ReleasePublished:
    """The fact that a release comes into force."""
    return ReleasePublished(
        release=definitions.release,
        by=by,
        journeys=tuple(definitions.journeys),
        actions=tuple(definitions.bundle.actions),
        rules=tuple(rule.id for rule in definitions.bundle.rules),
        approved_by=tuple(approved_by),
        undoes=undoes,
        note=note,
    )


async def tell(fact: ReleasePublished, log: Log) -> None:
    """Record that a release comes into force, unless it is in force: two nodes may publish the same at the same time."""
    while True:
        seen = await log.read(PUBLISHED)
        if _last(seen) == fact.release:
            return
        cause = f"release/{fact.release}/{len(seen.events)}"
        with suppress(Conflict, Answered):  # somebody published in between: look again
            await log.append(Plan((fact,), guard=(PUBLISHED,), snapshot=seen.snapshot, cause=cause))


def _last(seen: Slice) -> str:
    return next((one.event.release for one in seen.events[-1:] if isinstance(one.event, ReleasePublished)), "")
