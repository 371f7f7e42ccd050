"""What of the shop's books did the gate let through: the comparison of one entry with what the log has under its key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from interlock.kernel.events import Cursor, Event, Recorded
from interlock.runtime.books import Entry, finding
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.money import Money
from tests.control.given import NOW, judged, proposed, remedy_met

ASKED = proposed(1840)
ALLOWED = judged(ASKED, remedy_met(ASKED, "confirm"))
MADE = Entry(
    refund_id="r-1",
    order_id="A-1042",
    customer_id=CustomerId("c-104"),
    item_id="i-1",
    item_name="Kettle",
    amount=Money(1840, "EUR"),
    destination="Visa",
    created_at=NOW + timedelta(seconds=1),
    reference=ASKED.proposal,
)


def facts(*events: Event) -> list[Recorded]:
    """What the log has under the entry's key, all at one time."""
    return [Recorded(Cursor(1, at), f"e{at}", NOW, event, "test") for at, event in enumerate(events)]


def test_what_was_allowed_as_it_stands_is_right() -> None:
    found = finding(MADE, facts(ASKED, judged(ASKED), ALLOWED), again=False)
    assert (found.wrong, found.interaction) == ("", "i_1")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"reference": None}, "knows of no such proposal"),
        ({"amount": Money(1841, "EUR")}, "Another amount was allowed: €18.40"),
        ({"order_id": "A-1107"}, "Something else was allowed"),
        ({"item_id": "i-2"}, "Something else was allowed"),
        ({"customer_id": CustomerId("c-117")}, "Something else was allowed"),
        ({"created_at": NOW - timedelta(seconds=10)}, "before it was allowed"),
    ],
)
def test_what_differs_from_what_was_allowed_is_not_authorised(change: dict[str, Any], wrong: str) -> None:
    entry = msgspec.structs.replace(MADE, **change)
    known = facts(ASKED, judged(ASKED), ALLOWED) if entry.reference else []
    assert wrong in finding(entry, known, again=False).wrong


def test_a_proposal_that_only_waits_authorises_nothing() -> None:
    assert finding(MADE, facts(ASKED, judged(ASKED)), again=False).wrong == "It was never allowed."


def test_an_allowance_of_another_action_is_none_for_a_refund() -> None:
    asked = msgspec.structs.replace(ASKED, action="mail.send")
    assert "no such proposal" in finding(MADE, facts(asked, ALLOWED), again=False).wrong


def test_one_allowance_makes_one_refund() -> None:
    assert "second entry" in finding(MADE, facts(ASKED, ALLOWED), again=True).wrong
