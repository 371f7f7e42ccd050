"""Which articles say different things about the same matter, and which ones should somebody look at again?

The heuristic is a plain one: two sentences of different articles that share most of what they are about, and give different
numbers of the same kind (days, an amount, a share), may contradict each other. It finds "30 days" beside "14 days"; it
does not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import log
from typing import Final, Literal, NamedTuple

from interlock.dialogue.articles import passages
from interlock.dialogue.finding import Live
from interlock.dialogue.library import Kept
from interlock.dialogue.stems import stems
from interlock.kernel.sentences import sentences

SOON: Final = timedelta(days=14)
"""So long before its end, or before its owner has to look at it, an article is marked."""

ALIKE: Final = 0.55
"""How much of what two sentences are about (by rarity) has to be common to them; 1 is all of it."""

SENTENCES: Final = 4_000
"""Sentences with numbers that are compared."""

LISTED: Final = 100
"""Contradictions that are listed."""

COMPARISONS_KEPT: Final = 8
"""Comparisons that are at hand: of what may be said today, on a few nodes of a simulation."""

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


class _Read(NamedTuple):
    said: Said
    audience: frozenset[str]
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


@lru_cache(maxsize=COMPARISONS_KEPT)
def contradictions(live: tuple[Live, ...]) -> tuple[Contradiction, ...]:
    """The pairs of sentences that may contradict each other, the likeliest first; each pair of passages once.

    Only articles of one language are compared, and only where somebody may be told both.
    """
    found: list[Contradiction] = []
    for language in sorted({each.article.language for each in live}):
        read = [one for each in live if each.article.language == language for one in _read(each)]
        found += _among(read[:SENTENCES])
    return tuple(sorted(found, key=lambda one: (-one.alike, one.first, one.second))[:LISTED])


def _among(read: Sequence[_Read]) -> Iterable[Contradiction]:
    seen = Counter(word for one in read for word in one.words)
    rarity = {word: log((1 + len(read)) / count) for word, count in seen.items()}
    whole = [sum(rarity[word] for word in sorted(one.words)) for one in read]
    best: dict[tuple[str, int, str, int], Contradiction] = {}
    for first, second in _pairs(read, rarity, whole):
        found = _compared(read[first], read[second], rarity, min(whole[first], whole[second]))
        if found is not None:
            key = (found.first.article, found.first.passage, found.second.article, found.second.passage)
            if key not in best or found.alike > best[key].alike:
                best[key] = found
    return best.values()


def _pairs(read: Sequence[_Read], rarity: Mapping[str, float], whole: Sequence[float]) -> Iterator[tuple[int, int]]:
    """The pairs, by their places, that can share enough of what the shorter of the two is about.

    If they do, they share one of its rarest words: the others together are not enough (the prefix filter of Chaudhuri,
    Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE 2006).
    """
    having: dict[str, list[int]] = {}
    for at, one in enumerate(read):
        for word in one.words:
            having.setdefault(word, []).append(at)
    for at, one in enumerate(read):
        others, left = set[int](), whole[at]
        for word in sorted(one.words, key=lambda each: (-rarity[each], each)):
            if left < whole[at] * ALIKE:
                break
            left -= rarity[word]
            others.update(having[word])
        for other in sorted(others):
            if (whole[other], other) > (whole[at], at):
                yield min(at, other), max(at, other)


def _compared(first: _Read, second: _Read, rarity: Mapping[str, float], shorter: float) -> Contradiction | None:
    if first.said.article == second.said.article or not first.audience & second.audience or not shorter:
        return None
    common = first.words & second.words
    if len(common) < 2 or not any(
        not numbers & second.numbers[kind] for kind, numbers in first.numbers.items() if kind in second.numbers
    ):
        return None
    alike = sum(rarity[word] for word in sorted(common)) / shorter
    if alike < ALIKE:
        return None
    return Contradiction(first.said, second.said, tuple(sorted(common)), round(alike, 3))


def _read(live: Live) -> Iterator[_Read]:
    article = live.article
    for passage in passages(article):
        for sentence in sentences(passage.text):
            numbers = _numbers(sentence)
            if not numbers:
                continue
            bare = sentence
            for pattern, _ in _KINDS:
                bare = pattern.sub(" ", bare)
            words = frozenset(stems(f"{passage.heading or article.title} {bare}", article.language))
            said = Said(article.article, live.version, passage.number, sentence)
            yield _Read(said, frozenset(article.audience), words, numbers)


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
