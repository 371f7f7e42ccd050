"""How are new journeys tried on some people first, and how do they do beside those in force?"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.governance.releases import RELEASES, Canary, beyond_journeys, fold
from interlock.interactions.canaries import check_segment
from interlock.kernel.documents import Misread
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.kernel.log import Log, Plan, Records
from interlock.runtime.definitions import build
from interlock.runtime.past import past, since
from interlock.runtime.publishing import releases
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
    if share not in SHARES:
        raise Refused("bad_share", f"{share} is no share: write percent from 1 to 99.", status=422)
    try:
        check_segment(segment)
    except Misread as error:
        raise Refused("bad_segment", f"The segment cannot be used: {error}", status=422) from error
    running = await Releases.running(log, records)
    if running is None:
        raise Refused("nothing_in_force", "Nothing is in force here yet; publish something first.", status=404)
    definitions = await build(files, running)
    if definitions.release == running.release:
        raise Refused("release_in_force", f"{running.release} is in force already: there is nothing to try.")
    if beyond := beyond_journeys(running.files, definitions.files):
        raise Refused(
            "canary_changes_more",
            f"A canary changes journeys only, and this changes {', '.join(beyond[:5])}: publish that first.",
            status=422,
        )
    await store(definitions, records)
    seen = await log.read(RELEASES)
    if (canary := fold(seen.events).canary) is not None:
        raise Refused("canary_runs", f"{canary.release} is being tried: end it first, by 'interlock canary end'.")
    fact = CanaryStarted(
        release=definitions.release, base=running.release, share=share, segment=segment, by=by, note=note
    )
    await _append(log, fact, seen.snapshot)
    return definitions.release


async def end_canary(log: Log, *, by: str, note: str = "") -> Canary:
    """Let no more interactions begin on it. Raises Refused ``no_canary`` (404); Conflict as ``start_canary``."""
    seen = await log.read(RELEASES)
    canary = fold(seen.events).canary
    if canary is None:
        raise Refused("no_canary", "No version is being tried.", status=404)
    await _append(log, CanaryEnded(release=canary.release, by=by, note=note), seen.snapshot)
    return canary


async def canary_runs(log: Log) -> tuple[Canary | None, dict[str, dict[str, Runs]]]:
    """The canary that runs, and by version and journey how the runs went that began since it did.

    It reads every beginning and end of a journey since then, in batches.
    """
    canary = (await releases(log)).canary
    if canary is None:
        return None, {}
    found: dict[str, dict[str, Runs]] = {canary.base: {}, canary.release: {}}
    begun: dict[str, Runs] = {}
    async for batch in past(log, (JourneyStarted, JourneyEnded), await since(log, canary.at)):
        for event in (one.event for one in batch):
            if isinstance(event, JourneyStarted) and event.release in found:
                runs = begun[event.run] = found[event.release].setdefault(event.journey, Runs())
                runs.begun += 1
            elif isinstance(event, JourneyEnded) and event.run in begun:
                begun[event.run].outcomes[event.outcome] += 1
    return canary, found


async def _append(log: Log, fact: Event, snapshot: str) -> None:
    cause = f"canary/{secrets.token_hex(8)}"
    await log.append(Plan((fact,), guard=(RELEASES,), snapshot=snapshot, cause=cause))
