"""How near is a question to every passage of the articles: by its words, by pieces of them, and by what it means?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log, sqrt
from typing import Any, Final

from interlock.dialogue.articles import Passage, passages
from interlock.dialogue.finding import Evidence, Live, Place, Ranked, sureness
from interlock.dialogue.meanings import Read
from interlock.dialogue.stems import stems
from interlock.dialogue.wording import weighted_traits

VERSIONS_KEPT: Final = 2_000
"""Versions of articles that were read last and are not read again when another one changes."""

INDEXES_KEPT: Final = 8
"""Indexes that are at hand."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version of an article, read once.

    Attributes:
        vectors: of its ways of asking, then of its passages, then of their headings.
        asked: how many of them are ways of asking.
        words: the stems of each passage.
        common: those of its title and its ways of asking.
        meanings: a row for each way of asking and then for each passage, where meanings are read.
    """

    live: Live
    passages: tuple[Passage, ...]
    vectors: tuple[Vector, ...]
    asked: int
    words: tuple[frozenset[str], ...]
    common: frozenset[str]
    meanings: Any = None


@lru_cache(maxsize=VERSIONS_KEPT)
def prepared(live: Live, read: Read | None = None) -> Prepared:
    """Read a version of an article; what comes of it depends on nothing else."""
    article = live.article
    parts = passages(article)
    asked = (*article.questions, article.title)
    # What stands before the first heading is what the title speaks of.
    heads = [part.heading or article.title for part in parts]
    whole = [f"{head}. {part.text}" for head, part in zip(heads, parts, strict=True)]
    meanings = None
    if read is not None:
        import numpy

        meanings = numpy.stack([read(each) for each in (*asked, *whole)])
    return Prepared(
        live,
        parts,
        tuple(weighted_traits(each, article.language, {}) for each in (*asked, *whole, *heads)),
        len(asked),
        tuple(frozenset(stems(each, article.language)) for each in whole),
        frozenset(stems(" ".join(asked), article.language)),
        meanings,
    )


@dataclass(frozen=True)
class Index:
    """The articles that may be said now to some audience in one language, ready to be searched.

    Attributes:
        rarity: of traits and stems, by how few passages and ways of asking have them.
        postings: by trait, the vectors that have it, and how much it counts in them.
    """

    language: str
    kept: tuple[Prepared, ...]
    read: Read | None
    rarity: Mapping[str, float] = field(repr=False)
    unknown: float
    postings: Mapping[str, list[tuple[int, float]]] = field(repr=False)

    @cached_property
    def live(self) -> tuple[Live, ...]:
        """The articles that it is of."""
        return tuple(one.live for one in self.kept)

    def near(self, question: str, allowed: Callable[[Live], bool]) -> dict[Place, Ranked]:
        """Every passage of the articles that are allowed, with the evidence that it answers a question.

        What is rare is judged by all articles, so that a passage is as near in every channel.
        """
        cosines = self._cosines(question)
        words = frozenset(stems(question, self.language))
        whole = sum(map(self._rare, words))
        meant = self.read(question) if self.read is not None else None
        found: dict[Place, Ranked] = {}
        first = 0
        for one in self.kept:
            begin, first = first, first + len(one.vectors)
            if not allowed(one.live):
                continue
            asked = max(cosines.get(at, 0.0) for at in range(begin, begin + one.asked))
            near = one.meanings @ meant if meant is not None and one.meanings is not None else None
            count = len(one.passages)
            for at, passage in enumerate(one.passages):
                covered = sum(map(self._rare, words & (one.words[at] | one.common))) / whole if whole else 0.0
                own = sum(map(self._rare, words & one.words[at])) / whole if whole else 0.0
                place = begin + one.asked + at
                said = cosines.get(place, 0.0) + cosines.get(place + count, 0.0)
                meaning = 0.0
                if near is not None:
                    meaning = max(0.0, float(near[: one.asked].max()), float(near[one.asked + at]))
                evidence = Evidence(asked, covered, min(1.0, said), meaning, own + said + meaning)
                score = sureness(evidence, meanings=near is not None)
                found[one.live.key, passage.number] = Ranked(one.live, passage, evidence, score)
        return found

    def _cosines(self, question: str) -> dict[int, float]:
        """By its number, the cosine of each vector that has a trait of the question."""
        asked = {
            t: w * self.rarity.get(t, self.unknown) for t, w in weighted_traits(question, self.language, {}).items()
        }
        length = sqrt(sum(weight * weight for weight in asked.values()))
        found: dict[int, float] = {}
        for trait, weight in asked.items():
            for at, other in self.postings.get(trait, ()):
                found[at] = found.get(at, 0.0) + weight * other
        return {at: total / length for at, total in found.items()}

    def _rare(self, word: str) -> float:
        return self.rarity.get(_stem(word), self.unknown)


@lru_cache(maxsize=INDEXES_KEPT)
def index(language: str, live: tuple[Live, ...], read: Read | None = None) -> Index:
    """The index of some articles. The same ones give the same index.

    Args:
        read: reads meanings, where they count.
    """
    kept = tuple(prepared(one, read) for one in live)
    seen: dict[str, int] = {}
    total = 0
    for document in _documents(kept):
        total += 1
        for trait in document:
            seen[trait] = seen.get(trait, 0) + 1
    unknown = log(1 + total) + 1
    rarity = {trait: log((1 + total) / (1 + count)) + 1 for trait, count in seen.items()}
    postings: dict[str, list[tuple[int, float]]] = {}
    for at, vector in enumerate(vector for one in kept for vector in one.vectors):
        weighed = {trait: weight * rarity.get(trait, unknown) for trait, weight in vector.items()}
        length = sqrt(sum(weight * weight for weight in weighed.values()))
        for trait, weight in weighed.items():
            postings.setdefault(trait, []).append((at, weight / length))
    return Index(language, kept, read, rarity, unknown, postings)


def _documents(kept: tuple[Prepared, ...]) -> Iterator[frozenset[str]]:
    """What rarity is counted over: every way of asking, and every passage with its stems."""
    for one in kept:
        for vector in one.vectors[: one.asked]:
            yield frozenset(vector)
        for vector, words in zip(one.vectors[one.asked :], one.words, strict=False):
            yield frozenset((*vector, *map(_stem, words | one.common)))


def _stem(word: str) -> str:
    """A stem beside traits: it is counted by itself."""
    return f"s {word}"
