"""Do the benchmarks still measure what they say? Their figures decide no test."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from interlock.cli.bench import (
    dialogue,
    first_word,
    judging,
    ledger_part,
    matching_part,
    offers_part,
    spoken,
    wire_part,
)
from interlock.cli.bench.sentences import composed
from interlock.control import load_bundle
from interlock.journeys.language import AgentStep
from interlock.routing import choose
from interlock.runtime.definitions import check, read_folder
from interlock.simulation.scenarios import Failure


def test_the_judgements_that_are_measured_are_of_five_hundred_rules_over_forty_actions() -> None:
    bundle = load_bundle(judging.definitions(), "bench")
    assert len(bundle.actions) == 40
    assert sum(not rule.id.startswith("default.") for rule in bundle.rules) == 500


def test_measuring_judgements_gives_figures_of_allowances_and_denials() -> None:
    figures = judging.measure(rounds=80)
    assert figures.keys() == {"cedar_p50_us", "judge_ratio", "judge_p50_us", "judge_p99_us", "deny_p50_us"}
    assert all(figure > 0 for figure in figures.values())


async def test_measuring_ledgers_judges_and_reserves_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_part, "CUSTOMERS", 10)
    figures = await ledger_part.ledger_figures(lines_each=2, judgements=3)
    assert 0 < figures["ledger_p50_ms"] <= figures["ledger_p99_ms"]


def test_the_refunds_that_are_timed_over_the_wire_stand_under_the_demonstrations_rules_without_a_yes(
    tmp_path: Path,
) -> None:
    bundle = load_bundle(read_folder(wire_part.definitions(tmp_path)), "bench")
    remedies = {str(rule.remedy) for rule in bundle.policies[wire_part.ACTION].enforced.rules if rule.remedy}
    assert "confirm" not in remedies
    assert {rule.id for rule in bundle.policies[wire_part.ACTION].rules} >= {"refund.daily-limit", "refund.own-order"}


def test_the_sentences_that_understanding_is_timed_on_are_as_many_as_it_says_and_none_of_those_learned() -> None:
    learned, asked = composed("learned", dialogue.LEARNED), composed("measured", dialogue.MEASURED)
    assert learned == composed("learned", dialogue.LEARNED)
    assert learned.keys() == asked.keys() and len(learned) == 77
    assert {len(set(texts)) for texts in learned.values()} == {130}
    taught = {text for texts in learned.values() for text in texts}
    assert not taught & {text for texts in asked.values() for text in texts}


async def test_scenarios_are_counted_only_where_all_of_them_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.simulation.trying.play", lambda *_: [])
    assert await dialogue.scenarios_per_min(1) > 0
    monkeypatch.setattr("interlock.simulation.trying.play", lambda *_: [Failure("x.yaml", 1, "this", "that")])
    with pytest.raises(AssertionError, match="scenarios do not hold"):
        await dialogue.scenarios_per_min(1)


async def test_measuring_understanding_gives_figures_of_the_model_and_of_its_peer() -> None:
    learned, asked = (
        {intent: texts for intent, texts in composed(half, each).items() if intent.endswith("_price")}
        for half, each in (("learned", 12), ("measured", 3))
    )
    result = await dialogue.measured(learned, asked)
    assert result.peer is not None
    assert (
        result.figures.keys() == result.peer.keys() == {"train_s", "understand_p50_ms", "understand_p99_ms", "accuracy"}
    )
    assert all(figure > 0 for figure in (*result.figures.values(), *result.peer.values()))
    assert result.ratio == round(result.figures["accuracy"] / result.peer["accuracy"], 3)


async def test_the_first_words_that_are_timed_come_from_an_agent_step_and_from_a_server_that_thinks(
    tmp_path: Path,
) -> None:
    async with spoken.spoken_server() as server:
        read = check(read_folder(first_word.definitions(tmp_path, server)))
        took = await server.first_word_s(b"{}", asyncio.get_running_loop())
    journey = read.journeys.journeys["business"]
    assert isinstance(journey.steps["0"], AgentStep) and read.models.agents == ("spoken",)
    assert took >= spoken.THINKS_S


def test_measuring_the_index_gives_figures_of_a_calm_floor_and_of_a_crowded_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("AGENTS", 60), ("QUEUES", 5)):
        monkeypatch.setattr(matching_part, name, value)
    index = matching_part.index_figures(assignments=400)
    assert 0 < index["decision_p50_us"] <= index["decision_p99_us"] and index["assignments_per_s"] > 0
    full, scan = matching_part.floor_figures(assignments=200, scanned=50)
    assert full.keys() == scan.keys() and min(*full.values(), *scan.values()) > 0
    crowd = matching_part.crowd_figures(waiting=500, decisions=20)
    assert 0 < crowd["waiting_500k_p50_ms"] <= crowd["waiting_500k_p99_ms"]


def test_the_floor_that_is_measured_is_routed_as_the_plain_rule_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AGENTS", 60), ("QUEUES", 5)):
        monkeypatch.setattr(matching_part, name, value)
    floor, found = matching_part.Floor(), 0
    for _ in range(150):
        floor.now += timedelta(seconds=1)
        floor.matching.saw(floor.comes(floor.now))
        expected = choose(floor.board, floor.specs, floor.now)
        assert floor.matching.pairs(floor.now) == expected
        floor.takes(expected)
        found += len(expected)
        for visit, _ in expected:
            floor.matching.answered(visit)
    assert found > 60, "rings let everybody in after a minute"


async def test_offers_and_acceptances_are_counted_when_they_are_in_the_log() -> None:
    assert (await offers_part.durable_figures(visits=12))["durable_per_s"] > 0
