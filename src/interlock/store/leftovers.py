"""What did an Interlock that was killed leave behind of its private PostgreSQL?

To be called with the data folder's lock in hand: no living Interlock uses what is found. PostgreSQL's own lock files
are then only in the way: a zombie, or any process that has the old number by now, looks to it like a living server.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from pathlib import Path

import psutil

LIMIT_S = 15.0
POLL_S = 0.02

SOCKET_FOLDER_PREFIX = "interlock-pg-"


def end_processes(cluster: Path, name: str) -> None:
    """End the server, or what is left of one, that has `name` (its ``cluster_name``) in the titles of its processes."""
    lines = pid_lines(cluster)
    for process in _processes(name):
        # Only the postmaster: to one of its children SIGINT means something else.
        if lines and str(process.pid) == lines[0].strip():
            _send(process, signal.SIGINT)
    deadline = time.monotonic() + LIMIT_S
    while (left := _processes(name)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for process in left:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=LIMIT_S)


def remove_lock_files(cluster: Path, socket_folder: Path | None) -> None:
    """Remove what would stop the next server from starting."""
    lines = pid_lines(cluster)
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for folder in (cluster, socket_folder or cluster):
        for stale in folder.glob(".s.PGSQL.*"):
            stale.unlink()
    if len(lines) > 4 and socket_folder is None:
        remove_socket_folder(Path(lines[4]))


def remove_unfinished(data: Path, prefix: str) -> None:
    """Remove databases whose creation was cut short."""
    for unfinished in data.glob(f"{prefix}*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_socket_folder(folder: Path) -> None:
    """Remove `folder` if it is one that was made for the socket alone."""
    if folder.name.startswith(SOCKET_FOLDER_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def pid_lines(cluster: Path) -> list[str]:
    """The lines of ``postmaster.pid`` (the first is the process id, the fifth the socket's folder), or none."""
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _processes(name: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _has_name(process, name)]


def _send(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _has_name(process: psutil.Process, name: str) -> bool:
    try:
        return process.name() == "postgres" and any(name in word for word in process.cmdline())
    except psutil.Error:  # gone, a zombie, or hidden from us: nothing that could still write
        return False
