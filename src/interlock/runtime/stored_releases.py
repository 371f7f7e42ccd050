"""Where are the releases kept, which one is in force, and which others do interactions still run on?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from interlock.dialogue.intents import FORMAT, UnusableModel
from interlock.journeys.model import Journey
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Answered, Conflict, Refused
from interlock.kernel.log import Log, Plan, Query, Records, Slice
from interlock.runtime.definitions import Definitions, compiled, trained
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.releases import ReleasePublished

RELEASES_KEPT: Final = 50
"""Releases that a node has at hand."""

NOTHING: Final = ReleaseId("")
PUBLISHED: Final = Query("releases:all", (ReleasePublished,))

logger = structlog.get_logger(__name__)


class _Stored(msgspec.Struct):
    """A release as it is kept."""

    files: dict[str, str]
    model: bytes


class ReleaseGone(LookupError):
    """A run stands at a step of a version that cannot be loaded here, and the version in force has no such step.

    What it says is nothing personal: it is shown to whoever looks after what is parked.
    """

    def __init__(self, release: str, journey: str, path: str) -> None:
        super().__init__(
            f"the version {release} cannot be loaded here, and the one in force has no step '{path}' of the journey"
            f" '{journey}': publish the folder of {release} again, or give the conversation to a person"
        )


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
        found = self.of(release).journeys.get(name)
        return found if found is not None else self._latest.journeys.get(name)

    def of(self, release: str) -> Definitions:
        """A release that is at hand, else the one in force."""
        return self._kept.get(release, self._latest)

    def check(self, release: str, name: str, path: str) -> None:
        """Look whether a run can go on at a step. Raises ReleaseGone."""
        journey = self.journey(release, name)
        if journey is None or (path and path not in journey.steps):
            raise ReleaseGone(release, name, path)

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
        return await _opened(self._records, release, msgspec.msgpack.decode(body, type=_Stored))

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
        return await _opened(records, release, await _kept(records, release))


async def release_texts(records: Records, release: str) -> Mapping[str, str]:
    """The texts of a release as it is kept. Raises Refused ``release_missing`` where it is not."""
    return (await _kept(records, release)).files


async def _opened(records: Records, release: str, stored: _Stored) -> Definitions:
    """A release as it was stored. Where another version of this program trained its model, that is trained anew, once.

    What the other version reads stays as it is, because its nodes may still run.
    """
    with suppress(UnusableModel):
        return compiled(stored.files, stored.model)
    key = f"{release}/{FORMAT}"
    model = await records.get("model", key)
    if model is None:
        logger.warning("the model of a release is trained anew: another version of Interlock wrote it", release=release)
        model = await trained(stored.files)
        await records.put("model", key, model)
    return compiled(stored.files, model)


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
