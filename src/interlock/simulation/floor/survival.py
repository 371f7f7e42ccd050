"""How long would customers have waited who were answered before they left? Kaplan and Meier's estimate of patience.

Whoever left shows her patience; whoever was answered shows only that it was longer than her wait. (Kaplan, Meier:
Nonparametric estimation from incomplete observations, JASA 53, 1958.)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from interlock.simulation.floor.lasting import AT_ONCE, ENDLESS


class Patience:
    """The patience of a queue's customers, as far as the past shows it.

    Attributes:
        longest: beyond this nobody was seen to leave.
        unknown: the share of customers of whom nothing more is known than that they wait longer than that.
    """

    def __init__(self, left: Sequence[timedelta], stayed: Sequence[timedelta]) -> None:
        """What was seen: the waits of those who left, and of those who were answered (or still wait)."""
        at_risk, ends = len(left) + len(stayed), sorted([(wait, 0) for wait in left] + [(wait, 1) for wait in stayed])
        self._times: list[timedelta] = []
        self._gone: list[float] = []
        survival = 1.0
        for wait, stays in ends:
            if not stays:
                survival *= 1 - 1 / at_risk
                self._times.append(wait)
                self._gone.append(1 - survival)
            at_risk -= 1
        self.longest = self._times[-1] if self._times else AT_ONCE
        self.unknown = survival if survival > 1e-9 else 0.0

    def draw(self, chance: Random, after: timedelta | None = None) -> timedelta:
        """One patience, of somebody who has waited for ``after`` already; ``ENDLESS`` where the past does not tell."""
        first = 0 if after is None else bisect_right(self._times, after)
        now = 1 - self._gone[first - 1] if first else 1.0
        reached = now * chance.random()
        index = bisect_left(self._gone, 1 - reached, lo=first)
        return self._times[index] if index < len(self._times) else ENDLESS
