"""Which remedies of a proposal are met for exactly its arguments, and still count?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from interlock.control.proposals import MetAt
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import NOBODY, CustomerId
from interlock.vocabulary.overrides import OverrideGranted
from interlock.vocabulary.proposals import ActionProposed


class Done(NamedTuple):
    """An action that was done and succeeded in the proposal's interaction."""

    action: str
    customer: CustomerId
    at: datetime
    by: Principal


class Met(NamedTuple):
    """The remedies that are met for exactly these arguments and still count.

    Attributes:
        remedies: those that were met for this proposal.
        overridden: the rules that two people have overridden for these arguments.
        earlier: what had been done in its interaction for its customer before anybody asked for it.
    """

    remedies: tuple[MetAt, ...] = ()
    earlier: tuple[Done, ...] = ()
    overridden: frozenset[str] = frozenset()

    @property
    def confirm(self) -> bool:
        """Whether the customer agreed."""
        return any(each.event.remedy.kind == "confirm" for each in self.remedies)

    def context(self) -> dict[str, Any]:
        """``context.met`` as rules see it: the highest level that was stepped up to, whether the customer agreed,
        the roles that approved, the actions that were done first, the waits that are over, whether a person sent it."""
        named: dict[str, set[str]] = {}
        for each in self.remedies:
            named.setdefault(each.event.remedy.kind, set()).add(each.event.remedy.argument)
        done = {*named.get("do", ()), *(each.action for each in self.earlier)}
        return {
            "step_up": max(map(int, named.get("step_up", ())), default=0),
            "confirm": "confirm" in named,
            "approvals": sorted(named.get("approve", ())),
            "done": sorted(done),
            "waited": sorted(named.get("wait", ())),
            "draft": "draft" in named,
        }

    def recorded(self) -> list[dict[str, Any]]:
        """The same with times and names, as a judgement keeps it."""
        met = [
            {"remedy": str(each.event.remedy), "at": each.at, "by": each.event.by.id, "kind": each.event.by.kind}
            for each in self.remedies
        ]
        return met + [
            {"remedy": f"do:{each.action}", "at": each.at, "by": each.by.id, "kind": each.by.kind}
            for each in self.earlier
        ]


def met(
    proposed: ActionProposed,
    remedies: Iterable[MetAt],
    now: datetime,
    *,
    customer: CustomerId = NOBODY,
    done: Iterable[Done] = (),
    done_valid: timedelta = timedelta(0),
    granted: Iterable[OverrideGranted] = (),
) -> Met:
    """Those remedies that were met for exactly these arguments and are still valid.

    Args:
        customer: whose affair it is.
        done: what succeeded in the proposal's interaction; what was done for this customer within ``done_valid`` counts
            as done first, whether or not it had been asked for yet.
        granted: overrides of this proposal that were agreed to.
    """
    valid = tuple(
        each for each in remedies if each.event.args_hash == proposed.args_hash and now <= each.event.valid_until
    )
    earlier = {
        each.action: each for each in done if customer and each.customer == customer and now - each.at <= done_valid
    }
    asked = {each.event.remedy.argument for each in valid if each.event.remedy.kind == "do"}
    overridden = frozenset(
        rule
        for each in granted
        if each.args_hash == proposed.args_hash and now <= each.valid_until
        for rule in each.rules
    )
    return Met(valid, tuple(each for name, each in sorted(earlier.items()) if name not in asked), overridden)
