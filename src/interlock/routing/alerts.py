"""When is a queue not healthy any more, when is it again, and what is done meanwhile, as its file says?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.documents import Duration, Percent
from interlock.routing.rings import Mistake

Measure = Literal["waiting", "longest_wait", "service_level"]
MEASURES: Final[tuple[Measure, ...]] = ("waiting", "longest_wait", "service_level")
AlertName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["crowded"])]
MOST_ALERTS: Final = 10
"""More than that for one queue nobody tells apart."""
BACK: Final = 0.8
"""The part of a threshold at which an alert ends by itself where nothing else is said; a service level is over it then."""


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of exactly one measure.

    Attributes:
        waiting: how many wait.
        longest_wait: how long whoever waits longest has waited.
        service_level: the share of the last half hour that was answered in time.
    """

    waiting: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    longest_wait: Duration | None = None
    service_level: Percent | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is given."""
        return tuple(measure for measure in MEASURES if getattr(self, measure) is not None)

    def value(self, measure: Measure) -> float | None:
        """The value as a number: visits, seconds, or a share; None where it is not given."""
        found = getattr(self, measure)
        if found is None:
            return None
        return found.total_seconds() if isinstance(found, timedelta) else float(found)


class Alert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One alert of a queue.

    Attributes:
        at: the threshold: it is raised at this value, or beyond.
        until: it ends at this value, or better; by itself at four fifths of a count or a time, and at a service level
            that is a fifth nearer to 100%.
        priority: points by which whoever waits, or comes meanwhile, rises in line.
        overflow: the queue in which whoever comes meanwhile waits, while it is open and somebody is there.
        message: what is written on the desks of those who serve the queue.
    """

    at: Threshold
    until: Threshold | None = None
    priority: Annotated[int, Meta(ge=0, le=100)] = 0
    overflow: str | None = None
    message: Annotated[str, Meta(min_length=1, max_length=200)] | None = None

    @property
    def measure(self) -> Measure:
        """What is looked at."""
        return self.at.measures[0]

    @property
    def raised_at(self) -> float:
        """The threshold as a number: visits, seconds, or a share."""
        return self.at.value(self.measure) or 0.0

    @property
    def cleared_at(self) -> float:
        """The value at which it ends, as a number."""
        if self.until is not None and (until := self.until.value(self.measure)) is not None:
            return until
        if self.measure == "service_level":
            return 1 - (1 - self.raised_at) * BACK
        return self.raised_at * BACK

    def stands(self, value: float | None, *, raised: bool) -> bool:
        """Whether it is raised at a value, given whether it was; None is a measure of which there is nothing to say."""
        if value is None:
            return False
        if self.measure == "service_level":
            return value < self.cleared_at if raised else value <= self.raised_at
        return value > self.cleared_at if raised else value >= self.raised_at


def mistakes(alerts: Mapping[str, Alert], queue: str) -> Iterator[Mistake]:
    """What is wrong with the alerts of a queue by themselves."""
    for name, alert in alerts.items():
        at: tuple[str | int, ...] = ("alerts", name)
        if len(alert.at.measures) != 1:
            yield Mistake((*at, "at"), "an alert looks at one measure", f"give one of {', '.join(MEASURES)}")
            continue
        measure = alert.measure
        if alert.until is not None and alert.until.measures != (measure,):
            yield Mistake((*at, "until"), f"it is raised by {measure}, and ends by it", f"give {measure} here, too")
        elif measure == "service_level" and not alert.raised_at < alert.cleared_at <= 1:
            yield Mistake((*at, "until"), "it would end before it is raised", "write a higher service level")
        elif measure != "service_level" and not 0 <= alert.cleared_at < alert.raised_at:
            yield Mistake((*at, "until"), "it would end before it is raised", "write less than the threshold")
        if alert.overflow == queue:
            yield Mistake((*at, "overflow"), "a queue does not overflow to itself", "name another queue")
