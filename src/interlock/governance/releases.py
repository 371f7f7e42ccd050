"""Which versions were there, which waits for a second person, and who may let it come into force?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.releases import (
    CanaryEnded,
    CanaryStarted,
    ReleaseApproved,
    ReleaseProposed,
    ReleasePublished,
    ReleaseRejected,
)

RELEASES: Final = Query(
    "releases:all",
    (ReleaseProposed, ReleaseApproved, ReleaseRejected, ReleasePublished, CanaryStarted, CanaryEnded),
)
"""What the state of the releases is folded from, and what guards its changes."""

FREE: Final = ("journeys/", "texts/", "queues/", "capacities.yaml", "slas.yaml", "cases/", "scenarios/")
"""What may change without a second person: journeys only propose, translations only say so, queues only wait,
capacities only make room, clocks only remind, cases and scenarios only try."""

JOURNEYS: Final = ("journeys/", "texts/", "scenarios/")
"""What a canary can change: everything else is the same for everybody, the rules above all."""

MACHINES: Final = frozenset({"cli", "start"})
"""Publishers that are nobody: a command without a name, and the start of a node."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version that came into force."""

    release: ReleaseId
    at: datetime
    by: str
    approved_by: tuple[str, ...]
    undoes: ReleaseId
    note: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that was proposed and is neither in force nor rejected."""

    release: ReleaseId
    base: ReleaseId
    at: datetime
    by: str
    note: str
    undoes: ReleaseId
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Canary:
    """A version on which some new interactions begin: ``share`` percent of the people, within a segment (CEL; or all)."""

    release: ReleaseId
    base: ReleaseId
    at: datetime
    by: str
    share: int
    segment: str
    note: str


@dataclass(frozen=True, slots=True)
class ReleasesState:
    """All versions that came into force, oldest first, those that wait, and the canary that runs."""

    published: tuple[Version, ...] = ()
    waiting: Mapping[ReleaseId, Waiting] = field(default_factory=dict)
    canary: Canary | None = None

    @property
    def in_force(self) -> ReleaseId:
        """The version in force; empty before the first one."""
        return self.published[-1].release if self.published else ReleaseId("")

    @property
    def rolled_back(self) -> ReleaseId:
        """The version that the one in force replaced because it was no good; empty where it did not."""
        return self.published[-1].undoes if self.published else ReleaseId("")


def evolve(state: ReleasesState, recorded: Recorded) -> ReleasesState:
    """The state after one more fact."""
    match recorded.event:
        case ReleaseProposed() as event:
            one = Waiting(event.release, event.base, recorded.at, event.by, event.note, event.undoes)
            return replace(state, waiting={**state.waiting, event.release: one})
        case ReleaseApproved() as event if event.release in state.waiting:
            one = state.waiting[event.release]
            approved = replace(one, approved_by=(*one.approved_by, event.by))
            return replace(state, waiting={**state.waiting, event.release: approved})
        case ReleaseRejected() as event:
            return replace(state, waiting=_without(state.waiting, event.release))
        case CanaryStarted() as event:
            before = state.canary  # the same one again: it is tried on more people, or on fewer
            at = before.at if before is not None and before.release == event.release else recorded.at
            begun = Canary(event.release, event.base, at, event.by, event.share, event.segment, event.note)
            return replace(state, canary=begun)
        case CanaryEnded():
            return replace(state, canary=None)
        case ReleasePublished() as event:
            version = Version(event.release, recorded.at, event.by, event.approved_by, event.undoes, event.note)
            return ReleasesState((*state.published, version), _without(state.waiting, event.release))
        case _:
            return state


def fold(events: Iterable[Recorded]) -> ReleasesState:
    """The state after those facts."""
    state = ReleasesState()
    for recorded in events:
        state = evolve(state, recorded)
    return state


def guarded(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files whose change needs a second person, where that is wanted at all: all but journeys, queues, cases, scenarios."""
    return [path for path in _changed(before, after) if not path.startswith(FREE)]


def beyond_journeys(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files whose change is no matter for a canary."""
    return [path for path in _changed(before, after) if not path.startswith(JOURNEYS)]


def approvable(state: ReleasesState, release: str, by: str, roles: Collection[str], role: str) -> Waiting:
    """The waiting version that somebody may approve.

    Args:
        roles: of whoever approves; ``role`` is the one that may.

    Raises:
        Refused: nothing of that name waits, its base is no longer in force, the role is missing, or it is his own.
    """
    one = waiting(state, release)
    if role not in roles:
        raise Refused("not_permitted", f"A version is approved by somebody with the role {role}.", status=403)
    if by == one.by or by in one.approved_by:
        raise Refused(
            "own_release", "Somebody else has to approve this: you proposed it, or approved it already.", status=403
        )
    if one.base != state.in_force:
        raise Refused(
            "release_stale",
            f"It was made against {one.base}, and {state.in_force} is in force now; propose it again, so that what is"
            " approved is what changes.",
        )
    return one


def waiting(state: ReleasesState, release: str) -> Waiting:
    """The version of that name that waits. Raises Refused ``release_not_waiting`` (404)."""
    one = state.waiting.get(ReleaseId(release))
    if one is None:
        raise Refused("release_not_waiting", f"No version {release[:80]} waits for an approval.", status=404)
    return one


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _without(held: Mapping[ReleaseId, Waiting], release: ReleaseId) -> dict[ReleaseId, Waiting]:
    return {name: one for name, one in held.items() if name != release}
