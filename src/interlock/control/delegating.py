"""Who lends whom his authority to approve, until when, and what may somebody approve with what he was lent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.approvals import AuthorityDelegated, DelegateAuthority, DelegationEnded, EndDelegation
from interlock.vocabulary.channels import Lender, Principal
from interlock.vocabulary.ids import StaffId, tag

LONGEST_DELEGATION: Final = timedelta(days=60)
"""The longest time for which somebody can lend his authority."""

LENDABLE: Final = ("supervisor", "manager")
"""The roles whose authority can be lent."""


class Authority(NamedTuple):
    """A role with which somebody acts, and whose it is if it was lent."""

    role: str
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class Lent:
    """The delegations that name a person, by identifier."""

    open: Mapping[str, AuthorityDelegated] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()


def lent_query(person: str) -> Query:
    """What to read for the delegations that name a person."""
    return Query(tag("staff", person), (AuthorityDelegated, DelegationEnded))


def evolve_lent(lent: Lent, recorded: Recorded) -> Lent:
    """Fold one fact of a person in."""
    match recorded.event:
        case AuthorityDelegated() as event:
            return replace(lent, open={**lent.open, event.delegation: event})
        case DelegationEnded() as event:
            still = {name: each for name, each in lent.open.items() if name != event.delegation}
            return Lent(still, lent.ended | {event.delegation})
        case _:
            return lent


def authorities(by: Principal, lent: Lent, lenders: Sequence[Lender], now: datetime) -> list[Authority]:
    """The roles with which somebody acts: his own, then those that he was lent, as long as their lender has them.

    Args:
        lenders: whoever has lent him authority, with the roles that each has now.
    """
    still = {each.staff: each.roles for each in lenders}
    borrowed = [
        Authority(role, each.by)
        for each in lent.open.values()
        if each.to == by.id and now <= each.until
        for role in each.roles
        if role in still.get(each.by, ())
    ]
    return [*(Authority(role) for role in by.roles), *borrowed]


def delegate_authority() -> Decider[DelegateAuthority, Lent]:
    """Lend one's own roles; what one was lent stays with oneself."""

    def decide(command: DelegateAuthority, lent: Lent, moment: Moment) -> Sequence[Event]:
        roles = tuple(role for role in command.by.roles if role in LENDABLE)
        if not roles:
            raise Refused("no_authority", "You have no authority to approve that you could lend.", status=403)
        if command.to == command.by.id:
            raise Refused("own_delegation", "Lend it to a colleague; you have it yourself.", status=422)
        if not moment.now < command.until <= moment.now + LONGEST_DELEGATION:
            days = LONGEST_DELEGATION.days
            raise Refused("bad_period", f"Name an end within the next {days} days.", status=422)
        if command.delegation in lent.open or command.delegation in lent.ended:
            return []
        return [
            AuthorityDelegated(
                delegation=command.delegation,
                by=StaffId(command.by.id),
                to=command.to,
                roles=roles,
                until=command.until,
            )
        ]

    return Decider(
        command=DelegateAuthority,
        reads=lambda command: [lent_query(command.by.id)],
        initial=Lent(),
        evolve=evolve_lent,
        decide=decide,
    )


def end_delegation() -> Decider[EndDelegation, Lent]:
    """Who lent it takes it back, or who has it gives it back."""

    def decide(command: EndDelegation, lent: Lent, moment: Moment) -> Sequence[Event]:
        if command.delegation in lent.ended:
            return []
        found = lent.open.get(command.delegation)
        if found is None:
            raise Refused("delegation_unknown", "You neither lent this authority nor have it.", status=404)
        ended = DelegationEnded(delegation=found.delegation, by=found.by, to=found.to, ended_by=StaffId(command.by.id))
        return [ended]

    return Decider(
        command=EndDelegation,
        reads=lambda command: [lent_query(command.by.id)],
        initial=Lent(),
        evolve=evolve_lent,
        decide=decide,
    )
