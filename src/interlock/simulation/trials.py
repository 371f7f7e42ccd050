"""Which versions are tried on their scenarios before they come into force, how far is each, and what came of it?"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from interlock.journeys.scenario_checks import FOLDER
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime import canaries, publishing
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions, build
from interlock.runtime.publishing import Submitted
from interlock.runtime.stored_releases import Releases
from interlock.simulation.trial_worker import Job, Line
from interlock.simulation.trying import scenarios_of
from interlock.vocabulary.ids import ReleaseId, StaffId
from interlock.vocabulary.knowledge import Article

KEPT_FOR: Final = timedelta(days=7)
"""For how long it can be read what came of a trial."""

RUNNING_AT_ONCE: Final = 1
"""Trials that one node runs at the same time; each takes a core."""

LONGEST_S: Final = 900.0
"""How long the scenarios of one version may take; more is no use before somebody publishes."""

TOLD_EVERY: Final = timedelta(seconds=0.5)
"""How often a trial says how far it is."""

STOPPED_AFTER: Final = timedelta(seconds=60)
"""A trial that said nothing for this long was cut off with its node."""

MOST_FAILURES: Final = 50
"""Failures that are told; all are counted."""

LONGEST_LINE: Final = 1024 * 1024
"""Bytes of what is told of one scenario."""

LISTED: Final = 10
"""Trials that are listed, newest first."""

_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZDIR", "LANG")
"""What the process that plays sees of this one's variables: no key and no address of a system."""

logger = structlog.get_logger(__name__)


class Unheld(msgspec.Struct, frozen=True):
    """Something that did not hold: in which scenario, where it stands, what was expected, and what was so instead."""

    scenario: str
    file: str
    line: int
    expected: str
    really: str


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One version that is to come into force: who wants it and for whom, how far its scenarios are, what came of it.

    Attributes:
        share: percent of the people on whom its journeys are to be tried; 0 where it is for everybody.
        base: the version that it was made from.
        told: when it last said how far it is.
        played, of: scenarios.
        failed: how many of those did not hold; ``failures`` says why.
        in_force, approvals: once it is done, as ``publishing.Submitted``.
    """

    id: str
    by: StaffId
    at: datetime
    release: ReleaseId
    base: ReleaseId
    note: str = ""
    share: int = 0
    segment: str = ""
    state: Literal["running", "done", "failed", "stopped"] = "running"
    told: datetime
    played: int = 0
    of: int = 0
    failed: int = 0
    failures: tuple[Unheld, ...] = ()
    in_force: bool = False
    approvals: int = 0
    error: str = ""


class Trials:
    """What is tried on one node; what comes of it is kept where every node finds it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._running: dict[str, asyncio.Task[None]] = {}

    async def publish(self, files: Mapping[str, str], *, by: StaffId, note: str = "") -> Submitted | Trial:
        """Put texts into force once their scenarios hold, or propose them then; at once where they have none.

        Raises:
            DefinitionError: the texts have mistakes.
            Refused: another trial runs here; or as ``publishing.submit``.
        """
        self._one_at_a_time()
        running = await self._in_force()
        definitions = await build(files, running, self._articles())
        if definitions.release == running.release or not _scenarios(definitions):
            log, records = self._app.log, self._app.records
            return await publishing.submit(files, log, records, by=by, note=note, tried=definitions)
        return await self._begin(definitions, running, by=by, note=note)

    async def canary(
        self, files: Mapping[str, str], *, by: StaffId, share: int, segment: str = "", note: str = ""
    ) -> Trial:
        """Let some of the new interactions begin on other journeys, once the scenarios of these hold.

        Raises:
            DefinitionError: the texts have mistakes.
            Refused: another trial runs here; or as ``canaries.start_canary``.
        """
        self._one_at_a_time()
        running = await self._in_force()
        await canaries.refuse_canary(running, files, self._app.log, share=share, segment=segment)
        definitions = await build(files, running, self._articles())
        return await self._begin(definitions, running, by=by, note=note, share=share, segment=segment)

    async def get(self, id: str) -> Trial:
        """A trial. Raises Refused ``trial_unknown`` (404)."""
        body = await self._app.records.get("trial", id)
        if body is None:
            raise Refused("trial_unknown", "There is no such trial, or what came of it has expired.", status=404)
        return self._seen(msgspec.json.decode(body, type=Trial))

    async def all(self) -> list[Trial]:
        """The latest, newest first."""
        found = [msgspec.json.decode(body, type=Trial) for body in (await self._app.records.all("trial")).values()]
        found.sort(key=lambda one: one.at, reverse=True)
        return [self._seen(one) for one in found[:LISTED]]

    async def close(self) -> None:
        """Cut off what still runs."""
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _one_at_a_time(self) -> None:
        if len(self._running) >= RUNNING_AT_ONCE:
            raise Refused("trial_running", "Another version is tried on this node; wait until that is done.")

    async def _in_force(self) -> Definitions:
        running = await Releases.running(self._app.log, self._app.records)
        return running if running is not None else self._app.definitions

    def _articles(self) -> tuple[Article, ...]:
        knowledge = self._app.knowledge
        return tuple(one.article for one in knowledge.library.live(knowledge.today))

    def _seen(self, trial: Trial) -> Trial:
        silent = self._app.clock() - trial.told > STOPPED_AFTER
        lost = trial.state == "running" and trial.id not in self._running and silent
        return msgspec.structs.replace(trial, state="stopped", error=_CUT_OFF) if lost else trial

    async def _keep(self, trial: Trial) -> None:
        await self._app.records.put(
            "trial", trial.id, msgspec.json.encode(trial), expires_at=self._app.clock() + KEPT_FOR
        )

    async def _begin(
        self,
        definitions: Definitions,
        running: Definitions,
        *,
        by: StaffId,
        note: str,
        share: int = 0,
        segment: str = "",
    ) -> Trial:
        self._one_at_a_time()  # somebody else's may have begun while this was read
        now = self._app.clock()
        trial = Trial(
            id=f"tr_{secrets.token_hex(8)}",
            by=by,
            at=now,
            release=definitions.release,
            base=running.release,
            note=note,
            share=share,
            segment=segment,
            told=now,
            of=len(scenarios_of(definitions.files)),
        )
        task = asyncio.get_running_loop().create_task(self._run(trial, definitions))
        self._running[trial.id] = task
        task.add_done_callback(lambda _: self._running.pop(trial.id, None))
        await self._keep(trial)
        return trial

    async def _run(self, trial: Trial, definitions: Definitions) -> None:
        try:
            async with asyncio.timeout(LONGEST_S):
                trial = await self._played(trial, definitions)
            done = await self._put(trial, definitions) if not trial.failed else _over(trial, _UNHELD)
        except asyncio.CancelledError:
            done = msgspec.structs.replace(trial, state="stopped", error="The node was stopped.")
        except TimeoutError:
            done = _over(trial, f"Its scenarios take longer than {LONGEST_S:g} s.")
        except Exception as error:
            # Whatever it is, whoever asked has to hear that nothing came into force.
            known = isinstance(error, Unavailable | Conflict | Refused | DefinitionError)
            logger.error("a trial failed", trial=trial.id, exc_info=None if known else error, error=str(error))
            done = _over(trial, error.reason if isinstance(error, Refused) else str(error)[:1000])
        with suppress(Unavailable):  # then it is told as one that said nothing any more
            await self._keep(msgspec.structs.replace(done, told=self._app.clock()))

    async def _played(self, trial: Trial, definitions: Definitions) -> Trial:
        """Play the scenarios in a process of their own, and say how far that is. Raises RuntimeError where it breaks."""
        job = Job(dict(definitions.files), definitions.model, definitions.articles)
        variables = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "interlock.simulation.trial_worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**variables, "PYTHONPATH": os.pathsep.join((_SOURCE, *_paths()))}, limit=LONGEST_LINE,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        words = asyncio.get_running_loop().create_task(process.stderr.read())
        try:
            process.stdin.write(msgspec.msgpack.encode(job))
            process.stdin.close()
            async for line in process.stdout:
                trial = _counted(trial, msgspec.json.decode(line, type=Line))
                if (now := self._app.clock()) - trial.told >= TOLD_EVERY:
                    trial = msgspec.structs.replace(trial, told=now)
                    await self._keep(trial)
            code, last = await process.wait(), await words
        finally:
            words.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code or trial.played != trial.of:
            raise RuntimeError(f"the process that plays ended with {code}: {last.decode('utf-8', 'replace')[-500:]}")
        return trial

    async def _put(self, trial: Trial, definitions: Definitions) -> Trial:
        """Do what was asked for with a version whose scenarios hold."""
        log, records = self._app.log, self._app.records
        if (await self._in_force()).release != trial.base:
            raise Refused(
                "release_stale", "Another version came into force meanwhile; make the change again, on top of that one."
            )
        if trial.share:
            await canaries.start_canary(
                definitions.files,
                log,
                records,
                by=trial.by,
                share=trial.share,
                segment=trial.segment,
                note=trial.note,
            )
            return msgspec.structs.replace(trial, state="done")
        told = await publishing.submit(definitions.files, log, records, by=trial.by, note=trial.note, tried=definitions)
        self._app.follower.wake()
        return msgspec.structs.replace(trial, state="done", in_force=told.in_force, approvals=told.approvals)


_CUT_OFF: Final = "The node that ran it stopped; nothing came into force."
_UNHELD: Final = "Scenarios do not hold; nothing came into force."
_SOURCE: Final = str(Path(__file__).parents[2])


def _paths() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def _scenarios(definitions: Definitions) -> bool:
    return any(path.startswith(FOLDER) for path in definitions.files)


def _over(trial: Trial, why: str) -> Trial:
    return msgspec.structs.replace(trial, state="failed", error=why)


def _counted(trial: Trial, line: Line) -> Trial:
    told = tuple(
        Unheld(line.title, each.file, each.line, each.expected, each.really)
        for each in line.failures[: MOST_FAILURES - len(trial.failures)]
    )
    return msgspec.structs.replace(
        trial,
        of=line.of,
        played=trial.played + 1,
        failed=trial.failed + bool(line.failures),
        failures=(*trial.failures, *told),
    )
