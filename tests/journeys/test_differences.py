"""Are two versions of a journey compared by what their steps do, wherever they stand?"""

from __future__ import annotations

from functools import cache

import pytest

from interlock.journeys.differences import StepChange, differences
from interlock.journeys.model import Journey
from tests.journeys.harness import compiled, demo

NAME = "talk_to_human"
HEAD = (
    f"journey: {NAME}\ntitle: A person\nabout: a person\nexamples: [a person please, somebody real, a human]\nsteps:\n"
)
STEPS = """\
  - say: Of course.
  - when: 1 > 2
    then:
      - say: Never.
  - say: One moment.
  - hand_over: care
    reason: The customer asked for a person.
"""


@cache
def of(steps: str, head: str = HEAD) -> Journey:
    tenant, _, bundle = demo()
    return compiled(tenant, bundle, {f"journeys/{NAME}.yaml": head + steps}).journeys[NAME]


def changed(old: str, new: str) -> list[tuple[str, str, str]]:
    """The changes of a text in the steps, briefly."""
    assert STEPS.count(old) == 1
    return [(one.how, one.path, one.text) for one in differences(of(STEPS), of(STEPS.replace(old, new))).steps]


def test_the_same_journey_has_no_differences() -> None:
    assert differences(of(STEPS), of(STEPS)) == ((), (), ())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  - say: Of course.\n", "", [("removed", "0", "Of course.")]),
        ("  - say: Of course.\n", "  - say: Hello.\n  - say: Of course.\n", [("added", "0", "Hello.")]),
        ("say: One moment.", "say: Just a moment.", [("changed", "2", "Just a moment.")]),
        ("      - say: Never.\n", "      - say: Never ever.\n", [("changed", "1.then.0", "Never ever.")]),
        ("when: 1 > 2", "when: 1 > 3", [("changed", "1", "1 > 3")]),
        (
            "  - say: One moment.\n",
            "  - say: One.\n  - say: Two.\n",
            [("changed", "2", "One."), ("added", "3", "Two.")],
        ),
        ("  - hand_over: care", "  - hand_over: returns", [("changed", "3", "returns")]),
    ],
)
def test_a_step_is_added_removed_or_changed(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert changed(old, new) == expected


def test_what_else_is_written_in_a_step_is_named_where_it_differs() -> None:
    look = "  - look_up: shop.get_order\n    with: { order_id: A-1 }\n    as: order\n"
    steps = STEPS.replace("  - hand_over", f"{look}  - hand_over")
    (one,) = differences(of(steps), of(steps.replace("A-1 }", "A-2 }"))).steps
    assert (one.how, one.path, one.text, one.fields) == ("changed", "3", "shop.get_order", ("with",))
    agent = "  - agent: { goal: Help., budget: { turns: 2 }, exits: { answered: It is. } }\n    otherwise:\n      - say: Well.\n"
    (one,) = differences(of(agent + STEPS), of(agent.replace("turns: 2", "turns: 3") + STEPS)).steps
    assert (one.how, one.path, one.fields) == ("changed", "0", ("budget",))


def test_a_step_that_moves_into_a_branch_is_another_step() -> None:
    moved = STEPS.replace("  - say: One moment.\n", "")
    moved = moved.replace("      - say: Never.\n", "      - say: Never.\n      - say: One moment.\n")
    found = differences(of(STEPS), of(moved)).steps
    assert [(one.how, one.path) for one in found] == [("added", "1.then.1"), ("removed", "2")]


def test_what_is_removed_says_before_which_step_it_stood() -> None:
    (gone,) = differences(of(STEPS), of(STEPS.replace("  - say: One moment.\n", ""))).steps
    assert gone == StepChange("removed", "2", "2", "say", "One moment.", "One moment.")


def test_examples_are_compared_too() -> None:
    found = differences(of(STEPS), of(STEPS, HEAD.replace("a human", "your boss")))
    assert found == ((), ("your boss",), ("a human",))
