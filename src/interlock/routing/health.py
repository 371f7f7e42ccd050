"""How healthy is each queue right now, which of its alerts begin or end with that, and where does whoever comes wait meanwhile?

The measures come from the board; that an alert was raised is a fact, so each node says the same and it is said once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Command, Event, Recorded
from interlock.kernel.log import Query
from interlock.routing.alerts import Measure
from interlock.routing.board import Board
from interlock.routing.queues import Specs
from interlock.routing.visits import Visit
from interlock.vocabulary.ids import QueueName, tag
from interlock.vocabulary.routing import EnterQueue
from interlock.vocabulary.urgency import PressQueue, QueueAlertCleared, QueueAlertRaised, SetAlert

NOW: Final = timedelta(minutes=30)
"""What counts for the service level of now."""
LEAST_DECIDED: Final = 5
"""Of fewer visits no service level is told."""


class Health(msgspec.Struct, frozen=True):
    """The measures of a queue now: visits, seconds, and a share that is None where too few visits say something."""

    waiting: int = 0
    longest_wait: float = 0.0
    service_level: float | None = None

    def value(self, measure: Measure) -> float | None:
        """One of them."""
        found: float | None = getattr(self, measure)
        return found


def measured(board: Board, specs: Specs, now: datetime) -> dict[QueueName, Health]:
    """The health of every queue."""
    waiting: dict[QueueName, list[Visit]] = {name: [] for name in specs}
    for visit in board.visits.values():
        waiting.setdefault(visit.queue, []).append(visit)
    return {name: _health(board, specs, name, visits, now) for name, visits in waiting.items()}


def _health(board: Board, specs: Specs, queue: QueueName, visits: Sequence[Visit], now: datetime) -> Health:
    waits = [max(0.0, (now - visit.since).total_seconds()) for visit in visits]
    line, spec = board.queues.get(queue), specs.get(queue)
    if line is None or spec is None:
        return Health(len(visits), max(waits, default=0.0))
    counts = line.intervals.since(now - NOW)
    limits = [spec.threshold_ms(visit.channel) for visit in visits]
    # Whoever has waited too long already is not answered in time any more, whenever that may be.
    late = sum(limit is not None and wait * 1000 > limit for wait, limit in zip(waits, limits, strict=True))
    decided = counts.answered + counts.abandoned + late
    level = counts.within / decided if decided >= LEAST_DECIDED else None
    return Health(len(visits), max(waits, default=0.0), level)


def changes(board: Board, specs: Specs, now: datetime) -> list[SetAlert]:
    """The alerts that begin or end at this moment; one that is not defined any more ends."""
    health = measured(board, specs, now) if any(spec.alerts for spec in specs.values()) else {}
    found = []
    for name, spec in specs.items():
        line = board.queues.get(name)
        raised = set() if line is None else set(line.alerts)
        for alert, written in spec.alerts.items():
            value = health[name].value(written.measure)
            stands = written.stands(value, raised=alert in raised)
            if stands is not (alert in raised):
                found.append(SetAlert(queue=name, alert=alert, raised=stands, value=value))
        found += [SetAlert(queue=name, alert=gone, raised=False) for gone in sorted(raised - set(spec.alerts))]
    return found


def setting(specs: Specs) -> Decider[SetAlert, frozenset[str]]:
    """To raise an alert, or to end it; once, however many nodes see it."""

    def reads(command: SetAlert) -> Sequence[Query]:
        return (Query(tag("queue", command.queue), (QueueAlertRaised, QueueAlertCleared)),)

    def decide(command: SetAlert, raised: frozenset[str], moment: Moment) -> Sequence[Event]:
        if command.raised is (command.alert in raised):
            return ()
        spec = specs.get(command.queue)
        written = None if spec is None else spec.alerts.get(command.alert)
        if not command.raised:
            return (QueueAlertCleared(queue=command.queue, alert=command.alert, value=command.value),)
        if written is None:
            return ()
        return (
            QueueAlertRaised(
                queue=command.queue,
                alert=command.alert,
                measure=written.measure,
                value=command.value or 0.0,
                threshold=written.raised_at,
                priority=written.priority,
            ),
        )

    return Decider(SetAlert, reads, frozenset(), _evolve, decide)


def _evolve(raised: frozenset[str], recorded: Recorded) -> frozenset[str]:
    match recorded.event:
        case QueueAlertRaised(alert=alert):
            return raised | {alert}
        case QueueAlertCleared(alert=alert):
            return raised - {alert}
    return raised


def reacting(event: Event) -> Sequence[Command]:
    """Whoever waits rises in line when an alert with priority begins."""
    if isinstance(event, QueueAlertRaised) and event.priority:
        return (PressQueue(queue=event.queue, points=event.priority),)
    return ()


def headed(board: Board, specs: Specs, command: EnterQueue, now: datetime) -> EnterQueue:
    """Where, and with which priority, whoever is to wait in a queue waits while its alerts stand."""
    spec, line = specs.get(command.queue), board.queues.get(command.queue)
    if spec is None or line is None:
        return command
    standing = [alert for name, alert in spec.alerts.items() if name in line.alerts]
    points = sum(alert.priority for alert in standing)
    target = command.queue
    for alert in standing:
        if alert.overflow is not None and _takes(board, specs, QueueName(alert.overflow), now):
            target = QueueName(alert.overflow)
            break
    return msgspec.structs.replace(command, queue=target, priority=command.priority + points)


def _takes(board: Board, specs: Specs, queue: QueueName, now: datetime) -> bool:
    spec = specs.get(queue)
    if spec is None or board.closed_message(queue) is not None or not spec.hours.is_open(now):
        return False
    return bool(board.staffed(queue)) and (spec.limit is None or board.waiting(queue) < spec.limit)


def shown(board: Board, specs: Specs, queue: QueueName) -> list[dict[str, Any]]:
    """The alerts of a queue that stand, as people are shown them: the one that stands longest first."""
    line, spec = board.queues.get(queue), specs.get(queue)
    rows = []
    for name, one in ({} if line is None else line.alerts).items():
        written = None if spec is None else spec.alerts.get(name)
        rows.append(
            {
                "alert": name,
                "measure": one.measure,
                "value": one.value,
                "threshold": one.threshold,
                "since": one.since.isoformat().replace("+00:00", "Z"),
                "priority": 0 if written is None else written.priority,
                "overflow": None if written is None else written.overflow,
                "message": None if written is None else written.message,
            }
        )
    return sorted(rows, key=lambda row: (str(row["since"]), str(row["alert"])))
