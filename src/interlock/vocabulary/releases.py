"""Releases: a published, immutable version of everything that authors write, and how it came into force."""

from __future__ import annotations

from interlock.kernel.events import Event
from interlock.vocabulary.ids import ReleaseId, tags


class ReleaseProposed(Event, frozen=True, kw_only=True):
    """Somebody wants this version in force in place of ``base``; others have to approve it first."""

    release: ReleaseId
    base: ReleaseId
    by: str
    note: str = ""
    undoes: ReleaseId = ReleaseId("")

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")


class ReleaseApproved(Event, frozen=True, kw_only=True):
    """Somebody other than the proposer looked at a proposed version and agrees."""

    release: ReleaseId
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")


class ReleaseRejected(Event, frozen=True, kw_only=True):
    """A proposed version will not come into force (unless it is proposed again); its proposer may take it back, too."""

    release: ReleaseId
    by: str
    reason: str

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")


class ReleasePublished(Event, frozen=True, kw_only=True):
    """This version is in force from now on; interactions that began on another end on theirs (policies excepted)."""

    release: ReleaseId
    by: str
    journeys: tuple[str, ...]
    actions: tuple[str, ...]
    rules: tuple[str, ...]
    approved_by: tuple[str, ...] = ()
    undoes: ReleaseId = ReleaseId("")
    """The version that was in force and is rolled back; empty where this is no rollback."""
    note: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")


class CanaryStarted(Event, frozen=True, kw_only=True):
    """Some of the interactions that begin from now on begin on this version; its journeys differ from those in force.

    The same version again changes on whom it is tried.
    """

    release: ReleaseId
    base: ReleaseId
    share: int
    """Percent of the people, 1 to 99; the same person is always on the same side."""
    segment: str = ""
    """A CEL condition on ``channel`` and ``matched`` that an interaction has to meet as well."""
    by: str
    note: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")


class CanaryEnded(Event, frozen=True, kw_only=True):
    """No more interactions begin on it; those that did end on it. A version that comes into force ends it, too."""

    release: ReleaseId
    by: str
    note: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(release=self.release, releases="all")
