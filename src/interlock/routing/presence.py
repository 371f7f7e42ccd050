"""Is an agent there: what he (or a supervisor) sets, what waits until his work is done, and what follows then?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.kernel.log import Query
from interlock.routing.agents import Agent
from interlock.routing.offers import LONGEST_REASON, closing
from interlock.routing.visits import NOT_ENTERED, Standing, evolve, of_agent
from interlock.vocabulary.routing import EndService, Presence, PresencePended, PresenceSet, SetPresence, SettlePresence

LARGEST_CAPACITY: Final = 50


def _set(command: SetPresence, standing: Standing, moment: Moment) -> Sequence[Event]:
    agent = standing.agent(command.agent)
    if command.presence is Presence.NOT_RESPONDING:
        reason = "Nobody sets this presence: it follows from an offer that was not answered."
        raise Refused("presence_not_settable", reason, status=422)
    if len(command.reason) > LONGEST_REASON:
        raise Refused("reason_too_long", f"Give a reason of at most {LONGEST_REASON} characters.", status=422)
    if not 1 <= command.capacity <= LARGEST_CAPACITY:
        raise Refused("capacity_out_of_range", f"A capacity is from 1 to {LARGEST_CAPACITY}.", status=422)
    # Who names no queues (a supervisor, a browser) leaves queues and capacity as they are.
    keeps = not command.queues and agent.since is not None
    queues = agent.queues if keeps else command.queues
    capacity = agent.capacity if keeps else command.capacity
    skills = agent.skills if keeps else command.skills
    shares = agent.shares if keeps else command.shares
    if command.presence is Presence.AVAILABLE and not queues:
        raise Refused("no_queues", "No queue is served, so nothing could be offered. An admin can add one.", status=422)
    wanted = PresenceSet(
        agent=command.agent,
        presence=command.presence,
        reason=command.reason,
        queues=queues,
        capacity=capacity,
        skills=skills,
        shares=shares,
    )
    as_it_is = agent.is_set(command.agent, agent.presence, agent.reason)
    if agent.pending is None and (wanted == as_it_is or _stays_away(wanted, agent)):
        return ()
    if command.presence is Presence.AVAILABLE:
        return (wanted,)
    facts: list[Event] = []
    if agent.offer is not None:
        # Who goes does not keep a customer waiting until the offer runs out.
        facts.append(closing(agent.offer, "rejected", command.presence.value))
    if not agent.busy:
        return (*facts, wanted)
    if (agent.pending, agent.pending_reason) != (command.presence, command.reason):
        facts.append(PresencePended(agent=command.agent, presence=command.presence, reason=command.reason))
    return tuple(facts)


def _stays_away(wanted: PresenceSet, agent: Agent) -> bool:
    return agent.since is None and wanted.presence is Presence.OFFLINE


def _end(command: EndService, standing: Standing, moment: Moment) -> Sequence[Event]:
    agent = standing.agent(command.agent)
    if agent.busy:
        raise Refused(
            "open_work",
            f"{len(agent.work)} interaction(s) are still in hand; they are wrapped up, transferred or handed back first.",
        )
    facts: list[Event] = []
    if agent.offer is not None:
        facts.append(closing(agent.offer, "rejected", Presence.OFFLINE.value))
    if agent.since is not None and (agent.presence is not Presence.OFFLINE or agent.pending is not None):
        facts.append(agent.is_set(command.agent, Presence.OFFLINE))
    return tuple(facts)


def _settle(command: SettlePresence, standing: Standing, moment: Moment) -> Sequence[Event]:
    agent = standing.agent(command.agent)
    if agent.pending is None or agent.busy:
        return ()
    return (agent.is_set(command.agent, agent.pending, agent.pending_reason),)


def _reads(command: SetPresence | SettlePresence | EndService) -> Sequence[Query]:
    return (of_agent(command.agent),)


SET: Final[Decider[SetPresence, Standing]] = Decider(SetPresence, _reads, NOT_ENTERED, evolve, _set)
END: Final[Decider[EndService, Standing]] = Decider(EndService, _reads, NOT_ENTERED, evolve, _end)
SETTLE: Final[Decider[SettlePresence, Standing]] = Decider(SettlePresence, _reads, NOT_ENTERED, evolve, _settle)
