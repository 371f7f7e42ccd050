"""How much has been done already, within a window, and what does this fact add to it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from interlock.control.actions import Action
from interlock.control.manifest import Name, Words
from interlock.kernel.documents import DefinitionError, Duration, closest, load_located, problem
from interlock.kernel.events import Event
from interlock.kernel.log import Entry, Posting
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    ProposalJudged,
    Reservation,
)

By = Literal["customer", "agent", "interaction", "tenant"]


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """How far back a ledger looks."""

    rolling: Duration


class LedgerDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger as its author writes it."""

    ledger: Name
    title: Words = ""
    actions: Annotated[tuple[str, ...], Meta(min_length=1)]
    sum: Name | None = None
    count: Literal["proposals"] | None = None
    by: By
    window: Window


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """A running count, or sum of an argument of money, of some actions.

    Attributes:
        sums: the argument whose amount counts while the effect is in flight; empty where proposals are counted.
        currency: of what is summed; empty where proposals are counted.
        by: what there is one ledger for each of.
    """

    name: str
    title: str
    actions: tuple[str, ...]
    sums: str
    currency: str
    by: By
    window: timedelta


def read_ledger(text: str, file: str, actions: Mapping[str, Action]) -> Ledger:
    """Read a ledger's YAML. Raises DefinitionError."""
    found = load_located(text, file, LedgerDefinition)
    definition = found.value
    problems = []
    currencies: set[str] = set()
    for index, name in enumerate(definition.actions):
        action = actions.get(name)
        if action is None:
            near = closest(name, actions)
            mend = f"did you mean '{near}'?" if near else f"known: {', '.join(sorted(actions))}"
            problems.append(problem(found, ("actions", index), f"there is no action '{name}'", mend))
        elif definition.sum is not None:
            spec = next((each for each in action.args if each.name == definition.sum and each.kind == "money"), None)
            if spec is None:
                what = f"{name} has no argument '{definition.sum}' of money"
                monies = [each.name for each in action.args if each.kind == "money"]
                mend = f"its arguments of money: {', '.join(monies) or 'none'}"
                problems.append(problem(found, ("sum",), what, mend))
            else:
                currencies.add(spec.currency)
    if (definition.sum is None) == (definition.count is None):
        what = "a ledger either sums an argument of money or counts proposals"
        problems.append(problem(found, (), what, "write 'sum: amount' or 'count: proposals'"))
    if len(currencies) > 1:
        what = f"the actions move different currencies ({', '.join(sorted(currencies))})"
        problems.append(problem(found, ("actions",), what, "write a ledger for each currency"))
    if problems:
        raise DefinitionError(problems)
    return Ledger(
        name=definition.ledger,
        title=definition.title,
        actions=definition.actions,
        sums=definition.sum or "",
        currency=next(iter(currencies), ""),
        by=definition.by,
        window=definition.window.rolling,
    )


def ledger_subject(ledger: Ledger, proposed: ActionProposed, customer: CustomerId) -> str:
    """Whose line of the ledger a proposal concerns; empty where it is not known (nobody is matched)."""
    subjects: dict[By, str] = {
        "customer": customer,
        "agent": proposed.principal.id,
        "interaction": proposed.interaction,
        "tenant": "tenant",
    }
    return subjects[ledger.by]


def balance(ledger: Ledger, entries: Iterable[Entry], proposal: str, now: datetime) -> int:
    """The sum (or count) within the window and of all reservations in flight, however old; the proposal's own aside."""
    since = now - ledger.window
    return sum(each.amount for each in entries if each.entry != proposal and (each.at > since or not each.settled))


def reservations(ledgers: Iterable[Ledger], proposed: ActionProposed, customer: CustomerId) -> tuple[Reservation, ...]:
    """What an allowance of this proposal holds in the ledgers of its action."""
    held = []
    for ledger in ledgers:
        if proposed.action in ledger.actions and (subject := ledger_subject(ledger, proposed, customer)):
            held.append(Reservation(ledger.name, subject, _amount(ledger, proposed.args)))
    return tuple(held)


def postings(event: Event, at: datetime, ledgers: Mapping[str, Ledger]) -> tuple[Posting, ...]:
    """What a fact changes in the ledgers: an allowance reserves, a success settles what moved, a failure releases.

    An unknown outcome changes nothing: the reservation stays until somebody knows.

    Args:
        at: when the fact was recorded.
    """
    match event:
        case ProposalJudged(verdict="allowed", reservations=held):
            return _post("reserve", event.proposal, held, at)
        case EffectFailed(reservations=held):
            return _post("release", event.proposal, held, at)
        case EffectSucceeded(reservations=held):
            return _post("settle", event.proposal, [_settled(each, event, ledgers) for each in held], at)
        case _:
            return ()


def _amount(ledger: Ledger, args: Mapping[str, Any]) -> int:
    return int(args[ledger.sums]["amount"]) if ledger.sums in args else 0 if ledger.sums else 1


def _settled(held: Reservation, event: EffectSucceeded, ledgers: Mapping[str, Ledger]) -> Reservation:
    """The reservation with what really moved; as reserved where the answer does not say it in the ledger's currency."""
    ledger = ledgers.get(held.ledger)
    if ledger is None or not ledger.sums or event.moved is None or event.moved.currency != ledger.currency:
        return held
    return Reservation(held.ledger, held.subject, event.moved.amount)


def _post(
    kind: Literal["reserve", "settle", "release"], entry: str, held: Sequence[Reservation], at: datetime
) -> tuple[Posting, ...]:
    return tuple(Posting(kind, each.ledger, each.subject, entry, each.amount, at) for each in held)
