"""Releases: a published, immutable version of everything that authors write."""

from __future__ import annotations

from interlock.kernel.events import Event
from interlock.vocabulary.ids import ReleaseId, tags


class ReleasePublished(Event, frozen=True, kw_only=True):
    """This version is in force from now on; interactions that began on another end on theirs (policies excepted)."""

    release: ReleaseId
    by: str
    journeys: tuple[str, ...]
    actions: tuple[str, ...]
    rules: tuple[str, ...]

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")
