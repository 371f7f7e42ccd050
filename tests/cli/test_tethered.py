"""Does a tethered process end with its starter, killed or not, and only then?"""

from __future__ import annotations

import os
import select
import subprocess
import sys

LIMIT_S = 60
TETHERED = [sys.executable, "-m", "interlock.cli.tethered"]
STARTER = """
import asyncio, sys
async def main():
    process = await asyncio.create_subprocess_exec(*sys.argv[1:], stdin=asyncio.subprocess.PIPE, start_new_session=True)
    print(process.pid, flush=True)
    await process.wait()
asyncio.run(main())
"""


def test_it_does_not_outlive_a_starter_that_is_killed() -> None:
    reads, writes = os.pipe()
    child = [*TETHERED, "http.server", "0", "--bind", "127.0.0.1"]
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, *child], stdout=subprocess.PIPE, stderr=writes, text=True
    )
    os.close(writes)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    os.kill(pid, 0)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    # The child has the other end: there is an end to read when the child is gone.
    ended, _, _ = select.select([reads], [], [], LIMIT_S)
    assert ended and os.read(reads, 1) == b""
    os.close(reads)


def test_a_module_runs_with_its_arguments_and_ends_by_itself() -> None:
    child = [*TETHERED, "calendar", "2026", "11"]
    with subprocess.Popen(child, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "November 2026" in running.stdout.read()
        assert running.wait() == 0
