"""Is a queue shut by hand: the emergency switch, and what customers hear while it is thrown?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import QueueName, tag
from interlock.vocabulary.routing import CloseQueue, OpenQueue, QueueClosed, QueueOpened

LONGEST_MESSAGE: Final = 500


def closing_queues(known: Collection[QueueName]) -> Decider[CloseQueue, str]:
    """To close a queue at once; visits that wait already go on waiting."""

    def decide(command: CloseQueue, message: str, moment: Moment) -> Sequence[Event]:
        _check(command.queue, known)
        wanted = command.message.strip()
        if not 0 < len(wanted) <= LONGEST_MESSAGE:
            reason = f"Say in at most {LONGEST_MESSAGE} characters what customers hear meanwhile."
            raise Refused("message_missing", reason, status=422)
        return () if message == wanted else (QueueClosed(queue=command.queue, message=wanted, by=command.by),)

    return Decider(CloseQueue, _reads, "", _evolve, decide)


def opening_queues(known: Collection[QueueName]) -> Decider[OpenQueue, str]:
    """To release the switch; the opening hours count again."""

    def decide(command: OpenQueue, message: str, moment: Moment) -> Sequence[Event]:
        _check(command.queue, known)
        return (QueueOpened(queue=command.queue, by=command.by),) if message else ()

    return Decider(OpenQueue, _reads, "", _evolve, decide)


def _reads(command: CloseQueue | OpenQueue) -> Sequence[Query]:
    return (Query(tag("queue", command.queue), (QueueClosed, QueueOpened)),)


def _evolve(message: str, recorded: Recorded) -> str:
    return recorded.event.message if isinstance(recorded.event, QueueClosed) else ""


def _check(queue: QueueName, known: Collection[QueueName]) -> None:
    if queue not in known:
        raise Refused("queue_unknown", f"There is no queue '{queue[:40]}'.", status=404)
