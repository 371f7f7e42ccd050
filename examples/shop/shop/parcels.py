"""Where is a parcel, as its carrier knows it?"""

from __future__ import annotations

from datetime import datetime, timedelta

from .problems import Problem
from .storage import Store, moment
from .wire import Parcel, ParcelShop, ParcelState

SHOP = ParcelShop(name="Kiosk at the Tram Stop", street="Hornsgatan 3", open_until="20:00")
LATE = timedelta(days=2)
COLLECTED_WITHIN = timedelta(days=7)


def find_parcel(store: Store, tracking: str, now: datetime) -> Parcel:
    """Where the parcel is now: what was set for it, else what follows from the day on which it was expected.

    Raises:
        Problem: 404, the carrier has no such parcel.
    """
    row = store.row("SELECT * FROM orders WHERE tracking = ?", tracking.strip().upper())
    if row is None:
        raise Problem(
            404, "no-such-parcel", "The carrier knows no parcel with this number.", mend="They look like KC10450000104."
        )
    expected = moment(row["expected_at"]) if row["expected_at"] else None
    known = store.row("SELECT state FROM parcel WHERE tracking = ?", row["tracking"])
    state: ParcelState = known["state"] if known else _state(row["status"], expected, now)
    waits = state == "at_parcel_shop"
    return Parcel(
        tracking=row["tracking"],
        state=state,
        expected_at=now + LATE if state == "delayed" else expected,
        collect_by=now + COLLECTED_WITHIN if waits else None,
        parcel_shop=SHOP if waits else None,
    )


def set_state(store: Store, tracking: str, state: ParcelState) -> None:
    """Say where a parcel is; call inside a transaction."""
    store.write("INSERT OR REPLACE INTO parcel VALUES (?, ?)", tracking, state)


def _state(status: str, expected: datetime | None, now: datetime) -> ParcelState:
    if status == "delivered":
        return "delivered"
    if expected is not None and expected < now:
        return "delayed"
    return "out_for_delivery" if expected is not None and expected.date() == now.date() else "in_transit"
