"""How have the rules been used: which granted whom, which stood in the way, what would those in shadow have changed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

import msgspec

from interlock.control.flips import Flip, FlipReport, amount_of, flip_report
from interlock.control.rules import Rule
from interlock.kernel.events import Recorded
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ProposalJudged, Verdict
from interlock.vocabulary.releases import ReleasePublished

KEPT: Final = timedelta(days=30)
"""How far back the use of rules is counted."""

MAX_SHADOW: Final = 20_000
"""Decisions that are kept for one rule in shadow; the oldest go first."""


_K = TypeVar("_K")


class RuleUse(msgspec.Struct, frozen=True, kw_only=True):
    """How often a rule decided, and when it last did."""

    rule: str
    decided: int
    last: datetime | None


class ShadowRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule in shadow would have changed, and how it could not be evaluated."""

    rule: str
    fired: int
    report: FlipReport
    errors: dict[str, int]


class _Fired(msgspec.Struct, frozen=True):
    """One decision on which a rule in shadow had something to say; what it says of it is told by the rule's remedy."""

    event: ProposalJudged
    at: datetime


@dataclass(slots=True)
class History:
    """A fold of judgements and releases, day by day; what is older than ``KEPT`` is dropped.

    Attributes:
        days: by day, how often each rule decided.
        grants: by day, how often a permit granted an action to a role.
        last: when each rule last decided.
        known_since: when each rule first came into force.
        judgements: how many were folded and are kept, by day.
    """

    days: dict[date, Counter[str]] = field(default_factory=dict)
    grants: dict[date, Counter[tuple[str, str, str]]] = field(default_factory=dict)
    judgements: Counter[date] = field(default_factory=Counter)
    last: dict[str, datetime] = field(default_factory=dict)
    known_since: dict[str, datetime] = field(default_factory=dict)
    first: datetime | None = None
    _shadow: dict[str, dict[ProposalId, _Fired]] = field(default_factory=dict)
    _errors: dict[date, Counter[tuple[str, str]]] = field(default_factory=dict)

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in; others than judgements and releases are left alone."""
        match recorded.event:
            case ReleasePublished(rules=rules):
                for rule in rules:
                    self.known_since.setdefault(rule, recorded.at)
            case ProposalJudged() as event:
                self._judged(event, recorded.at)
            case _:
                return

    def forget(self, before: datetime) -> None:
        """Drop what is older than a moment, by the day."""
        for kept in (self.days, self.grants, self.judgements, self._errors):
            for day in [day for day in kept if day < before.date()]:
                del kept[day]
        for fired in self._shadow.values():
            for proposal in [proposal for proposal, one in fired.items() if one.at < before]:
                del fired[proposal]

    def uses(self, since: datetime) -> dict[str, RuleUse]:
        """By rule, how often it decided since a day."""
        total = _sum(self.days, since)
        return {rule: RuleUse(rule=rule, decided=count, last=self.last.get(rule)) for rule, count in total.items()}

    def granted(self, since: datetime) -> Counter[tuple[str, str, str]]:
        """How often (permit, action, role) let something through since a day."""
        return _sum(self.grants, since)

    def judged(self, since: datetime) -> int:
        """How many judgements there were since a day."""
        return sum(count for day, count in self.judgements.items() if day >= since.date())

    def shadow(self, rules: Iterable[Rule], since: datetime) -> list[ShadowRule]:
        """What each rule in shadow would have changed since a moment, each enforced by itself."""
        errors = _sum(self._errors, since)
        found = []
        for rule in rules:
            if not rule.shadow:
                continue
            fired = [one for one in self._shadow.get(rule.id, {}).values() if one.at >= since]
            flips = [flip for one in fired if (flip := _flip(rule, one)) is not None]
            own = {why: count for (name, why), count in errors.items() if name == rule.id}
            found.append(ShadowRule(rule=rule.id, fired=len(fired), report=flip_report(flips), errors=own))
        return found

    def _judged(self, event: ProposalJudged, at: datetime) -> None:
        day = at.date()
        self.first = self.first or at
        self.judgements[day] += 1
        decided = self.days.setdefault(day, Counter())
        for rule in {ruling.rule for ruling in event.rulings}:
            decided[rule] += 1
            self.last[rule] = at
            if event.verdict == "allowed":
                grants = self.grants.setdefault(day, Counter())
                for role in event.principal.roles:
                    grants[rule, event.action, role] += 1
        for rule in event.shadow:
            decided[rule] += 1
            self.last[rule] = at
        for rule in {*event.shadow, *(name for name, kept in self._shadow.items() if event.proposal in kept)}:
            self._keep(rule, event, at)
        for text in event.shadow_errors:
            name, _, why = text.partition(": ")
            self._errors.setdefault(day, Counter())[name, why] += 1

    def _keep(self, rule: str, event: ProposalJudged, at: datetime) -> None:
        """The latest judgement of a proposal is the one that counts: what was stepped up since is no flip any more."""
        kept = self._shadow.setdefault(rule, {})
        kept.pop(event.proposal, None)
        if rule in event.shadow:
            # What it was judged on is not needed again, save for the amount.
            slim = msgspec.structs.replace(
                event, facts={"args": event.facts.get("args", {})}, says="", shows=(), others=()
            )
            kept[event.proposal] = _Fired(slim, at)
        if len(kept) > MAX_SHADOW:
            del kept[next(iter(kept))]


def shadow_verdict(rule: Rule, was: Verdict) -> Verdict:
    """What a verdict would be if a rule in shadow that fires were enforced."""
    if rule.remedy is None:
        return "denied"
    return "needs" if was == "allowed" else was


def _flip(rule: Rule, fired: _Fired) -> Flip | None:
    event = fired.event
    would = shadow_verdict(rule, event.verdict)
    if would == event.verdict:
        return None
    return Flip(
        proposal=event.proposal,
        interaction=event.interaction,
        customer=event.customer,
        action=event.action,
        by=event.principal.kind,
        at=fired.at,
        was=event.verdict,
        now=would,
        rules=(rule.id,),
        amount=amount_of(event.facts.get("args", {})),
    )


def _sum(days: Mapping[date, Counter[_K]], since: datetime) -> Counter[_K]:
    total: Counter[_K] = Counter()
    for day, counts in days.items():
        if day >= since.date():
            total.update(counts)
    return total
