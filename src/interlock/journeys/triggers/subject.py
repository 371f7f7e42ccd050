"""How is an event from outside taken, which triggers does a fact concern, and how does a triggered journey begin?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from interlock.journeys.stack import go_on_below
from interlock.journeys.state import Conversation, evolve
from interlock.journeys.steps import proceed
from interlock.journeys.triggers.checks import open_fields
from interlock.journeys.triggers.files import Triggers, TriggerSpec
from interlock.journeys.triggers.weighing import Happened, NotFired, condition_holds
from interlock.journeys.turn import Kit, Turn
from interlock.kernel.deciders import Decider, Moment, SetTimer, Subject
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import PersonId, tag
from interlock.vocabulary.triggers import BeginTriggered, EventReceived, ReceiveEvent, TriggerHeld, WeighTrigger

SOURCE = "trigger"
"""Where the value of a slot comes from that a trigger filled."""


def subject(triggers: Triggers, kit: Kit, reads: Callable[[str], Query]) -> Subject:
    """The triggers of a release; ``reads`` finds the facts of an interaction that journeys depend on."""
    deciders: tuple[Decider[Any, Any], ...] = (_receives(), _begins(kit, reads))
    return Subject(
        "triggers",
        cast("tuple[Decider[Command, object], ...]", deciders),
        reactions=(_reactions(triggers),),
        timers=(_held,),
    )


def _receives() -> Decider[ReceiveEvent, EventReceived | None]:
    """An event is taken once; told again it changes nothing, and another one under its identifier is refused."""

    def fold(state: EventReceived | None, recorded: Recorded) -> EventReceived | None:
        return recorded.event if isinstance(recorded.event, EventReceived) else state

    def decide(command: ReceiveEvent, state: EventReceived | None, moment: Moment) -> Sequence[Event]:
        if state is not None:
            if state.digest != command.digest:
                reason = "Another event came from this source with this id before; give each event its own id."
                raise Refused("event_differs", reason)
            return []
        return [
            EventReceived(
                event=command.event,
                person=PersonId(moment.new_id("p")),
                type=command.type,
                source=command.source,
                id=command.id,
                by=command.by,
                digest=command.digest,
                time=command.time,
                subject=command.subject,
                data=command.data,
            )
        ]

    return Decider(
        command=ReceiveEvent,
        reads=lambda command: [Query(tag("event", command.event), (EventReceived,))],
        initial=None,
        evolve=fold,
        decide=decide,
    )


def _begins(kit: Kit, reads: Callable[[str], Query]) -> Decider[BeginTriggered, Conversation]:
    """A triggered journey begins on top of what is running, with its slots filled from the event."""

    def decide(command: BeginTriggered, state: Conversation, moment: Moment) -> Sequence[Event]:
        turn = Turn(state, moment, kit)
        journey = turn.offered(command.journey)
        if journey is None:
            raise Refused(
                "journey_unknown", f"This conversation's version has no journey {command.journey}.", status=404
            )
        run = turn.start(journey)
        for name, value in command.slots.items():
            turn.fill(run, name, value, SOURCE)
        proceed(turn, run, journey.order[0])
        go_on_below(turn)
        return turn.facts

    return Decider(
        command=BeginTriggered,
        reads=lambda command: [reads(command.interaction)],
        initial=Conversation(),
        evolve=evolve,
        decide=decide,
    )


def _reactions(triggers: Triggers) -> Callable[[Event], Sequence[Command]]:
    outside: dict[str, list[TriggerSpec]] = {}
    own: dict[str, list[TriggerSpec]] = {}
    for spec in triggers.values():
        (outside if spec.written.event is not None else own).setdefault(spec.on, []).append(spec)

    def react(event: Event) -> Sequence[Command]:
        """Every trigger that waits for what happened is weighed."""
        if isinstance(event, EventReceived):
            return [WeighTrigger(trigger=spec.name, event=event.event) for spec in outside.get(event.type, ())]
        waiting = own.get(type(event).__name__)
        if not waiting:
            return ()
        data = open_data(event)
        return [WeighTrigger(trigger=spec.name, data=data) for spec in waiting if _concerned(spec, data)]

    return react


def open_data(event: Event) -> Mapping[str, Any]:
    """What of a fact is not sealed, as plain data."""
    return {name: msgspec.to_builtins(getattr(event, name)) for name in open_fields(type(event))}


def _concerned(spec: TriggerSpec, data: Mapping[str, Any]) -> bool:
    """Whether the condition holds for a fact; facts are many, and those for which it does not leave no trace."""
    try:
        return condition_holds(spec, Happened(spec.on, data, datetime.min), None)
    except NotFired:
        return True  # it cannot be told without the time, or at all: whoever weighs it says so


def _held(event: Event, at: datetime) -> Sequence[SetTimer]:
    """What is held is weighed once more when its time has come."""
    if not isinstance(event, TriggerHeld):
        return ()
    again = WeighTrigger(
        trigger=event.trigger, event=event.event, data=event.data, firing=event.firing, since=event.since
    )
    return (SetTimer(f"firing:{event.firing}", event.until, again),)
