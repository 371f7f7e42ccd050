"""How fast is the built-in model trained and asked, how well does it understand, and how does a plain classifier do?

Both learn the same 77 intents of 130 composed sentences each, and are measured on the same others. Besides: how many scenarios
of the demonstration one processor plays in a minute, how much later than its own server's a model's first word is seen, and how
long a desk waits for what is suggested to its agent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from interlock.cli.bench.assisted import suggestion_figures
from interlock.cli.bench.first_word import first_word_figures
from interlock.cli.bench.result import Result, machine, percentile
from interlock.cli.bench.sentences import composed
from interlock.cli.demonstration import REPOSITORY
from interlock.dialogue.intents import IntentModel
from interlock.runtime.definitions import build, read_folder
from interlock.runtime.knowledge_files import of_tenant
from interlock.runtime.training import train_in_subprocess
from interlock.simulation.trying import played, scenarios_of

LEARNED: Final = 130
"""An intent; with 77 intents as many as the public set Banking77 has at most."""
MEASURED: Final = 30
TRAIN_WITHIN_S: Final = 600.0
ROUNDS: Final = 3

Examples = dict[str, list[str]]


async def run() -> Result:
    """Train and ask both, one after another; play the demonstration's scenarios; wait for first words and suggestions."""
    found = await measured(composed("learned", LEARNED), composed("measured", MEASURED))
    played_per_min = {"journey_tests_per_min": await scenarios_per_min(ROUNDS)}
    more = await first_word_figures() | await suggestion_figures()
    return msgspec.structs.replace(found, figures=found.figures | played_per_min | more)


async def scenarios_per_min(rounds: int) -> float:
    """Scenarios of the demonstration that one processor plays in a minute. Raises AssertionError where one does not hold."""
    folder = REPOSITORY / "examples" / "demo"
    files = read_folder(folder)
    definitions = await build(files, articles=of_tenant(folder))
    outcome = await played(scenarios_of(files) * rounds, definitions)
    if outcome.failed:
        raise AssertionError(f"{outcome.failed} scenarios do not hold")
    return round(outcome.per_min, 1)


async def measured(learned: Examples, asked: Examples) -> Result:
    """Figures of the model and of its peer; the ratio is that of their accuracies, so more is better."""
    ours, peer = await _built_in(learned, asked), await asyncio.to_thread(_peer, learned, asked)
    return Result(
        name="dialogue",
        figures=ours,
        peer=peer,
        ratio=round(ours["accuracy"] / peer["accuracy"], 3),
        machine=machine(),
    )


async def _built_in(learned: Examples, asked: Examples) -> dict[str, float]:
    """``train_s``: from the examples to a model that can be asked, the process that trains and calibration included."""
    began = time.perf_counter()
    model = IntentModel.from_bytes(await train_in_subprocess(learned, "en", timeout_s=TRAIN_WITHIN_S))
    model.understand("hello")  # what is built at the first question belongs to neither figure's sentences
    train_s = time.perf_counter() - began
    took = _timed(model.understand, asked)[1]
    likeliest, _ = _timed(lambda text: model.rank(text)[0][0], asked)
    return {
        "train_s": round(train_s, 2),
        "understand_p50_ms": round(percentile(took, 0.5), 3),
        "understand_p99_ms": round(percentile(took, 0.99), 3),
        "accuracy": _accuracy(likeliest, asked),
    }


def _peer(learned: Examples, asked: Examples) -> dict[str, float]:
    """scikit-learn as its users put it together: TF-IDF of words, pairs and pieces, and a linear SVC that rejects nothing."""
    began = time.perf_counter()
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    traits = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    classifier = make_pipeline(traits, LinearSVC(random_state=0))
    pairs = [(text, intent) for intent, texts in learned.items() for text in texts]
    classifier.fit([text for text, _ in pairs], [intent for _, intent in pairs])
    train_s = time.perf_counter() - began
    guesses, took = _timed(lambda text: str(classifier.predict([text])[0]), asked)
    return {
        "train_s": round(train_s, 2),
        "understand_p50_ms": round(percentile(took, 0.5), 3),
        "understand_p99_ms": round(percentile(took, 0.99), 3),
        "accuracy": _accuracy(guesses, asked),
    }


def _timed(ask: Callable[[str], Any], asked: Examples) -> tuple[list[Any], list[float]]:
    """What was answered to each sentence, and in how many milliseconds."""
    answers: list[Any] = []
    took: list[float] = []
    for text in (text for texts in asked.values() for text in texts):
        began = time.perf_counter()
        answers.append(ask(text))
        took.append((time.perf_counter() - began) * 1000)
    return answers, took


def _accuracy(guesses: Sequence[str], asked: Examples) -> float:
    truths = [intent for intent, texts in asked.items() for _ in texts]
    return round(sum(map(str.__eq__, guesses, truths)) / len(truths), 4)
