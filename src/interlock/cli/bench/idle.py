"""How much does a node need that has nothing to do, and how soon does the demonstration answer?"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx
import psutil

from interlock.cli.bench.result import Result, machine, median
from interlock.connectors.http import local_client

RUNS: Final = 3
SETTLE_S: Final = 2.0
GIVE_UP_S: Final = 90.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def run() -> Result:
    """Start the demonstration anew several times, as ``make demo`` does after installation."""
    starts: list[float] = []
    sizes: list[float] = []
    for _ in range(RUNS):
        start_s, rss_mb = await _once()
        starts.append(start_s)
        sizes.append(rss_mb)
    return Result(name="idle", figures={"rss_mb": median(sizes), "start_s": median(starts)}, machine=machine())


async def _once() -> tuple[float, float]:
    port, shop_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "interlock.cli.main", "demo"),
            *("--port", str(port), "--shop-port", str(shop_port), "--data", str(Path(folder) / "data")),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "INTERLOCK_LOG_LEVEL": "error"},
        )
        try:
            await _answers(f"http://127.0.0.1:{port}/readyz", process)
            start_s = time.perf_counter() - began
            await asyncio.sleep(SETTLE_S)
            return start_s, psutil.Process(process.pid).memory_info().rss / 1024 / 1024
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    until = time.perf_counter() + GIVE_UP_S
    async with local_client() as client:
        while time.perf_counter() < until and process.returncode is None:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)
    raise RuntimeError("the demonstration did not start")
