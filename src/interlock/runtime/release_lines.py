"""What does the history of versions look like: who, when, what changed in words, and what waits for whom?"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from interlock.control.changes import changed_words
from interlock.governance.releases import guarded
from interlock.kernel.errors import Refused
from interlock.kernel.log import Log, Records
from interlock.runtime.publishing import releases
from interlock.runtime.stored_releases import release_texts

LISTED: Final = 50
"""Versions that are listed, newest first."""

MAX_DIFFERENCE: Final = 4_000
"""Lines of the difference between two versions that are shown."""


async def release_lines(log: Log, records: Records, names: Mapping[str, str]) -> dict[str, Any]:
    """The versions that came into force, newest first, and those that wait.

    Args:
        names: of the staff, by identifier.
    """
    state = await releases(log)
    texts: dict[str, Mapping[str, str]] = {}

    async def of(release: str) -> Mapping[str, str]:
        if release and release not in texts:
            texts[release] = await release_texts(records, release)
        return texts.get(release, {})

    def person(by: str) -> dict[str, str]:
        return publisher(by, names)

    versions = []
    shown = state.published[-LISTED:]
    before = dict(zip(state.published[1:], state.published, strict=False))
    for one in reversed(shown):
        earlier = before.get(one)
        changes = changed_words(await of(earlier.release), await of(one.release)) if earlier is not None else []
        versions.append(
            {
                "release": one.release,
                "at": one.at,
                "by": person(one.by),
                "approved_by": [person(each) for each in one.approved_by],
                "undoes": one.undoes,
                "note": one.note,
                "changes": changes if earlier is not None else ["the first version"],
                "in_force": one is state.published[-1],
            }
        )
    waiting = []
    for wanted in state.waiting.values():
        base, new = await of(wanted.base), await of(wanted.release)
        waiting.append(
            {
                "release": wanted.release,
                "base": wanted.base,
                "stale": wanted.base != state.in_force,
                "at": wanted.at,
                "by": person(wanted.by),
                "approved_by": [person(each) for each in wanted.approved_by],
                "undoes": wanted.undoes,
                "note": wanted.note,
                "changes": changed_words(base, new),
                "guarded": guarded(base, new),
            }
        )
    tried = None
    if (canary := state.canary) is not None:
        tried = {
            "release": canary.release,
            "at": canary.at,
            "by": person(canary.by),
            "share": canary.share,
            "segment": canary.segment,
            "note": canary.note,
            "changes": changed_words(await of(canary.base), await of(canary.release)),
        }
    return {"in_force": state.in_force, "versions": versions, "waiting": waiting, "canary": tried}


def publisher(by: str, names: Mapping[str, str]) -> dict[str, str]:
    """Who published, approved or tried a version, as people read it."""
    return {"id": by, "name": names.get(by, _MACHINES.get(by, by))}


_MACHINES: Final = {"cli": "the command line", "start": "the start of a node"}


async def difference(log: Log, records: Records, release: str) -> dict[str, Any]:
    """What a version changes, line by line: against what it was made for, or against the version before it.

    Raises:
        Refused: ``release_unknown`` (404).
    """
    state = await releases(log)
    waiting = next((one for one in state.waiting.values() if one.release == release), None)
    places = [at for at, one in enumerate(state.published) if one.release == release]
    if waiting is None and not places:
        raise Refused("release_unknown", f"There is no version {release[:80]} here.", status=404)
    base = waiting.base if waiting is not None else state.published[places[-1] - 1].release if places[-1] else ""
    old = await release_texts(records, base) if base else {}
    new = await release_texts(records, release)
    lines: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            before, after = old.get(path, "").splitlines(), new.get(path, "").splitlines()
            lines += difflib.unified_diff(before, after, path, path, lineterm="")
    return {
        "release": release,
        "base": base,
        "changes": changed_words(old, new),
        "difference": lines[:MAX_DIFFERENCE],
        "cut": len(lines) > MAX_DIFFERENCE,
    }
