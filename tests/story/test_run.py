"""Is every step played that can be, and is it told truly how it went?"""

from __future__ import annotations

from interlock.cli.story import Played, Where, play
from interlock.cli.story.stage import Stage
from interlock.cli.story.steps import STEPS, Step
from interlock.cli.story.wire import Unmet

NOWHERE = Where("http://127.0.0.1:9", "http://127.0.0.1:9")


async def holds(stage: Stage) -> str:
    return "as it should"


async def fails(stage: Stage) -> str:
    raise Unmet("the ledger shows two refunds")


async def stumbles(stage: Stage) -> str:
    answer: dict[str, str] = {}  # of another shape than agreed
    return answer["cursor"]


async def test_a_failure_stops_only_what_builds_on_it() -> None:
    steps = (Step("a", fails), Step("b", holds, ("a",)), Step("c", holds, ("b",)), Step("d", holds))
    told: list[Played] = []
    report = await play(NOWHERE, told.append, steps)
    assert [one.ok for one in report.steps] == [False, False, False, True]
    assert tuple(told) == report.steps
    assert "the ledger shows two refunds" in report.steps[0].detail
    assert report.steps[1].detail == "not played: it builds on 'a'"
    assert not report.ok


async def test_an_answer_of_another_shape_is_a_failed_step_that_names_its_line() -> None:
    report = await play(NOWHERE, lambda one: None, (Step("a", stumbles), Step("b", holds)))
    assert [one.ok for one in report.steps] == [False, True]
    assert "KeyError: 'cursor'" in report.steps[0].detail
    assert "test_run.py" in report.steps[0].detail


async def test_the_report_for_programs_has_details_only_where_something_is_wrong() -> None:
    report = await play(NOWHERE, lambda one: None, (Step("a", holds), Step("b", fails)))
    first, second = report.as_json()["steps"]
    assert report.as_json()["ok"] is False
    assert set(first) == {"name", "ok", "ms"}
    assert set(second) == {"name", "ok", "ms", "detail"}


async def test_a_server_that_is_not_there_fails_the_first_step_and_leaves_nothing_behind() -> None:
    report = await play(NOWHERE, lambda one: None)
    assert not any(one.ok for one in report.steps)
    assert "127.0.0.1:9" in report.steps[0].detail or "was not answered" in report.steps[0].detail
    assert report.left == ()


def test_every_step_builds_on_steps_before_it() -> None:
    before: set[str] = set()
    for step in STEPS:
        assert set(step.needs) <= before
        before.add(step.name)
    assert len(before) == len(STEPS)
