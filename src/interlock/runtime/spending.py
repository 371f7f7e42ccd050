"""May a model still be asked, and a call still be made: what is used of the budgets?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from interlock.connectors.builtin_model import Usage
from interlock.control.budget_files import Budget
from interlock.control.budgets import THE_DAY, Spent, amount_of, over_model, over_tools, spend, spent_query
from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query, Window
from interlock.vocabulary.ids import InteractionId, MessageId, RunId, tag
from interlock.vocabulary.interactions import HandedBack, HandOverRequested
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.proposals import ActionProposed, Ruling

if TYPE_CHECKING:
    from interlock.runtime.app import App

DAY_KNOWN_FOR: Final = timedelta(seconds=1)
"""For how long what was read of a day's budget is relied upon; beyond it, a day is passed by what is asked meanwhile."""


class AskedFor(NamedTuple):
    """What a model is asked for: the message, and the run and its step that stand; ``spent`` is what was used before."""

    interaction: InteractionId
    message: MessageId
    run: RunId
    step: str = ""
    round: str = ""
    spent: Spent | None = None


class Spending:
    """The budgets on this node."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._days: dict[str, tuple[datetime, int]] = {}

    async def over_model(
        self, model: str, interaction: InteractionId, run: str, spent: Spent | None = None
    ) -> Budget | None:
        """The first budget that is used up for a model; None where it may be asked. ``spent`` is read where it is not given."""
        budgets = self._app.definitions.budgets.of_models
        if not budgets:
            return None
        of_day = await self._of_day([each for each in budgets if each.per == "day"])
        return over_model(budgets, model, spent or await self._spent(interaction), run, of_day)

    async def over_tools(
        self, proposed: ActionProposed, pending: Sequence[Recorded]
    ) -> tuple[Ruling, dict[str, Any]] | None:
        """The gate's own no to a call too many, with what it was judged on; None where it may be made."""
        budgets = self._app.definitions.budgets.of_tools
        if not budgets:
            return None
        spent = await self._spent(proposed.interaction)
        for one in pending:
            spent = spend(spent, one)
        return over_tools(budgets, spent, proposed.proposal)

    async def refuse_hand_back(self, interaction: InteractionId) -> None:
        """Raises Refused where an interaction changed hands often enough: the circle ends with the person who has it."""
        budgets = self._app.definitions.budgets.of_hands
        if not budgets:
            return
        seen = await self._app.log.read(Query(tag("interaction", interaction), (HandedBack, HandOverRequested)))
        back = sum(isinstance(one.event, HandedBack) for one in seen.events)
        for budget in budgets:
            times = back if budget.what == "hand_backs" else len(seen.events)
            if times >= budget.most:
                what = "went back and forth" if budget.what == "hand_backs" else "changed hands"
                reason = f"This {what} {times} times; see it through, or take it further."
                raise Refused("handed_back_too_often", reason)

    def used(self, asked_for: AskedFor, model: str, purpose: str, usage: Usage) -> ModelUsed:
        """The fact that a model was asked, with what that took."""
        fact = ModelUsed(
            interaction=asked_for.interaction,
            message=asked_for.message,
            run=asked_for.run,
            step=asked_for.step,
            round=asked_for.round,
            model=model,
            purpose=purpose,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            cost_micro=usage.cost_micro,
        )
        budgets = [each for each in self._app.definitions.budgets.of_models if each.per == "day"]
        of_day = tuple((each.name, amount) for each in budgets if (amount := amount_of(each, fact)))
        return msgspec.structs.replace(fact, of_day=of_day)

    async def _spent(self, interaction: InteractionId) -> Spent:
        spent, _ = await self._app.engine.state((spent_query(interaction),), Spent(), spend)
        return spent

    async def _of_day(self, budgets: Sequence[Budget]) -> dict[str, int]:
        """What is used of the budgets of a day, by name; what has to be read is read at once."""
        now = self._app.clock()
        windows = {}
        for each in budgets:
            read_at, _ = self._days.get(each.name, (None, 0))
            since = each.reach.since(now)
            if read_at is None or now - read_at > DAY_KNOWN_FOR or read_at <= since:
                windows[each.name] = Window(each.rule, THE_DAY, since)
        if windows:
            totals = await self._app.log.totals(list(windows.values()))
            self._days |= {name: (now, totals[window.ledger, THE_DAY].amount) for name, window in windows.items()}
        return {each.name: self._days[each.name][1] for each in budgets}
