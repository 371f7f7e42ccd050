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
