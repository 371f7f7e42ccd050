"""How is a whole demonstration started on free ports, and stopped again?"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

REPOSITORY: Final = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S: Final = 90.0
STOPS_WITHIN_S: Final = 20.0
"""No deadlines of the product, only ends to waiting: the machine may be busy."""


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration.

    Attributes:
        url: the server.
        shop: the demo shop.
    """

    url: str
    shop: str


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """Start one with its data in a folder; everything that it started is stopped at the end."""
    port, shop_port = _free_ports(2)
    running = Demonstration(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{shop_port}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "interlock.cli.main", "demo", "--data", str(folder / "data")]
    command += ["--port", str(port), "--shop-port", str(shop_port), "--no-history"]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(running.url, process, folder / "demo.log")
            yield running
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    with httpx.Client(base_url=url, trust_env=False) as client:
        while time.monotonic() < until:
            assert process.poll() is None, f"the demonstration ended with {process.returncode}:\n{_said(log)}"
            with suppress(httpx.HTTPError):
                if client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError(f"the demonstration is not ready within {STARTS_WITHIN_S:.0f} s:\n{_said(log)}")


def _said(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
