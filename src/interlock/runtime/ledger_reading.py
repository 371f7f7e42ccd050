"""How does a line of a ledger stand, and who has looked that up?"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.control.headroom import headroom, limits_of
from interlock.control.ledgers import Ledger, line_of
from interlock.kernel.documents import closest
from interlock.kernel.errors import Refused
from interlock.kernel.log import Window
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import NOBODY, CustomerId
from interlock.vocabulary.staff import LedgerRead

if TYPE_CHECKING:
    from interlock.runtime.app import App

BY_CUSTOMER: Final = ("customer",)
BY_INTERACTION: Final = ("interaction",)


def ledger_named(app: App, name: str) -> Ledger:
    """A ledger of the version in force. Raises Refused where there is none of that name."""
    ledgers = app.definitions.bundle.ledgers
    if name not in ledgers:
        near = closest(name, ledgers)
        mend = f"did you mean '{near}'?" if near else f"there are: {', '.join(sorted(ledgers)) or 'none'}."
        raise Refused("ledger_unknown", f"There is no such ledger; {mend}", status=404)
    return ledgers[name]


async def read_line(app: App, ledger: Ledger, subject: str, by: Principal) -> dict[str, Any]:
    """What a line comes to within its window, what of it is still on its way, and what rules leave of it.

    That it is read is recorded before anything is told.

    Args:
        subject: whose line: the values of what the ledger is kept by, with ``|`` between them.

    Returns:
        ``amount`` and ``left`` in minor units of ``currency``, or counts where it is empty; ``left`` is None where no
        rule sets a limit that always holds and that nothing cures.

    Raises:
        Refused: the subject does not fit what the ledger is kept by.
    """
    bundle, now = app.definitions.bundle, app.clock()
    try:
        line = line_of(ledger, bundle.actions, subject, app.control.secret)
    except ValueError as error:
        raise Refused("bad_subject", str(error), status=422) from None
    customer = CustomerId(line) if ledger.by == BY_CUSTOMER else NOBODY
    read = LedgerRead(ledger=ledger.name, subject=line, customer=customer, by=by)
    await app.engine.append([read], cause=f"read/{secrets.token_hex(8)}")
    since = ledger.reach.since(now)
    total = (await app.log.totals([Window(ledger.name, line, since)]))[ledger.name, line]
    limits = limits_of(bundle, ledger, total.amount)
    rolling = ledger.reach.rolling
    return {
        "ledger": ledger.name,
        "title": ledger.title,
        "by": list(ledger.by),
        "subject": line,
        "window": {
            "rolling_s": None if rolling is None else int(rolling.total_seconds()),
            "calendar": ledger.reach.calendar,
            "since": since,
        },
        "currency": ledger.currency,
        "amount": total.amount,
        "settled": total.settled,
        "latest": total.latest,
        "in_flight": list(total.in_flight),
        "left": headroom(limits),
        "limits": msgspec.to_builtins(limits),
    }
