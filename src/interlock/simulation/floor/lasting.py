"""How long does something last that differs from one time to the next: patience, handling, wrap-up, an answer to an offer?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Literal, NamedTuple, Protocol

import msgspec

from interlock.kernel.documents import Duration

ENDLESS = timedelta.max
AT_ONCE = timedelta(0)


class Exponential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exponential with this mean: what queueing theory calls M."""

    exponential: Duration

    def __post_init__(self) -> None:
        _positive("exponential", self.exponential)

    def draw(self, chance: Random) -> timedelta:
        """One time."""
        return timedelta(seconds=chance.expovariate(1.0) * self.exponential.total_seconds())


class LogNormal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lognormal with this mean and standard deviation: what handling times mostly look like."""

    lognormal: Duration
    deviation: Duration

    def __post_init__(self) -> None:
        _positive("lognormal", self.lognormal)
        _positive("deviation", self.deviation)

    def draw(self, chance: Random) -> timedelta:
        """One time. mu and sigma follow from mean and deviation: sigma² = ln(1 + (s/m)²), mu = ln m - sigma²/2."""
        mean, ratio = self.lognormal.total_seconds(), self.deviation / self.lognormal
        squared = math.log1p(ratio * ratio)
        return timedelta(seconds=math.exp(chance.gauss(math.log(mean) - squared / 2, math.sqrt(squared))))


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Always the same."""

    fixed: Duration

    def draw(self, chance: Random) -> timedelta:
        """One time."""
        return self.fixed


class Draws(Protocol):
    """Whatever a time can be drawn from."""

    def draw(self, chance: Random) -> timedelta:
        """One time."""
        ...


class Observed(NamedTuple):
    """One of the times that were observed, each as often as it was; there is at least one."""

    times: Sequence[timedelta]

    def draw(self, chance: Random) -> timedelta:
        """One time."""
        return self.times[int(chance.random() * len(self.times))]


Lasting = Exponential | LogNormal | Fixed
Patience = Lasting | Literal["endless"]


def patience_of(patience: Patience, chance: Random) -> timedelta:
    """How long somebody is ready to wait; ``ENDLESS`` for whoever never leaves."""
    return ENDLESS if patience == "endless" else patience.draw(chance)


def _positive(name: str, value: timedelta) -> None:
    if value <= AT_ONCE:
        raise ValueError(f"'{name}' must be more than 0s")
