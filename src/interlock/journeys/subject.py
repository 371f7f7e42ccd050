"""What do journeys decide and react to?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from interlock.journeys.carrying import take_up
from interlock.journeys.outcomes import advance
from interlock.journeys.state import READ, Conversation, evolve
from interlock.journeys.turn import Kit, MovesMoney, Propose, Resolve, Turn
from interlock.journeys.turns import take_agent_answer, take_turn
from interlock.kernel.deciders import ClearTimer, Decider, Moment, SetTimer, Subject
from interlock.kernel.events import Command, Event
from interlock.kernel.log import Query
from interlock.vocabulary.ids import tag
from interlock.vocabulary.interactions import HandedBack, HandOverFailed, HandOverRequested, WrappedUp
from interlock.vocabulary.journeys import (
    IN_TIME,
    LET_GO,
    REMIND,
    AdvanceJourney,
    AskAgent,
    CustomerReminded,
    JourneyAdvance,
    StepReached,
    TakeAgentAnswer,
    TurnContext,
)
from interlock.vocabulary.routing import EnterQueue, VisitEnded
from interlock.vocabulary.settings import TenantSettings


def subject(
    resolve: Resolve, settings: TenantSettings, propose: Propose, moves_money: MovesMoney = lambda action: False
) -> Subject:
    """Journeys with the releases that this node knows, a tenant's settings, and what is known of actions."""
    kit = Kit(resolve, settings, propose, moves_money)
    deciders: tuple[Decider[Any, Any], ...] = (_turns(kit), _answers(kit), _advances(kit), take_up(kit))
    return Subject(
        "journeys", cast("tuple[Decider[Command, object], ...]", deciders), reactions=(react,), timers=(_waits,)
    )


def reads(interaction: str) -> Query:
    """The facts that a turn in an interaction depends on; ``Conversation`` folds them with ``evolve``."""
    return Query(tag("interaction", interaction), READ)


def _turns(kit: Kit) -> Decider[TurnContext, Conversation]:
    def decide(command: TurnContext, state: Conversation, moment: Moment) -> Sequence[Event]:
        turn = Turn(state, moment, kit)
        take_turn(turn, command)
        return turn.facts

    return Decider(
        command=TurnContext,
        reads=lambda command: [reads(command.interaction)],
        initial=Conversation(),
        evolve=evolve,
        decide=decide,
    )


def _answers(kit: Kit) -> Decider[TakeAgentAnswer, Conversation]:
    def decide(command: TakeAgentAnswer, state: Conversation, moment: Moment) -> Sequence[Event]:
        turn = Turn(state, moment, kit)
        take_agent_answer(turn, command)
        return turn.facts

    return Decider(
        command=TakeAgentAnswer,
        reads=lambda command: [reads(command.interaction)],
        initial=Conversation(),
        evolve=evolve,
        decide=decide,
    )


def _advances(kit: Kit) -> Decider[JourneyAdvance, Conversation]:
    def decide(command: JourneyAdvance, state: Conversation, moment: Moment) -> Sequence[Event]:
        turn = Turn(state, moment, kit)
        advance(turn, command)
        return turn.facts

    return Decider(
        command=JourneyAdvance,
        reads=lambda command: [reads(command.interaction)],
        initial=Conversation(),
        evolve=evolve,
        decide=decide,
    )


def _waits(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
    """A run that waits for a time goes on when it comes; the customer is reminded of what it waits for."""
    if not isinstance(event, StepReached | CustomerReminded):
        return ()
    timers: list[SetTimer | ClearTimer] = []
    until = event.until if isinstance(event, StepReached) else None
    if until is not None:
        advance = AdvanceJourney(interaction=event.interaction, what=IN_TIME, ref=event.run)
        timers.append(SetTimer(f"wait:{event.run}", until, advance))
    remind = event.remind if isinstance(event, StepReached) else event.next
    if remind is not None:
        # Nobody clears it: whoever is at another step by then is reminded of nothing.
        advance = AdvanceJourney(interaction=event.interaction, what=REMIND, ref=event.run)
        timers.append(SetTimer(f"remind:{event.run}", remind, advance))
    return tuple(timers)


def react(event: Event) -> Sequence[Command]:
    """A hand-over is asked for of a queue; that it failed, or an agent or a queue that lets go, takes runs on."""
    match event:
        case HandOverRequested():
            return (
                EnterQueue(interaction=event.interaction, queue=event.queue, run=event.run, priority=event.priority),
            )
        case HandOverFailed():
            return (AdvanceJourney(interaction=event.interaction, what="hand_over_failed", ref=event.run),)
        case StepReached(waits_for="agent"):
            return (AskAgent(interaction=event.interaction, run=event.run, round=event.ref),)
        case StepReached() if event.again:
            return (AdvanceJourney(interaction=event.interaction, what="again", ref=event.ref),)
        case HandedBack():
            return (AdvanceJourney(interaction=event.interaction, what="handed_back", ref=event.interaction),)
        case WrappedUp() | VisitEnded(how="abandoned" | "short_abandoned" | "closed"):
            return (AdvanceJourney(interaction=event.interaction, what=LET_GO, ref=event.interaction),)
    return ()
