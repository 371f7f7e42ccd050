"""What do the files ledgers/*.yaml and steps/*.yaml say, and does it fit the actions that they name?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from interlock.control.actions import Action
from interlock.control.ledgers import ARGUMENT, BY, Ledger, Reversal
from interlock.control.manifest import Name, Words
from interlock.control.windows import CalendarWindow, Reach, Rolling, reach_of
from interlock.kernel.documents import (
    DefinitionError,
    Duration,
    Located,
    Misread,
    Problem,
    closest,
    load_located,
    problem,
)

MOVED: Final = "outcome.amount"
"""What is summed where it is what really moved."""

PROMISE_PREFIX: Final = "promise."
"""Begins the name of the ledger by which a promise is honoured once."""

STEP_PREFIX: Final = "step."
"""Begins the name of the ledger that a step is kept in; no ledger of an author can have one like it."""

Path = tuple[str | int, ...]


class ReversalDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """An action that takes back what another one did.

    Attributes:
        action: its full name.
        argument: its argument that names what it takes back.
        outcome: where the answer to the action that is taken back says the same; by default under the argument's name.
    """

    action: str
    argument: Name
    outcome: Words = ""


class LedgerDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger as its author writes it.

    Attributes:
        ledger: the name; rules see it as ``context.ledger.<name>``.
        title: what people read.
        actions: the actions that count.
        sum: the argument of money that is summed, or ``outcome.amount`` for what really moved; or write ``count``.
        count: ``outcomes`` counts what was done and what is being done; ``proposals`` counts what was allowed, also if
            it failed.
        reserve: the argument of money that counts while ``outcome.amount`` is not known; the action's only one by default.
        currency: of what is summed, where that has to be said.
        by: what there is one for each of: ``customer``, ``instrument``, ``agent``, ``tenant``, ``journey``,
            ``interaction``, any argument as ``args.NAME``, or a list of these for each combination.
        window: how far back it looks.
        reverses: actions that take back what these did; an ``undo`` in the manifest is found by itself.
    """

    ledger: Name
    title: Words = ""
    actions: Annotated[tuple[str, ...], Meta(min_length=1)]
    sum: Annotated[str, Meta(min_length=1, max_length=60, examples=["amount"])] | None = None
    count: Literal["proposals", "outcomes"] | None = None
    reserve: Name | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["EUR"])] | None = None
    by: Annotated[str, Meta(examples=["customer"])] | Annotated[tuple[str, ...], Meta(min_length=1, max_length=6)]
    window: Rolling | CalendarWindow
    reverses: tuple[ReversalDefinition, ...] = ()


class StepDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A step as its author writes it: something that was done and succeeded.

    Attributes:
        step: the name; rules see it as ``context.steps.<name>``.
        title: what people read.
        actions: each of them does it.
        in_: where it holds: in this interaction, in this run of a journey, or for this customer.
        within: for how long it counts; for ever if that is not said.
        reverses: as for a ledger: actions that take it back, so that it is not done any more.
    """

    step: Name
    title: Words = ""
    actions: Annotated[tuple[str, ...], Meta(min_length=1)]
    in_: Literal["interaction", "journey", "customer"] = msgspec.field(name="in")
    within: Duration | None = None
    reverses: tuple[ReversalDefinition, ...] = ()


def read_ledger(text: str, file: str, actions: Mapping[str, Action], zone: str = "UTC") -> Ledger:
    """Read a ledger's YAML. Raises DefinitionError with every problem.

    Args:
        zone: the tenant's time zone by its IANA name.
    """
    found = load_located(text, file, LedgerDefinition)
    definition = found.value
    reader = _Reader(found, actions)
    if (definition.sum is None) == (definition.count is None):
        mend = "write 'sum: outcome.amount', 'sum: amount' or 'count: outcomes'"
        reader.report((), "a ledger either sums money or counts", mend)
    named = reader.actions(definition.actions)
    amounts, currency = reader.amounts(named, definition) if definition.sum is not None else ({}, "")
    reach = Reach()
    try:
        reach = reach_of(definition.window, zone)
    except Misread as error:
        reader.report(("window", "timezone"), error.what, error.mend)
    if reach.rolling is not None and reach.rolling <= timedelta(0):
        reader.report(
            ("window", "rolling"), "a window of no time holds nothing, so no limit is ever reached", "such as 24h"
        )
    tries = definition.count == "proposals"
    ledger = Ledger(
        name=definition.ledger,
        title=definition.title,
        actions=definition.actions,
        amounts=amounts,
        moved=definition.sum == MOVED,
        tries=tries,
        currency=currency,
        by=reader.by(definition.by, named),
        reach=reach,
        reversals={} if tries else reader.reversals(named, definition.reverses),
    )
    if tries and definition.reverses:
        what = "tries count whatever became of them, so nothing takes them back"
        reader.report(("reverses",), what, "write 'count: outcomes', or remove 'reverses'")
    return reader.done(ledger)


def read_step(text: str, file: str, actions: Mapping[str, Action]) -> Ledger:
    """Read a step's YAML: a count of outcomes in a ledger of its own. Raises DefinitionError with every problem."""
    found = load_located(text, file, StepDefinition)
    definition = found.value
    reader = _Reader(found, actions)
    named = reader.actions(definition.actions)
    within: timedelta | None = definition.within
    ledger = Ledger(
        name=f"{STEP_PREFIX}{definition.step}",
        title=definition.title,
        actions=definition.actions,
        by=(definition.in_,),
        reach=Reach(rolling=within),
        reversals=reader.reversals(named, definition.reverses),
    )
    return reader.done(ledger)


class _Reader:
    def __init__(
        self, located: Located[LedgerDefinition] | Located[StepDefinition], known: Mapping[str, Action]
    ) -> None:
        self.located = located
        self.known = known
        self.problems: list[Problem] = []

    def report(self, path: Path, what: str, mend: str) -> None:
        self.problems.append(problem(self.located, path, what, mend))

    def done(self, ledger: Ledger) -> Ledger:
        if self.problems:
            raise DefinitionError(self.problems)
        return ledger

    def action(self, path: Path, name: str) -> Action | None:
        action = self.known.get(name)
        if action is None:
            near = closest(name, self.known)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(self.known))}"
            self.report(path, f"there is no action '{name}'", mend)
        return action

    def actions(self, names: tuple[str, ...]) -> dict[int, Action]:
        """The actions that there are, by their place in the list."""
        found = ((index, self.action(("actions", index), name)) for index, name in enumerate(names))
        return {index: action for index, action in found if action is not None}

    def amounts(self, named: Mapping[int, Action], definition: LedgerDefinition) -> tuple[dict[str, str], str]:
        """For each action the argument that counts while it is in flight, and the currency of them all."""
        moved = definition.sum == MOVED
        wanted = definition.reserve if moved else definition.sum
        if definition.reserve is not None and not moved:
            self.report(("reserve",), "the argument itself is summed", f"remove 'reserve', or write 'sum: {MOVED}'")
        amounts: dict[str, str] = {}
        currencies: set[str] = set()
        for index, action in named.items():
            monies = {spec.name: spec.currency for spec in action.args if spec.kind == "money"}
            argument = wanted if wanted is not None else next(iter(monies)) if len(monies) == 1 else ""
            if moved and not action.moves:
                what = f"{action.name} does not say what it moved"
                self.report(("actions", index), what, "write 'moves' in its manifest, or sum an argument")
            if argument not in monies:
                path: Path = (
                    ("reserve",) if moved and wanted is not None else ("sum",) if not moved else ("actions", index)
                )
                what = f"{action.name} has no argument '{argument}' of money"
                if not argument:
                    what = f"{action.name} has {len(monies) or 'no'} arguments of money to count while it is in flight"
                mend = f"its arguments of money: {', '.join(monies) or 'none'}"
                self.report(path, what, mend if argument or not monies else f"{mend}; name one with 'reserve'")
                continue
            amounts[action.name] = argument
            currencies.add(monies[argument])
        if len(currencies) > 1:
            what = f"the actions move different currencies ({', '.join(sorted(currencies))})"
            self.report(("actions",), what, "write a ledger for each currency")
        elif definition.currency is not None and currencies - {definition.currency}:
            what = f"the actions move {', '.join(currencies)}"
            self.report(("currency",), what, f"write 'currency: {', '.join(currencies)}', or remove it")
        return amounts, next(iter(currencies), "")

    def by(self, written: str | tuple[str, ...], named: Mapping[int, Action]) -> tuple[str, ...]:
        parts = (written,) if isinstance(written, str) else written
        for index, part in enumerate(parts):
            path: Path = ("by",) if isinstance(written, str) else ("by", index)
            if part not in BY and not part.startswith(ARGUMENT):
                args = sorted({f"{ARGUMENT}{spec.name}" for action in named.values() for spec in action.args})
                near = closest(part, (*BY, *args))
                mend = f"did you mean '{near}'?" if near else f"known: {', '.join((*BY, *args))}"
                self.report(path, f"there cannot be a ledger by '{part}'", mend)
            elif parts.index(part) != index:
                self.report(path, f"'{part}' is named twice", "name it once")
            else:
                self._told(path, part, named)
        return parts

    def _told(self, path: Path, part: str, named: Mapping[int, Action]) -> None:
        """Reports the actions that never say what a ledger is kept by."""
        for action in named.values():
            if not Ledger(name="", title="", actions=(), by=(part,), reach=Reach()).unknowable(action):
                continue
            if part == "instrument":
                mend = "write 'instrument: true' at the argument or the fact of its resource in the manifest"
                self.report(path, f"{action.name} does not say which payment instrument it touches", mend)
            else:
                known = ", ".join(f"{ARGUMENT}{spec.name}" for spec in action.args)
                self.report(path, f"{action.name} has no argument '{part.removeprefix(ARGUMENT)}'", f"it has: {known}")

    def reversals(self, named: Mapping[int, Action], written: tuple[ReversalDefinition, ...]) -> dict[str, Reversal]:
        """The actions that take back what these did: those that are written, and every 'undo' of a manifest."""
        found: dict[str, Reversal] = {}
        for index, each in enumerate(written):
            path: Path = ("reverses", index)
            action = self.action((*path, "action"), each.action)
            if action is not None:
                found[action.name] = Reversal(each.argument, each.outcome or each.argument)
                self._reversible((*path, "argument"), action, found[action.name], named)
        for index, action in named.items():
            undo = self.known.get(action.undo)
            if undo is None or undo.name in found:
                continue
            shared = [spec.name for spec in undo.args if not spec.personal and spec.name in action.named_fields]
            if len(shared) == 1:
                found[undo.name] = Reversal(shared[0], shared[0])
            else:
                what = f"{undo.name} undoes {action.name}, and nothing says which one"
                mend = f"write reverses: [{{ action: {undo.name}, argument: …, outcome: … }}]"
                self.report(("actions", index), what, mend)
        if len({each.outcome for each in found.values()}) > 1:
            what = "the reversing actions name what they take back by different parts of its answer"
            self.report(("reverses",) if written else ("actions",), what, "name the same 'outcome' in all of them")
        return found

    def _reversible(self, path: Path, action: Action, reversal: Reversal, named: Mapping[int, Action]) -> None:
        spec = next((each for each in action.args if each.name == reversal.argument), None)
        if spec is None or spec.personal or spec.kind not in ("identifier", "pattern"):
            known = [each.name for each in action.args if not each.personal and each.kind in ("identifier", "pattern")]
            what = f"{action.name} has no identifier '{reversal.argument}' that is not personal"
            self.report(path, what, f"it has: {', '.join(known) or 'none'}")
            return
        for reversed_ in named.values():
            if reversed_.fields and reversal.outcome not in reversed_.named_fields:
                what = f"'{reversal.outcome}' of the answer to {reversed_.name} does not enter the log"
                self.report(path, what, f"write one of its 'fields' as 'outcome': {', '.join(reversed_.named_fields)}")
