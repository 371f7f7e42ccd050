"""How do the examples of the journeys become an intent model, without loading scikit-learn into the server?"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec

from interlock.connectors import minilm
from interlock.dialogue.intents import IntentModel
from interlock.dialogue.meanings import Meanings, Read
from interlock.dialogue.wording import MAX_CHARACTERS, normalised, weighted_traits
from interlock.runtime.fitting import Example, Fit, Table, calibrated
from interlock.vocabulary.settings import Understanding

OUT_OF_SCOPE: Final = "out_of_scope"
"""Examples under this name are sentences that none of the journeys means; they are added to the built-in ones."""
MINIMUM_EXAMPLES: Final = 3
MAX_INTENTS: Final = 200
MAX_EXAMPLES: Final = 500
"""An intent."""
NEARLY: Final = 0.75
"""Two sentences nearly repeat each other if they share this much of all their words."""
UNPACKED_MODELS: Final = 8
"""Models that a process keeps unpacked besides those in use; each takes about a megabyte."""
TIMEOUT_S: Final = 60.0
READING_TIMEOUT_S: Final = 900.0
"""Where meanings are read: some hundredths of a second a sentence."""
_AUTHORS_SHARE: Final = 5.0
"""An author's own sentence for ``out_of_scope`` lies close to a journey and tells more than a built-in one."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_BAD_INPUT: Final = 2


class BadExamples(ValueError):
    """The examples cannot be learned from; the message names the intent and says what to write instead.

    Attributes:
        place: the intent and its example that this is about; empty where it is about none alone.
    """

    def __init__(self, what: str, *place: str) -> None:
        super().__init__(what)
        self.place = place


class NothingReads(BadExamples):
    """Meanings are to be looked at, and nothing here reads them."""

    def __init__(self) -> None:
        super().__init__(
            "understanding: minilm needs the extra interlock[minilm], which is not installed here; "
            "install it on every node, or write understanding: words"
        )


class TrainingFailed(RuntimeError):
    """The training process crashed or took longer than TIMEOUT_S; its last words are in the message."""


class _Job(msgspec.Struct, forbid_unknown_fields=True):
    examples: dict[str, list[str]]
    language: str
    understanding: Understanding = "words"


def checked(
    examples: Mapping[str, Sequence[str]], language: str, understanding: Understanding = "words"
) -> dict[str, list[str]]:
    """The examples sorted and without repetitions, so that the same set always trains the same model.

    Raises:
        BadExamples: no intent, too few or too many examples, an empty one, or one that two intents claim.
        NothingReads: without the extra.
    """
    if understanding != "words" and minilm.reader() is None:
        raise NothingReads
    if not any(intent != OUT_OF_SCOPE for intent in examples):
        raise BadExamples("there is no intent to learn; give at least one journey examples")
    if len(examples) > MAX_INTENTS:
        raise BadExamples(f"{len(examples)} intents; at most {MAX_INTENTS} can be told apart by one model")
    owner: dict[str, tuple[str, str]] = {}
    result: dict[str, list[str]] = {}
    for intent in sorted(examples):
        if not _NAME.fullmatch(intent):
            raise BadExamples(
                f"intent {intent[:80]!r}: a name has small letters, digits and _ and begins with a letter"
            )
        kept: dict[str, str] = {}
        for example in sorted(examples[intent]):
            if len(example) > MAX_CHARACTERS:
                raise BadExamples(
                    f"intent {intent}: an example has {len(example)} characters, the most is {MAX_CHARACTERS}",
                    intent,
                    example,
                )
            plain = normalised(example, language)
            if not plain:
                raise BadExamples(
                    f"intent {intent}: the example {example!r} has no words; write what a customer would say",
                    intent,
                    example,
                )
            other, wording = owner.setdefault(plain, (intent, example))
            if other != intent:
                raise BadExamples(
                    f"intent {intent}: the example {example!r} is also one of {other} ({wording!r}); keep it in one",
                    intent,
                    example,
                )
            kept.setdefault(plain, example)
        if intent != OUT_OF_SCOPE and len(kept) < MINIMUM_EXAMPLES:
            raise BadExamples(
                f"intent {intent}: {len(kept)} different example(s), at least {MINIMUM_EXAMPLES} (best 12 to 25)"
            )
        if len(kept) > MAX_EXAMPLES:
            raise BadExamples(f"intent {intent}: {len(kept)} examples, the most is {MAX_EXAMPLES}")
        result[intent] = list(kept.values())
    return result


def built_in_out_of_scope() -> list[str]:
    """The sentences shipped with Interlock that no journey means."""
    return _data_lines("out_of_scope.txt")


def built_in_synonyms() -> dict[str, str]:
    """Word → group of words that mean the same to a contact centre."""
    return {word: name for name, _, words in (line.partition(":") for line in _data_lines("synonyms.txt"))
            for word in words.split()}  # fmt: skip


def _data_lines(name: str) -> list[str]:
    text = (files("interlock.dialogue") / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def train(examples: Mapping[str, Sequence[str]], language: str, understanding: Understanding = "words") -> bytes:
    """Train an intent model; loads scikit-learn, so a server calls `train_in_subprocess` instead.

    Args:
        examples: intent → sentences of customers; ``out_of_scope`` may add sentences that mean none of them.
        language: ISO 639-1 code of the examples.
        understanding: whether the meanings of sentences are looked at as well as their words.

    Returns:
        The bytes of an `IntentModel`; equal examples give equal bytes.

    Raises:
        BadExamples: see `checked`.
    """
    mine = checked(examples, language, understanding)
    negatives = _unclaimed(
        built_in_out_of_scope(), [text for intent in mine if intent != OUT_OF_SCOPE for text in mine[intent]], language
    )
    authors = mine.pop(OUT_OF_SCOPE, [])
    intents = tuple(mine)
    synonyms = built_in_synonyms()

    name, read = _reader(understanding)

    def example(text: str, label: int, share: float = 1.0) -> Example:
        traits = weighted_traits(text, language, synonyms)
        return Example(text, traits, label, share, None if read is None else read(text))

    table = Table(
        [
            *(example(text, 0, _AUTHORS_SHARE) for text in authors),
            *(example(text, 0) for text in negatives if text not in authors),
            *(example(text, at) for at, intent in enumerate(intents, start=1) for text in mine[intent]),
        ]
    )
    calibration = calibrated(table, len(intents) + 1)
    fitted = Fit(table, range(len(table.texts)))
    fitted.intercepts[0] += calibration.none
    model = IntentModel(
        language=language,
        intents=intents,
        threshold=calibration.threshold,
        sharpness=calibration.sharpness,
        evidence=calibration.evidence,
        intercepts=tuple(round(float(value), 6) for value in fitted.intercepts),
        synonyms=synonyms,
        unknown_rarity=fitted.unknown_rarity,
        traits=tuple(table.traits[column] for column in fitted.known),
        rarity=_rounded(fitted.rarities),
        columns=tuple(_rounded(row * fitted.rarities) for row in fitted.coefficients),
        meanings=None if read is None else Meanings(name, read, fitted.meant.round(4), fitted.taught),
    )
    return model.to_bytes()


def _reader(understanding: Understanding) -> tuple[str, Read | None]:
    if understanding == "words":
        return "", None
    name = minilm.reader()
    assert name is not None
    return name, minilm.opened()


def loaded(model: bytes) -> IntentModel:
    """A model from its bytes, with what reads meanings here if it needs that. Raises UnusableModel.

    Nobody changes a model: the same bytes, which most releases share, are unpacked once.
    """
    return _unpacked(model, minilm.reader())


@lru_cache(UNPACKED_MODELS)
def _unpacked(model: bytes, reader: str | None) -> IntentModel:
    return IntentModel.from_bytes(model, reader, minilm.opened)


def _rounded(values: Any) -> array[float]:
    return array("f", values.round(4).tolist())


def _unclaimed(sentences: Sequence[str], examples: Sequence[str], language: str) -> list[str]:
    """A built-in sentence that an author's example nearly repeats means something in this company after all."""
    sizes: list[int] = []
    having: dict[str, list[int]] = {}
    for at, example in enumerate(examples):
        words = set(normalised(example, language).split())
        sizes.append(len(words))
        for word in words:
            having.setdefault(word, []).append(at)
    kept: list[str] = []
    for sentence in sentences:
        words = set(normalised(sentence, language).split())
        shared = Counter(at for word in words for at in having.get(word, ()))
        if not any(both >= NEARLY * (len(words) + sizes[at] - both) for at, both in shared.items()):
            kept.append(sentence)
    return kept


async def train_in_subprocess(
    examples: Mapping[str, Sequence[str]],
    language: str,
    understanding: Understanding = "words",
    *,
    timeout_s: float | None = None,
) -> bytes:
    """`train` in a process of its own, so that scikit-learn never enters this one.

    Args:
        timeout_s: TIMEOUT_S if None, and READING_TIMEOUT_S where meanings are read.

    Raises:
        BadExamples: see `checked`.
        TrainingFailed: the process crashed or ran out of time.
    """
    timeout_s = timeout_s or (TIMEOUT_S if understanding == "words" else READING_TIMEOUT_S)
    checked(examples, language, understanding)
    job = msgspec.json.encode(_Job({name: list(texts) for name, texts in examples.items()}, language, understanding))
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH")) if part)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "interlock.runtime.training",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(job), timeout_s)
    except TimeoutError:
        raise TrainingFailed(
            f"training took longer than {timeout_s:g} s; give fewer examples or a faster machine"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    words = err.decode("utf-8", "replace").strip()
    if process.returncode == _BAD_INPUT:
        raise BadExamples(words)
    if process.returncode != 0:
        raise TrainingFailed(f"the training process ended with {process.returncode}: {words[-800:]}")
    return out


def main() -> int:
    """Read a job on stdin, ``{"examples": {intent: [sentence]}, "language": code}``, and write the model's bytes on stdout."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # faster for matrices as small as these, and sums keep their order
    try:
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=_Job)
        model = train(job.examples, job.language, job.understanding)
    except msgspec.MsgspecError as error:
        sys.stderr.write(f"standard input is not the JSON that training reads: {error}\n")
        return _BAD_INPUT
    except BadExamples as error:
        sys.stderr.write(f"{error}\n")
        return _BAD_INPUT
    sys.stdout.buffer.write(model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
