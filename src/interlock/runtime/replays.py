"""Which replays were asked for, how far is each, and what did it find?"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import structlog

from interlock.control.bundle import Bundle, load_bundle
from interlock.control.changes import Constant, changed_files
from interlock.control.replay import ReplayReport
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime.definitions import release_id
from interlock.runtime.replaying import replay
from interlock.runtime.stored_releases import release_texts
from interlock.vocabulary.ids import StaffId

if TYPE_CHECKING:
    from interlock.runtime.app import App

KEPT_FOR: Final = timedelta(days=7)
"""For how long the report of a replay can be read."""

RUNNING_AT_ONCE: Final = 1
"""Replays that one node runs at the same time; each takes a process of its own."""

TOLD_EVERY: Final = timedelta(seconds=1)
"""How often a running replay says how far it is."""

STOPPED_AFTER: Final = timedelta(seconds=60)
"""A replay that said nothing for this long was cut off with its node."""

MAX_CHANGED_FILES: Final = 50
"""Files that one replay may change."""

LISTED: Final = 20
"""Replays that are listed, newest first."""

logger = structlog.get_logger(__name__)


class ReplayJob(msgspec.Struct, frozen=True, kw_only=True):
    """One replay: what was tried, by whom, how far it is, and its report once it is done.

    Attributes:
        release: the version that was tried; empty for the one in force.
        files: the paths of the definitions that are other than in that one.
        judgements: how many were judged again so far.
        told: when it last said how far it is.
    """

    id: str
    by: StaffId
    at: datetime
    since: datetime | None
    release: str = ""
    files: tuple[str, ...]
    constants: tuple[Constant, ...]
    state: Literal["running", "done", "failed", "stopped"]
    told: datetime
    judgements: int = 0
    report: ReplayReport | None = None
    error: str = ""


class Replays:
    """Replays of one node; their reports are kept where every node finds them."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._running: dict[str, asyncio.Task[None]] = {}

    async def start(
        self,
        release: str,
        files: Mapping[str, str | None],
        constants: Sequence[Constant],
        since: datetime | None,
        by: StaffId,
    ) -> ReplayJob:
        """Begin to judge the past again by a version (the one in force where none is named) with some changes.

        Raises:
            Refused: nothing is changed, too much is, or another replay still runs here.
            DefinitionError: the changed definitions have mistakes; with every problem.
        """
        if not release and not files and not constants:
            raise Refused("nothing_changed", "Say what to try: a changed file or a changed number.", status=422)
        if len(files) > MAX_CHANGED_FILES:
            raise Refused("too_large", f"A replay changes at most {MAX_CHANGED_FILES} files.", status=422)
        if len(self._running) >= RUNNING_AT_ONCE:
            raise Refused("replay_running", "Another replay still runs on this node; wait until it is done.")
        base = await release_texts(self._app.records, release) if release else self._app.definitions.files
        texts = changed_files(base, files, constants)
        bundle = await asyncio.to_thread(load_bundle, texts, release_id(texts))
        now = self._app.clock()
        job = ReplayJob(
            id=f"rp_{secrets.token_hex(8)}",
            by=by,
            at=now,
            since=since,
            release=release,
            files=tuple(sorted(files)),
            constants=tuple(constants),
            state="running",
            told=now,
        )
        await self._keep(job)
        task = asyncio.get_running_loop().create_task(self._run(job, bundle, texts))
        self._running[job.id] = task
        task.add_done_callback(lambda _: self._running.pop(job.id, None))
        return job

    async def get(self, id: str) -> ReplayJob:
        """A replay. Raises Refused ``replay_unknown`` (404)."""
        body = await self._app.records.get("replay", id)
        if body is None:
            raise Refused("replay_unknown", "There is no such replay, or its report has expired.", status=404)
        return self._seen(msgspec.json.decode(body, type=ReplayJob))

    async def all(self) -> list[ReplayJob]:
        """The latest replays without their reports, newest first."""
        jobs = [msgspec.json.decode(body, type=ReplayJob) for body in (await self._app.records.all("replay")).values()]
        jobs.sort(key=lambda job: job.at, reverse=True)
        return [msgspec.structs.replace(self._seen(job), report=None) for job in jobs[:LISTED]]

    async def close(self) -> None:
        """Cut off what still runs."""
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _seen(self, job: ReplayJob) -> ReplayJob:
        silent = self._app.clock() - job.told > STOPPED_AFTER
        lost = job.state == "running" and job.id not in self._running and silent
        return msgspec.structs.replace(job, state="stopped", error="The node that ran it stopped.") if lost else job

    async def _keep(self, job: ReplayJob) -> None:
        body = msgspec.json.encode(job)
        await self._app.records.put("replay", job.id, body, expires_at=self._app.clock() + KEPT_FOR)

    async def _run(self, job: ReplayJob, bundle: Bundle, files: Mapping[str, str]) -> None:
        clock = self._app.clock
        latest = job
        telling: set[asyncio.Task[None]] = set()

        def progress(judgements: int) -> None:
            nonlocal latest
            if clock() - latest.told >= TOLD_EVERY and not telling:
                latest = msgspec.structs.replace(latest, judgements=judgements, told=clock())
                task = asyncio.get_running_loop().create_task(self._keep(latest))
                telling.add(task)
                task.add_done_callback(telling.discard)

        try:
            report = await replay(self._app.log, bundle, files, job.since, processes=1, progress=progress)
            done = msgspec.structs.replace(
                latest, state="done", judgements=report.judgements, report=report, told=clock()
            )
        except asyncio.CancelledError:
            done = msgspec.structs.replace(latest, state="stopped", error="The node was stopped.", told=clock())
        except Exception as error:
            # Whatever it is, whoever asked has to hear that there is no report.
            known = isinstance(error, Unavailable | Conflict | Refused)
            logger.error("a replay failed", replay=job.id, exc_info=None if known else error, error=str(error))
            done = msgspec.structs.replace(latest, state="failed", error=str(error)[:300], told=clock())
        await asyncio.gather(*telling, return_exceptions=True)
        await self._keep(done)
