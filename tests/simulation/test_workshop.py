"""Does the workshop of a simulation refuse what the shop's own would refuse?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from interlock.simulation.clock import VirtualClock
from interlock.simulation.services import Problem, Services

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def workshop() -> Services:
    return Services(cast("VirtualClock", lambda: NOW))


def book(workshop: Services, time_id: str) -> Any:
    given = {"customer_id": "c-104", "service": "sharpening", "time_id": time_id}
    return workshop.operations["bookAppointment"](given, "pr_1")


@pytest.mark.parametrize(
    ("time_id", "code"),
    [
        ("t-202611300900", "no_such_time"),  # not when appointments begin
        ("t-202611281200", "no_such_time"),  # a Saturday
        ("t-202613010800", "no_such_time"),
        ("t-202611270800", "time_taken"),  # over by now
    ],
)
def test_only_a_time_that_the_workshop_has_and_that_is_to_come_is_given(
    workshop: Services, time_id: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        book(workshop, time_id)
    assert refused.value.code == code
    assert workshop.appointments == []


def test_what_was_cancelled_is_not_moved(workshop: Services) -> None:
    found = book(workshop, "t-202611300800")
    workshop.operations["cancelAppointment"](found, "")
    with pytest.raises(Problem) as refused:
        workshop.operations["moveAppointment"]({**found, "time_id": "t-202612010800"}, "")
    assert refused.value.code == "was_cancelled"
    assert [each.starts_at.day for each in workshop.appointments] == [30]
