"""Which articles say different things about the same matter, and which ones should somebody look at again?

The heuristic is a plain one: two sentences of different articles that share most of what they are about, and give different
numbers of the same kind (days, an amount, a share), may contradict each other. It finds "30 days" beside "14 days"; it
does not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import log
from typing import Final, Literal, NamedTuple

from interlock.dialogue.articles import passages
from interlock.dialogue.finding import Live
from interlock.dialogue.library import Kept
from interlock.dialogue.stems import stems

SOON: Final = timedelta(days=14)
"""So long before its end, or before its owner has to look at it, an article is marked."""

ALIKE: Final = 0.55
"""How much of what two sentences are about (by rarity) has to be common to them; 1 is all of it."""

SENTENCES: Final = 4_000
"""Sentences with numbers that are compared."""

LISTED: Final = 100
"""Contradictions that are listed."""

Mark = Literal["withdrawn", "expired", "not_yet", "review_overdue", "review_soon", "ends_soon"]

_NUMBER: Final = r"(\d+(?:[.,]\d+)?)"
_KINDS: Final = (
    (
        re.compile(
            rf"{_NUMBER}\s*(?:working |business )?(minutes?|hours?|days?|weeks?|months?|years?)\b", re.IGNORECASE
        ),
        "time",
    ),
    (re.compile(rf"{_NUMBER}\s*(?:euros?|eur|€)(?!\w)|€\s*{_NUMBER}", re.IGNORECASE), "money"),
    (re.compile(rf"{_NUMBER}\s*(?:%|percent)", re.IGNORECASE), "share"),
    (re.compile(rf"{_NUMBER}\s*(?:degrees|°)", re.IGNORECASE), "heat"),
)
_HOURS: Final = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.0, "year": 8760.0}
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n")


class Said(NamedTuple):
    """A sentence of an article that gives numbers."""

    article: str
    version: int
    passage: int
    sentence: str


class Contradiction(NamedTuple):
    """Two sentences that may contradict each other: about what, and how much of that they share."""

    first: Said
    second: Said
    about: tuple[str, ...]
    alike: float


class _Weighed(NamedTuple):
    said: Said
    audience: frozenset[str]
    language: str
    words: frozenset[str]
    numbers: dict[str, frozenset[float]]


def marks(kept: Kept, day: date) -> tuple[Mark, ...]:
    """Why somebody should look at an article again; nothing where all is well."""
    if kept.withdrawn is not None:
        return ("withdrawn",)
    latest, found = kept.latest.content, list[Mark]()
    if latest.valid_until is not None and latest.valid_until < day:
        found.append("expired")
    elif latest.valid_until is not None and latest.valid_until - day <= SOON:
        found.append("ends_soon")
    if latest.valid_from is not None and latest.valid_from > day:
        found.append("not_yet")
    if latest.review_by is not None and latest.review_by < day:
        found.append("review_overdue")
    elif latest.review_by is not None and latest.review_by - day <= SOON:
        found.append("review_soon")
    return tuple(found)


def contradictions(live: Sequence[Live]) -> list[Contradiction]:
    """The pairs of sentences that may contradict each other, the likeliest first; each pair of passages once."""
    weighed = [one for each in live for one in _weighed(each)][:SENTENCES]
    seen: dict[str, int] = {}
    for one in weighed:
        for word in one.words:
            seen[word] = seen.get(word, 0) + 1
    rarity = {word: log((1 + len(weighed)) / count) for word, count in seen.items()}
    best: dict[tuple[str, int, str, int], Contradiction] = {}
    for at, first in enumerate(weighed):
        for second in weighed[at + 1 :]:
            found = _pair(first, second, rarity)
            if found is not None:
                key = (first.said.article, first.said.passage, second.said.article, second.said.passage)
                if key not in best or found.alike > best[key].alike:
                    best[key] = found
    return sorted(best.values(), key=lambda one: (-one.alike, one.first, one.second))[:LISTED]


def _pair(first: _Weighed, second: _Weighed, rarity: dict[str, float]) -> Contradiction | None:
    same_article = first.said.article == second.said.article
    if same_article or first.language != second.language or not first.audience & second.audience:
        return None
    kinds = [
        kind for kind in first.numbers.keys() & second.numbers.keys() if not first.numbers[kind] & second.numbers[kind]
    ]
    common = first.words & second.words
    if not kinds or len(common) < 2:
        return None
    of_both = min(sum(rarity[word] for word in one.words) for one in (first, second))
    alike = sum(rarity[word] for word in common) / of_both if of_both else 0.0
    if alike < ALIKE:
        return None
    return Contradiction(first.said, second.said, tuple(sorted(common)), round(alike, 3))


def _weighed(live: Live) -> Iterator[_Weighed]:
    article = live.article
    for passage in passages(article):
        for sentence in _SENTENCE.split(passage.text):
            numbers = _numbers(sentence)
            if not numbers:
                continue
            bare = sentence
            for pattern, _ in _KINDS:
                bare = pattern.sub(" ", bare)
            words = frozenset(stems(f"{passage.heading or article.title} {bare}", article.language))
            said = Said(article.article, live.version, passage.number, sentence.strip())
            yield _Weighed(said, frozenset(article.audience), article.language, words, numbers)


def _numbers(sentence: str) -> dict[str, frozenset[float]]:
    found: dict[str, frozenset[float]] = {}
    for pattern, kind in _KINDS:
        values = []
        for match in pattern.finditer(sentence):
            number = float(next(each for each in match.groups() if each).replace(",", "."))
            unit = _HOURS[match[2].lower().rstrip("s")] if kind == "time" else 1.0
            values.append(round(number * unit, 3))
        if values:
            found[kind] = frozenset(values)
    return found
