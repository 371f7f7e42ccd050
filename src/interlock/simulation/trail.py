"""What was done on a walk, in order, for whoever plays it again?"""

from __future__ import annotations

from functools import partial
from typing import Any

from interlock.kernel.events import Command
from interlock.runtime.app import App
from interlock.simulation.centre import Centre


class Trail:
    """Does what people do, one thing after another, and waits until everything that follows is done.

    Attributes:
        trace: what was done, in words; ``(refused)`` stands behind what the rules did not allow.
    """

    def __init__(self, centre: Centre, number: int) -> None:
        self.trace: list[str] = []
        self._centre, self._number, self._sent = centre, number, 0

    def cause(self) -> str:
        """What a next command is known by."""
        self._sent += 1
        return f"walk{self._number}/{self._sent}"

    async def do(self, command: Command, what: str) -> bool:
        """Execute a command; tells whether the rules allowed it."""
        return await self.work(partial(_execute, command, self.cause()), what)

    async def work(self, work: Any, what: str) -> bool:
        """Ask a node for something; tells whether the rules allowed it."""
        done = await self._centre.try_to(work)
        self.trace.append(what if done else f"{what} (refused)")
        await self._centre.rest()
        return done


async def _execute(command: Command, cause: str, app: App) -> None:
    await app.execute(command, cause)
