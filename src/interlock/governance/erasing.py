"""Whose keys are destroyed when a customer is erased?"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import CustomerId, PersonId, tag
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.triggers import FIRINGS, TriggerFired, TriggerHeld, TriggerRefused


def people_query(customer: CustomerId) -> Query:
    """What to read for the people behind a customer."""
    return Query(tag("customer", customer), (CustomerMatched, ChallengePassed, *FIRINGS))


def people_of(events: Iterable[Recorded]) -> list[PersonId]:
    """Everybody who was matched to a customer, and the keys of events from outside that were about her."""
    found: set[PersonId] = set()
    for recorded in events:
        match recorded.event:
            case CustomerMatched() | ChallengePassed() as event:
                found.add(event.person)
            case TriggerFired() | TriggerHeld() | TriggerRefused() as event:
                found.add(event.origin)
    return sorted(found)
