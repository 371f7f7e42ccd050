"""How does a version come into force: at once, or when a second person has looked at it; and how does an old one again?"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from interlock.governance.releases import MACHINES, RELEASES, ReleasesState, approvable, fold, guarded, waiting
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Event
from interlock.kernel.log import Log, Plan, Records
from interlock.runtime.definitions import Definitions, build, read_folder, release_id
from interlock.runtime.engine import ATTEMPTS
from interlock.runtime.knowledge_files import of_tenant
from interlock.runtime.knowledge_scopes import check_scopes
from interlock.runtime.stored_releases import NOTHING, Releases, published, store, tell
from interlock.vocabulary.ids import ReleaseId
from interlock.vocabulary.knowledge import Article
from interlock.vocabulary.releases import ReleaseApproved, ReleaseProposed, ReleaseRejected

MAX_NOTE: Final = 500
"""Characters of what somebody writes about a version."""

logger = structlog.get_logger(__name__)


class Submitted(NamedTuple):
    """A version that was submitted: in force, or waiting for ``approvals`` others."""

    release: ReleaseId
    in_force: bool
    approvals: int


async def submit(
    files: Mapping[str, str],
    log: Log,
    records: Records,
    *,
    by: str,
    note: str = "",
    undoes: ReleaseId = NOTHING,
    tried: Definitions | None = None,
    articles: tuple[Article, ...] = (),
) -> Submitted:
    """Put texts into force, or propose them where others have to approve such a change.

    What the version *in force* says decides who has to approve, so that no change can excuse itself.

    Args:
        by: a member of staff, or ``cli`` or ``start`` where nobody is named.
        undoes: the version that is rolled back by this.
        tried: what these texts were built into, where somebody has tried that out before.
        articles: those that come in with this version, where it may name them as knowledge before they are published.

    Raises:
        DefinitionError: the texts have mistakes; nothing has changed.
        Refused: ``who_publishes``: the change needs a second person, and nobody knows who the first one is.
    """
    running = await Releases.running(log, records)
    if running is not None and running.release == release_id(files):
        return Submitted(running.release, True, 0)
    definitions = (
        tried if tried is not None and tried.release == release_id(files) else await build(files, running, articles)
    )
    if not undoes:  # what was right then comes back whatever has become of the articles
        await check_scopes(definitions, log)
    await store(definitions, records)
    approvals = running.tenant.publish.approvals if running is not None else 0
    if running is None or not approvals or not (paths := guarded(running.files, definitions.files)):
        await tell(published(definitions, by, undoes=undoes, note=note), log)
        return Submitted(definitions.release, True, 0)
    if by in MACHINES:
        role = running.tenant.publish.role
        raise Refused(
            "who_publishes",
            f"This changes {paths[0]}{' and more' if len(paths) > 1 else ''}, which a second person (role {role}) has to"
            " approve: say who you are with 'interlock publish --as LOGIN', or propose it on the page.",
            status=403,
        )
    proposal = ReleaseProposed(release=definitions.release, base=running.release, by=by, note=note, undoes=undoes)
    await log.append(Plan((proposal,), cause=f"release-proposed/{secrets.token_hex(8)}"))
    return Submitted(definitions.release, False, approvals)


async def approve(release: str, log: Log, records: Records, *, by: str, roles: Collection[str]) -> Submitted:
    """Approve a waiting version; with the last approval that is wanted it comes into force.

    Raises:
        Refused: nothing of that name waits, it is one's own, the role is missing, or its base is not in force any more.
    """
    running = await Releases.running(log, records)
    wanted = running.tenant.publish if running is not None else None
    definitions: Definitions | None = None
    for _ in range(ATTEMPTS):
        seen = await log.read(RELEASES)
        state = fold(seen.events)
        role = wanted.role if wanted is not None else "admin"
        one = approvable(state, release, by, roles, role)
        missing = max(1, wanted.approvals if wanted is not None else 1) - len(one.approved_by) - 1
        facts: list[Event] = [ReleaseApproved(release=one.release, by=by)]
        if missing <= 0:
            definitions = definitions or await Releases.stored(records, one.release)
            approved = (*one.approved_by, by)
            facts.append(published(definitions, one.by, approved_by=approved, undoes=one.undoes, note=one.note))
        with suppress(Conflict):
            cause = f"release-approved/{secrets.token_hex(8)}"
            await log.append(Plan(tuple(facts), guard=(RELEASES,), snapshot=seen.snapshot, cause=cause))
            return Submitted(one.release, missing <= 0, max(missing, 0))
    raise Conflict("releases kept changing while this one was approved")


async def reject(release: str, log: Log, *, by: str, roles: Collection[str], role: str, reason: str) -> None:
    """Take a waiting version off: an approver, or whoever proposed it.

    Raises:
        Refused: nothing of that name waits, or it is neither one's own nor within one's role.
    """
    for _ in range(ATTEMPTS):
        seen = await log.read(RELEASES)
        one = waiting(fold(seen.events), release)
        if by != one.by and role not in roles:
            raise Refused("not_permitted", f"A version is rejected by its proposer or the role {role}.", status=403)
        with suppress(Conflict):
            fact = ReleaseRejected(release=one.release, by=by, reason=reason)
            cause = f"release-rejected/{secrets.token_hex(8)}"
            await log.append(Plan((fact,), guard=(RELEASES,), snapshot=seen.snapshot, cause=cause))
            return
    raise Conflict("releases kept changing while this one was rejected")


async def roll_back(release: str, log: Log, records: Records, *, by: str, note: str = "") -> Submitted:
    """Put a version that was in force into force again, as a new publication.

    Raises:
        Refused: no such version was ever in force, or it is in force now; or as ``submit`` does.
        DefinitionError: this program does not take its texts any more.
    """
    state = await releases(log)
    if release not in {one.release for one in state.published}:
        raise Refused("release_unknown", f"There was never a version {release[:80]} in force here.", status=404)
    if release == state.in_force:
        raise Refused("release_in_force", f"{release} is in force already.")
    old = await Releases.stored(records, release)
    return await submit(old.files, log, records, by=by, note=note, undoes=state.in_force)


async def releases(log: Log) -> ReleasesState:
    """Every version that came into force, and those that wait."""
    return fold((await log.read(RELEASES)).events)


async def at_start(log: Log, records: Records, folder: Path) -> Definitions:
    """The release in force; a folder that differs from it is published first.

    A folder with mistakes, one that was rolled back, and one that a second person has to approve are told of and left:
    the running version stays. Without a running version a mistake is an error.
    """
    running = await Releases.in_force(log)
    try:
        files = read_folder(folder)
        if running and release_id(files) == (await releases(log)).rolled_back:
            raise Refused("rolled_back", f"{folder} holds the version that was rolled back; publish it if it is meant.")
        await submit(files, log, records, by="start", articles=_beside(folder))
    except (DefinitionError, Refused) as error:
        if not running:
            raise
        logger.error("the definitions are not published; the running version stays", error=str(error))
    return await Releases.stored(records, await Releases.in_force(log))


def _beside(folder: Path) -> tuple[Article, ...]:
    """The articles beside the definitions; their mistakes are told when they are brought in, and keep no other one out."""
    try:
        return of_tenant(folder, readable=True)
    except DefinitionError:
        return ()
