"""What brings about what a scenario takes for given, and what it is told from outside?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from interlock.journeys.scenarios import Given
from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import SYSTEM, Channel
from interlock.vocabulary.consents import RecordConsent
from interlock.vocabulary.correspondence import AddressGiven
from interlock.vocabulary.ids import CustomerId, EventId, InteractionId, PersonId, QueueName, SessionId, StaffId
from interlock.vocabulary.interactions import OpenSession
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.routing import CloseQueue, Presence, SetPresence
from interlock.vocabulary.triggers import ReceiveEvent

SESSION: Final = SessionId("s_scenario")
PERSON: Final = PersonId("p_scenario")
CAPACITY: Final = 3
NO_SECRET: Final = "-"
"""Nobody comes over the network, so nobody has to prove whose session it is."""

WRITES_FROM: Final = {
    Channel.MESSAGE: ("+15550100", "+15550199"),
    Channel.EMAIL: ("customer@customer.example", "service@centre.example"),
}
"""Where the customer writes from, and to which of our own, in the channels that have addresses."""


def agent_of(queue: str) -> StaffId:
    """The agent who is on shift for a queue."""
    return StaffId(f"u_{queue}")


def given_commands(given: Given) -> Iterator[Command | Event]:
    """The commands (and facts, of what was before) that bring about what is given, in order."""
    channel = given.channel or Channel.CHAT
    yield OpenSession(
        session=SESSION, person=PERSON, channel=channel, secret_digest=NO_SECRET, language=given.language or ""
    )
    if channel in WRITES_FROM:
        address, account = WRITES_FROM[channel]
        yield AddressGiven(session=SESSION, person=PERSON, channel=channel, address=address, account=account)
    customer = CustomerId(given.customer or "")
    if customer:
        yield CustomerMatched(
            interaction=InteractionId("i_earlier"),
            person=PERSON,
            session=SESSION,
            channel=channel,
            customer=customer,
            by="earlier",
        )
    for purpose in given.consents or ():
        yield RecordConsent(customer=customer, purpose=purpose, given=True, by=SYSTEM, how="scenario")
    for queue in given.on_shift or ():
        queues = (QueueName(queue),)
        yield SetPresence(agent=agent_of(queue), presence=Presence.AVAILABLE, queues=queues, capacity=CAPACITY)
    for queue, message in (given.closed or {}).items():
        yield CloseQueue(queue=QueueName(queue), message=message, by=StaffId("u_supervisor"))


def told_of(kind: str, data: Mapping[str, Any], number: int) -> ReceiveEvent:
    """An event from outside, as a scenario tells of it."""
    id = f"scenario-{number}"
    return ReceiveEvent(
        event=EventId(f"evt_{id}"), type=kind, source="/scenario", id=id, by="scenario", digest=id, data=dict(data)
    )
