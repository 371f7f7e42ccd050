"""How does a test ask for processes of Interlock, and get rid of them?"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.system.dying import Death

REPOSITORY: Final = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S: Final = 60.0
"""No deadline of the product, only an end to waiting: the machine may be busy."""

NURSERY: Final = "NURSERY_OF_THE_TESTS"
"""Where the environment says which nursery's socket there is already."""

END: Final = ExitStack()
atexit.register(END.close)


class Child:
    """One process.

    Attributes:
        pid: its process id.
        words: the files with its standard output and its standard error.
    """

    def __init__(self, words: tuple[Path, Path]) -> None:
        self.pid = 0
        self.words = words
        self._code: int | None = None
        self._over = threading.Event()

    @property
    def code(self) -> int | None:
        """The exit code (minus the signal's number after a signal); None while it runs."""
        return self._code

    @property
    def said(self) -> str:
        """What it wrote, standard error last."""
        return "".join(file.read_text(errors="replace") for file in self.words if file.exists())

    def ended(self, code: int) -> None:
        """The nursery says that it has ended."""
        self._code = code
        self._over.set()

    def signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, within_s: float = STARTS_WITHIN_S) -> int:
        """Wait for its end; gives the exit code."""
        assert self._over.wait(within_s), f"the process {self.pid} does not end; it said:\n{self.said[-3000:]}"
        assert self._code is not None
        return self._code

    def stop(self) -> int:
        """SIGTERM, and wait for the end."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self.signal(signal.SIGKILL)
        self.wait()


@contextmanager
def nursing() -> Iterator[str]:
    """Run a process that starts others fast (see ``nursery``); gives the path of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="nursery-"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.nursery", str(folder / "socket")],
        stdin=subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'src'}"},
    )
    try:
        yield str(folder / "socket")
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
        shutil.rmtree(folder)


class Nursery:
    """Starts processes; all that still run are killed at the end."""

    def __init__(self, path: str) -> None:
        self._connection = socket.socket(socket.AF_UNIX)
        wait_until("the nursery to begin", lambda: self._connection.connect_ex(path) == 0)
        self._children: dict[int, Child] = {}
        self._starting: dict[int, tuple[Child, queue.Queue[int]]] = {}
        self._numbers = itertools.count()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        name: str = "interlock",
        dies: Death | None = None,
        cwd: Path = REPOSITORY,
    ) -> Child:
        """Start ``interlock`` with these arguments; its words go to files in ``folder``, which is its home.

        What the machine has learned from examples it keeps for all of them: each learning takes seconds of a core.
        """
        kept = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        home = {"HOME": str(folder), "XDG_CACHE_HOME": kept}
        number = next(self._numbers)
        words = (folder / f"{name}-{number}.out", folder / f"{name}-{number}.err")
        child, pid = Child(words), queue.Queue[int]()
        self._starting[number] = (child, pid)
        wanted = {
            "id": number,
            "arguments": arguments,
            "environment": {"PATH": os.environ["PATH"], **home, "COLUMNS": "200", **environment},
            "output": [str(file) for file in words],
            "cwd": str(cwd),
            "dies": dies,
        }
        self._connection.sendall(json.dumps(wanted).encode() + b"\n")
        child.pid = pid.get(timeout=STARTS_WITHIN_S)
        return child

    def close(self) -> None:
        """End everything that was started here."""
        self._connection.shutdown(socket.SHUT_RDWR)
        self._reader.join(10)
        self._connection.close()

    def _read(self) -> None:
        with self._connection.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                if "started" in told:
                    child, pid = self._starting.pop(told["started"])
                    self._children[told["pid"]] = child
                    pid.put(told["pid"])
                elif "exit" in told:
                    self._children.pop(told["pid"]).ended(told["exit"])


@cache
def nursery() -> Nursery:
    """The one of this process, for every folder of tests; closed when this process ends.

    The workers of pytest-xdist share the process behind it, whose socket is in ``NURSERY``.
    """
    path = os.environ.get(NURSERY) or END.enter_context(nursing())
    made = Nursery(path)
    END.callback(made.close)
    return made


def wait_until(what: str, test: Callable[[], bool], within_s: float = STARTS_WITHIN_S) -> None:
    """Look again and again until something is so."""
    until = time.monotonic() + within_s
    while not test():
        assert time.monotonic() < until, f"waited {within_s:.0f} s for {what}"
        time.sleep(0.03)
