"""What a node does beside its loops because of a fact it has just read: small, told when it fails, ended with the node."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.runtime.clock import Clock

FIRST_PAUSE_S: Final = 0.2
"""After a chore that has to be done found the database away; the pause doubles with each attempt."""
LONGEST_PAUSE_S: Final = 5.0
"""The longest pause between two attempts at a chore."""
END_S: Final = 2.0
"""How long a node that stops waits for chores in hand; what is cut off is done at its next start."""

logger = structlog.get_logger(__name__)


class Chores:
    """The chores of one node."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def once(self, work: Coroutine[Any, Any, None]) -> None:
        """Try it once: the next occasion makes up for it."""
        self._start(self._try(work))

    def until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        """Try it until it is done: no other occasion may come."""
        self._start(self._keep_trying(work))

    async def end(self) -> None:
        """Wait a little for what is in hand, and cut the rest off."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=END_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (Unavailable, Conflict, Refused) as error:
            logger.warning("a chore failed", error=str(error))

    async def _keep_trying(self, work: Callable[[], Awaitable[None]]) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await work()
            except (Unavailable, Conflict) as error:
                logger.warning("a chore is tried again", error=str(error), pause_s=pause_s)
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            else:
                return
