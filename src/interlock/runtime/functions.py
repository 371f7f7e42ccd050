"""Who asks a connector's facts.py: a process of its own, with a limit of time and memory, that is killed and started anew."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from interlock.control.actions import Action
from interlock.control.connectors import Connector
from interlock.control.readings import NOTHING_COMPUTED, Computed, ResourceRead, compute, functions_of, records_of

FACT_CPU_S: Final = 0.25
"""Seconds of computing that the fact functions of one judgement may take together; then their process is ended."""

FACT_WALL_S: Final = 3.0
"""Seconds that a judgement waits for its fact functions at most, however busy the machine is."""

FACT_DEATHS: Final = 3
"""How often in a row the process of a connector's fact functions may be ended before it rests."""

FACT_REST_S: Final = 10.0
"""Seconds for which it then is not started again: what hangs each time would otherwise take a core for itself."""

FACT_MEMORY: Final = 256 * 1024 * 1024
"""Bytes of address space of the process of a connector's fact functions."""

FACT_START_S: Final = 10.0
"""Seconds within which such a process has to be ready."""

FACT_END_S: Final = 1.0
"""Seconds after which a process is killed that has closed its answers and does not end."""

LARGEST_FACT: Final = 1024 * 1024
"""Bytes of the largest value that a fact function may give."""

SCRIPT: Final = Path(__file__).with_name("fact_worker.py")

OnFailure = Callable[[str, str, str], None]
"""Told about every function that fails: connector, function, and how."""


class Functions(Protocol):
    """Asks fact functions."""

    async def compute(
        self,
        connector: Connector,
        action: Action,
        record: Mapping[str, Any],
        args: Mapping[str, Any],
        reads: Mapping[str, ResourceRead],
    ) -> Computed:
        """What an action's functions say; one that fails says how. Never raises for what a function does."""
        ...

    async def keep(self, connectors: Mapping[str, Connector]) -> None:
        """These are in force now: whatever serves others is not needed any more, and they are made ready."""
        ...


class FunctionsHere:
    """Asks them in this process and without a limit: for simulations on a virtual clock, where time does not pass."""

    async def compute(
        self,
        connector: Connector,
        action: Action,
        record: Mapping[str, Any],
        args: Mapping[str, Any],
        reads: Mapping[str, ResourceRead],
    ) -> Computed:
        """See ``Functions``."""
        return compute(action, record, args, reads)

    async def keep(self, connectors: Mapping[str, Connector]) -> None:
        """Nothing is kept."""


class FunctionWorkers:
    """Asks each connector's functions in a process of its own: one that hangs holds up no other connector."""

    def __init__(self, on_failure: OnFailure) -> None:
        self._on_failure = on_failure
        self._workers: dict[str, _Worker] = {}

    async def compute(
        self,
        connector: Connector,
        action: Action,
        record: Mapping[str, Any],
        args: Mapping[str, Any],
        reads: Mapping[str, ResourceRead],
    ) -> Computed:
        """See ``Functions``."""
        wanted = list(functions_of(action, reads))
        if not wanted:
            return NOTHING_COMPUTED
        failed = {name: failure for name, _, failure in wanted if failure}
        calls = [(name, function.takes_reads) for name, function, failure in wanted if not failure]
        values: dict[str, Any] = {}
        if calls:
            request = {
                "calls": calls,
                "resource": record,
                "args": args,
                "reads": records_of(action, reads),
            }
            worker = self._worker(connector)
            answers, trouble = await worker.ask(msgspec.json.encode(request) + b"\n", len(calls))
            self._read(connector.name, [name for name, _ in calls], answers, trouble, values, failed)
        return Computed(values, failed)

    def _read(
        self,
        connector: str,
        names: Sequence[str],
        answers: Sequence[Mapping[str, Any]],
        trouble: str,
        values: dict[str, Any],
        failed: dict[str, str],
    ) -> None:
        for place, name in enumerate(names):
            if place < len(answers) and "value" in answers[place]:
                values[name] = answers[place]["value"]
                continue
            if place < len(answers):
                raised, line, words = (answers[place][each] for each in ("raised", "line", "words"))
                if words:
                    failed[name] = words
                    continue
                failed[name] = f"its function raised {raised} (facts.py, line {line})"
            elif place == len(answers):
                failed[name] = f"its function {trouble}"
            else:
                failed[name] = f"it was not asked for, because '{names[len(answers)]}' {trouble}"
                continue
            self._on_failure(connector, name, failed[name])

    def _worker(self, connector: Connector) -> _Worker:
        worker = self._workers.get(connector.name)
        if worker is None or worker.source != connector.functions:
            if worker is not None:
                worker.end()
            worker = self._workers[connector.name] = _Worker(connector.name, connector.functions)
        return worker

    async def keep(self, connectors: Mapping[str, Connector]) -> None:
        """See ``Functions``."""
        for name, worker in tuple(self._workers.items()):
            if name not in connectors or connectors[name].functions != worker.source:
                del self._workers[name]
                await worker.aclose()
        await asyncio.gather(*(self._worker(each).warm() for each in connectors.values() if each.functions))


class _Worker:
    """The process of one facts.py; it is started ahead, and by the first question after an end."""

    def __init__(self, name: str, source: str) -> None:
        self.source = source
        self._opening = msgspec.json.encode({"file": f"connectors/{name}/facts.py", "source": source}) + b"\n"
        self._process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()
        self._deaths = 0
        self._rests_until = 0.0

    async def warm(self) -> None:
        """Start its process, so that nobody's judgement waits for that; one that does not start is told of when asked."""
        async with self._asking:
            try:
                await self._running()
            except (OSError, TimeoutError):
                await self.aclose()

    async def ask(self, request: bytes, calls: int) -> tuple[list[dict[str, Any]], str]:
        """The answers that came, and what went wrong where those are fewer than the calls."""
        async with self._asking:
            rests_s = self._rests_until - asyncio.get_running_loop().time()
            if rests_s > 0:
                return [], f"is not asked for {rests_s:.0f} s: its process was ended {self._deaths} times in a row"
            answers, trouble = await self._answers(request, calls)
        self._deaths = self._deaths + 1 if trouble else 0
        if self._deaths >= FACT_DEATHS:
            self._rests_until = asyncio.get_running_loop().time() + FACT_REST_S
        return answers, trouble

    async def _answers(self, request: bytes, calls: int) -> tuple[list[dict[str, Any]], str]:
        answers: list[dict[str, Any]] = []
        try:
            process = await self._running()
            async with asyncio.timeout(FACT_WALL_S):
                await _send(process, request)
                while len(answers) < calls:
                    line = await _line(process)
                    if line is None:
                        return answers, await self._ended()
                    answers.append(msgspec.json.decode(line))
        except TimeoutError:
            await self.aclose()
            return answers, f"did not answer within {FACT_WALL_S:g} s"
        except (OSError, ValueError) as error:
            await self.aclose()
            return answers, f"could not be asked ({type(error).__name__})"
        except asyncio.CancelledError:
            # An answer that nobody waits for any more must not be taken for that of the next question.
            self.end()
            raise
        return answers, ""

    async def _running(self) -> asyncio.subprocess.Process:
        """Its process as it is, or a new one. Raises OSError or TimeoutError where that does not start."""
        process = self._process
        return process if process is not None and process.returncode is None else await self._started()

    async def _started(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(SCRIPT), str(FACT_CPU_S), str(FACT_MEMORY),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LARGEST_FACT,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ},
        )  # fmt: skip
        self._process = process
        async with asyncio.timeout(FACT_START_S):
            await _send(process, self._opening)
            if await _line(process) is None:
                raise OSError("the process of the fact functions does not start")
        return process

    async def _ended(self) -> str:
        """How its process ended by itself."""
        process = self._process
        if process is None:
            return "has no process"
        # To kill what has just ended would reap it, and nobody would hear how it ended.
        with suppress(TimeoutError):
            async with asyncio.timeout(FACT_END_S):
                await process.wait()
        await self.aclose()
        if process.returncode == -signal.SIGPROF:
            return f"took more than {round(FACT_CPU_S * 1000)} ms of computing"
        return f"ended its process ({process.returncode})"

    def end(self) -> None:
        """Kill it; it is not waited for."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()

    async def aclose(self) -> None:
        """Kill it and wait until it is gone."""
        process = self._process
        self.end()
        if process is not None:
            await process.wait()


async def _send(process: asyncio.subprocess.Process, line: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    await process.stdin.drain()


async def _line(process: asyncio.subprocess.Process) -> bytes | None:
    """The next line; None where there will be none."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    return line if line.endswith(b"\n") else None
