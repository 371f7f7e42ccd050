"""Is a model trained once on a machine, and anew whenever it would come out differently?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interlock.runtime import kept_models
from interlock.runtime.kept_models import KEPT, model_of
from interlock.runtime.training import BadExamples

KETTLES = {"kettle": ["the kettle broke", "a broken kettle", "my kettle is in pieces"]}


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The languages that something was trained in, on a machine that has no models yet."""
    languages: list[str] = []

    async def train(examples: Mapping[str, Sequence[str]], language: str, understanding: str) -> bytes:
        languages.append(language)
        await asyncio.sleep(0.01)
        return f"{sorted(examples)} {language} {understanding}".encode()

    monkeypatch.setattr(kept_models, "train_in_subprocess", train)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return languages


def files(folder: Path) -> list[Path]:
    return [file for file in (folder / "interlock" / "models").iterdir() if not file.suffix]


async def test_the_same_examples_are_trained_once_in_whatever_order_they_stand(trained: list[str]) -> None:
    turned = {"kettle": KETTLES["kettle"][::-1]}
    assert await model_of(KETTLES, "en", "words") == await model_of(turned, "en", "words")
    assert trained == ["en"]


async def test_other_examples_or_another_language_are_another_model(trained: list[str]) -> None:
    await model_of(KETTLES, "en", "words")
    await model_of(KETTLES, "de", "words")
    await model_of({"kettle": [*KETTLES["kettle"], "kettle gone"]}, "en", "words")
    assert trained == ["en", "de", "en"]


async def test_two_who_ask_at_once_wait_for_one_training(trained: list[str]) -> None:
    both = await asyncio.gather(*(model_of(KETTLES, "en", "words") for _ in range(2)))
    assert both[0] == both[1]
    assert trained == ["en"]


async def test_another_way_of_training_is_another_model(trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    await model_of(KETTLES, "en", "words")
    monkeypatch.setattr(kept_models, "trainer", lambda: "another")
    await model_of(KETTLES, "en", "words")
    assert trained == ["en", "en"]


async def test_a_damaged_file_is_trained_anew(trained: list[str], tmp_path: Path) -> None:
    model = await model_of(KETTLES, "en", "words")
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-1])
    assert await model_of(KETTLES, "en", "words") == model
    assert await model_of(KETTLES, "en", "words") == model
    assert trained == ["en", "en"]


async def test_the_longest_unused_goes_first(trained: list[str], tmp_path: Path) -> None:
    await model_of(KETTLES, "en", "words")
    (first,) = files(tmp_path)
    for number in range(KEPT):
        old = first.with_name(f"{number:03}")
        old.write_bytes(b"old")
        os.utime(old, (number, number))
    await model_of(KETTLES, "de", "words")
    names = {file.name for file in files(tmp_path)}
    assert len(names) == KEPT
    assert first.name in names and "000" not in names and "001" not in names


async def test_where_nothing_can_be_kept_it_is_trained_each_time(
    trained: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    await model_of(KETTLES, "en", "words")
    await model_of(KETTLES, "en", "words")
    assert trained == ["en", "en"]


async def test_those_who_wait_for_a_training_take_no_thread_from_it(trained: list[str]) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with asyncio.timeout(10):
        await asyncio.gather(*(model_of(KETTLES, "en", "words") for _ in range(4)))
    assert trained == ["en"]


async def test_where_nothing_can_be_locked_it_is_trained_all_the_same(trained: list[str], tmp_path: Path) -> None:
    await model_of(KETTLES, "en", "words")
    (file,) = files(tmp_path)
    file.unlink()
    file.with_suffix(".lock").unlink()
    file.with_suffix(".lock").mkdir()
    await model_of(KETTLES, "en", "words")
    assert trained == ["en", "en"]


async def test_bad_examples_are_refused_before_anything_is_looked_for(trained: list[str]) -> None:
    with pytest.raises(BadExamples, match="at least 3"):
        await model_of({"kettle": ["the kettle broke"]}, "en", "words")
    assert trained == []
