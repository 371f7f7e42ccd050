"""What do a scenario's systems answer, how often, and when is a value what was written?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from interlock.journeys.scenarios import AnswersReply, FailsReply, Reply
from interlock.simulation.systems import Systems, fits, plain, shown

EUROS = {"amount": 1840, "currency": "EUR"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("A-1042", "A-1042"),
        (Decimal("18.40"), EUROS),
        (500, {"amount": 500, "currency": "JPY"}),
        (Decimal("1.5"), 1.5),
        (Decimal("2.0"), 2),
        ({}, {"id": "i-1"}),
        ({"id": "i-1"}, {"id": "i-1", "name": "Kettle"}),
        ({"price": Decimal("18.40")}, {"price": EUROS}),
        ([{"id": 1}, "b"], [{"id": 1, "more": 2}, "b"]),
        (None, None),
        (True, True),
    ],
)
def test_a_value_fits_what_was_written_also_if_it_has_more_in_it(wanted: Any, found: Any) -> None:
    assert fits(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("A-1042", "a-1042"),
        (Decimal("18.41"), EUROS),
        (Decimal("18.405"), EUROS),
        ("18.40", EUROS),
        ({"id": "i-1"}, {"name": "Kettle"}),
        ({"id": "i-1"}, "i-1"),
        (["a"], ["a", "b"]),
        (1, True),
        (True, 1),
        (0, None),
        (None, ""),
    ],
)
def test_a_value_does_not_fit_what_is_something_else(wanted: Any, found: Any) -> None:
    assert not fits(wanted, found)


def test_numbers_are_answered_as_json_has_them_and_shown_as_they_are_written() -> None:
    answer = plain({"total": Decimal("18.40"), "count": Decimal("2"), "lines": [Decimal("0.5"), None, True, "x"]})
    assert answer == {"total": 18.4, "count": 2, "lines": [0.5, None, True, "x"]}
    assert type(answer["count"]) is int
    assert shown({"price": EUROS, "of": [None, True, 3]}) == "{ price: €18.40, of: [null, true, 3] }"


def given(systems: Systems, parameters: dict[str, Any], *, heard: bool = True) -> Reply | None:
    """The next reply of one operation."""
    return systems.reply("shop.getOrder", parameters, heard=heard)


def test_the_first_reply_that_fits_and_is_not_used_up_is_given() -> None:
    lost = FailsReply(fails="answer_lost", given={"order_id": "A-1"})
    twice, other = (
        FailsReply(fails="timeout", times=2),
        AnswersReply(answers={"order_id": "A-2"}, given={"order_id": "A-2"}),
    )
    systems = Systems({"shop.getOrder": (lost, other, twice)}, {}, ())
    assert given(systems, {"order_id": "A-2", "more": 1}) is other
    assert given(systems, {"order_id": "A-1"}) is lost
    assert [given(systems, {"order_id": "A-1"}, heard=False) for _ in range(3)] == [twice, twice, None]
    assert given(systems, {"order_id": "A-2"}) is other
    assert systems.reply("shop.getCustomer", {}, heard=True) is None
