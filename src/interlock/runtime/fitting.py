"""Which weights tell the intents of sentences apart, how sharp are they, and from which probability on do they hold?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import log
from typing import Any, Final, NamedTuple

from interlock.dialogue.intents import UNKNOWN_SHARE

MAX_TRAITS: Final = 30_000
"""The most frequent ones; whatever else a text has is unknown."""
_SOFTNESS: Final = 1.0
_PRECISION: Final = 1e-2
"""Where fitting stops: finer takes longer and understands nothing better."""
_FOLDS: Final = 5
_FEW_EXAMPLES: Final = 600
"""Up to here the folds are drawn twice, for a steadier threshold; more examples are steady enough, and slower."""
_MANY_EXAMPLES: Final = 3_000
"""From here on one fold tells enough: fitting is what takes the time."""
_FALSE_START_COST: Final = 1.0
"""A journey that starts although the customer meant something else is this much worse than asking again."""
_THRESHOLDS: Final = tuple(step / 100 for step in range(5, 91))
_SHARPNESSES: Final = tuple(step / 2 for step in range(2, 9))
"""Sharper ones suit sentences that are worded like the examples, and tell strangers worse from others that are not."""
_NONES: Final = tuple(step / 10 for step in range(-10, 6))
_WEAK: Final = 0.05
"""The share of the sentences with an intent whose evidence is called weak."""
_USUAL: Final = 3.0
"""Usual evidence is as many widths above what counts half, and counts 0.95."""
_NARROWEST: Final = 0.3


class Example(NamedTuple):
    """A sentence to learn from.

    Attributes:
        traits: what is looked at, with how much it counts in this text.
        label: 0 for "none of them", otherwise 1 + the intent's place.
        share: how much it weighs, compared with others of its class.
        meaning: its vector, or None where words are all that is looked at.
    """

    text: str
    traits: Mapping[str, float]
    label: int
    share: float
    meaning: Any = None


class Table:
    """Examples as numbers: a row each, a column for each trait that any of them has, in the order of their names."""

    def __init__(self, examples: Sequence[Example]) -> None:
        import numpy
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        self.texts = [example.text for example in examples]
        self.labels = numpy.array([example.label for example in examples])
        self.shares = numpy.array([example.share for example in examples])
        self.traits = sorted({trait for example in examples for trait in example.traits})
        at = {trait: column for column, trait in enumerate(self.traits)}
        columns = [at[trait] for example in examples for trait in example.traits]
        weights = [weight for example in examples for weight in example.traits.values()]
        ends = numpy.cumsum([0, *(len(example.traits) for example in examples)])
        self.weights = csr_matrix((weights, columns, ends), shape=(len(examples), len(self.traits)))
        vectors = [example.meaning for example in examples if example.meaning is not None]
        self.meanings: Any = numpy.array(vectors) if vectors else None


class Fit:
    """A linear support vector machine over the rarity-weighted traits of some rows of a table, each class against all others.

    Attributes:
        known: the columns that it knows, in order.
        rarities: inverse document frequency of each of them.
        coefficients: a row for "none of them" and then for each intent.
        meant: the same for the meanings, without a column where words are all that is looked at.
        taught: the meanings of the rows with an intent.
    """

    def __init__(self, table: Table, rows: Any) -> None:
        import numpy
        from sklearn.svm import LinearSVC

        self._table = table
        size = len(rows)
        frequency = numpy.bincount(table.weights[rows].indices, minlength=len(table.traits))
        common = numpy.argsort(-frequency, kind="stable")[:MAX_TRAITS]
        self.known = numpy.sort(common[frequency[common] > 0])
        self.rarities = numpy.log((1 + size) / (1 + frequency[self.known])) + 1
        self.unknown_rarity = round(UNKNOWN_SHARE * (log(1 + size) + 1), 6)
        machine = LinearSVC(C=_SOFTNESS, class_weight="balanced", tol=_PRECISION, random_state=0)
        machine.fit(self._matrix(rows), table.labels[rows], table.shares[rows])
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(coefficients) == 1:  # two classes share one row of coefficients
            coefficients, intercepts = (
                numpy.vstack([-coefficients, coefficients]),
                numpy.append(-intercepts, intercepts),
            )
        words = len(self.known)
        self.coefficients, self.meant, self.intercepts = coefficients[:, :words], coefficients[:, words:], intercepts
        self.taught = None if table.meanings is None else table.meanings[rows][table.labels[rows] != 0]

    def _matrix(self, rows: Any) -> Any:
        """Rows of length 1, to which what is not known contributes; beside them the meanings, of length 1 too."""
        import numpy
        from scipy.sparse import csr_matrix, diags, hstack

        rarities = numpy.full(len(self._table.traits), self.unknown_rarity)
        rarities[self.known] = self.rarities
        scaled = self._table.weights[rows] @ diags(rarities)
        lengths = numpy.sqrt(scaled.multiply(scaled).sum(axis=1).A1)
        matrix = (diags(1 / numpy.where(lengths > 0, lengths, 1)) @ scaled)[:, self.known]
        meanings = self._table.meanings
        return matrix if meanings is None else hstack([matrix, csr_matrix(meanings[rows])], format="csr")

    def scores(self, rows: Any) -> Any:
        """A row each, a column for "none of them" and then for each intent."""
        import numpy

        return self._matrix(rows) @ numpy.hstack([self.coefficients, self.meant]).T + self.intercepts

    def nearness(self, rows: Any) -> Any:
        """Of each row, the cosine to the nearest meaning that was learned, 0 at least; 1 where only words are looked at."""
        import numpy

        if self.taught is None:
            return numpy.ones(len(rows))
        return (self._table.meanings[rows] @ self.taught.T).max(axis=1).clip(0, 1)


class Calibration(NamedTuple):
    """What makes scores probabilities; see the attributes of `IntentModel` of the same names.

    Attributes:
        none: what the score of "none of them" is raised by.
    """

    sharpness: float
    none: float
    evidence: tuple[float, float]
    threshold: float


def calibrated(table: Table, width: int) -> Calibration:
    """What suits sentences that the model was not fitted on (cross-validation)."""
    import numpy

    size = len(table.texts)
    held_out: list[Any] = []
    near: list[Any] = []
    truth: list[Any] = []
    for turn in range(2 if size <= _FEW_EXAMPLES else 1):
        fold_of = numpy.array(_folds(table, turn))
        for fold in range(_FOLDS if size < _MANY_EXAMPLES else 1):
            outside = numpy.flatnonzero(fold_of == fold)
            fit = Fit(table, numpy.flatnonzero(fold_of != fold))
            held_out.append(fit.scores(outside))
            near.append(fit.nearness(outside))
            truth.append(table.labels[outside])
    scores, real = numpy.vstack(held_out), numpy.concatenate(truth)
    # Every class weighs the same, as it does in the fit.
    share = 1.0 / numpy.bincount(real, minlength=width)[real] / width
    losses = {
        (sharpness, none): -float(share @ numpy.log(_chances(scores, sharpness, none)[numpy.arange(len(real)), real]))
        for sharpness in _SHARPNESSES
        for none in _NONES
    }
    sharpness, none = min(losses, key=lambda pair: (round(losses[pair], 9), pair))
    found = numpy.log(numpy.exp(sharpness * scores[:, 1:]).sum(axis=1))
    evidence = _evidence(found[real != 0], found[real == 0])
    chances = _chances(scores, sharpness, none)[:, 1:]
    strength = 1 / (1 + numpy.exp((evidence[0] - found) / evidence[1]))
    highest = chances.max(axis=1) * strength * numpy.concatenate(near)
    return Calibration(sharpness, none, evidence, _threshold(highest, chances.argmax(axis=1) + 1, real))


def _evidence(meant: Any, strange: Any) -> tuple[float, float]:
    """Half counts what lies between usual strangers and the weakest of those with an intent, or the latter if they meet."""
    import numpy

    usual, least = (float(numpy.quantile(meant, share)) for share in (0.5, _WEAK))
    half = min(least, (least + float(numpy.median(strange))) / 2)
    return round(half, 4), round(max(usual - half, _NARROWEST) / _USUAL, 4)


def _chances(scores: Any, sharpness: float, none: float) -> Any:
    import numpy

    raised = sharpness * scores
    raised[:, 0] += sharpness * none
    odds = numpy.exp(raised - raised.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True) + 1e-9


def _threshold(highest: Any, best: Any, real: Any) -> float:
    """From where on most sentences are understood while the fewest strangers are taken for one."""
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
    return good[len(good) // 2]


def _folds(table: Table, turn: int) -> list[int]:
    """A fold for each example, spread evenly within its class, in an order that depends on the texts alone."""

    def place(at: int) -> tuple[int, bytes]:
        return int(table.labels[at]), hashlib.sha256(f"{turn}{table.texts[at]}".encode()).digest()

    fold_of = [0] * len(table.texts)
    for nth, at in enumerate(sorted(range(len(table.texts)), key=place)):
        fold_of[at] = nth % _FOLDS
    return fold_of
