"""How does time pass in a simulation: it jumps to whatever is due next, so that an hour takes no longer than its work."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

MORNING: Final = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""When a simulated day begins: a Monday."""


def chance_of(*parts: object) -> Random:
    """The chance of one part of a simulation: the same names give the same throws."""
    return Random("/".join(str(part) for part in parts))  # noqa: S311  # it has to be repeatable


class _NoWire:
    """Stands where an event loop waits for the outside: there is none, so waiting is only time that passes."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let the time pass. Raises RuntimeError where everybody waits for ever."""
        if timeout is None:
            raise RuntimeError("the simulation stands still: everybody waits, and nothing is due")
        if timeout > 0:
            self._loop.elapsed += timeout
        return []

    def close(self) -> None:
        """There is nothing to close."""


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without sockets, threads or real time; the order of everything in it is always the same.

    Attributes:
        elapsed: seconds since the loop was made.
    """

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0
        self._selector = _NoWire(self)

    def time(self) -> float:
        """The loop's own time in seconds."""
        return self.elapsed

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing ever comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody sleeps in a selector who would have to be woken."""


class VirtualClock:
    """``interlock.runtime.clock.Clock`` on a virtual loop."""

    def __init__(self, loop: VirtualLoop, start: datetime = MORNING) -> None:
        self._loop = loop
        self._start = start

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.elapsed)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def leap(self, until: datetime) -> None:
        """Let the calendar jump ahead while nobody does anything: who sleeps, sleeps through it."""
        self._start += max(until - self(), timedelta(0))
