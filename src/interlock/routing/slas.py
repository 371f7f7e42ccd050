"""When do people owe a customer an answer, what is done before and after that time, and was it kept?

Every moment is worked out from the facts and the policy that holds now; nothing is counted in memory. So a restart, another
node, or a clock that was wrong for a while changes no due time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from interlock.kernel.deciders import ClearTimer, Decider, Moment, Reaction, SetTimer
from interlock.kernel.events import Command, Event
from interlock.kernel.log import Query
from interlock.routing.sla_policies import CLOCKS, Policies, Policy
from interlock.routing.sla_state import HAPPENED, NO_CLOCKS, TOLD, Clocks, Period, Told, evolve
from interlock.vocabulary.ids import InteractionId, tag
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    InteractionEnded,
    MessagePosted,
    WrapUpStarted,
)
from interlock.vocabulary.routing import VisitEnded, VisitEntered
from interlock.vocabulary.sla import (
    CheckSla,
    EndSlaTime,
    SlaBreached,
    SlaClock,
    SlaClockEnded,
    SlaClockPaused,
    SlaClockStarted,
    SlaWarned,
)
from interlock.vocabulary.urgency import RaisePriority, RerouteVisit

_MS = timedelta(milliseconds=1)


def checking(policies: Policies) -> Decider[CheckSla, Clocks]:
    """What has changed about the clocks of an interaction."""

    def decide(command: CheckSla, clocks: Clocks, moment: Moment) -> Sequence[Event]:
        policy = policies.of(clocks.queue, clocks.channel)
        facts = [_ended(command.interaction, clocks, period, policy) for period in clocks.over]
        for clock in CLOCKS:
            facts += _changes(command.interaction, clocks, clock, policy, moment.now)
        return [fact for fact in facts if fact is not None]

    return Decider(CheckSla, _reads, NO_CLOCKS, evolve, decide, _guards)


def ending(policies: Policies) -> Decider[EndSlaTime, Clocks]:
    """A time is over: unless something has happened since, what the policy says is done."""

    def decide(command: EndSlaTime, clocks: Clocks, moment: Moment) -> Sequence[Event]:
        # Not compared with the clock: a timer that is brought forward is meant to count.
        told = clocks.told.get(command.clock)
        period = clocks.open.get(command.clock)
        if told is None or period is None or told.due != command.due or period.running_since is None:
            return ()
        policy = policies.of(clocks.queue, clocks.channel)
        return tuple(_said(command.interaction, clocks, command.clock, told, policy, breach=command.stage == "breach"))

    return Decider(EndSlaTime, _reads, NO_CLOCKS, evolve, decide, _guards)


def _changes(
    interaction: InteractionId, clocks: Clocks, clock: SlaClock, policy: Policy | None, now: datetime
) -> list[Event | None]:
    """What is to be recorded about a clock that is not over."""
    period, told = clocks.open.get(clock), clocks.told.get(clock)
    if period is None:
        return []
    target = None if policy is None else policy.targets.get(clock)
    if policy is None or target is None:
        # The queue that it waits in now promises nothing.
        if told is None or told.since != period.since or told.due is None:
            return []
        return [SlaClockPaused(interaction=interaction, clock=clock, queue=clocks.queue, since=period.since, left_ms=0)]
    left = target - period.took(policy.calendar)
    if told is not None and told.since != period.since:
        told = None
    since = period.running_since
    if since is None:
        if told is None or told.due is None:
            return []
        paused = SlaClockPaused(
            interaction=interaction, clock=clock, queue=clocks.queue, since=period.since, left_ms=max(0, left // _MS)
        )
        return [paused]
    due = policy.calendar.after(since, left)
    if due is None:
        return []  # by this calendar it is never open again: nothing can be promised
    warn_at = None
    if policy.warn is not None and (told is None or policy.name not in told.warned):
        warn_at = policy.calendar.after(since, left - policy.warn.before)
    facts: list[Event | None] = []
    if told is None or (told.due, told.policy, told.queue) != (due, policy.name, clocks.queue):
        facts.append(
            SlaClockStarted(
                interaction=interaction,
                clock=clock,
                policy=policy.name,
                queue=clocks.queue,
                since=period.since,
                due=due,
                warn_at=warn_at,
            )
        )
        warned = frozenset[str]() if told is None else told.warned
        breached = frozenset[str]() if told is None else told.breached
        told = Told(period.since, policy.name, clocks.queue, due, warn_at, warned, breached)
    if now >= due:
        facts += _said(interaction, clocks, clock, told, policy, breach=True)
    elif warn_at is not None and now >= warn_at:
        facts += _said(interaction, clocks, clock, told, policy, breach=False)
    return facts


def _said(
    interaction: InteractionId, clocks: Clocks, clock: SlaClock, told: Told, policy: Policy | None, *, breach: bool
) -> list[Event]:
    """The warning or the breach of a clock, once for each policy that it came under."""
    said = told.breached if breach else told.warned | told.breached
    if told.due is None or told.policy in said:
        return []
    then = None if policy is None or policy.name != told.policy else policy.breach if breach else policy.warn
    fact: Any = SlaBreached if breach else SlaWarned
    return [
        fact(
            interaction=interaction,
            clock=clock,
            policy=told.policy,
            queue=clocks.queue,
            due=told.due,
            priority=0 if then is None else then.priority,
            reroute="" if then is None else then.reroute,
        )
    ]


def _ended(interaction: InteractionId, clocks: Clocks, period: Period, policy: Policy | None) -> Event | None:
    told = clocks.told.get(period.clock)
    target = None if policy is None else policy.targets.get(period.clock)
    if told is not None and told.since != period.since:
        told = None
    if policy is None or target is None:
        took, how, name = timedelta(0), "dropped", "" if told is None else told.policy
    else:
        took, name = period.took(policy.calendar), policy.name
        how = "dropped" if period.dropped else "kept" if took <= target else "late"
    if told is None and how == "dropped":
        return None  # nobody ever heard of it
    return SlaClockEnded(
        interaction=interaction,
        clock=period.clock,
        policy=name,
        queue=clocks.queue,
        since=period.since,
        how=how,  # type: ignore[arg-type]  # one of the three
        took_ms=took // _MS,
    )


def reacting(policies: Policies) -> Reaction:
    """What to look at again: whenever somebody says something, and whenever people begin or end; nothing without policies."""

    def react(event: Event) -> Sequence[Command]:
        match event:
            case MessagePosted() if event.author.kind in ("customer", "agent"):
                return (CheckSla(interaction=event.interaction),)
            case VisitEntered() | VisitEnded() | AgentJoined() | HandedBack() | WrapUpStarted() | InteractionEnded():
                return (CheckSla(interaction=event.interaction),)
        return ()

    return react if policies.all else lambda event: ()


def acting(event: Event) -> Sequence[Command]:
    """What a warning or a breach makes happen."""
    match event:
        case SlaWarned() | SlaBreached():
            commands: list[Command] = []
            if event.priority:
                commands.append(RaisePriority(interaction=event.interaction, points=event.priority))
            if event.reroute:
                commands.append(RerouteVisit(interaction=event.interaction, queue=event.reroute))
            return commands
    return ()


def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
    """A clock warns once, if it is to, and then runs out."""
    match event:
        case SlaClockStarted():
            stage = "breach" if event.warn_at is None else "warn"
            return (_timer(event, event.warn_at or event.due, stage),)
        case SlaWarned():
            return (_timer(event, event.due, "breach"),)
        case SlaClockPaused() | SlaClockEnded():
            return (ClearTimer(_key(event.interaction, event.clock)),)
    return ()


def _timer(event: SlaClockStarted | SlaWarned, at: datetime, stage: Any) -> SetTimer:
    over = EndSlaTime(interaction=event.interaction, clock=event.clock, due=event.due, stage=stage)
    return SetTimer(_key(event.interaction, event.clock), at, over)


def _key(interaction: InteractionId, clock: SlaClock) -> str:
    return f"sla:{interaction}:{clock}"


def _reads(command: CheckSla | EndSlaTime) -> Sequence[Query]:
    return (Query(tag("interaction", command.interaction), HAPPENED + TOLD),)


def _guards(command: CheckSla | EndSlaTime) -> Sequence[Query]:
    # Whatever else happens meanwhile has it looked at once more; only what is recorded must not be recorded twice.
    return (Query(tag("interaction", command.interaction), TOLD),)
