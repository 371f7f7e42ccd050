"""Which clocks run on the floor now, and how many were kept: as the board keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from interlock.kernel.events import Event
from interlock.vocabulary.ids import InteractionId, QueueName, StaffId
from interlock.vocabulary.sla import SlaBreached, SlaClock, SlaClockEnded, SlaClockPaused, SlaClockStarted, SlaWarned

SlaState = Literal["running", "soon", "breached", "paused"]


class Running(msgspec.Struct, frozen=True):
    """One clock of an open interaction; ``due`` is None while it stands still."""

    policy: str
    queue: QueueName
    since: datetime
    due: datetime | None
    left_ms: int = 0
    warned: bool = False
    breached: bool = False

    @property
    def state(self) -> SlaState:
        """Whether it runs, ends soon, has run out, or stands still."""
        if self.breached:
            return "breached"
        return "paused" if self.due is None else "soon" if self.warned else "running"


Clocks = dict[InteractionId, dict[SlaClock, Running]]


def fold(clocks: Clocks, event: Event) -> None:
    """Take a fact in, in place."""
    match event:
        case SlaClockStarted():
            mine = clocks.setdefault(event.interaction, {})
            known = mine.get(event.clock)
            again = known is not None and known.since == event.since
            mine[event.clock] = Running(
                event.policy,
                event.queue,
                event.since,
                event.due,
                warned=again and known is not None and known.warned and known.policy == event.policy,
                breached=again and known is not None and known.breached and known.policy == event.policy,
            )
        case SlaClockPaused():
            _change(clocks, event.interaction, event.clock, due=None, left_ms=event.left_ms)
        case SlaWarned():
            _change(clocks, event.interaction, event.clock, warned=True)
        case SlaBreached():
            _change(clocks, event.interaction, event.clock, breached=True)
        case SlaClockEnded():
            mine = clocks.get(event.interaction, {})
            mine.pop(event.clock, None)
            if not mine:
                clocks.pop(event.interaction, None)


def shown(clocks: Clocks, interaction: InteractionId) -> list[dict[str, Any]]:
    """The clocks of an interaction as people are shown them, the most urgent first."""
    mine = clocks.get(interaction, {})
    order: dict[str, int] = {"breached": 0, "soon": 1, "running": 2, "paused": 3}
    rows = [
        {
            "clock": clock,
            "policy": one.policy,
            "queue": one.queue,
            "state": one.state,
            "due": None if one.due is None else one.due.isoformat().replace("+00:00", "Z"),
            "left_s": one.left_ms // 1000 if one.due is None else None,
        }
        for clock, one in mine.items()
    ]
    return sorted(rows, key=lambda row: (order[str(row["state"])], row["due"] or "", row["clock"]))


def rows(clocks: Clocks, having: Mapping[InteractionId, StaffId]) -> list[dict[str, Any]]:
    """Every clock that does not stand still, the most urgent first.

    Args:
        having: who has which interaction.
    """
    found = [
        {"interaction": interaction, "agent": having.get(interaction), **row}
        for interaction in clocks
        for row in shown(clocks, interaction)
        if row["due"] is not None
    ]
    return sorted(found, key=lambda row: (row["state"] != "breached", row["due"], row["interaction"]))


def _change(clocks: Clocks, interaction: InteractionId, clock: SlaClock, **changes: object) -> None:
    known = clocks.get(interaction, {}).get(clock)
    if known is not None:
        clocks[interaction][clock] = msgspec.structs.replace(known, **changes)
