"""Are the figures of a simulation what was counted, with intervals that hold the truth, and drawn as they are?"""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from random import Random
from xml.etree import ElementTree

import pytest

from interlock.simulation.floor.estimates import mean, ratio, student
from interlock.simulation.floor.pace import simulated_per_min
from interlock.simulation.floor.play import Contact
from interlock.simulation.floor.plots import plots
from interlock.simulation.floor.results import Report, report
from interlock.simulation.floor.setting import Setting, play
from interlock.vocabulary.channels import Channel
from tests.simulation.floor.floors import MIDNIGHT, SETTINGS, A, agents, queue, queues


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (9, 2.262), (29, 2.045), (1000, 1.962)]
)
def test_the_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, rel=2e-3)


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Days of a different size, whose customers are answered in time with 80 %."""
    chance, held, tries = Random(1), 0, 600
    for _ in range(tries):
        parts = []
        for _ in range(8):
            entered = chance.randint(40, 120)
            parts.append((float(sum(chance.random() < 0.8 for _ in range(entered))), float(entered)))
        found = ratio(parts)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.8 <= found.high
    assert abs(held / tries - 0.95) < 3 * math.sqrt(0.95 * 0.05 / tries)


def test_one_part_tells_nothing_of_how_sure_it_is_and_none_tells_nothing() -> None:
    alone = ratio([(3, 4)])
    assert alone is not None
    assert (alone.value, alone.error, alone.high) == (0.75, None, None)
    assert ratio([(0, 0), (0, 0)]) is None
    assert mean([]) is None


def two_days() -> Setting:
    """On each day at ten somebody calls a and is answered at once, a second one waits and leaves after ten seconds."""

    def contacts(seed: int) -> list[Contact]:
        ten = [MIDNIGHT + timedelta(days=day, hours=10) for day in (0, 1)]
        first = [
            Contact(at, A, Channel.VOICE, handling=timedelta(minutes=2), wrap_up=timedelta(minutes=1)) for at in ten
        ]
        patience = timedelta(seconds=10)
        second = [Contact(at + timedelta(seconds=30), A, Channel.VOICE, patience) for at in ten]
        return sorted([*first, *second], key=lambda contact: contact.at)

    specs = queues(queue("a"), queue("b"))
    ends = MIDNIGHT + timedelta(days=2)
    return Setting(specs, SETTINGS, UTC, MIDNIGHT, ends, contacts, agents("t", 1, [A]))


def reported() -> Report:
    setting = two_days()
    return report("two", 1, setting, [play(setting, 1)])


def test_the_figures_are_what_happened() -> None:
    found = reported()
    line, other = found.queues
    values = {name: getattr(line, name) and getattr(line, name).value for name in line.__struct_fields__[4:]}
    assert values == {
        "entered": 2.0,
        "answered": 1.0,
        "abandoned": 1.0,
        "contained": 0.0,
        "turned_away": 0.0,
        "abandon_rate": 0.5,
        "service_level": 0.5,
        "asa_s": 0.0,
        "mean_wait_s": 5.0,
        "aht_s": 180.0,
        "occupancy": pytest.approx(180 / 86_400),
    }
    assert line.service_level is not None
    assert (line.service_level.low, line.service_level.high) == (0.5, 0.5), "both days were the same"
    assert (other.entered and other.entered.value, other.service_level) == (0.0, None)
    assert found.customers == 4
    course = found.queue_courses[0].figures
    ten = found.times.index("10:00")
    assert (course["entered"][ten], course["service_level"][ten], course["wait_s"][ten]) == (8.0, 0.5, 5.0)
    assert (course["entered"][ten + 1], course["service_level"][ten + 1]) == (0.0, None)
    assert found.team_courses[0].figures["handling"][ten] == pytest.approx(180 / 900)


def test_one_day_says_that_it_tells_nothing_of_its_own_certainty() -> None:
    setting = two_days()._replace(ends=MIDNIGHT + timedelta(days=1))
    assert any("one day alone" in note for note in report("one", 1, setting, [play(setting, 1)]).notes)


def test_the_pictures_are_drawings_with_a_line_and_a_name_for_each_queue() -> None:
    drawn = plots(reported())
    assert set(drawn) == {"customers.svg", "service-level.svg", "waits.svg", "agents.svg"}
    for picture in drawn.values():
        root = ElementTree.fromstring(picture)
        texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
        places = [float(each.get("y", "0")) for each in root.iter("{http://www.w3.org/2000/svg}text")]
        assert max(places) <= 320
        assert any(text in ("a", "t: there") for text in texts)
    customers = ElementTree.fromstring(drawn["customers.svg"])
    assert len(list(customers.iter("{http://www.w3.org/2000/svg}path"))) == 2
    names = [each for each in customers.iter("{http://www.w3.org/2000/svg}text") if each.text in ("a", "b")]
    apart = abs(float(names[0].get("y", "0")) - float(names[1].get("y", "0")))
    assert apart >= 16, "both lines end at nothing, and their names are both read"


def test_the_pace_is_measured_on_what_was_really_played() -> None:
    assert simulated_per_min(400) > 1_000
