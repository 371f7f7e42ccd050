"""What has been done already, as a judgement looks at it: the sums of ledgers, and steps that were done and succeeded?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from interlock.control.facts import NEVER_S
from interlock.control.ledger_files import PROMISE_PREFIX, STEP_PREFIX
from interlock.control.ledgers import Ledger
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
        counts: by ledger, how many lines its sum is made of.
        promised: by promise, what honours or honoured one about this, with its time to the fraction of a second.
    """

    subjects: Mapping[str, str] = {}  # never written to
    sums: Mapping[str, int] = {}
    steps: Mapping[str, StepDone] = {}
    running: Mapping[str, tuple[str, ...]] = {}
    counts: Mapping[str, int] = {}
    promised: Mapping[str, Total] = {}


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
    counts: dict[str, int] = {}
    promised: dict[str, Total] = {}
    for each in ledgers:
        total = totals.get((each.name, subjects.get(each.name, "")), Total())
        if each.name.startswith(PROMISE_PREFIX):
            promised[each.name.removeprefix(PROMISE_PREFIX)] = total
            continue
        name = each.name.removeprefix(STEP_PREFIX)
        if name == each.name:
            sums[name] = total.amount
            counts[name] = total.settled + len(total.in_flight)
            continue
        steps[name] = _step(total, now)
        running[name] = total.in_flight
    return Past(subjects, sums, steps, running, counts, promised)


def _step(total: Total, now: datetime) -> StepDone:
    age = NEVER_S if total.latest is None else max(0, int((now - total.latest).total_seconds()))
    return StepDone(total.settled > 0, total.settled, age, bool(total.in_flight))


def waits_for(judged: ProposalJudged, past: Past, again: Callable[[Past], ProposalJudged]) -> tuple[str, ...]:
    """The proposals in flight whose outcome would turn this judgement: it is better given then.

    Empty for an allowance, and where it would be the same whether they succeed or fail.

    Args:
        again: judges the same on another past.
    """
    running = tuple(sorted({entry for entries in past.running.values() for entry in entries}))
    if judged.verdict == "allowed" or not running:
        return ()
    ends = (again(_ended(past, succeeded=succeeded)) for succeeded in (True, False))
    turned = any((each.verdict, each.needs) != (judged.verdict, judged.needs) for each in ends)
    return running if turned else ()


def _ended(past: Past, *, succeeded: bool) -> Past:
    """The past as if everything that runs had just ended."""
    steps = dict(past.steps)
    for name, entries in past.running.items():
        done = steps[name]
        if entries and succeeded:
            steps[name] = StepDone(True, done.count + len(entries), 0)
        elif entries:
            steps[name] = msgspec.structs.replace(done, running=False)
    return past._replace(steps=steps, running={})
