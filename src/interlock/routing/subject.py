"""What does routing decide, react to, and let happen later?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, cast

from interlock.kernel.deciders import ClearTimer, Decider, SetTimer, Subject
from interlock.kernel.events import Command, Event
from interlock.routing import health
from interlock.routing import slas as sla
from interlock.routing.choose import REOFFER_AFTER
from interlock.routing.offers import ACCEPT, REJECT, TIME_OUT, ending, offering
from interlock.routing.presence import END, SET, SETTLE
from interlock.routing.queues import Specs, circle_of
from interlock.routing.sla_policies import Policies
from interlock.routing.switch import closing_queues, opening_queues
from interlock.routing.urgency import RAISE, rerouting
from interlock.routing.wrap_up import END_TIME, LIMIT
from interlock.routing.wrap_up import timers as wrap_up_timers
from interlock.vocabulary.interactions import HandedBack, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    EndVisit,
    LimitWrapUp,
    OfferAccepted,
    OfferClosed,
    PresencePended,
    PresenceSet,
    RouteAgent,
    RouteQueue,
    SettlePresence,
    TimeOutOffer,
    VisitEnded,
    VisitEntered,
    VisitOffered,
    WrapUpRanOut,
)
from interlock.vocabulary.settings import TenantSettings

NO_POLICIES: Final = Policies()


def subject(settings: TenantSettings, specs: Specs, slas: Policies = NO_POLICIES) -> Subject:
    """Routing with the times, the queues and the service-level agreements of a tenant."""
    deciders: tuple[Decider[Any, Any], ...] = (
        offering(settings.offer_timeout, specs),
        ACCEPT,
        REJECT,
        TIME_OUT,
        ending(settings.short_abandon),
        SET,
        SETTLE,
        END,
        LIMIT,
        END_TIME,
        closing_queues(frozenset(specs)),
        opening_queues(frozenset(specs)),
        sla.checking(slas),
        sla.ending(slas),
        RAISE,
        rerouting(specs),
        health.setting(specs),
    )
    return Subject(
        "routing",
        cast("tuple[Decider[Command, object], ...]", deciders),
        (react, sla.reacting(slas), sla.acting, health.reacting),
        (timers, wrap_up_timers, sla.timers, ringing(specs)),
    )


def react(event: Event) -> Sequence[Command]:
    """What to look at again: whenever a visit begins to wait, and whenever an agent may have become free."""
    match event:
        case VisitEntered():
            return (RouteQueue(queue=event.queue),)
        case OfferClosed(how="withdrawn"):
            return (RouteAgent(agent=event.agent),)
        case OfferClosed():
            return (RouteQueue(queue=event.queue), RouteAgent(agent=event.agent))
        case OfferAccepted() | PresenceSet() | PresencePended():
            # Who took one may have room for another; and when somebody goes, those who said no may be asked again.
            return (RouteAgent(agent=event.agent),)
        case WrapUpStarted() | HandedBack():
            return (LimitWrapUp(agent=event.agent, interaction=event.interaction),)
        case WrapUpRanOut():
            return (RouteAgent(agent=event.agent),)
        case WrappedUp():
            return (SettlePresence(agent=event.agent), RouteAgent(agent=event.agent))
        case InteractionEnded() if event.reason != "wrapped_up":
            return (EndVisit(interaction=event.interaction),)
    return ()


def ringing(specs: Specs) -> Callable[[Event, datetime], Sequence[SetTimer | ClearTimer]]:
    """The timers of a queue's rings: whenever one lets in more agents, the floor is looked at again."""

    def rings(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
        match event:
            case VisitEntered():
                opens = circle_of(specs, event.queue).opens_after()
                again = RouteQueue(queue=event.queue)
                return tuple(
                    SetTimer(f"ring:{event.visit}:{number}", event.since + after, again)
                    for number, after in enumerate(opens, 1)
                )
            case VisitEnded():
                opens = circle_of(specs, event.queue).opens_after()
                return tuple(ClearTimer(f"ring:{event.visit}:{number}") for number, _ in enumerate(opens, 1))
        return ()

    return rings


def timers(event: Event, at: datetime) -> Sequence[SetTimer | ClearTimer]:
    """An offer runs out; a rejected visit may be offered to the same agent again after a pause."""
    match event:
        case VisitOffered():
            late = TimeOutOffer(visit=event.visit, offer=event.offer, agent=event.agent)
            return (SetTimer(f"offer:{event.offer}", event.expires_at, late),)
        case OfferAccepted():
            return (ClearTimer(f"offer:{event.offer}"),)
        case OfferClosed():
            clear = ClearTimer(f"offer:{event.offer}")
            if event.how != "rejected":
                return (clear,)
            again = SetTimer(f"reoffer:{event.visit}", at + REOFFER_AFTER, RouteQueue(queue=event.queue))
            return (clear, again)
        case VisitEnded():
            return (ClearTimer(f"reoffer:{event.visit}"),)
    return ()
