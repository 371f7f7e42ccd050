"""Is every mistake in a scenario file told with its line and what to write instead, and what are its schema's limits?"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from interlock.journeys.language import JourneyFile
from interlock.journeys.scenario_checks import Scenario, Surroundings, read_scenarios
from interlock.journeys.scenarios import AnswersReply, ScenarioFile, ScenariosFile
from interlock.kernel.documents import DefinitionError, json_schema
from interlock.runtime.definitions import check, read_folder
from interlock.simulation.scenarios import surroundings

EXAMPLES = Path(__file__).parents[2] / "examples"

GOOD = """scenario: a small refund needs one yes
journey: damaged_item
given:
  on_shift: [care]
  closed: { returns: We are at lunch. }
  systems:
    shop.getOrder: { for: { order_id: A-1042 }, answers: { order_id: A-1042 } }
turns:
  - customer: the kettle arrived broken
  - asked: order_no
  - handed_over: care
  - joins: care
  - approves: supervisor
  - waits: 3h
then:
  ended: refunded
  calls: { shop.refund_item: [{ amount: 18.40 }] }
  slots: { order: { status: delivered } }
"""


@cache
def demo() -> Surroundings:
    """What a scenario of the demo can refer to."""
    return surroundings(check(read_folder(EXAMPLES / "demo")))


def read(text: str) -> list[Scenario]:
    return read_scenarios({"scenarios/a.yaml": text}, demo())


def problems(text: str) -> list[str]:
    """What is told of a file, without its name."""
    with pytest.raises(DefinitionError) as caught:
        read(text)
    return [str(each).removeprefix("scenarios/a.yaml:") for each in caught.value.problems]


def test_a_scenario_is_read_with_the_lines_of_its_turns() -> None:
    (one,) = read(GOOD)
    assert (one.title, one.journey, one.line, one.then_line) == ("a small refund needs one yes", "damaged_item", 1, 15)
    assert [each.line for each in one.turns] == [9, 10, 11, 12, 13, 14]
    assert list(one.replies) == ["shop.getOrder"]


def test_what_a_scenario_says_itself_comes_before_what_its_file_says() -> None:
    text = """scenarios:
  - scenario: one
    given: { at: 2026-12-24T09:00, systems: { shop.get_order: { fails: timeout, times: 1 } } }
    turns: [{ customer: hello }]
  - scenario: two
    turns: [{ customer: hello }]
journey: order_status
given: { customer: c-1, at: 2026-01-01T09:00, systems: { shop.getOrder: { answers: { order_id: A-1 } } } }
"""
    one, two = read(text)
    assert [type(each).__name__ for each in one.replies["shop.getOrder"]] == ["FailsReply", "AnswersReply"]
    assert two.replies["shop.getOrder"] == (AnswersReply(answers={"order_id": "A-1"}),)
    assert [(each.given.customer, each.given.at) for each in (one, two)] == [
        ("c-1", "2026-12-24T09:00"),
        ("c-1", "2026-01-01T09:00"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("damaged_item", "damaged_itm", "2:10: there is no journey 'damaged_itm'; did you mean 'damaged_item'?"),
        ("order_no", "ordr_no", "10:12: there is no slot 'ordr_no'; did you mean 'order_no'?"),
        ("handed_over: care", "handed_over: car", "11:18: there is no queue 'car'; did you mean 'care'?"),
        ("on_shift: [care]", "on_shift: [cares]", "4:14: there is no queue 'cares'; did you mean 'care'?"),
        ("returns: We", "return: We", "5:13: there is no queue 'return'; did you mean 'returns'?"),
        (
            "joins: care",
            "joins: returns",
            "12:12: nobody is on shift for the queue 'returns' here; write 'on_shift: [returns]' under 'given'",
        ),
        ("supervisor", "supervisr", "13:15: there is no role 'supervisr'; did you mean 'supervisor'?"),
        (
            "shop.getOrder",
            "shop.getOrdr",
            "7:5: there is no operation or action 'shop.getOrdr'; did you mean 'shop.get_order'?",
        ),
        (
            "for: { order_id",
            "for: { order",
            "7:29: there is no parameter of shop.getOrder 'order'; did you mean 'order_id'?",
        ),
        (
            "ended: refunded",
            "ended: refund",
            "16:10: there is no outcome of this journey 'refund'; did you mean 'refunded'?",
        ),
        (
            "shop.refund_item:",
            "shop.refund_itm:",
            "17:12: there is no operation or action 'shop.refund_itm'; did you mean 'shop.refund_item'?",
        ),
        (
            "{ amount: 18.40 }",
            "{ amont: 18.40 }",
            "17:33: there is no argument of shop.refund_item 'amont'; did you mean 'amount'?",
        ),
        ("slots: { order:", "slots: { ordr:", "18:12: there is no slot or result 'ordr'; did you mean 'order'?"),
        (
            "customer: the kettle",
            "custommer: the kettle",
            "9:5: unknown key 'custommer' in a turn; did you mean 'customer'?",
        ),
        (
            "- customer: the kettle arrived broken",
            "- the kettle arrived broken",
            "9:5: item 1 of 'turns' should be a turn (one of: customer, asked, ",
        ),
        ("waits: 3h", "waits: 3 hours", "14:12: 'waits': '3 hours' is no duration; write 3h"),
        ("waits: 3h", "code: maybe", "14:11: 'code' is 'maybe', which is not known here; write one of: right, wrong"),
        ("  - customer: the kettle arrived broken\n", "", "9:5: nobody has written yet; begin with '- customer: …'"),
        ("journey: damaged_item\n", "", "1:1: missing key 'journey' in a scenario file"),
        (
            "answers: { order_id: A-1042 }",
            "answer: { order_id: A-1042 }",
            "7:49: unknown key 'answer' in a reply; did you mean 'answers'?",
        ),
        (
            "answers: { order_id: A-1042 }",
            "fails: often",
            "7:56: 'fails' is 'often', which is not known here; write one of: unreachable, error, timeout, answer_lost",
        ),
        (
            "  on_shift",
            "  at: yesterday\n  on_shift",
            "4:7: 'yesterday' is no date; write for example '2026-11-23T09:00'",
        ),
        ("  ended", "  finished", "16:3: unknown key 'finished' in a then; known: ended, calls, slots"),
    ],
)
def test_a_mistake_names_its_line_and_what_to_write(old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(each.startswith(told) for each in found), found


def test_a_scenario_without_turns_is_none() -> None:
    head, _, tail = GOOD.partition("turns:\n")
    (found,) = problems(f"{head}turns: []\nthen:{tail.partition('then:')[2]}")
    assert found.startswith("8:8: 'turns'") and "at least 1" in found


def test_a_file_that_is_neither_one_scenario_nor_several_is_told_what_it_needs() -> None:
    (found,) = problems("title: a small refund\n")
    assert found == "1:1: a file needs one of its verbs as a key, and here is only 'title'; known: scenario, scenarios"


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    files = {
        "scenarios/a.yaml": GOOD.replace("order_no", "ordr_no"),
        "scenarios/b.yaml": GOOD.replace("waits: 3h", "waits: long"),
    }
    with pytest.raises(DefinitionError) as caught:
        read_scenarios(files, demo())
    assert [(each.file, each.line) for each in caught.value.problems] == [
        ("scenarios/a.yaml", 10),
        ("scenarios/b.yaml", 14),
    ]


@cache
def validator(of: Any) -> Draft202012Validator:
    """What an editor underlines by."""
    schema = json_schema(of)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def written(text: str) -> Any:
    """What an editor reads."""
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("folder", "of"), [("journeys", JourneyFile), ("scenarios", ScenarioFile | ScenariosFile)], ids=["journeys", "scenarios"]
)  # fmt: skip
def test_an_editor_underlines_nothing_in_the_examples(folder: str, of: Any) -> None:
    files = sorted(EXAMPLES.glob(f"*/{folder}/*.yaml"))
    assert len({file.parts[-3] for file in files}) == 2
    schema = validator(of)
    assert {file.name: [each.message for each in schema.iter_errors(written(file.read_text()))] for file in files} == {
        file.name: [] for file in files
    }


JOURNEY = (EXAMPLES / "demo" / "journeys" / "damaged_item.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("journey: damaged_item", "journey: Damaged item"),
        ("about: your damaged item\n", ""),
        ("  - ask: order_no", "  - aks: order_no"),
        ("type: order_number", "type: ordernumber"),
        ("    as: order\n", "    az: order\n"),
        ("level: 1", "level: one"),
        ("  - end: refunded", "  - refunded"),
        ("        - end: declined\n", "        - end: [declined]\n"),
    ],
)
def test_an_editor_underlines_typical_mistakes_in_a_journey(old: str, new: str) -> None:
    assert old in JOURNEY
    schema = validator(JourneyFile)
    assert schema.is_valid(written(JOURNEY))
    assert not schema.is_valid(written(JOURNEY.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asked: order_no", "asks: order_no"),
        ("waits: 3h", "waits: soon"),
        ("answers: { order_id: A-1042 }", "answers: yes please"),
        ("journey: damaged_item\n", ""),
        ("  ended: refunded", "  ended: { refunded: true }"),
    ],
)
def test_an_editor_underlines_typical_mistakes_in_a_scenario(old: str, new: str) -> None:
    schema = validator(ScenarioFile | ScenariosFile)
    assert schema.is_valid(written(GOOD))
    assert not schema.is_valid(written(GOOD.replace(old, new, 1)))
