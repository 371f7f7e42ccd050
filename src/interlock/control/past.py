"""What has been done already, as a judgement looks at it: the sums of ledgers, and steps that were done and succeeded?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from interlock.control.facts import NEVER_S
from interlock.control.ledger_files import STEP_PREFIX
from interlock.control.ledgers import Ledger
from interlock.control.policies import ActionPolicies
from interlock.kernel.log import Total, Window
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.proposals import ProposalJudged

STEP_WAIT: Final = timedelta(seconds=30)
"""How long a proposal waits at most for a step that is running; then it is judged as it is."""


class StepDone(msgspec.Struct, frozen=True):
    """What rules see of a step.

    Attributes:
        done: whether it was done and succeeded.
        count: how often.
        age_s: seconds since the last time.
        running: whether it is allowed and has no outcome yet.
    """

    done: bool = False
    count: int = 0
    age_s: int = NEVER_S
    running: bool = False


class Past(NamedTuple):
    """What was done before, by the names that rules know.

    Attributes:
        subjects: by ledger (a step's has a prefix), whose line it is; empty where that is not known.
        sums: by ledger, within its window and in flight, the proposal's own aside.
        steps: by step.
        running: by step, the proposals that are in flight.
    """

    subjects: Mapping[str, str] = {}  # never written to
    sums: Mapping[str, int] = {}
    steps: Mapping[str, StepDone] = {}
    running: Mapping[str, tuple[str, ...]] = {}


def windows_of(
    ledgers: Iterable[Ledger], subjects: Mapping[str, str], proposal: ProposalId, now: datetime
) -> list[Window]:
    """What a judgement locks and reads."""
    return [
        Window(each.name, subject, each.reach.since(now), proposal)
        for each in ledgers
        if (subject := subjects.get(each.name, ""))
    ]


def past_of(
    ledgers: Iterable[Ledger],
    subjects: Mapping[str, str],
    totals: Mapping[tuple[str, str], Total],
    now: datetime,
) -> Past:
    """What a judgement looks at of what was read."""
    sums: dict[str, int] = {}
    steps: dict[str, StepDone] = {}
    running: dict[str, tuple[str, ...]] = {}
    for each in ledgers:
        total = totals.get((each.name, subjects.get(each.name, "")), Total())
        name = each.name.removeprefix(STEP_PREFIX)
        if name == each.name:
            sums[name] = total.amount
            continue
        age = NEVER_S if total.latest is None else max(0, int((now - total.latest).total_seconds()))
        steps[name] = StepDone(total.settled > 0, total.settled, age, bool(total.in_flight))
        running[name] = total.in_flight
    return Past(subjects, sums, steps, running)


def waits_for(judged: ProposalJudged, policies: ActionPolicies, past: Past) -> tuple[str, ...]:
    """The proposals in flight whose outcome may turn this judgement: it is better given then.

    Empty where nothing that it looks at is running, and where it is denied for another reason anyway.
    """
    rules = {rule.id: rule for rule in policies.rules if rule.effect == "forbid"}
    found: set[str] = set()
    for ruling in judged.rulings if judged.verdict != "allowed" else ():
        rule = rules.get(ruling.rule)
        looked_at = [name for name in past.running if rule is not None and rule.looks_at(f"context.steps.{name}")]
        in_flight = {entry for name in looked_at for entry in past.running[name]}
        if not in_flight and ruling.remedy is None:
            return ()
        found |= in_flight
    return tuple(sorted(found))
