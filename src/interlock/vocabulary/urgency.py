"""Urgency: what makes a waiting visit come sooner, or go on waiting elsewhere?"""

from __future__ import annotations

from interlock.kernel.events import Command, Event
from interlock.vocabulary.ids import InteractionId, QueueName, VisitId, tags


class VisitPriorityRaised(Event, frozen=True, kw_only=True):
    """A waiting visit has another priority: ``priority`` in all."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueName
    priority: int

    def tags(self) -> tuple[str, ...]:
        return tags(visit=self.visit, interaction=self.interaction, queue=self.queue)


class RaisePriority(Command, frozen=True, kw_only=True):
    """Raise the priority of an interaction's visit, if it still waits."""

    interaction: InteractionId
    points: int

    def lane(self) -> str:
        return self.interaction


class RerouteVisit(Command, frozen=True, kw_only=True):
    """Let an interaction that still waits go on waiting in another queue, with the wait that it has."""

    interaction: InteractionId
    queue: QueueName

    def lane(self) -> str:
        return self.interaction


class QueueAlertRaised(Event, frozen=True, kw_only=True):
    """A queue is not healthy: a measure has come to its threshold. Counts are visits, times seconds, levels shares."""

    queue: QueueName
    alert: str
    measure: str
    value: float
    threshold: float
    priority: int = 0
    """Points that whoever waits rises in line by."""

    def tags(self) -> tuple[str, ...]:
        return tags(queue=self.queue)


class QueueAlertCleared(Event, frozen=True, kw_only=True):
    """The queue is healthy again in that respect; ``value`` is None where there is nothing to measure any more."""

    queue: QueueName
    alert: str
    value: float | None = None

    def tags(self) -> tuple[str, ...]:
        return tags(queue=self.queue)


class SetAlert(Command, frozen=True, kw_only=True):
    """A node has seen that an alert of a queue begins, or ends."""

    queue: QueueName
    alert: str
    raised: bool
    value: float | None = None

    def lane(self) -> str:
        return f"queue:{self.queue}"


class PressQueue(Command, frozen=True, kw_only=True):
    """Raise the priority of everybody who waits in a queue now."""

    queue: QueueName
    points: int

    def lane(self) -> str:
        return f"queue:{self.queue}"
