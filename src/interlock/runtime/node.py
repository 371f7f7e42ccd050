"""Who carries out due commands: this node its own at once, and any node those that a dead one left behind."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from interlock.kernel.errors import Answered, Conflict, Refused, Unavailable
from interlock.kernel.log import Due, Log, Plan
from interlock.runtime.clock import Clock
from interlock.runtime.stored_releases import ReleaseGone

LEASE_S: Final = 4.0
HEARTBEAT_S: Final = 1.0
POLL_S: Final = 0.5
"""How often a node looks for what is due: timers, and what others left."""
CLAIM_AT_ONCE: Final = 64
CONCURRENT: Final = 64
PARK_AFTER: Final = 5
"""Attempts after which a command that fails for no known reason is parked."""
PARKED_LOOK_S: Final = 5.0
"""How often a node looks how many commands are parked, whoever parked them."""
LONGEST_BACKOFF_S: Final = 60.0
DRAIN_S: Final = 10.0

logger = structlog.get_logger(__name__)

CarryOut = Callable[[Due], Awaitable[None]]
"""Carries a due command out; removes it from the due table in the same append as its facts."""


class Node:
    """Works off due commands, one at a time in each lane."""

    def __init__(self, name: str, log: Log, clock: Clock, carry_out: CarryOut) -> None:
        self.name = name
        self._log = log
        self._clock = clock
        self._carry_out = carry_out
        self._lanes: dict[str, deque[tuple[Due, int]]] = {}
        self._held: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._claiming = asyncio.Lock()
        self._draining = False
        self.parked: Mapping[str, str] = {}
        """The parked commands of all nodes with the reason, as this node saw them last."""
        self.on_parked: Callable[[], None] = lambda: None

    def accept(self, granted: Iterable[Due]) -> None:
        """Take on commands that this node just wrote and holds."""
        for due in granted:
            self._enqueue(due, 1)

    def _enqueue(self, due: Due, attempts: int) -> None:
        if due.id in self._held:
            return
        self._held.add(due.id)
        if self._draining:
            return  # given back with the rest at the end
        name = due.command.lane()
        lane = self._lanes.get(name)
        if lane is None:
            self._lanes[name] = deque([(due, attempts)])
            task = asyncio.get_running_loop().create_task(self._work(name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            lane.append((due, attempts))

    async def _work(self, name: str) -> None:
        lane = self._lanes[name]
        async with self._slots:
            while lane and not self._draining:
                due, attempts = lane.popleft()
                try:
                    await self._once(due, attempts)
                finally:
                    self._held.discard(due.id)
        del self._lanes[name]

    async def _once(self, due: Due, attempts: int) -> None:
        try:
            await self._carry_out(due)
        except Answered:
            # Its facts are in the log. Should it still be there, it must not stand in its lane for ever; but a timer's
            # key is used again, and what stands there now may be the next one.
            if due.cause == due.id:
                await self._safely(self._answer(due), quietly=True)
        except Refused as refusal:
            logger.info("command refused", command=type(due.command).__name__, due=due.id, code=refusal.code)
            await self._safely(self._answer(due))
        except (Conflict, Unavailable) as error:
            wait = getattr(error, "retry_after_s", 0.2) * 2 ** min(attempts - 1, 8)
            await self._safely(self._again(due, min(wait, LONGEST_BACKOFF_S)))
        except Exception as error:
            logger.exception("command failed", command=type(due.command).__name__, due=due.id, attempts=attempts)
            park = place_of(error) if attempts >= PARK_AFTER else None
            await self._safely(self._again(due, min(0.5 * 2**attempts, LONGEST_BACKOFF_S), park))
            if park:
                self._saw({**self.parked, due.id: park})

    async def _answer(self, due: Due) -> None:
        await self._log.append(Plan(answers=due.id, cause=due.id))

    async def _again(self, due: Due, wait_s: float, parked: str | None = None) -> None:
        await self._log.release(self.name, due.id, self._clock() + timedelta(seconds=wait_s), parked)

    async def _safely(self, work: Awaitable[None], *, quietly: bool = False) -> None:
        try:
            await work
        except (Answered, Conflict, Unavailable) as error:
            # The lease runs out by itself, and the command is claimed again.
            if not quietly:
                logger.warning("could not settle a due command", error=str(error))

    async def postpone(self, due: Due, at: datetime) -> None:
        """Give a command back: it is not answered yet, and looked at again at a time. It did not fail by that."""
        await self._log.release(self.name, due.id, at, None, anew=True)

    async def look(self) -> None:
        """Take on what is due now, without waiting for the next time."""
        await self._claim()

    async def run(self) -> None:
        """Claim what is due until cancelled."""
        heartbeat = asyncio.get_running_loop().create_task(self._beat())
        try:
            while True:
                claimed = await self._claim()
                if not claimed:
                    await self._clock.sleep(POLL_S)
        finally:
            heartbeat.cancel()

    async def _claim(self) -> int:
        async with self._claiming:
            room = CLAIM_AT_ONCE - len(self._held)
            if self._draining or room <= 0:
                return 0
            try:
                claimed = await self._log.claim(self.name, self._clock(), LEASE_S, room)
            except (Unavailable, Conflict) as error:
                logger.warning("cannot look for due commands", error=str(error))
                return 0
            for one in claimed:
                self._enqueue(one.due, one.attempts)
            return len(claimed)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(HEARTBEAT_S)
            if self._held:
                try:
                    await self._log.hold(self.name, sorted(self._held), self._clock(), LEASE_S)
                except (Unavailable, Conflict) as error:
                    logger.warning("cannot extend leases", error=str(error))

    async def watch_parked(self) -> None:
        """Know which commands are parked until cancelled: by the rows, so that every node says the same."""
        while True:
            try:
                await self.look_for_parked()
            except (Unavailable, Conflict) as error:
                logger.warning("cannot look for parked commands", error=str(error))
            await self._clock.sleep(PARKED_LOOK_S)

    async def look_for_parked(self) -> None:
        """See which commands are parked now. Raises Unavailable."""
        self._saw(await self._log.parked())

    def _saw(self, parked: Mapping[str, str]) -> None:
        before, self.parked = self.parked, parked
        if before.keys() != parked.keys():
            self.on_parked()

    async def idle(self) -> None:
        """Wait until this node has nothing in hand."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def drain(self) -> None:
        """Finish what is being carried out, and give the rest back at once, also what that brings about."""
        self._draining = True
        async with self._claiming:  # nothing is claimed from here on
            pass
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=DRAIN_S)
        now = self._clock()
        for id in sorted(self._held):
            try:
                await self._log.release(self.name, id, now, None)
            except Unavailable:
                break


def place_of(error: Exception) -> str:
    """What failed and where in the program. What it was about stays in this node's own log: it may be personal.

    A version that is gone is told in full: whoever looks after it has to know which.
    """
    if isinstance(error, ReleaseGone):
        return str(error)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f" in {place.tb_frame.f_globals.get('__name__', '?')}, line {place.tb_lineno}"
    return f"{type(error).__name__}{where}"
