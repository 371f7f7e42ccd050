"""How long may an agent's wrap-up keep its place, and what follows when that time is over?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from interlock.kernel.deciders import ClearTimer, Decider, Moment, SetTimer
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.routing.visits import NOT_ENTERED, Standing, evolve, of_agent
from interlock.vocabulary.interactions import WrappedUp
from interlock.vocabulary.routing import EndWrapUpTime, LimitWrapUp, WorkState, WrapUpLimited, WrapUpRanOut


def _limit(command: LimitWrapUp, standing: Standing, moment: Moment) -> Sequence[Event]:
    agent = standing.agent(command.agent)
    work = agent.on(command.interaction)
    if work is None or work.state is not WorkState.WRAP_UP or work.until is not None or work.over:
        return ()
    share = agent.share(work.channel)
    if share is None or share.wrap_up_ms is None:
        return ()
    until = work.since + timedelta(milliseconds=share.wrap_up_ms)
    if until <= moment.now:
        return (WrapUpRanOut(agent=command.agent, interaction=command.interaction),)
    return (WrapUpLimited(agent=command.agent, interaction=command.interaction, until=until),)


def _end(command: EndWrapUpTime, standing: Standing, moment: Moment) -> Sequence[Event]:
    work = standing.agent(command.agent).on(command.interaction)
    # Not compared with the clock: a timer that is brought forward is meant to count.
    if work is None or work.state is not WorkState.WRAP_UP or work.over:
        return ()
    return (WrapUpRanOut(agent=command.agent, interaction=command.interaction),)


def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
    """The end of a wrap-up's time."""
    match event:
        case WrapUpLimited():
            over = EndWrapUpTime(agent=event.agent, interaction=event.interaction)
            return (SetTimer(f"wrap_up:{event.interaction}:{event.agent}", event.until, over),)
        case WrappedUp():
            return (ClearTimer(f"wrap_up:{event.interaction}:{event.agent}"),)
    return ()


def _reads(command: LimitWrapUp | EndWrapUpTime) -> Sequence[Query]:
    return (of_agent(command.agent),)


LIMIT: Final[Decider[LimitWrapUp, Standing]] = Decider(LimitWrapUp, _reads, NOT_ENTERED, evolve, _limit)
END_TIME: Final[Decider[EndWrapUpTime, Standing]] = Decider(EndWrapUpTime, _reads, NOT_ENTERED, evolve, _end)
