"""What has happened since: one reader of the log on each node, which feeds the views and everybody who watches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from interlock.kernel.errors import Conflict, Unavailable
from interlock.kernel.events import Cursor, Recorded
from interlock.kernel.log import Log
from interlock.runtime.clock import Clock

BATCH: Final = 500
POLL_S: Final = 0.5
"""The backstop: how long a follower sleeps when nobody wakes it."""

HELD_BACK_S: Final = 0.002
HELD_BACK_LOOKS: Final = 12

logger = structlog.get_logger(__name__)

Watcher = Callable[[Recorded], None]


class Follower:
    """Reads the log in its order and hands every fact to the views first, then to the watchers of its tags."""

    def __init__(self, log: Log, clock: Clock, cursor: Cursor) -> None:
        self.cursor = cursor
        self.views: list[Callable[[Recorded], None]] = []
        self._log = log
        self._clock = clock
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._after: set[Callable[[], None]] = set()
        self._wake = asyncio.Event()
        self._moved = asyncio.Condition()
        self._expected = cursor
        self._held_back = 0
        self._waiting_since: datetime | None = None

    def wake(self, written: Cursor | None = None) -> None:
        """Something was written (up to ``written``, where the caller knows): look now."""
        if written is not None and written > self._expected:
            if self._expected <= self.cursor:
                self._waiting_since = self._clock()
            self._expected = written
        self._wake.set()

    @property
    def newest(self) -> Cursor:
        """The latest fact that this node knows to be written."""
        return max(self._expected, self.cursor)

    def watch(self, tag: str, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` for every fact with the tag from here on; gives the function that ends it."""
        self._watchers[tag].add(watcher)

        def end() -> None:
            self._watchers[tag].discard(watcher)
            if not self._watchers[tag]:
                del self._watchers[tag]

        return end

    def after_each_batch(self, call: Callable[[], None]) -> Callable[[], None]:
        """Call after each batch of facts; gives the function that ends it."""
        self._after.add(call)
        return lambda: self._after.discard(call)

    def look_again(self) -> None:
        """Something that pages show beside the facts has changed: call what is called after each batch."""
        for call in tuple(self._after):
            call()

    def lag_s(self) -> float:
        """For how long something that is known to be written has not been handed out, in seconds; 0 when nothing waits."""
        if self._expected <= self.cursor or self._waiting_since is None:
            return 0.0
        return (self._clock() - self._waiting_since).total_seconds()

    async def reach(self, cursor: Cursor, within_s: float = 2.0) -> bool:
        """Wait until the views contain the fact at ``cursor``; False when that took too long."""
        if self.cursor >= cursor:
            return True
        self.wake()
        try:
            async with asyncio.timeout(within_s), self._moved:
                await self._moved.wait_for(lambda: self.cursor >= cursor)
        except TimeoutError:
            return False
        return True

    async def catch_up(self) -> None:
        """Read until there is nothing more."""
        while await self._step():
            pass

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                more = await self._step()
            except (Unavailable, Conflict) as error:
                logger.warning("cannot follow the log", error=str(error))
                await self._clock.sleep(POLL_S)
                continue
            if not more:
                await self._rest()

    async def _step(self) -> bool:
        batch: Sequence[Recorded] = await self._log.after(self.cursor, BATCH)
        for recorded in batch:
            self._hand_out(recorded)
            self.cursor = recorded.cursor
        if batch:
            self._waiting_since = self._clock()
            self.look_again()
            async with self._moved:
                self._moved.notify_all()
        return len(batch) == BATCH

    def _hand_out(self, recorded: Recorded) -> None:
        for view in self.views:
            view(recorded)
        for tag in recorded.event.tags():
            for watcher in tuple(self._watchers.get(tag, ())):
                watcher(recorded)

    async def _rest(self) -> None:
        if self._wake.is_set():
            self._wake.clear()
            return
        if self._expected > self.cursor and self._held_back < HELD_BACK_LOOKS:
            # What we know of is written but not handed out yet: an older transaction is still open. Look again soon.
            self._held_back += 1
            await self._clock.sleep(HELD_BACK_S * self._held_back)
            return
        self._held_back = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._wake.wait()
        self._wake.clear()
