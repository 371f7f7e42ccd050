"""How much may be used, per what, and what happens then: ``budgets.yaml``?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

import msgspec

from interlock.control.rules import BUDGET_PREFIX
from interlock.control.windows import CalendarWindow, Reach, reach_of
from interlock.kernel.documents import DefinitionError, Located, Problem, load_located, problem

BUDGETS_FILE: Final = "budgets.yaml"

MICRO: Final = 1_000_000
"""Millionths: what money that a model costs is counted in."""

What = Literal["tokens", "cost", "model_calls", "tool_calls", "same_call", "hand_backs", "hand_overs"]
Per = Literal["turn", "interaction", "journey", "day"]
Then = Literal["refuse", "hand_over", "fallback"]

OF_MODELS: Final = ("tokens", "cost", "model_calls")
OF_TOOLS: Final = ("tool_calls", "same_call")
OF_HANDS: Final = ("hand_backs", "hand_overs")


class BudgetDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One budget.

    Attributes:
        what: ``tokens`` (in and out), ``cost`` (in the tenant's currency) or ``model_calls`` of models; ``tool_calls`` by
            programs, or ``same_call`` with the same arguments; ``hand_backs`` from people to the virtual agent,
            or ``hand_overs`` in any direction: to people and back.
        per: a turn is what follows from one message, a journey is one run of it, a day is the tenant's.
        most: how much of it there may be. A model is not asked once it is reached; a call more than it is refused.
        then: ``refuse``; for models also ``hand_over`` to a person, or ``fallback`` to the built-in model.
        model: for models, the one that it is about; empty for all of them together.
    """

    what: What
    per: Per
    most: Decimal
    then: Then = "refuse"
    model: str = ""


class BudgetsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``budgets.yaml``."""

    budgets: dict[str, BudgetDefinition]


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """One budget, ready for use; ``most`` of money is in millionths."""

    name: str
    what: What
    per: Per
    most: int
    then: Then
    model: str
    reach: Reach

    @property
    def rule(self) -> str:
        """The name under which it says no."""
        return f"{BUDGET_PREFIX}{self.name}"


class Budgets(msgspec.Struct, frozen=True):
    """All budgets of a release, in the order of the file."""

    all: tuple[Budget, ...] = ()

    @property
    def of_models(self) -> tuple[Budget, ...]:
        """Those of tokens, money and calls of models."""
        return tuple(each for each in self.all if each.what in OF_MODELS)

    @property
    def of_tools(self) -> tuple[Budget, ...]:
        """Those of calls by programs."""
        return tuple(each for each in self.all if each.what in OF_TOOLS)

    @property
    def of_hands(self) -> tuple[Budget, ...]:
        """Those of going back and forth between people and programs."""
        return tuple(each for each in self.all if each.what in OF_HANDS)

    @property
    def count_every_call(self) -> bool:
        """Whether calls of the built-in model have to be recorded too: something counts them, or begins with each turn."""
        return any(each.what == "model_calls" or each.per == "turn" for each in self.all)


def read_budgets(files: Mapping[str, str], zone: str) -> Budgets:
    """Read ``budgets.yaml``; without it nothing is limited.

    Args:
        zone: the tenant's time zone by its IANA name, in which a day begins.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    if BUDGETS_FILE not in files:
        return Budgets()
    located = load_located(files[BUDGETS_FILE], BUDGETS_FILE, BudgetsFile)
    problems: list[Problem] = []
    found = []
    reach = reach_of(CalendarWindow(calendar="day"), zone)
    for name, each in located.value.budgets.items():
        problems += _mistakes(located, name, each)
        most = int(each.most * (MICRO if each.what == "cost" else 1))
        found.append(
            Budget(name=name, what=each.what, per=each.per, most=most, then=each.then, model=each.model, reach=reach)
        )
    if problems:
        raise DefinitionError(problems)
    return Budgets(tuple(found))


def _mistakes(located: Located[BudgetsFile], name: str, each: BudgetDefinition) -> list[Problem]:
    found: list[Problem] = []

    def report(field: str, what: str, mend: str) -> None:
        path = ("budgets", name, field) if field in ("what", "per", "most", "then", "model") else ("budgets", name)
        found.append(problem(located, path, what, mend))

    whole = each.what == "cost" or each.most == each.most.to_integral_value()
    if each.most < 0 or not whole or each.most > 10**12:
        report("most", f"'{each.most}' is no limit", "write a whole number from 0 on; for cost, an amount such as 5.00")
    if each.what not in OF_MODELS and each.then != "refuse":
        report("then", f"'{each.then}' is for models only", "write refuse, or leave it out")
    if each.what not in OF_MODELS and each.model:
        report("model", "this budget is not about models", "leave 'model' out")
    if each.what in OF_TOOLS and each.per == "day":
        mend = "write a ledger with 'count: tries', 'window: { calendar: day }', and a rule that looks at it"
        report("per", "calls of a whole day are a ledger's", mend)
    if each.what in OF_HANDS and each.per != "interaction":
        report("per", "hand-overs are counted in an interaction", "write 'per: interaction'")
    return found
