"""Who may approve how much, who is asked first, and who is asked when nobody answers?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from interlock.kernel.documents import DefinitionError, Duration, Misread, Problem, closest, load_located, money_minor
from interlock.kernel.documents import problem as located_problem
from interlock.vocabulary.calendars import ALWAYS, Calendar
from interlock.vocabulary.hours import Hours
from interlock.vocabulary.money import Money

FILE: Final = "approvals.yaml"

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
Why = Literal["first", "band", "off_duty"]


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one role may approve, how soon it answers, and who is asked otherwise.

    Attributes:
        up_to: the largest amount by currency, in major units; without it, any. An amount in a currency that is not
            named is beyond the band.
        actions: the same for single actions, by full name.
        answer_within: how long the role has before the next one is asked.
        escalates_to: the next role: for larger amounts, and when nobody answers.
        on_duty: when somebody with the role is there; without it, always.
        out_of_hours: who is asked while nobody is.
    """

    up_to: dict[Currency, Decimal] | None = None
    actions: dict[str, dict[Currency, Decimal]] = {}
    answer_within: Duration | None = None
    escalates_to: str = ""
    on_duty: Hours | None = None
    out_of_hours: str = ""


class ApprovalsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``approvals.yaml``: the bands of the roles that approve. A role that is not named approves any amount."""

    approvers: dict[str, Band]


class Asked(NamedTuple):
    """Which role is asked, why that one, and when the next one will be."""

    role: str
    why: Why
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class Role:
    """A band, ready for use; amounts in minor units."""

    up_to: Mapping[str, int] | None = None
    actions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    answer_within: timedelta | None = None
    escalates_to: str = ""
    on_duty: Calendar = ALWAYS
    out_of_hours: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """The bands of a release by role."""

    roles: Mapping[str, Role] = field(default_factory=dict)

    def limit(self, role: str, action: str, currency: str) -> int | None:
        """The largest amount in minor units that a role may approve; None for any."""
        band = self.roles.get(role)
        limits = None if band is None else band.actions.get(action, band.up_to)
        return None if limits is None else limits.get(currency, 0)

    def covers(self, role: str, action: str, amount: Money | None) -> bool:
        """Whether an amount is within a role's band; what moves no money always is."""
        limit = None if amount is None else self.limit(role, action, amount.currency)
        return limit is None or amount is None or amount.amount <= limit

    def above(self, role: str) -> tuple[str, ...]:
        """A role and those that it can come to, in the order in which they are asked."""
        found = [role]
        for name in found:
            band = self.roles.get(name, Role())
            found += [
                each for each in (band.escalates_to, band.out_of_hours) if each and each not in found
            ]  # a list grows while it is walked: what is above comes last
        return tuple(found)

    def may_approve(self, role: str, action: str, amount: Money | None) -> tuple[str, ...]:
        """The roles whose word meets ``approve:role`` for this amount; empty where it is beyond everybody's band."""
        return tuple(each for each in self.above(role) if self.covers(each, action, amount))

    def ask(self, role: str, action: str, amount: Money | None, now: datetime) -> Asked | None:
        """Who is asked now for ``approve:role``; None where nobody may approve that much."""
        may = self.may_approve(role, action, amount)
        if not may:
            return None
        asked = may[0]
        why: Why = "first" if asked == role else "band"
        seen = {asked}
        while not self._band(asked).on_duty.is_open(now):
            other = self._band(asked).out_of_hours
            if other not in may or other in seen:
                break
            asked, why = other, "off_duty"
            seen.add(asked)
        within = self._band(asked).answer_within
        return Asked(asked, why, None if within is None else now + within)

    def next(self, role: str, action: str, amount: Money | None, now: datetime) -> Asked | None:
        """Who is asked after a role that did not answer or passes it on; None where nobody is above it."""
        after = self._band(role).escalates_to
        return self.ask(after, action, amount, now) if after else None

    def _band(self, role: str) -> Role:
        return self.roles.get(role, Role())


NO_BANDS: Final = ApprovalRules()


def read_approvals(text: str, actions: Collection[str], roles: Collection[str]) -> ApprovalRules:
    """Read ``approvals.yaml``. Raises DefinitionError with every problem, each with its line and what to write instead."""
    located = load_located(text, FILE, ApprovalsFile)
    problems: list[Problem] = []
    found: dict[str, Role] = {}
    for name, band in located.value.approvers.items():
        path = ("approvers", name)

        def unknown(noun: str, word: str, known: Collection[str], *at: str, under: tuple[str, ...] = path) -> None:
            near = closest(word, known)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(known))}"
            whole = (*under, *at)
            problems.append(located_problem(located, whole, f"there is no {noun} '{word}'", mend, at_key=not at))

        if name not in roles:
            unknown("role", name, roles)
        for setting in ("escalates_to", "out_of_hours"):
            other = getattr(band, setting)
            if other and other not in roles:
                unknown("role", other, roles, setting)
        for action in band.actions:
            if action not in actions:
                unknown("action", action, actions, "actions", action)
        try:
            found[name] = Role(
                up_to=None if band.up_to is None else _minor(band.up_to),
                actions={action: _minor(limits) for action, limits in band.actions.items()},
                answer_within=band.answer_within,
                escalates_to=band.escalates_to,
                on_duty=ALWAYS if band.on_duty is None else band.on_duty.calendar(),
                out_of_hours=band.out_of_hours,
            )
        except Misread as error:
            problems.append(located_problem(located, path, error.what, error.mend))
    for name in found:
        problems += [located_problem(located, ("approvers", name), *told) for told in _ladder(name, found)]
    if problems:
        raise DefinitionError(problems)
    return ApprovalRules(found)


def _ladder(name: str, roles: Mapping[str, Role]) -> list[tuple[str, str]]:
    """What is wrong with the way up from a role."""
    band = roles[name]
    told = []
    seen, at = [name], band.escalates_to
    while at and at not in seen:
        seen.append(at)
        at = roles.get(at, Role()).escalates_to
    if at == name:
        told.append(
            (f"{' → '.join([*seen, name])} leads back to itself", "end the ladder with a role without 'escalates_to'")
        )
    if band.on_duty is not ALWAYS and not band.out_of_hours and not band.escalates_to:
        told.append(
            (f"nobody is asked while no {name} is on duty", "add 'out_of_hours:' or 'escalates_to:' and a role")
        )
    return told


def _minor(limits: Mapping[str, Decimal]) -> dict[str, int]:
    found = {currency: money_minor(amount, currency) for currency, amount in limits.items()}
    for currency, amount in found.items():
        if amount < 0:
            raise Misread(f"{limits[currency]} {currency} is less than nothing", "write a positive amount")
    return found
