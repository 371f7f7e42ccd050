"""How does a visit that waits come sooner, or go on waiting in another queue?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.routing.offers import closing
from interlock.routing.queues import Specs
from interlock.routing.visits import NOT_ENTERED, Standing, evolve, of_interaction, waited_ms
from interlock.vocabulary.ids import VisitId, tag
from interlock.vocabulary.routing import QueueClosed, QueueOpened, VisitEnded, VisitEntered
from interlock.vocabulary.urgency import RaisePriority, RerouteVisit, VisitPriorityRaised

HIGHEST_PRIORITY: Final = 10_000
"""Points; more than that is a week's head start."""


def _raise(command: RaisePriority, standing: Standing, moment: Moment) -> Sequence[Event]:
    visit = standing.visit
    if visit is None or standing.ended:
        return ()
    priority = min(HIGHEST_PRIORITY, visit.priority + command.points)
    if priority <= visit.priority:
        return ()
    raised = VisitPriorityRaised(visit=visit.visit, interaction=visit.interaction, queue=visit.queue, priority=priority)
    return (raised,)


def rerouting(specs: Specs) -> Decider[RerouteVisit, Standing]:
    """To let a visit go on waiting elsewhere; where that queue is shut, or there already, it stays where it is."""

    def reads(command: RerouteVisit) -> Sequence[Query]:
        return (of_interaction(command.interaction), Query(tag("queue", command.queue), (QueueClosed, QueueOpened)))

    def decide(command: RerouteVisit, standing: Standing, moment: Moment) -> Sequence[Event]:
        visit, spec = standing.visit, specs.get(command.queue)
        if visit is None or standing.ended or spec is None or visit.queue == command.queue:
            return ()
        if command.queue in standing.shut or not spec.hours.is_open(moment.now):
            return ()
        facts: list[Event] = [] if visit.offer is None else [closing(visit.offer, "withdrawn")]
        facts.append(
            VisitEnded(
                visit=visit.visit,
                interaction=visit.interaction,
                queue=visit.queue,
                how="overflowed",
                waited_ms=waited_ms(visit, moment.now),
            )
        )
        before = specs.get(visit.queue)
        facts.append(
            VisitEntered(
                visit=VisitId(moment.new_id("v")),
                interaction=visit.interaction,
                person=standing.person,
                queue=command.queue,
                channel=visit.channel,
                priority=visit.priority - (0 if before is None else before.priority) + spec.priority,
                since=visit.since,
                run=standing.run,
                last_agent=visit.last_agent,
            )
        )
        return tuple(facts)

    return Decider(RerouteVisit, reads, NOT_ENTERED, evolve, decide)


def _reads(command: RaisePriority) -> Sequence[Query]:
    return (of_interaction(command.interaction),)


RAISE: Final[Decider[RaisePriority, Standing]] = Decider(RaisePriority, _reads, NOT_ENTERED, evolve, _raise)
