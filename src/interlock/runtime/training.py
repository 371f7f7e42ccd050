"""How do the examples of the journeys become an intent model, without loading scikit-learn into the server?"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from math import log, sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from interlock.dialogue.intents import UNKNOWN_SHARE, IntentModel
from interlock.dialogue.wording import MAX_CHARACTERS, normalised, weighted_traits

OUT_OF_SCOPE: Final = "out_of_scope"
"""Examples under this name are sentences that none of the journeys means; they are added to the built-in ones."""
MINIMUM_EXAMPLES: Final = 3
MAX_INTENTS: Final = 200
MAX_EXAMPLES: Final = 500
"""An intent."""
MAX_TRAITS: Final = 30_000
TIMEOUT_S: Final = 60.0

_STRENGTH: Final = 20.0
"""Inverse regularisation of the logistic regression; few examples carry long vectors, so it is weak."""
_PRECISION: Final = 1e-3
"""Where fitting stops: ten times finer takes twice as long and understands nothing better."""
_FOLDS: Final = 5
_FEW_EXAMPLES: Final = 600
"""Up to here the folds are drawn twice, for a steadier threshold; more examples are steady enough, and slower."""
_FALSE_START_COST: Final = 1.0
"""A journey that starts although the customer meant something else is this much worse than asking again."""
_MANY_EXAMPLES: Final = 3_000
"""From here on one fold tells enough: fitting is what takes the time."""
_AUTHORS_SHARE: Final = 5.0
"""An author's own sentence for ``out_of_scope`` lies close to a journey and tells more than a built-in one."""
_THRESHOLDS: Final = tuple(step / 100 for step in range(25, 91))
_SHARPNESSES: Final = tuple(step / 10 for step in range(8, 41, 2))
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_BAD_INPUT: Final = 2


class BadExamples(ValueError):
    """The examples cannot be learned from; the message names the intent and says what to write instead."""


class TrainingFailed(RuntimeError):
    """The training process crashed or took longer than TIMEOUT_S; its last words are in the message."""


class _Job(msgspec.Struct, forbid_unknown_fields=True):
    examples: dict[str, list[str]]
    language: str


def checked(examples: Mapping[str, Sequence[str]], language: str) -> dict[str, list[str]]:
    """The examples sorted and without repetitions, so that the same set always trains the same model.

    Raises:
        BadExamples: no intent, too few or too many examples, an empty one, or one that two intents claim.
    """
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
                    f"intent {intent}: an example has {len(example)} characters, the most is {MAX_CHARACTERS}"
                )
            plain = normalised(example, language)
            if not plain:
                raise BadExamples(
                    f"intent {intent}: the example {example!r} has no words; write what a customer would say"
                )
            other, wording = owner.setdefault(plain, (intent, example))
            if other != intent:
                raise BadExamples(
                    f"intent {intent}: the example {example!r} is also one of {other} ({wording!r}); keep it in one"
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


def train(examples: Mapping[str, Sequence[str]], language: str) -> bytes:
    """Train an intent model; loads scikit-learn, so a server calls `train_in_subprocess` instead.

    Args:
        examples: intent → sentences of customers; ``out_of_scope`` may add sentences that mean none of them.
        language: ISO 639-1 code of the examples.

    Returns:
        The bytes of an `IntentModel`; equal examples give equal bytes.

    Raises:
        BadExamples: see `checked`.
    """
    mine = checked(examples, language)
    claimed = [
        set(normalised(text, language).split()) for intent in mine if intent != OUT_OF_SCOPE for text in mine[intent]
    ]
    negatives = [text for text in built_in_out_of_scope() if not _is_claimed(text, claimed, language)]
    authors = mine.pop(OUT_OF_SCOPE, [])
    intents = tuple(mine)
    synonyms = built_in_synonyms()

    def example(text: str, label: int, share: float = 1.0) -> _Example:
        return _Example(text, weighted_traits(text, language, synonyms), label, share)

    learned = [
        *(example(text, 0, _AUTHORS_SHARE) for text in authors),
        *(example(text, 0) for text in negatives if text not in authors),
        *(example(text, at) for at, intent in enumerate(intents, start=1) for text in mine[intent]),
    ]
    sharpness, threshold = _calibrated(learned, len(intents) + 1)
    fitted = _Fit(learned)
    width = len(intents) + 1
    columns = [fitted.coefficients[k] * fitted.rarities for k in range(width)]
    model = IntentModel(
        language=language,
        intents=intents,
        threshold=threshold,
        sharpness=sharpness,
        intercepts=tuple(round(float(value), 6) for value in fitted.intercepts),
        synonyms=synonyms,
        unknown_rarity=fitted.unknown_rarity,
        traits=tuple(fitted.vocabulary),
        rarity=array("f", (round(float(value), 4) for value in fitted.rarities)),
        columns=tuple(array("f", (round(float(value), 4) for value in column)) for column in columns),
    )
    return model.to_bytes()


def _is_claimed(text: str, claimed: list[set[str]], language: str) -> bool:
    """A built-in sentence that an author's example nearly repeats means something in this company after all."""
    words = set(normalised(text, language).split())
    return any(len(words & other) >= 0.75 * len(words | other) for other in claimed)


class _Example(NamedTuple):
    text: str
    traits: Mapping[str, float]
    label: int
    """0 for "none of them", otherwise 1 + the intent's place."""
    share: float
    """How much it weighs, compared with others of its class."""


class _Fit:
    """A logistic regression over the rarity-weighted traits of some examples."""

    def __init__(self, examples: Sequence[_Example]) -> None:
        import numpy
        from sklearn.linear_model import LogisticRegression

        frequency = Counter(trait for example in examples for trait in example.traits)
        common = sorted(frequency, key=lambda trait: (-frequency[trait], trait))[:MAX_TRAITS]
        self.vocabulary = {trait: index for index, trait in enumerate(sorted(common))}
        size = len(examples)
        self.unknown_rarity = round(UNKNOWN_SHARE * (log(1 + size) + 1), 6)
        self.rarities = numpy.array([log((1 + size) / (1 + frequency[trait])) + 1 for trait in self.vocabulary])
        regression = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1_000, tol=_PRECISION)
        regression.fit(self._matrix(examples), [e.label for e in examples], [e.share for e in examples])
        coefficients, intercepts = regression.coef_, regression.intercept_
        if len(coefficients) == 1:  # two classes share one row of coefficients
            coefficients = numpy.vstack([-coefficients[0] / 2, coefficients[0] / 2])
            intercepts = numpy.array([-intercepts[0] / 2, intercepts[0] / 2])
        self.coefficients, self.intercepts = coefficients, intercepts

    def _matrix(self, examples: Sequence[_Example]) -> Any:
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for example in examples:
            row = [(self.vocabulary.get(trait), weight) for trait, weight in example.traits.items()]
            scaled = [(at, weight * (self.unknown_rarity if at is None else self.rarities[at])) for at, weight in row]
            length = sqrt(sum(value * value for _, value in scaled)) or 1.0
            for at, value in scaled:
                if at is not None:
                    columns.append(at)
                    values.append(value / length)
            ends.append(len(values))
        return csr_matrix((values, columns, ends), shape=(len(examples), len(self.vocabulary)))

    def scores(self, examples: Sequence[_Example]) -> Any:
        return self._matrix(examples) @ self.coefficients.T + self.intercepts


def _calibrated(examples: Sequence[_Example], width: int) -> tuple[float, float]:
    """Sharpness and threshold that suit sentences which the model was not fitted on (cross-validation)."""
    import numpy

    held_out: list[Any] = []
    truth: list[int] = []
    for turn in range(2 if len(examples) <= _FEW_EXAMPLES else 1):
        fold_of = _folds(examples, turn)
        for fold in range(_FOLDS if len(examples) < _MANY_EXAMPLES else 1):
            outside = [example for example, f in zip(examples, fold_of, strict=True) if f == fold]
            fit = _Fit([example for example, f in zip(examples, fold_of, strict=True) if f != fold])
            held_out.append(fit.scores(outside))
            truth.extend(example.label for example in outside)
    scores = numpy.vstack(held_out)
    real = numpy.array(truth)
    # Every class weighs the same, as it does in the fit.
    share = 1.0 / numpy.bincount(real, minlength=width)[real] / width
    rows = numpy.arange(len(real))

    def chances(sharpness: float) -> Any:
        raised = numpy.exp((scores - scores.max(axis=1, keepdims=True)) * sharpness)
        return raised / raised.sum(axis=1, keepdims=True)

    losses = [float(-(share * numpy.log(chances(s)[rows, real] + 1e-9)).sum()) for s in _SHARPNESSES]
    sharpness = _SHARPNESSES[losses.index(min(losses))]
    likeliest = chances(sharpness)[:, 1:]
    highest, best = likeliest.max(axis=1), likeliest.argmax(axis=1) + 1
    meant, strange = real != 0, real == 0
    gains = [
        round(
            float(((best == real) & (highest >= t))[meant].mean())
            - _FALSE_START_COST * float((highest >= t)[strange].mean())
            - _FALSE_START_COST * float(((best != real) & (highest >= t))[meant].mean()),
            9,
        )
        for t in _THRESHOLDS
    ]
    good = [t for t, gain in zip(_THRESHOLDS, gains, strict=True) if gain >= max(gains) - 0.01]
    return sharpness, good[len(good) // 2]


def _folds(examples: Sequence[_Example], turn: int) -> list[int]:
    """A fold for each example, spread evenly within its class, in an order that depends on the texts alone."""

    def place(at: int) -> tuple[int, bytes]:
        return examples[at].label, hashlib.sha256(f"{turn}{examples[at].text}".encode()).digest()

    fold_of = [0] * len(examples)
    for nth, at in enumerate(sorted(range(len(examples)), key=place)):
        fold_of[at] = nth % _FOLDS
    return fold_of


async def train_in_subprocess(
    examples: Mapping[str, Sequence[str]], language: str, *, timeout_s: float = TIMEOUT_S
) -> bytes:
    """`train` in a process of its own, so that scikit-learn never enters this one.

    Raises:
        BadExamples: see `checked`.
        TrainingFailed: the process crashed or ran out of time.
    """
    checked(examples, language)
    job = msgspec.json.encode(_Job({name: list(texts) for name, texts in examples.items()}, language))
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
    """Read ``{"examples": {intent: [sentence]}, "language": code}`` on stdin, write the model's bytes on stdout."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # faster for matrices as small as these, and sums keep their order
    try:
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=_Job)
        model = train(job.examples, job.language)
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
