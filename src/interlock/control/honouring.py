"""Which promises may a proposal be let through by now, and is one of them being honoured already?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from interlock.control.facts import Promised
from interlock.control.past import Past
from interlock.control.promise_files import Promises
from interlock.kernel.log import Total
from interlock.vocabulary.proposals import ActionProposed

CLOSED: Final = {"open": False, "amount": 0, "until_s": 0}
"""What rules see of a promise that was not made, is over, or was not made about this."""


def promised(
    specs: Promises, proposed: ActionProposed, made: Iterable[Promised], past: Past, now: datetime
) -> dict[str, dict[str, Any]]:
    """``context.promises`` as rules see it: each kind, with the amount that is promised about just this.

    Args:
        made: the customer's promises that hold.
        past: says under lock what is being honoured, or was since the promise was made.
    """
    found: dict[str, dict[str, Any]] = dict.fromkeys(specs, CLOSED)
    for each in made:
        spec, event = specs.get(each.made.kind), each.made
        if spec is None or proposed.action not in spec.actions or proposed.args.get(spec.about) != event.about:
            continue
        if event.valid_until <= now or _honoured(past.promised.get(spec.name, Total()), each.at):
            continue
        amount = event.value.amount if event.value is not None else 0
        found[spec.name] = {"open": True, "amount": amount, "until_s": int(event.valid_until.timestamp())}
    return found


def _honoured(past: Total, made_at: datetime) -> bool:
    return bool(past.in_flight) or (past.latest is not None and past.latest >= made_at)


def honours(specs: Promises, seen: dict[str, dict[str, Any]]) -> list[str]:
    """The promises that an allowance honours, so that they are honoured once."""
    return [name for name in specs if seen.get(name, CLOSED)["open"]]
