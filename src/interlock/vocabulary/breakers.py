"""Breakers: what was cut off because it failed too often, of a connector or a journey, and let on again."""

from __future__ import annotations

from typing import Final, Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal

Guarded = Literal["connector", "journey"]
"""What there is a breaker for."""

Why = Literal["errors", "refusals", "by_hand"]
"""Why one tripped: too many calls failed, too many were refused, or a person opened it."""

BREAKERS_TAG: Final = "breakers:all"
"""Every fact about breakers carries it: they are read together."""


class BreakerTripped(Event, frozen=True, kw_only=True):
    """From here on nothing is tried, until the cool-down is over; one that was opened by hand waits for a person.

    ``bad`` of ``calls`` within the window went wrong; ``interlock`` or a person's identifier is ``by``.
    """

    guarded: Guarded
    name: str
    why: Why
    by: str
    calls: int = 0
    bad: int = 0
    reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return (BREAKERS_TAG,)


class BreakerClosed(Event, frozen=True, kw_only=True):
    """It is tried again as usual: the trials went well, or a person closed it."""

    guarded: Guarded
    name: str
    by: str
    reason: str = ""

    def tags(self) -> tuple[str, ...]:
        return (BREAKERS_TAG,)


class TripBreaker(Command, frozen=True, kw_only=True):
    """Too much went wrong on the evidence of the log, or a person wants it cut off."""

    guarded: Guarded
    name: str
    why: Why
    by: Principal
    calls: int = 0
    bad: int = 0
    reason: str = ""

    def lane(self) -> str:
        return BREAKERS_TAG


class CloseBreaker(Command, frozen=True, kw_only=True):
    """The trials went well, or a person wants it tried again."""

    guarded: Guarded
    name: str
    by: Principal
    reason: str = ""

    def lane(self) -> str:
        return BREAKERS_TAG
