"""Does a queue's file say what was meant, and does a mistake in it name its line and its mend?"""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.routing import load_queue, load_queues
from interlock.vocabulary.calendars import ALWAYS, Opening
from interlock.vocabulary.channels import Channel

DEMO = Path(__file__).parents[2] / "examples" / "demo" / "queues"
CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% } }"


def test_the_demo_has_a_queue_that_is_always_open_and_one_with_hours() -> None:
    specs = load_queues({path.name: path.read_text() for path in DEMO.glob("*.yaml")})
    care, returns = specs["care"], specs["returns"]
    assert list(specs) == sorted(specs)
    assert care.hours == ALWAYS
    assert care.channels[Channel.CHAT].answered_within == timedelta(seconds=60)
    assert care.channels[Channel.CHAT].target == 0.8
    assert care.threshold_ms(Channel.CHAT) == 60_000
    assert care.threshold_ms(Channel.VOICE) is None
    assert returns.hours.timezone == "Europe/Berlin"
    assert returns.hours.openings(date(2026, 3, 2)) == (Opening(time(8), time(18)),)
    assert returns.hours.openings(date(2026, 3, 7)) == ()
    assert returns.hours.openings(date(2026, 12, 25)) == ()
    assert "08:00" in returns.says("closed")


def test_a_queue_may_be_open_until_midnight_and_have_a_pause() -> None:
    spec = load_queue(
        f"queue: late\ntitle: Late\n{CHANNELS}\n"
        "hours: { timezone: UTC, weekly: { monday: [14:00-24:00, 08:00-12:00] } }",
        "late.yaml",
    )
    assert spec.hours.openings(date(2026, 3, 2)) == (Opening(time(8), time(12)), Opening(time(14), time(0)))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "hours: { timezone: Europe/Berln, weekly: {} }",
            "q.yaml:4:20: 'timezone': 'Europe/Berln' is no known time zone; did you mean",
        ),
        (
            "hours: { timezone: ../../etc/passwd, weekly: {} }",
            "is no known time zone; write a name such as Europe/Berlin",
        ),
        (
            "hours: { timezone: UTC, weekly: { monday: [8-18] } }",
            "'8-18' is no span of hours; write both times with two digits",
        ),
        (
            "hours: { timezone: UTC, weekly: { monday: [18:00-08:00] } }",
            "ends before it begins; for a night write two spans",
        ),
        ("hours: { timezone: UTC, weekly: { monday: [08:00-24:30] } }", "24:30 is no time of day"),
        ("hours: { timezone: UTC, weekly: { monday: [08:00-12:00, 11:00-13:00] } }", "two spans of monday overlap"),
        ("hours: { timezone: UTC, weekly: { monday: [08:00-24:00, 20:00-22:00] } }", "two spans of monday overlap"),
        ("hours: { timezone: UTC, weekly: {}, special: { 2026-02-30: [] } }", "is no day"),
        ("hours: { timezone: UTC, weekly: { mondey: [] } }", "did you mean 'monday'?"),
        ("limit: 0", "q.yaml:4:8: 'limit' is 0 and must be at least 1"),
        ("titel: x", "unknown key 'titel'"),
        ("texts: { closed: '' }", "'closed' has no characters and must have at least 1"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_mend(line: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        load_queue(f"queue: care\ntitle: Care\n{CHANNELS}\n{line}\n", "q.yaml")
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("channels", "problem"),
    [
        ("{}", "must have at least 1"),
        ("{ chat: { answered_within: 0s, target: 80% } }", "must be more than 0s"),
        ("{ chat: { answered_within: 60, target: 80% } }", "write its unit: 60s"),
        ("{ chat: { answered_within: 60s, target: 101% } }", "at most 100%"),
        ("{ chat: { answered_within: 60s, target: 80 } }", "write 80%"),
        ("{ fax: { answered_within: 60s, target: 80% } }", "unknown key 'fax'"),
    ],
)
def test_a_target_that_cannot_be_is_told(channels: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        load_queue(f"queue: care\ntitle: Care\nchannels: {channels}\n", "q.yaml")
    assert problem in str(raised.value)


def test_two_queues_of_one_name_and_all_other_mistakes_are_told_at_once() -> None:
    good = f"queue: care\ntitle: Care\n{CHANNELS}\n"
    with pytest.raises(DefinitionError) as raised:
        load_queues({"a.yaml": good, "b.yaml": good, "c.yaml": "queue: Care\ntitle: Care\n"})
    told = [str(problem) for problem in raised.value.problems]
    assert told[0] == "b.yaml:1:8: the queue 'care' is defined in a.yaml already; rename one of them"
    assert any(each.startswith("c.yaml:1:8: 'queue' is 'Care'") for each in told)
    assert any("missing key 'channels'" in each for each in told)
