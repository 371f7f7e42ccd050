"""What has an interaction used so far, and which budget is used up?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from interlock.control.budget_files import MICRO, Budget
from interlock.control.rules import BUDGET_PREFIX
from interlock.kernel.events import Recorded
from interlock.kernel.log import Posting, Query
from interlock.vocabulary.ids import InteractionId, ProposalId, tag
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.proposals import ActionProposed, Ruling

CALLS_KEPT: Final = 200
"""Calls of one interaction whose place in the count is remembered; earlier ones are only counted."""

THE_DAY: Final = "day"
"""The one line of the ledger that a budget of the day is kept in."""

PROGRAMS: Final = ("virtual_agent", "external_agent")
"""Whose calls are budgeted: people do not run in circles by the thousand."""

ENOUGH: Final = "I have tried that as often as I may. A colleague can go on with you."
"""What a customer hears where a budget of calls is used up."""


class Place(NamedTuple):
    """The how-manieth call it is: in its interaction, turn and run, and of the same call in each of these."""

    counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Spent:
    """What an interaction has used.

    Attributes:
        used: by model, what is counted and of what (``("gpt", "tokens", "interaction")``), how much; of the present turn
            and of each run as well.
        calls: by what is counted and of what, how many calls there were.
        places: the latest calls, and where they stand in the count.
        turn: the message that the present turn is about.
    """

    used: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    calls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    places: Mapping[ProposalId, Place] = field(default_factory=dict)
    turn: str = ""

    def of_models(self, budget: Budget, run: str) -> int:
        """How much of a budget per turn, interaction or journey is used; ``run`` is the run that is asked for."""
        of = {"turn": "turn", "interaction": "interaction"}.get(budget.per, f"run {run}")
        models = {model for model, _, _ in self.used if not budget.model or model == budget.model}
        return sum(self.used.get((model, budget.what, of), 0) for model in models)


def spent_query(interaction: InteractionId) -> Query:
    """What to read for what an interaction has used."""
    return Query(tag("interaction", interaction), (ModelUsed, ActionProposed))


def spend(spent: Spent, recorded: Recorded) -> Spent:
    """What is used after one more fact."""
    match recorded.event:
        case ModelUsed() as event:
            return _used(spent, event)
        case ActionProposed() as event if event.principal.kind in PROGRAMS:
            return _called(spent, event)
        case _:
            return spent


def _used(spent: Spent, event: ModelUsed) -> Spent:
    new_turn = event.message != spent.turn
    used = {key: value for key, value in spent.used.items() if not (new_turn and key[2] == "turn")}
    amounts = {"tokens": event.tokens_in + event.tokens_out, "cost": event.cost_micro, "model_calls": 1}
    for what, amount in amounts.items():
        for of in ("turn", "interaction", f"run {event.run}"):
            used[event.model, what, of] = used.get((event.model, what, of), 0) + amount
    calls = {key: value for key, value in spent.calls.items() if not (new_turn and key[1] == "turn")}
    return replace(spent, used=used, calls=calls, turn=event.message)


def _called(spent: Spent, event: ActionProposed) -> Spent:
    calls = Counter(spent.calls)
    same = f"{event.action} {event.args_hash}"
    counts = {}
    for of in ("turn", "interaction", f"run {event.run}"):
        calls["tool_calls", of] += 1
        calls[same, of] += 1
        counts["tool_calls", of.partition(" ")[0]] = calls["tool_calls", of]
        counts["same_call", of.partition(" ")[0]] = calls[same, of]
    places = {**dict(list(spent.places.items())[-CALLS_KEPT:]), event.proposal: Place(counts)}
    return replace(spent, calls=dict(calls), places=places)


def over_model(
    budgets: Iterable[Budget], model: str, spent: Spent, run: str, of_day: Mapping[str, int]
) -> Budget | None:
    """The first budget that is used up for a model; None where it may be asked.

    Args:
        run: the run that it would be asked for.
        of_day: by the budget's name, how much of a budget of the day is used.
    """
    for budget in budgets:
        if budget.model not in ("", model):
            continue
        used = of_day.get(budget.name, 0) if budget.per == "day" else spent.of_models(budget, run)
        if used >= budget.most:
            return budget
    return None


def over_tools(budgets: Iterable[Budget], spent: Spent, proposal: ProposalId) -> tuple[Ruling, dict[str, Any]] | None:
    """The gate's own no to a call too many, and what it was judged on; None where it may be made."""
    place = spent.places.get(proposal)
    for budget in budgets:
        of = "run" if budget.per == "journey" else budget.per
        number = place.counts.get((budget.what, of), 0) if place is not None else 0
        if number > budget.most:
            what = "the same call" if budget.what == "same_call" else "a call"
            reason = f"This is {what} number {number} of one {budget.per}; there may be {budget.most}."
            return Ruling(budget.rule, reason, ENOUGH), {"number": number, "most": budget.most, "per": budget.per}
    return None


def amount_of(budget: Budget, event: ModelUsed) -> int:
    """What a fact takes from a budget of the day."""
    if budget.model not in ("", event.model):
        return 0
    return {"tokens": event.tokens_in + event.tokens_out, "cost": event.cost_micro}.get(budget.what, 1)


def day_postings(event: ModelUsed, at: datetime | None) -> tuple[Posting, ...]:
    """What a fact takes from the budgets of the day."""
    entry = f"{event.message} {event.model}{f' {event.round}' if event.round else ''}"
    return tuple(
        Posting("settle", f"{BUDGET_PREFIX}{name}", THE_DAY, entry, amount, at) for name, amount in event.of_day
    )


def told(budget: Budget) -> str:
    """How much there may be, in words."""
    most = f"{budget.most / MICRO:.2f}" if budget.what == "cost" else str(budget.most)
    return f"{most} {budget.what.replace('_', ' ')} per {budget.per}"
