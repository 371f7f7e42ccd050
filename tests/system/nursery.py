"""How does a test get a real process of Interlock within a fraction of a second?

Most of a start is importing. This process imports once, and every ``interlock`` that a test asks for is forked from it:
with its own pid, environment, signals and standard streams. It serves a socket: one JSON line in for each, one out with
its pid, and one when it has ended. Whatever was started over a connection is killed when that is closed, and everything
ends with this process, which ends with its standard input.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import typer.main

from interlock.connectors import tones
from tests import apis, passwords

DEFINITIONS = Path(__file__).resolve().parents[2] / "examples" / "demo"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
EVERY_CHILD_NEEDS = (
    "interlock.cli.main",
    "interlock.cli.offline",
    "tests.system.dying",
    # What is imported when a node begins to serve.
    "anyio._backends._asyncio",
    "interlock.api.gateway.calls",
    "mcp.server.streamable_http_manager",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
)


class Asker:
    """A test process that is connected, and what it asked for."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.waiting = b""
        self.children: set[int] = set()

    def say(self, what: dict[str, Any]) -> None:
        """Tell it something; who has gone away is not told."""
        with suppress(OSError):
            self.connection.sendall(json.dumps(what).encode() + b"\n")

    def lines(self, got: bytes) -> list[bytes]:
        """The whole lines that have come by now."""
        *lines, self.waiting = (self.waiting + got).split(b"\n")
        return lines


def main(path: str) -> None:
    """Fork what is asked for over the socket at ``path``, and tell what has ended, until standard input is closed."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        prepare()
        serve(door)


def prepare() -> None:
    """Do once what every child would do again."""
    for module in EVERY_CHILD_NEEDS:
        importlib.import_module(module)
    passwords.make_cheap()
    apis.build_once()
    tones.prepare()
    read_ahead()
    command_line()
    gc.collect()
    gc.freeze()


def serve(door: socket.socket) -> None:
    """Answer whoever connects."""
    askers: dict[int, Asker] = {}
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with selectors.DefaultSelector() as selector:
        for source in (0, wake_read, door):
            selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == 0:
                    return
                if key.fd == wake_read:
                    os.read(wake_read, 4096)
                    _reap(askers)
                elif key.fileobj is door:
                    connection, _ = door.accept()
                    askers[connection.fileno()] = Asker(connection)
                    selector.register(connection, selectors.EVENT_READ)
                elif got := (asker := askers[key.fd]).connection.recv(65536):
                    for line in asker.lines(got):
                        _fork(json.loads(line), asker)
                else:
                    selector.unregister(asker.connection)
                    del askers[key.fd]
                    _leave(asker)


def read_ahead() -> None:
    """Read what every node reads when it starts, so that the forked ones have it: the demo's definitions, certificates."""
    from interlock.connectors.http import http_client
    from interlock.dialogue.finding import Live
    from interlock.dialogue.index import prepared
    from interlock.runtime.definitions import check, read_folder
    from interlock.runtime.knowledge_files import of_tenant

    check(read_folder(DEFINITIONS))
    for article in of_tenant(DEFINITIONS):
        prepared(Live(article, 1))
    http_client(1, 1)


@cache
def command_line() -> Callable[[], object]:
    """What ``interlock`` is; to read all its commands is half of what is left of a start."""
    from interlock.cli.main import app

    return typer.main.get_command(app)


def _reap(askers: dict[int, Asker]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        for asker in askers.values():
            if pid in asker.children:
                asker.children.discard(pid)
                asker.say({"pid": pid, "exit": os.waitstatus_to_exitcode(status)})


def _leave(asker: Asker) -> None:
    for pid in asker.children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    asker.connection.close()


def _fork(wanted: dict[str, Any], asker: Asker) -> None:
    # A child that ends at once must not be reported before its pid is.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if not pid:
        _be(wanted)
    asker.children.add(pid)
    asker.say({"started": wanted["id"], "pid": pid})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _be(wanted: dict[str, Any]) -> NoReturn:
    """Become the process that is wanted."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.setsid()
    for number in (1, 2):
        target = os.open(wanted["output"][number - 1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(target, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.closerange(3, 100)  # the nursery's own
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    code = 70
    try:
        from interlock.cli import main as program
        from tests.system import dying

        sys.modules["__main__"] = program  # what a process of multiprocessing imports first
        dying.arrange(wanted["dies"])
        sys.argv = ["interlock", *wanted["arguments"]]
        command_line()()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
