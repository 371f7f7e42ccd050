"""How well does the intent model understand sentences that nobody gave it as examples?"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from interlock.dialogue.intents import Ambiguous, IntentModel, Recognised, UnusableModel
from interlock.dialogue.spelling import Spelling
from interlock.runtime.training import (
    BadExamples,
    TrainingFailed,
    built_in_out_of_scope,
    checked,
    train,
    train_in_subprocess,
)

DATA: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("intents.yaml"))
UNSEEN: list[tuple[str, str]] = [(intent, text) for intent, texts in DATA["unseen"].items() for text in texts]


@pytest.fixture(scope="module")
def trained() -> bytes:
    return asyncio.run(train_in_subprocess(DATA["examples"], "en"))


@pytest.fixture(scope="module")
def model(trained: bytes) -> IntentModel:
    return IntentModel.from_bytes(trained)


def _right(model: IntentModel, intent: str, text: str) -> bool:
    understood = model.understand(text)
    return isinstance(understood, Recognised) and understood.intent == intent


def _share_accepted(model: IntentModel, texts: list[str]) -> float:
    return sum(model.understand(text) is not None for text in texts) / len(texts)


def test_the_evaluation_shares_no_sentence_with_what_the_model_learns_from() -> None:
    learned = {text.casefold() for texts in DATA["examples"].values() for text in texts}
    learned |= {text.casefold() for text in built_in_out_of_scope()}
    tested = {text.casefold() for _, text in UNSEEN} | {t.casefold() for t in DATA["out_of_scope"] + DATA["near_scope"]}
    assert not learned & tested
    assert all(len(texts) >= 25 for texts in DATA["unseen"].values())
    assert len(DATA["out_of_scope"]) >= 40


# Measured when written: 90 % right, 1 % wrong, 7 % rejected, 1 % asked back; 0 % and 20 % of the strangers accepted.


def test_most_unseen_paraphrases_are_understood(model: IntentModel) -> None:
    right = sum(_right(model, intent, text) for intent, text in UNSEEN)
    assert right / len(UNSEEN) >= 0.80


def test_hardly_any_unseen_paraphrase_starts_the_wrong_journey(model: IntentModel) -> None:
    understood = [(intent, model.understand(text)) for intent, text in UNSEEN]
    wrong = [1 for intent, it in understood if isinstance(it, Recognised) and it.intent != intent]
    assert len(wrong) / len(UNSEEN) <= 0.05


def test_every_intent_is_understood_by_itself(model: IntentModel) -> None:
    for intent, texts in DATA["unseen"].items():
        assert sum(_right(model, intent, text) for text in texts) / len(texts) >= 0.70, intent


def test_sentences_about_anything_else_are_rejected(model: IntentModel) -> None:
    assert _share_accepted(model, DATA["out_of_scope"]) <= 0.07


def test_most_requests_that_no_journey_covers_are_rejected(model: IntentModel) -> None:
    assert _share_accepted(model, DATA["near_scope"]) <= 0.30


def test_a_slip_of_the_finger_seldom_costs_the_meaning(model: IntentModel) -> None:
    chance = random.Random(7)

    def slipped(text: str) -> str:
        words = text.split()
        at = max(range(len(words)), key=lambda i: len(words[i]))
        word = words[at]
        if len(word) > 3:
            place = chance.randrange(1, len(word) - 2)
            words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return " ".join(words)

    right = sum(_right(model, intent, slipped(text)) for intent, text in UNSEEN)
    assert right / len(UNSEEN) >= 0.70


def test_a_known_word_is_never_taken_for_a_slip_of_another() -> None:
    spelling = Spelling(["have", "havea", "kettle"])
    assert [spelling.nearest(word) for word in ("have", "havea", "ketle", "hav")] == [None, None, "kettle", None]


@pytest.mark.parametrize(
    "text",
    [
        "WHERE IS MY ORDER???",
        "where is my órder",
        "Where's my order!",
        "...where   is my order...",
        "whére is mÿ order",
    ],
)
def test_case_accents_and_punctuation_do_not_matter(model: IntentModel, text: str) -> None:
    assert model.rank(text) == model.rank("where is my order")


def test_numbers_and_addresses_are_not_what_is_understood(model: IntentModel) -> None:
    assert model.rank("check order A-1042 please") == model.rank("check order 77 please")
    assert model.rank("where is my order eva@example.com") == model.rank("where is my order")


@pytest.mark.parametrize("text", ["", "   ", "!!!", "你好", "привет", "\x00", "xkcd qwzz vvvv"])
def test_a_text_without_known_words_is_rejected(model: IntentModel, text: str) -> None:
    assert model.understand(text) is None
    assert {intent for intent, _ in model.rank(text)} == set(DATA["examples"])


def test_two_wishes_at_once_are_asked_back(model: IntentModel) -> None:
    text = "where is my order and can I speak to a human"
    understood = model.understand(text)
    assert isinstance(understood, Ambiguous)
    assert {understood.first.intent, understood.second.intent} == {"order_status", "talk_to_human"}
    assert understood.first.probability >= understood.second.probability


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=3_000))
def test_no_text_breaks_the_model_and_probabilities_stay_probabilities(model: IntentModel, text: str) -> None:
    ranked = model.rank(text)
    assert all(0 <= probability <= 1 for _, probability in ranked)
    assert sum(probability for _, probability in ranked) <= 1 + 1e-9
    assert ranked == sorted(ranked, key=lambda pair: -pair[1])


def test_a_huge_text_is_judged_by_its_beginning(model: IntentModel) -> None:
    start = ("where is my order " * 60)[:1_000]
    assert model.rank(start + " agent" * 100_000) == model.rank(start)


def test_a_model_survives_its_bytes(trained: bytes, model: IntentModel) -> None:
    assert model.to_bytes() == trained


def test_damaged_bytes_are_refused_with_the_mend(trained: bytes) -> None:
    other = msgspec.msgpack.decode(trained) | {"format": 99}
    short = msgspec.msgpack.decode(trained) | {"rarity": b"\0\0\0\0"}
    for raw in (b"", b"nonsense", trained[:-5], msgspec.msgpack.encode(other), msgspec.msgpack.encode(short)):
        with pytest.raises(UnusableModel, match="train it again"):
            IntentModel.from_bytes(raw)


def test_the_same_examples_in_any_order_train_the_same_bytes(trained: bytes) -> None:
    shuffled = {intent: list(reversed(texts)) for intent, texts in reversed(DATA["examples"].items())}
    assert train(shuffled, "en") == trained


def test_one_intent_alone_can_be_told_from_everything_else() -> None:
    only = {"order_status": DATA["examples"]["order_status"]}
    model = IntentModel.from_bytes(train(only, "en"))
    assert _right(model, "order_status", "could you tell me when my parcel arrives")
    assert model.understand("what's the weather like today") is None


def test_an_authors_own_out_of_scope_sentences_and_german_are_learned() -> None:
    examples = {
        "bestellstatus": ["wo ist meine Bestellung", "wann kommt mein Paket", "mein Päckchen ist noch nicht da",
                          "ist meine Bestellung schon unterwegs", "wo bleibt die Lieferung"],
        "out_of_scope": ["wo ist eure Filiale in München", "wo ist der nächste Laden", "habt ihr eine Filiale"],
    }  # fmt: skip
    model = IntentModel.from_bytes(train(examples, "de"))
    assert model.intents == ("bestellstatus",)
    assert _right(model, "bestellstatus", "wo ist mein paeckchen")
    assert model.rank("Päckchen") == model.rank("paeckchen")
    assert model.understand("wo ist die Filiale in Köln") is None


@pytest.mark.parametrize(
    ("examples", "complaint"),
    [
        ({}, "no intent"),
        ({"out_of_scope": ["a", "b", "c"]}, "no intent"),
        ({"thin": ["one thing", "another thing"]}, r"intent thin: 2 different"),
        ({"thin": ["One thing!", "one thing", "another thing"]}, r"intent thin: 2 different"),
        (
            {"left": ["a b", "c d", "where is it"], "right": ["Where is it?", "e f", "g h"]},
            r"right.*'Where is it\?'.*left",
        ),
        ({"blank": ["a", "b", " ?! "]}, "intent blank: .* no words"),
        ({"long": ["a", "b", "word " * 400]}, "intent long: .* 2000 characters"),
        ({"Bad Name": ["a", "b", "c"]}, "'Bad Name'"),
        ({"many": [f"word{chr(97 + i % 26)}{chr(97 + i // 26)} x" for i in range(501)]}, "intent many: 501 examples"),
    ],
)
def test_bad_examples_are_refused_with_the_intents_name(examples: dict[str, list[str]], complaint: str) -> None:
    with pytest.raises(BadExamples, match=complaint):
        checked(examples, "en")


async def test_training_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TrainingFailed, match="took longer"):
        await train_in_subprocess(DATA["examples"], "en", timeout_s=0.01)


def test_the_training_process_names_what_is_wrong_with_its_input() -> None:
    for sent, complaint in ((b"{", "JSON"), (b'{"examples":{"x":["a"]},"language":"en"}', "intent x: 1 different")):
        run = subprocess.run(
            [sys.executable, "-m", "interlock.runtime.training"],
            input=sent, capture_output=True, env={"PYTHONPATH": "src"}, cwd=Path(__file__).parents[2], check=False,
        )  # fmt: skip
        assert run.returncode == 2
        assert complaint in run.stderr.decode()
        assert run.stdout == b""


def test_the_server_side_of_training_loads_no_numerical_library() -> None:
    code = (
        "import sys, interlock.runtime.training, interlock.dialogue.intents;"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'numpy', 'scipy')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": "src"}, cwd=Path(__file__).parents[2], check=False
    )
    assert run.returncode == 0
