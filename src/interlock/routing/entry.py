"""May an interaction enter a queue now, and if not, why not?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Literal

import msgspec

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.routing.queues import QueueSpec
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import PersonId, StaffId, VisitId, tag
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    WrappedUp,
    WrapUpStarted,
)
from interlock.vocabulary.routing import EnterQueue, VisitEnded, VisitEntered


class Standing(msgspec.Struct, frozen=True):
    """Where an interaction is: its channel and person, whether it is open, and who has it."""

    channel: Channel | None = None
    person: PersonId = PersonId("")
    open: bool = False
    waiting: bool = False
    agent: StaffId = StaffId("")


NOBODY: Final = StaffId("")
NOT_STARTED: Final = Standing()

_EVENTS: Final[tuple[type[Event], ...]] = (
    InteractionStarted,
    InteractionReopened,
    InteractionEnded,
    VisitEntered,
    VisitEnded,
    AgentJoined,
    HandedBack,
    WrapUpStarted,
    WrappedUp,
)


def reads(command: EnterQueue) -> Sequence[Query]:
    """What has to be known, and guarded, so that no interaction waits twice."""
    return (Query(tag("interaction", command.interaction), _EVENTS),)


def evolve(standing: Standing, recorded: Recorded) -> Standing:
    """Fold a fact of the interaction."""
    event = recorded.event
    match event:
        case InteractionStarted():
            return Standing(event.channel, event.person, open=True)
        case InteractionReopened():
            return msgspec.structs.replace(standing, open=True, agent=StaffId(""))
        case InteractionEnded():
            return msgspec.structs.replace(standing, open=False, agent=StaffId(""))
        case VisitEntered():
            return msgspec.structs.replace(standing, waiting=True)
        case VisitEnded():
            return msgspec.structs.replace(standing, waiting=False)
        case AgentJoined():
            return msgspec.structs.replace(standing, agent=event.agent)
        case HandedBack() | WrapUpStarted() | WrappedUp() if standing.agent == event.agent:
            return msgspec.structs.replace(standing, agent=StaffId(""))
    return standing


def enter(
    command: EnterQueue,
    standing: Standing,
    spec: QueueSpec | None,
    closed_message: str | None,
    staffed: Collection[Channel],
    waiting: int,
    moment: Moment,
    last_agent: StaffId = NOBODY,
) -> VisitEntered | HandOverFailed | None:
    """Whether the interaction enters the queue.

    Args:
        standing: what ``reads`` gave, folded with ``evolve``.
        spec: the queue; None where the definitions in force have none of that name.
        closed_message: what the emergency switch says, None while it is not thrown.
        staffed: the channels in which somebody who serves the queue is on shift.
        waiting: how many visits the queue has.
        last_agent: who had the person last, where the queue asks for that.

    Returns:
        The entry, or why it failed; None where there is nothing to do any more: the interaction waits already, a person
        has it, or it is over.

    Raises:
        Refused: there is no such interaction.
    """
    if standing.channel is None:
        raise Refused("interaction_unknown", "There is no such interaction.", status=404)
    if not standing.open or standing.waiting or standing.agent:
        return None
    if spec is None or closed_message is not None or not spec.hours.is_open(moment.now):
        return _failed(command, standing, "closed", spec, closed_message)
    if standing.channel not in staffed:
        return _failed(command, standing, "unstaffed", spec)
    if spec.limit is not None and waiting >= spec.limit:
        return _failed(command, standing, "full", spec)
    return VisitEntered(
        visit=VisitId(moment.new_id("v")),
        interaction=command.interaction,
        person=standing.person,
        queue=command.queue,
        channel=standing.channel,
        priority=spec.priority + command.priority,
        since=moment.now,
        run=command.run,
        last_agent=last_agent,
    )


def entering(
    spec: QueueSpec | None,
    closed_message: str | None,
    staffed: Collection[Channel],
    waiting: int,
    last_agent: StaffId = NOBODY,
) -> Decider[EnterQueue, Standing]:
    """``enter`` as a decider, with what the board said about the queue."""

    def decide(command: EnterQueue, standing: Standing, moment: Moment) -> Sequence[Event]:
        fact = enter(command, standing, spec, closed_message, staffed, waiting, moment, last_agent)
        return () if fact is None else (fact,)

    return Decider(EnterQueue, reads, NOT_STARTED, evolve, decide)


def _failed(
    command: EnterQueue,
    standing: Standing,
    why: Literal["closed", "unstaffed", "full"],
    spec: QueueSpec | None,
    message: str | None = None,
) -> HandOverFailed:
    return HandOverFailed(
        interaction=command.interaction,
        person=standing.person,
        queue=command.queue,
        why=why,
        run=command.run,
        message=message or (spec.says(why) if spec is not None else ""),
    )
