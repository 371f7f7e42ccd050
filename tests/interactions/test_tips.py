"""Which tips does an agent get, and what can a tenant's own condition look at?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interlock.interactions.tips import contacts_within_week, fitting
from interlock.kernel.cel import compile as compiled
from interlock.kernel.events import START, Recorded
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.suggestions import AT_TIP, TIPS, AssistSettings, Tip

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
QUIET: dict[str, Any] = {
    **{name: [] for name in AT_TIP},
    "matched": False,
    "level": 0,
    "channel": "chat",
    "promises": 0,
    "contacts": 1,
}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, []),
        ({"matters": ["vulnerable"]}, ["distress"]),
        ({"matters": ["complaint"], "contacts": 3}, ["complaint", "again"]),
        ({"matched": True, "level": 1}, ["verify_first"]),
        ({"matched": True, "level": 2, "contacts": 2}, []),
        ({"matched": True, "level": 2, "promises": 1}, ["keep_promises"]),
    ],
)
def test_the_tips_of_the_product(seen: dict[str, Any], expected: list[str]) -> None:
    assert [each.tip for each in fitting(TIPS, {**QUIET, **seen})] == expected


def test_a_condition_that_cannot_be_told_gives_no_tip() -> None:
    assert fitting([Tip("broken", compiled("matters > 1"), "x")], QUIET) == []


def test_a_condition_on_what_no_tip_can_look_at_and_a_name_that_is_there_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="'promise' is nothing that a tip can look at"):
        Tip("own", compiled("promise > 0"), "x")
    with pytest.raises(ValueError, match="two tips are called 'own'"):
        AssistSettings(tips=(Tip("own", compiled("promises > 0"), "x"),) * 2)


def test_only_the_interactions_of_the_last_week_count_each_once() -> None:
    def began(name: str, days: float) -> Recorded:
        return Recorded(START, "", NOW - timedelta(days=days), _started(name), "")

    seen = [began("i_old", 8), began("i_1", 3), began("i_1", 2), began("i_2", 1)]
    assert contacts_within_week(seen, InteractionId("i_3"), NOW) == 3
    assert contacts_within_week(seen, InteractionId("i_2"), NOW) == 2


def _started(name: str) -> InteractionStarted:
    return InteractionStarted(
        interaction=InteractionId(name),
        person=PersonId("p_1"),
        session=SessionId("s_1"),
        channel=Channel.CHAT,
        release="r_1",
    )
