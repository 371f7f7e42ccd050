"""What does somebody have to look at on this node, and how often has it happened lately?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from interlock.runtime.clock import Clock

ALERT_LASTS: Final = timedelta(minutes=15)
"""How long an alert is shown after it was last raised."""

ALERTS_KEPT: Final = 50
"""Different alerts that a node shows; the oldest give way."""


class Alert(msgspec.Struct, kw_only=True):
    """Something that somebody has to look at: what, how often since it began, and when last."""

    what: str
    count: int
    last: datetime


class Alerts:
    """The alerts of one node; they are not facts, and forgotten when it stops."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alerts: dict[str, Alert] = {}

    def tell(self, what: str) -> None:
        """Somebody has to look at this; the same words are counted together. Nothing personal belongs into them."""
        before = self._alerts.pop(what, None)
        self._alerts[what] = Alert(what=what, count=1 if before is None else before.count + 1, last=self._clock())
        while len(self._alerts) > ALERTS_KEPT:
            del self._alerts[next(iter(self._alerts))]

    def shown(self) -> list[dict[str, Any]]:
        """Those that are not over, the latest first."""
        since = self._clock() - ALERT_LASTS
        for what in [what for what, each in self._alerts.items() if each.last <= since]:
            del self._alerts[what]
        return [msgspec.to_builtins(each) for each in reversed(self._alerts.values())]
