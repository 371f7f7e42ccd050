"""How are new journeys tried on some people first, and how do they do beside those in force?"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from interlock.governance.releases import RELEASES, Canary, beyond_journeys, fold
from interlock.interactions.canaries import check_segment
from interlock.kernel.documents import Misread
from interlock.kernel.errors import Refused
from interlock.kernel.events import START, Cursor, Event
from interlock.kernel.log import Log, Plan, Records, Slice
from interlock.runtime.definitions import Definitions, build, release_id
from interlock.runtime.past import past, since
from interlock.runtime.publishing import Submitted, releases, submit
from interlock.runtime.stored_releases import Releases, store
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.journeys import JourneyEnded, JourneyStarted
from interlock.vocabulary.releases import CanaryEnded, CanaryStarted

SHARES: Final = range(1, 100)
"""Percent of the people on whom a canary can be tried."""


@dataclass(slots=True)
class Runs:
    """How the runs of one journey went on one version: begun, and over by outcome."""

    begun: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


async def start_canary(
    files: Mapping[str, str], log: Log, records: Records, *, by: str, share: int, segment: str = "", note: str = ""
) -> ReleaseId:
    """Let some of the new interactions begin on other journeys; gives the version that these are.

    Args:
        share: percent of the people, 1 to 99.
        segment: a CEL condition on ``channel`` and ``matched``; empty for everybody.

    Raises:
        DefinitionError: the texts have mistakes; nothing has changed.
        Refused: nothing is in force yet, a canary runs, nothing differs, or something else than journeys does; a share or
            a segment that is none.
        Conflict: somebody changed the releases meanwhile.
    """
    running = await Releases.running(log, records)
    seen = await refuse_canary(running, files, log, share=share, segment=segment)
    assert running is not None
    definitions = await build(files, running)
    await store(definitions, records)
    fact = CanaryStarted(
        release=definitions.release, base=running.release, share=share, segment=segment, by=by, note=note
    )
    await _append(log, fact, seen.snapshot)
    return definitions.release


async def refuse_canary(
    running: Definitions | None, files: Mapping[str, str], log: Log, *, share: int, segment: str
) -> Slice:
    """Look whether texts can be tried on some people now, beside the version in force; gives the releases as they stand.

    Raises:
        Refused: as ``start_canary``.
    """
    _check_people(share, segment)
    if running is None:
        raise Refused("nothing_in_force", "Nothing is in force here yet; publish something first.", status=404)
    if release_id(files) == running.release:
        raise Refused("release_in_force", f"{running.release} is in force already: there is nothing to try.")
    if beyond := beyond_journeys(running.files, files):
        raise Refused(
            "canary_changes_more",
            f"A canary changes journeys only, and this changes {', '.join(beyond[:5])}: publish that first.",
            status=422,
        )
    seen = await log.read(RELEASES)
    if (canary := fold(seen.events).canary) is not None:
        raise Refused("canary_runs", f"{canary.release} is being tried: end it first, by 'interlock canary end'.")
    return seen


async def change_canary(log: Log, *, by: str, share: int, segment: str | None = None, note: str = "") -> Canary:
    """Try the same version on more people, or on fewer; gives the canary as it stands then.

    Whoever took part at a smaller share takes part at a larger one. Interactions that began on it end on it.

    Args:
        share: percent of the people, 1 to 99.
        segment: another condition; None leaves it as it is.

    Raises:
        Refused: ``no_canary`` (404); ``bad_share`` or ``bad_segment`` (422).
        Conflict: somebody changed the releases meanwhile.
    """
    seen = await log.read(RELEASES)
    canary = fold(seen.events).canary
    if canary is None:
        raise Refused("no_canary", "No version is being tried.", status=404)
    within = canary.segment if segment is None else segment
    _check_people(share, within)
    fact = CanaryStarted(
        release=canary.release, base=canary.base, share=share, segment=within, by=by, note=note or canary.note
    )
    if (share, within) != (canary.share, canary.segment):
        await _append(log, fact, seen.snapshot)
    return replace(canary, share=share, segment=within, note=fact.note)


async def adopt_canary(log: Log, records: Records, *, by: str, note: str = "") -> Submitted:
    """Put the version that is being tried into force for everybody. Raises Refused ``no_canary`` (404)."""
    canary = (await releases(log)).canary
    if canary is None:
        raise Refused("no_canary", "No version is being tried.", status=404)
    tried = await Releases.stored(records, canary.release)
    return await submit(tried.files, log, records, by=by, note=note or canary.note, tried=tried)


def _check_people(share: int, segment: str) -> None:
    if share not in SHARES:
        raise Refused("bad_share", f"{share} is no share: write percent from 1 to 99.", status=422)
    try:
        check_segment(segment)
    except Misread as error:
        raise Refused("bad_segment", f"The segment cannot be used: {error}", status=422) from error


async def end_canary(log: Log, *, by: str, note: str = "") -> Canary:
    """Let no more interactions begin on it. Raises Refused ``no_canary`` (404); Conflict as ``start_canary``."""
    seen = await log.read(RELEASES)
    canary = fold(seen.events).canary
    if canary is None:
        raise Refused("no_canary", "No version is being tried.", status=404)
    await _append(log, CanaryEnded(release=canary.release, by=by, note=note), seen.snapshot)
    return canary


class CanaryRuns:
    """How the runs go that began since a canary did, on it and on the version in force; read on from where it was read last."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._of: tuple[ReleaseId, datetime] | None = None
        self._after: Cursor = START
        self._found: dict[str, dict[str, Runs]] = {}
        self._begun: dict[str, Runs] = {}
        self._reading = asyncio.Lock()

    async def now(self) -> tuple[Canary | None, dict[str, dict[str, Runs]]]:
        """The canary that runs, and by version and journey how the runs went. Raises Unavailable."""
        async with self._reading:
            canary = (await releases(self._log)).canary
            if canary is None:
                return None, {}
            if self._of != (canary.release, canary.at):
                self._of = (canary.release, canary.at)
                self._found, self._begun = {canary.base: {}, canary.release: {}}, {}
                self._after = await since(self._log, canary.at)
            async for batch in past(self._log, (JourneyStarted, JourneyEnded), self._after):
                for one in batch:
                    self._fold(one.event)
                self._after = batch[-1].cursor
            return canary, self._found

    def _fold(self, event: Event) -> None:
        if isinstance(event, JourneyStarted) and event.release in self._found:
            runs = self._begun[event.run] = self._found[event.release].setdefault(event.journey, Runs())
            runs.begun += 1
        elif isinstance(event, JourneyEnded) and (over := self._begun.pop(event.run, None)) is not None:
            over.outcomes[event.outcome] += 1


async def _append(log: Log, fact: Event, snapshot: str) -> None:
    cause = f"canary/{secrets.token_hex(8)}"
    await log.append(Plan((fact,), guard=(RELEASES,), snapshot=snapshot, cause=cause))
