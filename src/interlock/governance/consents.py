"""What has a customer agreed to be written to about, and may that be recorded?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from interlock.kernel.deciders import Decider, Moment, Subject
from interlock.kernel.documents import did_you_mean
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.consents import ConsentGiven, ConsentWithdrawn, RecordConsent
from interlock.vocabulary.ids import CustomerId, tag
from interlock.vocabulary.people import PersonErased
from interlock.vocabulary.settings import TenantSettings

LONGEST_HOW: Final = 64
"""Characters that say where a consent was given."""

_CUSTOMER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")


class Consent(NamedTuple):
    """How a consent stands, since when, and where the customer said so."""

    given: bool
    at: datetime
    how: str


Consents = Mapping[str, Consent]
"""A customer's consents by purpose; what is not there was never given."""


def consents_query(customer: CustomerId) -> Query:
    """What to read for a customer's consents."""
    return Query(tag("customer", customer), (ConsentGiven, ConsentWithdrawn, PersonErased))


def evolve(state: Consents, recorded: Recorded) -> Consents:
    """Fold one more fact in; whoever is erased has agreed to nothing."""
    match recorded.event:
        case ConsentGiven() as event:
            return {**state, event.purpose: Consent(True, recorded.at, event.how)}
        case ConsentWithdrawn() as event:
            return {**state, event.purpose: Consent(False, recorded.at, event.how)}
        case PersonErased():
            return {}
    return state


def fold(events: Iterable[Recorded]) -> Consents:
    """A customer's consents after these facts."""
    state: Consents = {}
    for recorded in events:
        state = evolve(state, recorded)
    return state


def agreed(consents: Consents, purpose: str) -> bool:
    """Whether she agreed and still does. Without a word of hers she does not."""
    return purpose in consents and consents[purpose].given


def subject(settings: TenantSettings) -> Subject:
    """Consents to the purposes that a tenant names."""
    deciders = (_record(settings.consent_purposes),)
    return Subject("governance", cast("tuple[Decider[Command, object], ...]", deciders))


def _record(purposes: Mapping[str, str]) -> Decider[RecordConsent, Any]:
    def decide(command: RecordConsent, state: Consents, moment: Moment) -> Sequence[Event]:
        if not _CUSTOMER.fullmatch(command.customer):
            raise Refused("bad_customer", "Name the customer by its identifier, such as c-104.", status=422)
        if command.purpose not in purposes:
            mend = did_you_mean(command.purpose, purposes) or "name purposes under consent_purposes in tenant.yaml"
            raise Refused("purpose_unknown", f"There is no purpose {command.purpose[:64]!r}; {mend}.", status=422)
        if len(command.how) > LONGEST_HOW:
            raise Refused("too_long", f"Where it was given is said in at most {LONGEST_HOW} characters.", status=422)
        if command.given == agreed(state, command.purpose) and (command.given or command.purpose in state):
            return []
        kind = ConsentGiven if command.given else ConsentWithdrawn
        return [kind(customer=command.customer, purpose=command.purpose, by=command.by, how=command.how)]

    return Decider(
        command=RecordConsent,
        reads=lambda command: [consents_query(command.customer)],
        initial={},
        evolve=evolve,
        decide=decide,
    )
