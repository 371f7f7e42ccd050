"""What happens on a floor when these customers come and these agents are there: played out on the real routing, and counted?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import msgspec

from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event
from interlock.simulation.floor.lasting import AT_ONCE, ENDLESS, Draws
from interlock.simulation.floor.routed import NOBODY, Floor
from interlock.simulation.floor.tally import Tally
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, HandOverFailed, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    AcceptOffer,
    OfferAccepted,
    Presence,
    PresenceSet,
    RejectOffer,
    SetPresence,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)


class Contact(NamedTuple):
    """A customer who comes, with everything about her that chance decides: it is the same under another configuration.

    Attributes:
        patience: how long she waits in the queue; ``ENDLESS`` for ever.
        virtual_agent: how long the virtual agent has her first.
        contained: he does all she wants, so that she never waits for a person.
    """

    at: datetime
    queue: QueueName
    channel: Channel
    patience: timedelta = ENDLESS
    handling: timedelta = AT_ONCE
    wrap_up: timedelta = AT_ONCE
    priority: int = 0
    virtual_agent: timedelta = AT_ONCE
    contained: bool = False
    last_agent: StaffId = NOBODY


class Answering(NamedTuple):
    """What an agent does with offers: after how long he answers, how many he rejects or does not see at all.

    Attributes:
        returns_after: how long it takes until he is back after an offer that he did not see.
    """

    after: Draws | None = None
    rejects: float = 0.0
    misses: float = 0.0
    returns_after: timedelta = timedelta(minutes=2)


class Person(NamedTuple):
    """A simulated agent: who he is, what he can do, and when he wants to have which presence.

    Attributes:
        team: whose time his counts to.
        plan: presences by the time from which on he wants them, in order.
    """

    agent: StaffId
    team: str
    wants: SetPresence
    plan: Sequence[tuple[datetime, Presence]]
    answering: Answering = Answering()


class Play:
    """One run: from its beginning to its end nothing comes from outside."""

    def __init__(
        self,
        floor: Floor,
        tally: Tally,
        contacts: Iterable[Contact],
        people: Sequence[Person],
        orders: Iterable[tuple[datetime, Command]],
        chance: Random,
    ) -> None:
        """A run of these customers and agents.

        Args:
            orders: what somebody does to the floor at a time, such as closing a queue.
            chance: what agents do with their offers.
        """
        self.floor, self.tally = floor, tally
        self._chance = chance
        self._contacts: Iterator[Contact] = iter(contacts)
        self._people = {person.agent: person for person in people}
        self._wanted: dict[StaffId, Presence] = {}
        self._open: dict[InteractionId, Contact] = {}
        self._begun = 0
        for person in people:
            for at, presence in person.plan:
                floor.at(at, partial(self._turn, person, presence))
        for at, order in orders:
            floor.at(at, partial(self._order, order))
        self._handlers: dict[type[Event], Callable[[Any], None]] = {
            VisitOffered: self._offered,
            OfferAccepted: lambda fact: tally.agent_changed(fact.agent, floor),
            AgentJoined: self._joined,
            WrappedUp: lambda fact: tally.agent_changed(fact.agent, floor),
            PresenceSet: self._presence,
            VisitEnded: self._visit_ended,
        }
        floor.watchers.append(self._watch)

    def begin(self) -> None:
        """Have the first customer come; the floor's time does the rest."""
        self._next()

    @property
    def open(self) -> bool:
        """Whether somebody waits or is talked to."""
        return bool(self._open)

    def _watch(self, fact: Event) -> None:
        handler = self._handlers.get(type(fact))
        if handler is not None:
            handler(fact)

    # Customers.

    def _next(self) -> None:
        contact = next(self._contacts, None)
        if contact is not None:
            self.floor.at(contact.at, partial(self._comes, contact))

    def _comes(self, contact: Contact) -> None:
        self._next()
        self._begun += 1
        interaction = InteractionId(f"i_{self._begun:09}")
        self.floor.begins(interaction, contact.channel)
        if contact.virtual_agent:
            self.floor.at(self.floor.now + contact.virtual_agent, partial(self._handed_over, contact, interaction))
        else:
            self._handed_over(contact, interaction)

    def _handed_over(self, contact: Contact, interaction: InteractionId) -> None:
        floor = self.floor
        if contact.contained:
            self.tally.contained(contact.queue, floor.now)
            floor.ends(interaction, "journey_ended")
            return
        self._open[interaction] = contact
        entry = floor.enters(
            interaction,
            contact.queue,
            contact.channel,
            priority=contact.priority,
            last_agent=contact.last_agent,
        )
        if isinstance(entry, VisitEntered):
            self.tally.entered(entry, floor.now)
            if contact.patience != ENDLESS:
                floor.at(floor.now + contact.patience, partial(self._gives_up, entry.visit, interaction))
            return
        del self._open[interaction]
        self.tally.turned_away(contact.queue, entry.why if isinstance(entry, HandOverFailed) else "closed", floor.now)
        floor.ends(interaction, "journey_ended")

    def _gives_up(self, visit: VisitId, interaction: InteractionId) -> None:
        if visit in self.floor.board.visits:
            self.floor.ends(interaction, "customer_left")

    def _visit_ended(self, fact: VisitEnded) -> None:
        self.tally.visit_ended(fact)
        if fact.how != "answered":
            self._open.pop(fact.interaction, None)

    # Agents.

    def _turn(self, person: Person, presence: Presence) -> None:
        self._wanted[person.agent] = presence
        self._set(person, presence)

    def _set(self, person: Person, presence: Presence) -> None:
        self._order(_as(person.wants, presence))

    def _order(self, command: Command) -> None:
        try:
            self.floor.do(command)
        except Refused:
            return  # what an order is refused for is part of the floor: an offer ran out, a queue is closed already

    def _presence(self, fact: PresenceSet) -> None:
        self.tally.agent_changed(fact.agent, self.floor)
        if fact.presence is Presence.NOT_RESPONDING:
            person = self._people[fact.agent]
            self.floor.at(self.floor.now + person.answering.returns_after, partial(self._returns, person))

    def _returns(self, person: Person) -> None:
        if self.floor.board.agent(person.agent).presence is Presence.NOT_RESPONDING:
            self._set(person, self._wanted[person.agent])

    def _offered(self, offer: VisitOffered) -> None:
        answering, chance = self._people[offer.agent].answering, self._chance
        if answering.misses and chance.random() < answering.misses:
            return
        after = AT_ONCE if answering.after is None else answering.after.draw(chance)
        command: Command = AcceptOffer(visit=offer.visit, offer=offer.offer, agent=offer.agent)
        if answering.rejects and chance.random() < answering.rejects:
            command = RejectOffer(visit=offer.visit, offer=offer.offer, agent=offer.agent, reason="busy")
        self.floor.at(self.floor.now + after, partial(self._order, command))

    def _joined(self, fact: AgentJoined) -> None:
        contact = self._open[fact.interaction]
        self.floor.at(self.floor.now + contact.handling, partial(self._finished, contact, fact.interaction, fact.agent))

    def _finished(self, contact: Contact, interaction: InteractionId, agent: StaffId) -> None:
        if not contact.wrap_up:
            self._wrapped_up(contact, interaction, agent)
            return
        self.floor.happens(WrapUpStarted(interaction=interaction, person=PersonId(interaction), agent=agent))
        self.floor.at(self.floor.now + contact.wrap_up, partial(self._wrapped_up, contact, interaction, agent))

    def _wrapped_up(self, contact: Contact, interaction: InteractionId, agent: StaffId) -> None:
        del self._open[interaction]
        self.tally.handled(contact.queue, contact.handling + contact.wrap_up, self.floor.now)
        person = PersonId(interaction)
        self.floor.happens(WrappedUp(interaction=interaction, person=person, agent=agent, disposition="done"))
        self.floor.ends(interaction, "wrapped_up")


def _as(wants: SetPresence, presence: Presence) -> SetPresence:
    return wants if presence is wants.presence else msgspec.structs.replace(wants, presence=presence)
