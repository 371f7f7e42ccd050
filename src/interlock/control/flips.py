"""Which decisions would come out otherwise, by which rules, for how much money and for which customers?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.control.templates import as_money
from interlock.vocabulary.ids import CustomerId, InteractionId, ProposalId
from interlock.vocabulary.money import Money
from interlock.vocabulary.proposals import Verdict

MAX_SHOWN: Final = 200
"""Flips, and customers, that a report lists one by one; its counts and sums are over all of them."""

_STRICTNESS: Final = ("allowed", "needs", "denied")


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that would come out otherwise.

    Attributes:
        at: when it was judged.
        by: what kind of principal proposed it.
        rules: those that make the difference: they stand in the way now, or do so no longer.
        amount: what it was about; None where no money is among the arguments.
    """

    proposal: ProposalId
    interaction: InteractionId
    customer: CustomerId
    action: str
    by: str
    at: datetime
    was: Verdict
    now: Verdict
    rules: tuple[str, ...]
    amount: Money | None = None

    @property
    def change(self) -> str:
        """Such as ``allowed→denied``."""
        return f"{self.was}→{self.now}"


class RuleFlips(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule has a part in; a decision that two rules change counts with both."""

    rule: str
    proposals: int
    changes: dict[str, int]
    money: list[Money]
    customers: int


class CustomerFlips(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for one customer."""

    customer: CustomerId
    proposals: int
    money: list[Money]


class FlipReport(msgspec.Struct, frozen=True, kw_only=True):
    """All flips together. Each proposal counts once; lists are newest first and cut at ``MAX_SHOWN``."""

    proposals: int
    changes: dict[str, int]
    money: list[Money]
    customers: int
    rules: list[RuleFlips]
    by_customer: list[CustomerFlips]
    flips: list[Flip]


def flip_report(found: Iterable[Flip]) -> FlipReport:
    """Sum up flips. Of several of one proposal (by several rules, each by itself) the strictest counts in the totals."""
    flips = list(found)
    by_rule: dict[str, list[Flip]] = defaultdict(list)
    strictest: dict[str, Flip] = {}
    for flip in flips:
        for rule in flip.rules:
            by_rule[rule].append(flip)
        known = strictest.get(flip.proposal)
        if known is None or _STRICTNESS.index(flip.now) > _STRICTNESS.index(known.now):
            strictest[flip.proposal] = flip
    total = sorted(strictest.values(), key=lambda flip: flip.at, reverse=True)
    by_customer: dict[CustomerId, list[Flip]] = defaultdict(list)
    for flip in total:
        if flip.customer:
            by_customer[flip.customer].append(flip)
    customers = [
        CustomerFlips(customer=customer, proposals=len(own), money=_money(own)) for customer, own in by_customer.items()
    ]
    customers.sort(key=lambda one: (-one.proposals, one.customer))
    return FlipReport(
        proposals=len(total),
        changes=_changes(total),
        money=_money(total),
        customers=len(by_customer),
        rules=sorted(
            (_of_rule(rule, own) for rule, own in by_rule.items()), key=lambda one: (-one.proposals, one.rule)
        ),
        by_customer=customers[:MAX_SHOWN],
        flips=total[:MAX_SHOWN],
    )


def amount_of(args: Mapping[str, Any]) -> Money | None:
    """The first money among recorded arguments."""
    return next((money for value in args.values() if (money := as_money(value)) is not None), None)


def _of_rule(rule: str, flips: list[Flip]) -> RuleFlips:
    customers = len({flip.customer for flip in flips if flip.customer})
    return RuleFlips(rule=rule, proposals=len(flips), changes=_changes(flips), money=_money(flips), customers=customers)


def _changes(flips: Iterable[Flip]) -> dict[str, int]:
    return dict(Counter(flip.change for flip in flips).most_common())


def _money(flips: Iterable[Flip]) -> list[Money]:
    sums: Counter[str] = Counter()
    for flip in flips:
        if flip.amount is not None:
            sums[flip.amount.currency] += flip.amount.amount
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]
