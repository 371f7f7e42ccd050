"""Is a floor played as its file says, and is a mistake in the file told with its line and how to mend it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.simulation.floor.loading import Loaded, load_scenario
from interlock.simulation.floor.play import Contact
from interlock.simulation.floor.setting import play
from interlock.simulation.floor.staging import setting
from interlock.simulation.floor.tally import summed
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.routing import Presence

QUEUE = "queue: care\ntitle: Care\nchannels:\n  chat: { answered_within: 60s, target: 80% }\n"
WHOLE = """\
scenario: monday
definitions: shop
timezone: Europe/Berlin
starts: 2026-03-28
arrivals:
  - queue: care
    profile: { "08:00-10:00": 60, "12:00-13:00": 30 }
    handling: { fixed: 2m }
teams:
  - team: days
    agents: 4
    queues: [care]
    shifts:
      - { hours: 08:00-14:00, breaks: [11:00-11:30] }
"""


def written(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Path:
    (folder / "shop" / "queues").mkdir(parents=True)
    (folder / "shop" / "queues" / "care.yaml").write_text(QUEUE)
    for name, content in (files or {}).items():
        (folder / name).write_text(content)
    capacities = "capacities: { chats: { units: 3, channels: { chat: { most: 2 }, voice: { weight: 3 } } } }"
    (folder / "shop" / "capacities.yaml").write_text(capacities)
    path = folder / "monday.yaml"
    path.write_text(text)
    return path


def loaded(folder: Path, text: str = WHOLE, files: Mapping[str, str] | None = None) -> Loaded:
    return load_scenario(written(folder, text, files))


def mistakes(folder: Path, text: str, files: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(DefinitionError) as error:
        loaded(folder, text, files)
    return [str(problem) for problem in error.value.problems]


def test_customers_come_in_the_hours_of_the_profile_in_the_scenarios_own_zone(tmp_path: Path) -> None:
    floor = setting(loaded(tmp_path), days=3)
    times = [contact.at for contact in floor.contacts(1)]
    assert times == sorted(times)
    hours = {(at.day, at.hour) for at in times}
    # The clocks go forward in the night to the 29th: 08:00 is 07:00 UTC before and 06:00 UTC after.
    assert hours == {(28, 7), (28, 8), (28, 11), (29, 6), (29, 7), (29, 10), (30, 6), (30, 7), (30, 10)}
    assert 330 < len(times) < 570  # 450 are expected, and chance is seeded
    assert [contact.at for contact in floor.contacts(1)] == times
    assert [contact.at for contact in floor.contacts(2)] != times


def test_a_team_is_there_in_its_shift_has_its_break_and_goes_home(tmp_path: Path) -> None:
    floor = setting(loaded(tmp_path), days=1)
    assert len(floor.people) == 4
    assert [(at.hour, at.minute, presence) for at, presence in floor.people[0].plan] == [
        (7, 0, Presence.AVAILABLE),
        (10, 0, Presence.BREAK),
        (10, 30, Presence.AVAILABLE),
        (13, 0, Presence.OFFLINE),
    ]


def test_a_team_takes_at_once_what_its_profile_says(tmp_path: Path) -> None:
    team = setting(loaded(tmp_path, WHOLE.replace("agents: 4", "agents: 1\n    profile: chats")), days=1)
    together = [
        Contact(team.starts + timedelta(hours=9), QueueName("care"), Channel.CHAT, handling=timedelta(hours=1))
    ] * 3
    tally = play(team._replace(contacts=lambda seed: together), 1).tally
    counts = summed(tally.visits.values())
    assert (counts.answered, counts.wait_ms) == (3, 3_600_000), "two at once, and the third when they are over"


def test_a_night_is_worked_through_without_going_home_at_midnight(tmp_path: Path) -> None:
    night = WHOLE.replace(
        "{ hours: 08:00-14:00, breaks: [11:00-11:30] }", "{ hours: 22:00-24:00 }\n      - { hours: 00:00-06:00 }"
    )
    plan = setting(loaded(tmp_path, night), days=2).people[0].plan
    # In UTC; the clocks go forward in the second night.
    assert [(at.day, at.hour, presence) for at, presence in plan] == [
        (27, 23, Presence.AVAILABLE),
        (28, 5, Presence.OFFLINE),
        (28, 21, Presence.AVAILABLE),
        (29, 4, Presence.OFFLINE),
        (29, 20, Presence.AVAILABLE),
        (29, 22, Presence.OFFLINE),
    ]


def test_who_is_contained_never_waits_and_an_outage_of_the_virtual_agent_sends_all_to_people(tmp_path: Path) -> None:
    bot = WHOLE.replace("    handling:", "    virtual_agent: { contains: 100%, takes: { fixed: 1m } }\n    handling:")
    out = bot + "outages:\n  - { out: virtual_agent, hours: 09:00-10:00, on: 2026-03-29 }\n"
    floor = setting(loaded(tmp_path, out), days=2)
    tally = play(floor, 1).tally
    by_day = [summed(counts for (_, at), counts in tally.visits.items() if at.day == day) for day in (0, 1)]
    assert by_day[0].entered == 0
    assert by_day[0].contained > 100
    entered = {at.slot // 4 for (_, at), counts in tally.visits.items() if counts.entered}
    assert entered == {9}
    assert by_day[1].contained > 0


def test_a_closed_queue_turns_people_away_and_an_absent_team_lets_them_wait(tmp_path: Path) -> None:
    lines = "  - { out: queue:care, hours: 08:00-08:30 }\n  - { out: team:days, hours: 09:00-09:30 }\n"
    tally = play(setting(loaded(tmp_path, WHOLE + "outages:\n" + lines), days=1), 1).tally
    of = {at.slot: counts for (_, at), counts in tally.visits.items()}
    assert of[32].turned_away > 0
    assert of[32].entered == 0
    assert of[36].entered > 0
    assert (of[36].answered_wait_ms / of[36].answered) > 60_000


def test_recorded_arrivals_are_played_at_their_times(tmp_path: Path) -> None:
    text = WHOLE.replace('profile: { "08:00-10:00": 60, "12:00-13:00": 30 }', "recorded: times.csv")
    times = "at,what\n2026-03-28T09:00:01,x\n2026-03-28T08:10:00+00:00,y\n2026-04-01T09:00:00,later\n"
    floor = setting(loaded(tmp_path, text, {"times.csv": times}), days=1)
    assert [contact.at.isoformat() for contact in floor.contacts(1)] == [
        "2026-03-28T08:00:01+00:00",
        "2026-03-28T08:10:00+00:00",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("queue: care", "queue: cares", "monday.yaml:6:12: there is no queue 'cares'; did you mean 'care'?"),
        ("queues: [care]", "queues: [car]", "monday.yaml:12:14: there is no queue 'car'; did you mean 'care'?"),
        ("definitions: shop", "definitions: shops", "monday.yaml:2:14: there is no folder 'queues' in 'shops'; name"),
        ("profile: {", "per_hour: 3\n    profile: {", "write exactly one of per_hour, profile and recorded"),
        ('"12:00-13:00"', '"09:00-13:00"', "two spans of the profile overlap"),
        ("handling: { fixed: 2m }", "handling: { fixed: 2 }", "'2' is no duration; write its unit: 2s, 2m, 2h or 2d"),
        ("handling: { fixed: 2m }", "handling: { exponential: 0s }", "'exponential' must be more than 0s"),
        ("handling: { fixed: 2m }", "handling: { lognormal: 2m }", "missing key 'deviation'"),
        ("handling: { fixed: 2m }", "handling: { fixed: 2m }\n    channel: voice", "does not take voice; it takes chat"),
        ("breaks: [11:00-11:30]", "breaks: [13:30-14:30]", "monday.yaml:14:40: the break is not within the shift"),
        ("agents: 4", "agents: 0", "monday.yaml:11:13"),
        ("agents: 4", "agents: 4\n    rejects: 110%", "'rejects' must be at most 100%"),
        ("agents: 4", "agents: 4\n    profile: chat", "monday.yaml:12:14: there is no profile 'chat'; did you mean 'chats'?"),
        ("teams:", "outages: [{ out: queue:kare, hours: 08:00-09:00 }]\nteams:", "there is no queue 'kare'; did you mean"),
        ("teams:", "outages: [{ out: power, hours: 08:00-09:00 }]\nteams:", "write virtual_agent, queue:NAME or team:NAME"),
        ('profile: { "08:00-10:00": 60, "12:00-13:00": 30 }', "recorded: no.csv", "there is no file 'no.csv'; name a CSV"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_how_to_mend_it(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert was in WHOLE
    found = mistakes(tmp_path, WHOLE.replace(was, becomes))
    assert any(told in line and line.startswith("monday.yaml:") for line in found), found


def test_a_queue_that_nobody_serves_is_told(tmp_path: Path) -> None:
    other = QUEUE.replace("care", "other")
    found = mistakes(tmp_path, WHOLE.replace("queues: [care]", "queues: [other]"), {"shop/queues/other.yaml": other})
    assert found == ["monday.yaml:6:12: no team serves the queue 'care'; add 'care' to the queues of a team"]


def test_a_mistake_in_a_list_of_arrivals_is_told_with_its_line(tmp_path: Path) -> None:
    text = WHOLE.replace('profile: { "08:00-10:00": 60, "12:00-13:00": 30 }', "recorded: times.csv")
    found = mistakes(tmp_path, text, {"times.csv": "at\n2026-03-28T09:00:01\nnine\n"})
    assert found == ["times.csv:3:1: 'nine' is no time; write it as 2026-11-23T09:04:31"]


def test_a_scenario_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read: No such file"):
        load_scenario(tmp_path / "no.yaml")


def test_the_example_is_a_scenario() -> None:
    path = Path(__file__).resolve().parents[3] / "examples" / "floor" / "monday.yaml"
    floor = setting(load_scenario(path), days=1)
    assert len(floor.specs) == 6
    assert floor.ends - floor.starts == timedelta(days=1)
