"""Does a journey wait for a time: so long, until a day, within the hours, and is the customer free meanwhile?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from interlock.journeys import subject
from interlock.kernel.deciders import SetTimer
from interlock.kernel.documents import load
from interlock.vocabulary.hours import Hours
from interlock.vocabulary.journeys import AdvanceJourney, StepReached
from tests.journeys.harness import CANCEL, NOW, ORDER, Chat, demo, slot, start

CLOSED_NOW = """\
timezone: Europe/Berlin
weekly: { monday: [08:00-18:00] }
special: { 2026-11-23: [], 2026-11-30: [10:00-12:00] }
"""
NEVER = "timezone: UTC\nweekly: {}\n"


def journey(wait: str, before: str = "") -> dict[str, str]:
    text = f"""\
journey: remind
title: Remind me
about: your reminder
examples: [remind me later, tell me again later, come back to me]
slots:
  order_no: {{ type: order_number, pattern: "A-####", ask: "Which order?" }}
  day: {{ type: date, ask: "Which day?" }}
steps:
{before}  - say: I will come back to you.
  - {wait}
  - say: Here I am again.
  - ask: order_no
  - end: reminded
"""
    return {"journeys/remind.yaml": text}


def waiting(wait: str, hours: str = "", *, day: str = "") -> tuple[Chat, list[str]]:
    """A chat in which such a wait has begun, with the last thing that was said."""
    chat = Chat(more=journey(wait, "  - ask: day\n" if day else ""))
    if hours:
        chat.use(msgspec.structs.replace(chat.tenant, hours=load(hours, "hours.yaml", Hours)))
    told = chat.write("remind me", start("remind"))
    return chat, chat.write(day, slot("day", day)) if day else told


def until(chat: Chat) -> datetime:
    return [one.event.until for one in chat.log if isinstance(one.event, StepReached) and one.event.until][-1]


def time_comes(chat: Chat) -> list[str]:
    run = next(run for run in chat.state.runs if run.waits_for in ("time", "floor"))
    return chat.settle("in_time", ref=run.run)


def test_it_goes_on_when_the_time_has_come():
    chat, told = waiting("wait: 2h")
    assert told[-1] == "I will come back to you." and until(chat) == NOW + timedelta(hours=2)
    assert time_comes(chat) == ["Here I am again.", "Which order?"]
    chat.write("A-1042", slot("order_no", "A-1042"))
    assert chat.outcomes == ["reminded"]


def test_a_timer_is_set_for_it_that_belongs_to_the_run():
    chat, _ = waiting("wait: 2h")
    reached = next(one.event for one in chat.log if isinstance(one.event, StepReached))
    tenant, _, _ = demo()
    (timers,) = subject(chat.resolve, tenant, lambda *_: ({}, None, "")).timers
    advance = AdvanceJourney(interaction=reached.interaction, what="in_time", ref=reached.run)
    assert timers(reached, NOW) == (SetTimer(f"wait:{reached.run}", NOW + timedelta(hours=2), advance),)
    assert timers(msgspec.structs.replace(reached, until=None), NOW) == ()


@pytest.mark.parametrize(
    ("wait", "hours", "day", "expected"),
    [
        ('{ wait: 30d, until: "{day}" }', "", "2026-11-27", datetime(2026, 11, 26, 23, tzinfo=UTC)),
        ('{ wait: 2d, until: "{day}" }', "", "2026-11-27", NOW + timedelta(days=2)),
        ("{ wait: 1h, open: true }", CLOSED_NOW, "", datetime(2026, 11, 30, 9, tzinfo=UTC)),
        ("{ wait: 1h, open: true }", "", "", NOW + timedelta(hours=1)),
        ("{ wait: 1h }", CLOSED_NOW, "", NOW + timedelta(hours=1)),
    ],
)
def test_how_long_it_waits(wait: str, hours: str, day: str, expected: datetime):
    chat, _ = waiting(wait, hours, day=day)
    assert until(chat) == expected


def test_a_day_that_has_passed_is_not_waited_for():
    _, told = waiting('{ wait: 30d, until: "{day}" }', day="2026-11-20")
    assert told == ["I will come back to you.", "Here I am again.", "Which order?"]


@pytest.mark.parametrize("wait", ['{ wait: 3d, until: "{journey.title}" }', "{ wait: 3d, open: true }"])
def test_what_is_no_time_and_hours_that_never_come_are_a_failure_that_says_so(wait: str):
    chat, told = waiting(wait, NEVER)
    assert told[-2] == "I am sorry, that did not work, and nothing was changed. You can ask for a person at any time."
    assert chat.outcomes == ["failed"]


def test_meanwhile_the_customer_is_free_to_talk_about_something_else():
    chat, _ = waiting("wait: 2h")
    assert "order number" in chat.write("where is my order", start("order_status"))[0]
    assert time_comes(chat)[0] == "Here I am again."


def test_it_waits_for_the_floor_while_a_person_has_the_interaction():
    chat, _ = waiting("wait: 2h")
    chat.queued()
    chat.joined()
    assert time_comes(chat) == []
    assert chat.handed_back()[:2] == ["It is me again, Pip, the automatic assistant.", "Here I am again."]


def test_a_time_that_comes_twice_or_for_another_step_changes_nothing():
    chat, _ = waiting("wait: 2h")
    run = chat.state.runs[-1].run
    assert chat.settle("succeeded", ORDER, ref=run) == []
    time_comes(chat)
    assert chat.settle("in_time", ref=run) == []


def test_there_is_nothing_to_stop_for_who_says_stop_while_it_waits():
    chat, _ = waiting("wait: 2h")
    assert chat.write("stop", CANCEL) == ["There is nothing under way that I would have to stop."]


def problems(wait: str) -> Any:
    from tests.journeys.test_compile import problems as of

    return of(journey(wait)["journeys/remind.yaml"].replace("journey: remind", "journey: remind_me"))


@pytest.mark.parametrize(
    ("wait", "says"),
    [
        ("wait: soon", "write a whole number and its unit, such as 20s"),
        ('{ wait: 3d, until: "{ordr.day}" }', "'ordr' is not known here"),
        ("{ wait: 3d, opens: true }", "opens"),
        ("{ until: x }", "until"),
    ],
)
def test_what_is_wrong_with_a_wait_is_told(wait: str, says: str):
    assert any(says in problem for problem in problems(wait)), problems(wait)
