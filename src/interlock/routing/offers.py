"""Who gets a waiting visit: may this agent be offered it, and what follows when he takes it, or does not?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.routing.agents import Offer
from interlock.routing.queues import Specs, circle_of
from interlock.routing.visits import (
    NOT_ENTERED,
    Standing,
    Visit,
    evolve,
    of_agent,
    of_interaction,
    of_visit,
    waited_ms,
)
from interlock.vocabulary.ids import OfferId
from interlock.vocabulary.interactions import AgentJoined
from interlock.vocabulary.routing import (
    AcceptOffer,
    EndVisit,
    OfferAccepted,
    OfferClosed,
    OfferVisit,
    Presence,
    RejectOffer,
    TimeOutOffer,
    VisitEnded,
    VisitOffered,
)

LONGEST_REASON: Final = 200


def offering(offer_timeout: timedelta, specs: Specs) -> Decider[OfferVisit, Standing]:
    """To offer a visit, for as long as ``offer_timeout``. It gives away the visit and the agent, and guards both."""

    def reads(command: OfferVisit) -> Sequence[Query]:
        return (of_visit(command.visit), of_agent(command.agent))

    def decide(command: OfferVisit, standing: Standing, moment: Moment) -> Sequence[Event]:
        visit = _open_visit(standing)
        if visit.offer is not None:
            if visit.offer.agent == command.agent:
                return ()
            raise Refused("visit_offered", "The visit is being offered to somebody else.")
        agent = standing.agent(command.agent)
        if not agent.ready:
            raise Refused("agent_not_available", "The agent is not available.")
        circle = circle_of(specs, visit.queue)
        # Whether a last agent is there was seen on the board; here it is enough that the rings could be so far by now.
        if why := circle.lets_in(circle.latest(visit, moment.now), visit, command.agent, agent, moment.now):
            raise _not_let_in(why, visit)
        if agent.offer is not None:
            raise Refused("agent_offered", "The agent has another offer before him.")
        if not agent.takes(visit.channel):
            had = f"{agent.load} of {agent.capacity} units are taken"
            raise Refused("agent_at_capacity", f"The agent has no room for one more {visit.channel}: {had}.")
        offered = VisitOffered(
            visit=visit.visit,
            offer=OfferId(moment.new_id("of")),
            interaction=visit.interaction,
            queue=visit.queue,
            agent=command.agent,
            expires_at=moment.now + offer_timeout,
            channel=visit.channel,
        )
        return (offered,)

    return Decider(OfferVisit, reads, NOT_ENTERED, evolve, decide)


def _accept(command: AcceptOffer, standing: Standing, moment: Moment) -> Sequence[Event]:
    taken = standing.accepted
    if taken is not None and (taken.offer, taken.agent) == (command.offer, command.agent):
        return ()
    offer, visit = _answerable(command, standing)
    if moment.now >= offer.expires_at:
        raise Refused("offer_expired", "The offer has run out; somebody else is asked.", status=410)
    return (
        OfferAccepted(
            visit=visit.visit,
            offer=offer.offer,
            interaction=visit.interaction,
            queue=visit.queue,
            agent=command.agent,
            channel=visit.channel,
        ),
        VisitEnded(
            visit=visit.visit,
            interaction=visit.interaction,
            queue=visit.queue,
            how="answered",
            waited_ms=waited_ms(visit, moment.now),
            agent=command.agent,
        ),
        AgentJoined(interaction=visit.interaction, person=standing.person, agent=command.agent, visit=visit.visit),
    )


def _reject(command: RejectOffer, standing: Standing, moment: Moment) -> Sequence[Event]:
    reason = command.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused("reason_missing", f"Say why, in at most {LONGEST_REASON} characters.", status=422)
    if any(closed.offer == command.offer and closed.how == "rejected" for closed in standing.closed):
        return ()
    offer, _ = _answerable(command, standing)
    return (closing(offer, "rejected", reason),)


def _time_out(command: TimeOutOffer, standing: Standing, moment: Moment) -> Sequence[Event]:
    visit = standing.visit
    # Not compared with the clock: a timer that is brought forward is meant to count.
    if visit is None or visit.offer is None or visit.offer.offer != command.offer:
        return ()
    agent = standing.agent(command.agent)
    gone = agent.is_set(command.agent, Presence.NOT_RESPONDING, "offer_timed_out")
    return (closing(visit.offer, "timed_out"), gone)


def ending(short_abandon: timedelta) -> Decider[EndVisit, Standing]:
    """The decision that a visit is abandoned; within ``short_abandon`` it is a short abandon."""

    def reads(command: EndVisit) -> Sequence[Query]:
        return (of_interaction(command.interaction),)

    def decide(command: EndVisit, standing: Standing, moment: Moment) -> Sequence[Event]:
        visit = standing.visit
        if visit is None or standing.ended:
            return ()
        waited = waited_ms(visit, moment.now)
        short = waited < short_abandon // timedelta(milliseconds=1)
        end = VisitEnded(
            visit=visit.visit,
            interaction=visit.interaction,
            queue=visit.queue,
            how="short_abandoned" if short else "abandoned",
            waited_ms=waited,
        )
        return (end,) if visit.offer is None else (closing(visit.offer, "withdrawn"), end)

    return Decider(EndVisit, reads, NOT_ENTERED, evolve, decide)


def _reads_visit(command: AcceptOffer | RejectOffer) -> Sequence[Query]:
    # The visit alone is enough: an offer takes its place in the agent's load while it is open, and whatever closes it
    # carries the visit's tag.
    return (of_visit(command.visit),)


def _reads_both(command: TimeOutOffer) -> Sequence[Query]:
    return (of_visit(command.visit), of_agent(command.agent))


ACCEPT: Final[Decider[AcceptOffer, Standing]] = Decider(AcceptOffer, _reads_visit, NOT_ENTERED, evolve, _accept)
REJECT: Final[Decider[RejectOffer, Standing]] = Decider(RejectOffer, _reads_visit, NOT_ENTERED, evolve, _reject)
TIME_OUT: Final[Decider[TimeOutOffer, Standing]] = Decider(TimeOutOffer, _reads_both, NOT_ENTERED, evolve, _time_out)


def _not_let_in(why: str, visit: Visit) -> Refused:
    if why == "other_queue":
        return Refused("agent_not_in_queue", f"The agent does not serve the queue {visit.queue}.")
    if why == "not_the_last_agent":
        return Refused("agent_not_in_ring", "The visit is kept for whoever had the customer last, for now.")
    if why == "other_channel":
        return Refused("agent_not_in_channel", f"The agent does not take the channel {visit.channel}.")
    skill = why.partition(":")[2]
    return Refused("agent_lacks_skill", f"The agent's {skill} is less than the queue {visit.queue} asks for now.")


def _open_visit(standing: Standing) -> Visit:
    if standing.visit is None:
        raise Refused("visit_unknown", "There is no such visit.", status=404)
    if standing.ended:
        raise Refused("visit_ended", "The customer is not waiting any more.", status=410)
    return standing.visit


def _answerable(command: AcceptOffer | RejectOffer, standing: Standing) -> tuple[Offer, Visit]:
    """The offer that the command answers, if it is open and made to this agent."""
    visit = _open_visit(standing)
    offer = visit.offer
    if offer is None or offer.offer != command.offer:
        raise Refused("offer_closed", "The offer is not open any more.", status=410)
    if offer.agent != command.agent:
        raise Refused("offer_not_yours", "The offer was made to somebody else.", status=403)
    return offer, visit


def closing(offer: Offer, how: Literal["rejected", "timed_out", "withdrawn"], reason: str = "") -> OfferClosed:
    """The fact that an open offer came to nothing."""
    return OfferClosed(
        visit=offer.visit,
        offer=offer.offer,
        interaction=offer.interaction,
        queue=offer.queue,
        agent=offer.agent,
        how=how,
        reason=reason,
    )
