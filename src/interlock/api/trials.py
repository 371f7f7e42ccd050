"""Versions on trial over the network: their scenarios before they come into force, and journeys on some people first."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from interlock.api.signing import require
from interlock.control.changes import changed_files, changed_words
from interlock.kernel.errors import Refused
from interlock.runtime.app import App
from interlock.runtime.canaries import CanaryRuns, Runs, adopt_canary, change_canary, end_canary
from interlock.runtime.publishing import MAX_NOTE
from interlock.runtime.release_lines import publisher
from interlock.runtime.staff import Person
from interlock.runtime.stored_releases import release_texts
from interlock.simulation.trials import Trial, Trials

MAX_FILES: Final = 50
"""Files that one version may change over the network; a whole folder is published from the command line."""

MAX_SEGMENT: Final = 500
"""Characters of the condition on those on whom journeys are tried."""

Text = Annotated[str, Meta(max_length=MAX_NOTE)]
Segment = Annotated[str, Meta(max_length=MAX_SEGMENT)]
Files = dict[Annotated[str, Meta(max_length=200)], str | None]


class WantedCanary(msgspec.Struct, forbid_unknown_fields=True):
    """Journeys to try on ``share`` percent of the people, within a segment (CEL; or all): files changed, as in a version."""

    files: Files
    share: int
    segment: Segment = ""
    note: Text = ""


class CanaryShare(msgspec.Struct, forbid_unknown_fields=True):
    """On whom the version is tried from now on; no segment leaves the one before."""

    share: int
    segment: Segment | None = None
    note: Text = ""


class CanaryNote(msgspec.Struct, forbid_unknown_fields=True):
    """Why it ends, or comes into force for everybody."""

    note: Text = ""


@get("/v1/trials")
async def show_trials(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The latest versions whose scenarios were played before they came into force, newest first."""
    require(person, "see_policies")
    app: App = state.app
    trials: Trials = state.trials
    return {"trials": [trial_document(one, app) for one in await trials.all()]}


@get("/v1/trials/{trial:str}")
async def show_trial(trial: FromPath[str], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """How far the scenarios of a version are, what did not hold, and what came of it."""
    require(person, "see_policies")
    trials: Trials = state.trials
    return trial_document(await trials.get(trial), state.app)


@get("/v1/canary")
async def show_canary(person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """The version that is tried on some people, and how its journeys go beside those in force since it began."""
    require(person, "see_policies")
    app: App = state.app
    runs: CanaryRuns = state.canaries
    canary, found = await runs.now()
    if canary is None:
        return {"canary": None, "journeys": {}}
    base, tried = await release_texts(app.records, canary.base), await release_texts(app.records, canary.release)
    shown = {
        "release": canary.release,
        "base": canary.base,
        "at": canary.at,
        "by": publisher(canary.by, _names(app)),
        "share": canary.share,
        "segment": canary.segment,
        "note": canary.note,
        "changes": changed_words(base, tried),
    }
    journeys = {
        name: {"in_force": _runs(found[canary.base].get(name)), "canary": _runs(found[canary.release].get(name))}
        for name in sorted({name for by_journey in found.values() for name in by_journey})
    }
    return {"canary": shown, "journeys": journeys}


@post("/v1/canary", status_code=202)
async def begin_canary(data: JSONBody[WantedCanary], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Play the scenarios of other journeys, and try these on some people where all hold."""
    require(person, "publish")
    app: App = state.app
    trials: Trials = state.trials
    texts = wanted_texts(app, data.files)
    begun = await trials.canary(texts, by=person.id, share=data.share, segment=data.segment, note=data.note)
    return trial_document(begun, app)


@post("/v1/canary/share", status_code=200)
async def share_canary(data: JSONBody[CanaryShare], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Try the same version on more people, or on fewer."""
    require(person, "publish")
    app: App = state.app
    canary = await change_canary(app.log, by=person.id, share=data.share, segment=data.segment, note=data.note)
    app.follower.wake()
    return {"release": canary.release, "share": canary.share, "segment": canary.segment}


@post("/v1/canary/end", status_code=200)
async def stop_canary(data: JSONBody[CanaryNote], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Let no more interactions begin on it; those that did end on it."""
    require(person, "publish")
    app: App = state.app
    canary = await end_canary(app.log, by=person.id, note=data.note)
    app.follower.wake()
    return {"release": canary.release}


@post("/v1/canary/adopt", status_code=202)
async def keep_canary(data: JSONBody[CanaryNote], person: NamedDependency[Person], state: State) -> dict[str, Any]:
    """Put the version that is tried into force for everybody; its scenarios were played when it began."""
    require(person, "publish")
    app: App = state.app
    told = await adopt_canary(app.log, app.records, by=person.id, note=data.note)
    app.follower.wake()
    return {"release": told.release, "in_force": told.in_force, "approvals": told.approvals}


def wanted_texts(app: App, files: Files) -> dict[str, str]:
    """The texts in force with some files changed. Raises Refused ``nothing_changed`` or ``too_large`` (422)."""
    if not files:
        raise Refused("nothing_changed", "Say what changes: a file.", status=422)
    if len(files) > MAX_FILES:
        raise Refused("too_large", f"At most {MAX_FILES} files can be changed at once here.", status=422)
    return changed_files(app.definitions.files, files)


def trial_document(trial: Trial, app: App) -> dict[str, Any]:
    """A trial as it is shown."""
    shown: dict[str, Any] = msgspec.to_builtins(trial)
    return shown | {"by": publisher(trial.by, _names(app))}


def _names(app: App) -> dict[str, str]:
    return {str(staff): name for staff, name in app.staff.names.items()}


def _runs(runs: Runs | None) -> dict[str, Any]:
    return {"begun": 0, "outcomes": {}} if runs is None else {"begun": runs.begun, "outcomes": dict(runs.outcomes)}


HANDLERS: Final = (show_trials, show_trial, show_canary, begin_canary, share_canary, stop_canary, keep_canary)
