"""How often is the log asked what a day's budgets have used?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from interlock.control.budget_files import read_budgets
from interlock.control.budgets import Spent
from interlock.kernel.log import Total, Window
from interlock.runtime.spending import DAY_KNOWN_FOR, Spending
from tests.control.given import NOW, I

TEXT = """
budgets:
  words: { what: tokens, per: day, most: 1000 }
  money: { what: cost, per: day, most: 5.00 }
"""


async def test_all_budgets_of_a_day_are_read_at_once_and_relied_upon_for_a_moment() -> None:
    asked: list[list[str]] = []
    now = [NOW]
    budgets = read_budgets({"budgets.yaml": TEXT}, "Europe/Berlin")

    async def totals(windows: Sequence[Window]) -> Mapping[tuple[str, str], Total]:
        asked.append([each.ledger for each in windows])
        return {(each.ledger, each.subject): Total(1000) for each in windows}

    async def state(queries: object, initial: Spent, fold: object) -> tuple[Spent, str]:
        return initial, ""

    app: Any = SimpleNamespace(
        clock=lambda: now[0],
        log=SimpleNamespace(totals=totals),
        engine=SimpleNamespace(state=state),
        definitions=SimpleNamespace(budgets=budgets),
    )
    spending = Spending(cast("Any", app))
    over = await spending.over_model("gpt", I, "run_1")
    assert over is not None and over.name == "words"  # a thousandth of the other one
    await spending.over_model("gpt", I, "run_1")
    assert len(asked) == 1 and len(asked[0]) == 2
    now[0] += DAY_KNOWN_FOR + timedelta(milliseconds=1)
    await spending.over_model("gpt", I, "run_1")
    assert len(asked) == 2
