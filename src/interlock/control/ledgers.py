"""Which lines of which ledgers does a proposal concern, what does it hold there, and what does a fact post to them?"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from interlock.control.actions import Action, all_args
from interlock.control.budgets import day_postings
from interlock.control.facts import Facts
from interlock.control.templates import Unknown, dig
from interlock.control.windows import Reach
from interlock.kernel.events import Event
from interlock.kernel.log import Posting
from interlock.vocabulary.models import ModelUsed
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    ProposalJudged,
    Reservation,
)

BY: Final = ("customer", "instrument", "agent", "tenant", "journey", "interaction")
"""What there can be one ledger for each of; besides any argument, as ``args.NAME``."""

ARGUMENT: Final = "args."

POSTING: Final = (ProposalJudged, EffectSucceeded, EffectFailed)
"""The facts that change ledgers."""

LONGEST_REF: Final = 100
"""Characters of an identifier by which an undo names what it undoes."""

_WHOLE: Final = 2**62
"""More than any line holds: all of it is reversed."""

_HASH: Final = re.compile(r"h_[0-9a-f]{32}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Reversal(msgspec.Struct, frozen=True):
    """How an action names what it reverses: by its argument, which the answer to the reversed action has at a path."""

    argument: str
    outcome: str


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """A running count, or sum, of some actions.

    Attributes:
        amounts: for each action the argument whose amount counts while it is in flight; empty where it is counted.
        moved: whether what really moved counts afterwards, and not what was asked for.
        tries: whether an allowance counts whatever came of it.
        currency: of what is summed; empty where it is counted.
        by: what there is one ledger for each of, all together.
        reversals: by the full name of the action that reverses.
    """

    name: str
    title: str
    actions: tuple[str, ...]
    amounts: Mapping[str, str] = {}
    moved: bool = False
    tries: bool = False
    currency: str = ""
    by: tuple[str, ...]
    reach: Reach
    reversals: Mapping[str, Reversal] = {}

    def unknowable(self, action: Action) -> str:
        """The part of ``by`` that this action can never tell; empty where there is none."""
        for part in self.by:
            if part.startswith(ARGUMENT) and not any(f"{ARGUMENT}{spec.name}" == part for spec in action.args):
                return part
            if part == "instrument" and not action.instrument:
                return part
        return ""


def subject_of(ledger: Ledger, action: Action, proposed: ActionProposed, facts: Facts, secret: bytes) -> str:
    """Whose line of the ledger a proposal concerns; empty where that is not known.

    What is personal, and whatever is no plain identifier, stands there as a hash.

    Args:
        secret: keys the hash, so that a card's number or an address cannot be guessed from it.
    """
    parts = [_part(each, action, proposed, facts, secret) for each in ledger.by]
    return "" if "" in parts else "|".join(parts)


def line_of(ledger: Ledger, actions: Mapping[str, Action], subject: str, secret: bytes) -> str:
    """The line of a subject that somebody names by its values, with ``|`` between them.

    What is personal is found by its value or, as lines are shown, by its hash. Raises ValueError with what to write.

    Args:
        actions: by name; they say which arguments are personal.
    """
    values = subject.split("|")
    if len(values) != len(ledger.by) or not all(values):
        raise ValueError(f"This ledger is kept by {', '.join(ledger.by)}; name {'|'.join(ledger.by)}.")
    known = [actions[name] for name in ledger.actions if name in actions]
    hidden = {f"{ARGUMENT}{spec.name}" for action in known for spec in action.args if spec.personal} | {"instrument"}

    def part(by: str, value: str) -> str:
        if by not in hidden and (_PLAIN.fullmatch(value) or not by.startswith(ARGUMENT)):
            return value
        return value if _HASH.fullmatch(value) else _hashed(value, secret)

    return "|".join(part(by, value) for by, value in zip(ledger.by, values, strict=True))


def _part(by: str, action: Action, proposed: ActionProposed, facts: Facts, secret: bytes) -> str:
    if by == "instrument":
        # Somebody's card, account or voucher, whatever the system behind calls it.
        return _hashed(_at(action.instrument, proposed, facts), secret)
    if by.startswith(ARGUMENT):
        name = by.removeprefix(ARGUMENT)
        value = _at(by, proposed, facts)
        return value if _PLAIN.fullmatch(value) and name in proposed.args else _hashed(value, secret)
    return {
        "customer": facts.customer,
        "agent": proposed.principal.id,
        "tenant": "tenant",
        "journey": proposed.run,
        "interaction": proposed.interaction,
    }[by]


def _at(path: str, proposed: ActionProposed, facts: Facts) -> str:
    """The value of ``args.NAME`` or ``resource.NAME`` as text; empty where there is none."""
    root, _, name = path.partition(".")
    values = facts.resource if root == "resource" else all_args(proposed.args, proposed.private_args)
    value = values.get(name)
    return "" if value is None or (root == "resource" and not facts.exists) else str(value)


def _hashed(value: str, secret: bytes) -> str:
    return f"h_{hmac.new(secret, f'ledger|{value}'.encode(), hashlib.sha256).hexdigest()[:32]}" if value else ""


def reservations(
    ledgers: Iterable[Ledger], proposed: ActionProposed, subjects: Mapping[str, str]
) -> tuple[Reservation, ...]:
    """What an allowance of this proposal holds in the ledgers of its action, and what it will reverse.

    Args:
        subjects: by ledger, whose line it concerns (see ``subject_of``).
    """
    held = []
    for ledger in ledgers:
        if proposed.action in ledger.actions and (subject := subjects.get(ledger.name, "")):
            held.append(
                Reservation(
                    ledger.name,
                    subject,
                    _amount(ledger, proposed),
                    currency=ledger.currency if ledger.moved else "",
                    tries=ledger.tries,
                    named=next(iter({each.outcome for each in ledger.reversals.values()}), ""),
                )
            )
        reversal = ledger.reversals.get(proposed.action)
        ref = str(proposed.args.get(reversal.argument, "")) if reversal is not None else ""
        if ref:
            held.append(Reservation(ledger.name, "", 0, currency=ledger.currency, ref=ref, reverses=True))
    return tuple(held)


def named(held: Iterable[Reservation], answer: Any) -> tuple[Reservation, ...]:
    """Reservations with what the answer calls the thing done, so that an undo finds them."""
    return tuple(msgspec.structs.replace(each, ref=_ref(each.named, answer)) if each.named else each for each in held)


def _ref(path: str, answer: Any) -> str:
    try:
        found = dig(answer, path)
    except Unknown:
        return ""
    return str(found)[:LONGEST_REF] if isinstance(found, str | int) else ""


def postings(event: Event, at: datetime | None = None) -> tuple[Posting, ...]:
    """What a fact changes in the ledgers: an allowance reserves, a success settles what moved, a failure releases.

    An unknown outcome changes nothing: the reservation stays until somebody knows. The facts alone say it, whatever the
    definitions have become meanwhile, so that the lines can be rebuilt from them.

    Args:
        at: when the fact was recorded; None where it is about to be.
    """
    match event:
        case ProposalJudged(verdict="allowed", reservations=held):
            return tuple(_post("reserve", event.proposal, each, at) for each in held if not each.reverses)
        case EffectFailed(reservations=held):
            return tuple(
                _post("settle" if each.tries else "release", event.proposal, each, at)
                for each in held
                if not each.reverses
            )
        case EffectSucceeded(reservations=held):
            return tuple(_done(event, each, at) for each in held)
        case ModelUsed():
            return day_postings(event, at)
        case _:
            return ()


def _amount(ledger: Ledger, proposed: ActionProposed) -> int:
    argument = ledger.amounts.get(proposed.action, "")
    if not argument:
        return 0 if ledger.currency else 1
    return int(proposed.args[argument]["amount"]) if argument in proposed.args else 0


def _done(event: EffectSucceeded, held: Reservation, at: datetime | None) -> Posting:
    """What really moved, where the answer says it in the ledger's currency; as reserved, or all of it, where it does not."""
    told = event.moved.amount if event.moved is not None and event.moved.currency == held.currency else None
    if held.reverses:
        amount = told if told is not None else _WHOLE
        return Posting("reverse", held.ledger, "", event.proposal, amount, at, held.ref)
    settled = held if told is None else msgspec.structs.replace(held, amount=told)
    return _post("settle", event.proposal, settled, at)


def _post(kind: Literal["reserve", "settle", "release"], entry: str, held: Reservation, at: datetime | None) -> Posting:
    return Posting(kind, held.ledger, held.subject, entry, held.amount, at, held.ref if kind == "settle" else "")
