"""Service-level agreements: how long a customer may wait for people's first answer, for the next one, and for the end?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.ids import InteractionId, QueueName, tags

SlaClock = Literal["first_response", "next_response", "resolution"]
"""What is timed: people's first answer, each answer after it, and the whole until it is over."""

SlaEnd = Literal["kept", "late", "dropped"]
"""Within its time, after it, or of no account any more: the customer left before anybody answered, or nothing was owed."""


class SlaClockStarted(Event, frozen=True, kw_only=True):
    """A clock of an interaction runs and ends at ``due``; also when it goes on, or another queue's policy changes that."""

    interaction: InteractionId
    clock: SlaClock
    policy: str
    queue: QueueName
    since: datetime
    due: datetime
    warn_at: datetime | None = None

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, queue=self.queue)


class SlaClockPaused(Event, frozen=True, kw_only=True):
    """The clock stands still: it is the customer's turn. ``left_ms`` is what is left of its time, in milliseconds."""

    interaction: InteractionId
    clock: SlaClock
    queue: QueueName
    since: datetime
    left_ms: int

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, queue=self.queue)


class SlaClockEnded(Event, frozen=True, kw_only=True):
    """The clock is over; ``took_ms`` is the business time that it ran, in milliseconds."""

    interaction: InteractionId
    clock: SlaClock
    policy: str
    queue: QueueName
    since: datetime
    how: SlaEnd
    took_ms: int

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, queue=self.queue)


class SlaWarned(Event, frozen=True, kw_only=True):
    """A clock ends soon; what is done about it."""

    interaction: InteractionId
    clock: SlaClock
    policy: str
    queue: QueueName
    due: datetime
    priority: int = 0
    """Points that its place in line rises by."""
    reroute: QueueName = QueueName("")
    """The queue that it goes on waiting in."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, queue=self.queue)


class SlaBreached(Event, frozen=True, kw_only=True):
    """A clock ran out; what is done about it."""

    interaction: InteractionId
    clock: SlaClock
    policy: str
    queue: QueueName
    due: datetime
    priority: int = 0
    """Points that its place in line rises by."""
    reroute: QueueName = QueueName("")
    """The queue that it goes on waiting in."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, queue=self.queue)


class CheckSla(Command, frozen=True, kw_only=True):
    """Something happened in an interaction: see which of its clocks run now, and until when."""

    interaction: InteractionId

    def lane(self) -> str:
        return self.interaction


class EndSlaTime(Command, frozen=True, kw_only=True):
    """The time of a clock is over, or nearly: it is warned of, or breached, unless something has happened since."""

    interaction: InteractionId
    clock: SlaClock
    due: datetime
    stage: Literal["warn", "breach"]

    def lane(self) -> str:
        return self.interaction
