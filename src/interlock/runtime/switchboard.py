"""How do the switches and breakers stand now: what this node knows of them, never older than a moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from interlock.control.breakers import BREAKERS, Breakers
from interlock.control.breakers import fold as fold_breakers
from interlock.control.switches import SWITCHES, Halt, Switches, fold
from interlock.kernel.errors import Unavailable
from interlock.kernel.events import Recorded
from interlock.kernel.log import Log
from interlock.runtime.clock import Clock

SEEN_FOR: Final = timedelta(milliseconds=500)
"""For how long what was read of the switches is relied upon; a switch takes effect everywhere within it."""


class Switchboard:
    """The switches as this node knows them.

    What this node writes and follows is taken in at once. Whoever acts on it asks ``now``, which reads the log when the
    last reading is older than SEEN_FOR: a follower may be held back by somebody's open transaction, a reading is not.
    While the log cannot be read nothing is decided at all.
    """

    def __init__(self, log: Log, clock: Clock) -> None:
        self.switches = Switches()
        self.breakers = Breakers()
        self._log = log
        self._clock = clock
        self._snapshot = ""
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in; the order does not matter."""
        self.switches = fold(self.switches, recorded)
        self.breakers = fold_breakers(self.breakers, recorded)

    async def now(self) -> Switches:
        """The switches, as they stood at most SEEN_FOR ago. Raises Unavailable when the log cannot be read."""
        await self.refresh()
        return self.switches

    async def refresh(self) -> None:
        """Have both no older than SEEN_FOR. Raises Unavailable when the log cannot be read."""
        if self._stale():
            async with self._reading:
                if self._stale():
                    await self._read()

    def check(self, connector: str) -> None:
        """Raises Unavailable where calls of a connector are halted."""
        halt = self.switches.on_tenant() or self.switches.on_connector(connector)
        if halt is not None:
            raise halted(halt, connector)

    def _stale(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at > SEEN_FOR

    async def _read(self) -> None:
        at = self._clock()
        seen = await self._log.read(SWITCHES, BREAKERS, since=self._snapshot)
        for recorded in seen.events:
            self.fold(recorded)
        self._snapshot, self._read_at = seen.snapshot, at


def halted(halt: Halt, connector: str) -> Unavailable:
    """Why a connector is not called: certainly nothing was sent."""
    return Unavailable(connector, f"{halt.scope} {halt.name} is halted".strip(), retry_after_s=30, sent=False)
