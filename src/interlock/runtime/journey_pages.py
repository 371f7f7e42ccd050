"""What do the pages of the journeys show: each drawn step by step, with how it is walked now and how ready it is?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from interlock.journeys.courses import Remedies, arms, kind_of, question_of, text_of, top, variants_of, verified
from interlock.journeys.differences import differences
from interlock.journeys.language import WAITING
from interlock.journeys.model import Journey, JourneySet
from interlock.journeys.scenario_checks import FOLDER as SCENARIOS
from interlock.journeys.traffic import JourneyTraffic, Key, Traffic
from interlock.journeys.translations import FOLDER as TEXTS
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Checked, Definitions
from interlock.runtime.publishing import releases
from interlock.runtime.readiness import Readiness, journey_named, named_in, readiness, versions
from interlock.runtime.stored_releases import release_texts

if TYPE_CHECKING:
    from interlock.runtime.app import App

WITHIN: Final = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
"""The times for which a page can be asked."""

LISTED: Final = ("24h", "7d")
"""Those for which the list says how journeys ended."""

RELEASES_KEPT: Final = 200
"""Releases of which it is kept which versions of the journeys they hold."""

EARLIER_LOOKED_AT: Final = 100
"""Versions, the latest, among which it is looked for those in which a journey was written otherwise."""

logger = structlog.get_logger(__name__)


class JourneyPages:
    """The journeys of one node's release in force, as people look at them."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._versions: dict[str, Mapping[str, str]] = {}
        self._ready: tuple[str, dict[str, Readiness]] = ("", {})

    async def readiness(self, name: str) -> Readiness:
        """How ready a journey in force is. Raises Refused ``journey_unknown`` (404)."""
        definitions = self._app.definitions
        journey_named(definitions.journeys, name)
        return (await self._all_ready(definitions))[name]

    async def listed(self) -> dict[str, Any]:
        """Every journey in force: its title, how many runs are under way, how they ended lately, how ready it is."""
        definitions = self._app.definitions
        ready, traffic = await self._all_ready(definitions), await self._app.recent_traffic.now()
        now, lines = self._app.clock(), []
        for name, journey in definitions.journeys.items():
            keys = traffic.keys(name)  # of every release: the list asks how customers fare, and not at which step
            spans = {span: traffic.of(keys, now - WITHIN[span]) for span in LISTED}
            lines.append(
                {
                    "journey": name,
                    "title": journey.title,
                    "about": journey.about,
                    "matter": journey.matter or None,
                    "default": journey.default,
                    "steps": sum(not path.startswith("default.") for path in journey.order),
                    "live": spans[LISTED[0]].live,
                    "ended": {span: {"began": one.began, "outcomes": one.outcomes} for span, one in spans.items()},
                    "verdict": ready[name].verdict,
                    "signoffs": msgspec.to_builtins(ready[name].signoffs),
                }
            )
        return {"release": definitions.release, "journeys": lines}

    async def one(self, name: str, within: str) -> dict[str, Any]:
        """A journey in force as it is drawn, with what its steps saw within a time.

        Runs of earlier releases count where the journey's file was the same; the others are only told by their number.

        Raises:
            Refused: ``journey_unknown`` (404); ``bad_within`` (422).
        """
        if within not in WITHIN:
            raise Refused(
                "bad_within", f"'{within[:20]}' is no time to show: write one of {', '.join(WITHIN)}.", status=422
            )
        definitions = self._app.definitions
        journey = journey_named(definitions.journeys, name)
        traffic = await self._app.recent_traffic.now()
        since = self._app.clock() - WITHIN[within]
        same, others = await self._same(definitions, name, traffic)
        seen, elsewhere = traffic.of(same, since), traffic.of(others, since)
        return {
            "journey": name,
            "title": journey.title,
            "about": journey.about,
            "matter": journey.matter or None,
            "default": journey.default,
            "release": definitions.release,
            "within": within,
            **outline(journey, definitions.bundle.remedies),
            "traffic": _traffic(seen),
            "earlier": {"live": elsewhere.live, "began": elsewhere.began},
        }

    async def earlier(self, name: str) -> list[dict[str, Any]]:
        """The versions that came into force in which a journey was written otherwise than now, newest first, each once.

        Raises:
            Refused: ``journey_unknown`` (404).
        """
        definitions = self._app.definitions
        journey_named(definitions.journeys, name)
        seen, found = {versions(definitions.files)[name]}, []
        for one in reversed((await releases(self._app.log)).published[-EARLIER_LOOKED_AT:]):
            version = (await self._versions_in(one.release)).get(name)
            if version is not None and version not in seen:
                seen.add(version)
                found.append({"release": one.release, "at": one.at, "note": one.note})
        return found

    def files(self, name: str) -> dict[str, Any]:
        """What is written of a journey in force: its own file, its scenarios, and the translations.

        Raises:
            Refused: ``journey_unknown`` (404).
        """
        definitions = self._app.definitions
        journey_named(definitions.journeys, name)
        own = next(path for path, named in named_in(definitions.files) if named == name)
        about = re.compile(rf"^[ \t-]*journey:[ \t]*[\"']?{name}\b", re.MULTILINE)
        beside = [path for path, text in definitions.files.items() if path.startswith(SCENARIOS) and about.search(text)]
        paths = [own, *beside, *(path for path in definitions.files if path.startswith(TEXTS))]
        return {"release": definitions.release, "own": own, "files": {path: definitions.files[path] for path in paths}}

    async def changes(self, name: str, since: str) -> dict[str, Any]:
        """How a journey in force differs from what it was in a version before.

        Raises:
            Refused: ``journey_unknown`` or ``release_unknown`` (404); ``release_unreadable`` (409) where this program cannot
                read that version any more.
        """
        journey = journey_named(self._app.definitions.journeys, name)
        try:
            old = (await self._app.releases.load(since)).journeys.get(name)
        except LookupError:
            raise Refused("release_unknown", f"There is no version {since[:80]} here.", status=404) from None
        except DefinitionError:
            reason = f"This program cannot read the version {since[:80]} any more, so it cannot be compared."
            raise Refused("release_unreadable", reason) from None
        if old is None:
            raise Refused("journey_unknown", f"There was no such journey in {since[:80]}.", status=404)
        return {"journey": name, "since": since, **differences(old, journey).document()}

    async def _all_ready(self, definitions: Definitions) -> dict[str, Readiness]:
        """By journey; worked out anew with each release and each day, on which a grant may end."""
        now = self._app.clock()
        of = f"{definitions.release} {now.date()}"
        if self._ready[0] != of:
            self._ready = (of, await asyncio.to_thread(_all_ready, definitions, now))
        return self._ready[1]

    async def _same(self, definitions: Definitions, name: str, traffic: Traffic) -> tuple[set[Key], set[Key]]:
        """The releases in which a journey is written as it is now, and the others."""
        version = versions(definitions.files)[name]
        keys = traffic.keys(name)
        same = {key for key in keys if (await self._versions_in(key[0])).get(name) == version}
        return same, keys - same

    async def _versions_in(self, release: str) -> Mapping[str, str]:
        if release not in self._versions:
            try:
                texts = await release_texts(self._app.records, release)
            except Refused:
                logger.warning(
                    "a release is not stored any more; its runs are not shown at their steps", release=release
                )
                texts = {}
            self._versions[release] = versions(texts)
            while len(self._versions) > RELEASES_KEPT:
                del self._versions[next(iter(self._versions))]
        return self._versions[release]


def _all_ready(definitions: Definitions, now: Any) -> dict[str, Readiness]:
    found = Checked(
        definitions.tenant,
        definitions.queues,
        definitions.bundle,
        JourneySet(definitions.journeys),
        definitions.breakers,
        definitions.budgets,
        definitions.signoffs,
        definitions.models,
    )
    return {name: readiness(found, definitions.files, name, now) for name in definitions.journeys}


def outline(journey: Journey, remedies: Remedies) -> dict[str, Any]:
    """A journey as it is drawn: the paths of its first steps, and every step that can be reached, by path."""
    passed = verified(journey, remedies)
    return {"first": top(journey), "steps": {path: _step(journey, path, remedies) for path in passed}}


def _step(journey: Journey, path: str, remedies: Remedies) -> dict[str, Any]:
    step = journey.steps[path]
    return {
        "kind": kind_of(step),
        "text": text_of(step),
        "hears": question_of(step, journey),
        "to": variants_of(step, journey),
        "arms": [
            {"name": arm.name, "default": arm.default, "waits": arm.name in WAITING, "steps": arm.steps}
            for arm in arms(journey, path, remedies)
        ],
    }


def _traffic(seen: JourneyTraffic) -> dict[str, Any]:
    return {
        "live": seen.live,
        "began": seen.began,
        "outcomes": dict(seen.outcomes),
        "steps": {path: step._asdict() for path, step in seen.steps.items()},
    }
