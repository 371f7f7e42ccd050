"""Does a customer's message sound displeased, matter-of-fact or pleased?

Multinomial naive Bayes over which traits occur in a sentence (Manning, Raghavan and Schütze, Introduction to Information
Retrieval, 2008, chapter 13): words, pairs of neighbours and pieces of words. What stands behind a negation is a trait of its
own, up to the end of the clause (Pang, Lee and Vaithyanathan, EMNLP 2002).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import exp, log, sqrt
from typing import Final, NamedTuple

from interlock.dialogue.reading import plain, without_accents, word_set

LANGUAGES: Final = ("en", "de")
"""The languages of the sentences that it learns from; of others it says nothing."""

CLASSES: Final = ("negative", "neutral", "positive")

NOTICEABLE: Final = 0.2
"""A sentiment nearer to 0 than this is called neutral."""

MAX_WORD_CHARACTERS: Final = 24
"""Of a longer word only the beginning is looked at."""

SMOOTHING: Final = 0.3
"""Sentences that each trait is taken to have been seen in beside those that it was seen in."""

SHARPNESS: Final = 0.7
"""Factor on the evidence, divided by the square root of its number of traits; makes probabilities honest in cross-validation."""

REACH: Final = 4
"""Words that a negation reaches."""

PIECE: Final = 4
"""Characters of a piece of a word."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[!?.,;]")
_ENDS: Final = word_set(". , ; ! ? but aber")
_NEGATIONS: Final = word_set(
    "not no never nobody nothing neither nor without don't doesn't didn't isn't wasn't aren't can't won't wouldn't couldn't"
    " haven't hasn't nicht kein keine keinen keiner keinem nie niemals niemand niemandem nichts weder ohne"
)


class Sentiment(NamedTuple):
    """What was learned: for each trait, the logarithm of how likely it is in a sentence of each of the CLASSES."""

    weights: Mapping[str, tuple[float, ...]]

    def of(self, text: str) -> float | None:
        """How a text in one of the LANGUAGES sounds, from -1 to 1; None where none of its words was ever seen."""
        traits = [each for each in dict.fromkeys(_traits(text)) if each in self.weights]
        if not any(each.startswith("w ") for each in traits):
            return None
        factor = SHARPNESS / sqrt(len(traits))
        evidence = [factor * sum(each) for each in zip(*(self.weights[trait] for trait in traits), strict=True)]
        negative, neutral, positive = (exp(each - max(evidence)) for each in evidence)
        return round((positive - negative) / (negative + neutral + positive), 2) + 0.0  # no -0.0


def learned(sentences: Iterable[tuple[str, str]]) -> Sentiment:
    """Learn from sentences with their class; equal sentences give the same."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in CLASSES}
    for name, text in sentences:
        seen[name].update(set(_traits(text)))
    traits = sorted(set().union(*seen.values()))
    wholes = [log(seen[name].total() + SMOOTHING * len(traits)) for name in CLASSES]
    return Sentiment(
        {
            trait: tuple(
                log(seen[name][trait] + SMOOTHING) - whole for name, whole in zip(CLASSES, wholes, strict=True)
            )
            for trait in traits
        }
    )


def word_for(sentiment: float) -> str:
    """The class that a sentiment belongs to."""
    return CLASSES[1] if abs(sentiment) < NOTICEABLE else CLASSES[2] if sentiment > 0 else CLASSES[0]


def _traits(text: str) -> Iterator[str]:
    words, left = [], 0
    for word in map(without_accents, _WORD.findall(plain(text))):
        if word in _ENDS:
            left = 0
        if word not in ".,;":
            words.append(("!" if left else "", word))
        left = REACH if word in _NEGATIONS else max(0, left - 1)
    marked = [mark + word for mark, word in words]
    yield from ("w " + word for word in marked)
    yield from ("p " + one + " " + other for one, other in zip(["^", *marked], [*marked, "$"], strict=True))
    for mark, word in words:
        padded = "<" + word[:MAX_WORD_CHARACTERS] + ">"
        yield from (mark + padded[at : at + PIECE] for at in range(len(padded) - PIECE + 1))
