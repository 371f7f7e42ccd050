"""How well does an intent model understand sentences that it was not trained on?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

KEPT: Final = 0.95
"""The share of sentences with an intent that is not to be rejected, where sentences without one are to be."""


class Guess(NamedTuple):
    """What a model made of one sentence.

    Attributes:
        truth: its intent; empty where it has none of the model's.
        intent: the likeliest intent.
        score: the probability of that, 0 to 1.
        accepted: whether the model as it was trained would take it for that intent.
    """

    truth: str
    intent: str
    score: float
    accepted: bool


class Confusion(NamedTuple):
    """A mistake that happens ``times``: an empty ``truth`` or ``taken_for`` stands for none of the intents."""

    truth: str
    taken_for: str
    times: int


class Measured(NamedTuple):
    """Figures of a model, each a share from 0 to 1.

    They hold at the threshold at which KEPT of the sentences with an intent are kept; where all sentences have one,
    nothing is rejected. What the model itself decides with the threshold that it learned is told apart (``own_…``).

    Attributes:
        accuracy: sentences that are understood rightly: their intent, or none where they have none.
        in_scope_accuracy: of the sentences with an intent, those that are given it (a rejected one is a mistake).
        oos_recall: of the sentences without, those that are rejected; None where there are none. ``oos_auroc``: how likely
            a sentence with an intent scores higher than one without (Mann-Whitney; half for a tie).
        confusions: the mistakes, the most frequent first.
    """

    accuracy: float
    in_scope_accuracy: float
    oos_recall: float | None
    oos_auroc: float | None
    own_accuracy: float
    own_in_scope_accuracy: float
    own_oos_recall: float | None
    confusions: tuple[Confusion, ...]


def measure(guesses: Sequence[Guess]) -> Measured:
    """The figures of a model's guesses. Raises ValueError where no sentence has an intent."""
    meant = [guess for guess in guesses if guess.truth]
    strange = [guess for guess in guesses if not guess.truth]
    if not meant:
        raise ValueError("there is no sentence with an intent")
    threshold = _keeping(sorted(guess.score for guess in meant)) if strange else 0.0
    taken = [guess.intent if guess.score >= threshold else "" for guess in guesses]
    own = [guess.intent if guess.accepted else "" for guess in guesses]
    mistakes = Counter((guess.truth, made) for guess, made in zip(guesses, taken, strict=True) if guess.truth != made)
    confusions = sorted(
        (Confusion(*pair, times) for pair, times in mistakes.items()), key=lambda one: (-one.times, one)
    )
    accuracy, in_scope, recall = _figures(guesses, taken)
    own_accuracy, own_in_scope, own_recall = _figures(guesses, own)
    return Measured(
        accuracy=accuracy,
        in_scope_accuracy=in_scope,
        oos_recall=recall,
        oos_auroc=_auroc([each.score for each in meant], [each.score for each in strange]),
        own_accuracy=own_accuracy,
        own_in_scope_accuracy=own_in_scope,
        own_oos_recall=own_recall,
        confusions=tuple(confusions),
    )


def _figures(guesses: Sequence[Guess], taken: Sequence[str]) -> tuple[float, float, float | None]:
    right = [guess.truth == made for guess, made in zip(guesses, taken, strict=True)]
    meant = [hit for guess, hit in zip(guesses, right, strict=True) if guess.truth]
    strange = [hit for guess, hit in zip(guesses, right, strict=True) if not guess.truth]
    return sum(right) / len(right), sum(meant) / len(meant), sum(strange) / len(strange) if strange else None


def _keeping(scores: Sequence[float]) -> float:
    """The highest threshold that at least KEPT of some sorted scores reach."""
    return scores[int(len(scores) * (1 - KEPT) + 1e-9)]


def _auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    if not lower:
        return None
    ordered = sorted(lower)
    wins = sum(bisect_left(ordered, score) + bisect_right(ordered, score) for score in higher)
    return wins / 2 / len(higher) / len(lower)
