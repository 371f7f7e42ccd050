"""What is done with texts before they are published: is a model trained only where there is something new to learn?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.connectors import minilm
from interlock.kernel.documents import DefinitionError
from interlock.runtime import definitions
from interlock.runtime.clock import WallClock
from interlock.runtime.definitions import Definitions, build, proved, read_folder
from interlock.runtime.stored_releases import Releases, store
from interlock.store.records import MemoryRecords

DEMO = Path(__file__).parents[2] / "examples" / "demo"
JOURNEY = "journeys/talk_to_human.yaml"


@pytest.fixture
async def running() -> Definitions:
    """The demo in force."""
    return await build(read_folder(DEMO))


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch, running: Definitions) -> list[Mapping[str, Sequence[str]]]:
    """The sets of examples that something was trained from."""
    learned: list[Mapping[str, Sequence[str]]] = []

    async def train(examples: Mapping[str, Sequence[str]], language: str, understanding: str) -> bytes:
        assert language == "en"
        learned.append(examples)
        return running.model

    monkeypatch.setattr(definitions, "model_of", train)
    return learned


def changed(running: Definitions, file: str, old: str, new: str) -> dict[str, str]:
    assert running.files[file].count(old) == 1
    return {**running.files, file: running.files[file].replace(old, new)}


async def test_another_wording_of_a_step_is_another_release_with_the_same_model(
    running: Definitions, learned: list[Mapping[str, Sequence[str]]]
) -> None:
    built = await build(changed(running, JOURNEY, "hand_over: care", "hand_over: returns"), running)
    assert built.release != running.release
    assert built.model == running.model
    assert learned == []


async def test_another_example_is_learned(running: Definitions, learned: list[Mapping[str, Sequence[str]]]) -> None:
    files = changed(running, JOURNEY, "examples:\n", "examples:\n  - is anybody alive there\n")
    await build(files, running)
    assert ["is anybody alive there" in examples["talk_to_human"] for examples in learned] == [True]


async def test_an_example_of_two_journeys_is_refused_before_anything_is_learned(
    running: Definitions, learned: list[Mapping[str, Sequence[str]]]
) -> None:
    files = changed(running, JOURNEY, "examples:\n", "examples:\n  - the kettle arrived broken\n")
    with pytest.raises(DefinitionError, match=r"^journeys/talk_to_human.yaml:5:5: .*is also one of"):
        proved(files)
    assert learned == []


async def test_an_example_in_another_language_is_learned_and_refused_with_its_place_where_it_is_another_journeys(
    running: Definitions, learned: list[Mapping[str, Sequence[str]]]
) -> None:
    first = "  talk_to_human:\n    - "
    await build(changed(running, "texts/de.yaml", first, f"{first}lebt da jemand\n    - "), running)
    assert ["lebt da jemand" in examples["talk_to_human"] for examples in learned] == [True]
    files = changed(running, "texts/de.yaml", first, f"{first}Wo ist meine Bestellung?\n    - ")
    line = files["texts/de.yaml"].splitlines().index("    - Wo ist meine Bestellung?") + 1
    with pytest.raises(DefinitionError, match=rf"^texts/de.yaml:{line}:7: .*is also one of order_status"):
        proved(files)


async def test_a_model_that_another_version_wrote_is_trained_anew_once_and_left_to_that_version(
    running: Definitions, learned: list[Mapping[str, Sequence[str]]]
) -> None:
    records = MemoryRecords(WallClock())
    await store(replace(running, model=b"of another version"), records)
    before = await records.get("release", running.release)
    opened = [await Releases.stored(records, running.release) for _ in range(2)]
    assert [one.model for one in opened] == [running.model] * 2 and len(learned) == 1
    assert (await Releases(records, opened[0]).load(running.release)).model == running.model
    assert await records.get("release", running.release) == before


def test_meanings_without_the_extra_that_reads_them_are_refused_with_the_mend(
    running: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "reader", lambda: None)
    files = {**running.files, "tenant.yaml": running.files["tenant.yaml"] + "\nunderstanding: minilm\n"}
    with pytest.raises(
        DefinitionError, match=r"tenant.yaml:1:1: .* install it on every node, or write understanding: words"
    ):
        proved(files)
