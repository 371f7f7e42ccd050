"""Which passage of which article answers a question, how sure is that, and which of its sentences say it?

Two lists are joined by reciprocal rank fusion (Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet
and individual rank learning methods", SIGIR 2009): the full text search's, and the one by vectors here. Whether the first
of the joint list answers at all is a matter of evidence, not of rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import Final, NamedTuple

from interlock.dialogue.articles import Passage
from interlock.dialogue.stems import stems
from interlock.kernel.sentences import sentences
from interlock.vocabulary.knowledge import Article, Found

RRF_K: Final = 60
"""How much the first places count more than those behind them; the paper's own value."""

RANKED: Final = 20
"""Passages of each list that are joined."""

LONGEST_ANSWER: Final = 420
"""Characters of an answer that is read: a passage of more is cut to the sentences around the best one."""

LONGEST_SPOKEN: Final = 230
"""Characters of an answer that is heard: about fifteen seconds."""

_BY_WORDS: Final = (-4.1, 4.8, 4.8, 0.5)
_BY_MEANING: Final = (-5.9, 1.6, 2.8, 1.1, 6.8)
"""The base, and what counts how much: asked, covered, said, and where meanings are read, meant."""

FIRST: Final = 0.3
"""How much nearer another passage has to be than an article's first one, which tells what it is all about."""

Place = tuple[str, int]
"""A passage: the version of the article that it is of, as ``Live.key`` names it, and its number."""


class Live(NamedTuple):
    """A version of an article that may be said now."""

    article: Article
    version: int

    @property
    def key(self) -> str:
        """What its passages are parts of in the full text index."""
        return f"{self.article.article}@{self.version}"


class Evidence(NamedTuple):
    """How far a passage answers a question; each from 0 to 1.

    Attributes:
        asked: how like the nearest way of asking that its article names.
        covered: how much of what the question is about occurs in it, by rarity.
        said: how like the passage itself.
        meant: how near in meaning, where meanings are read; else 0.
        itself: how near the passage is without what is common to its article, to tell its passages from each other.
    """

    asked: float
    covered: float
    said: float
    meant: float = 0.0
    itself: float = 0.0


class Ranked(NamedTuple):
    """A passage that was found."""

    live: Live
    passage: Passage
    evidence: Evidence
    score: float


def fused(found: Mapping[Place, Ranked], hits: Sequence[Place]) -> list[Ranked]:
    """The passages that may answer a question, the best first; always the same for the same question and articles.

    The joined list says which article it is; of its passages the nearest one stands first.

    Args:
        found: every passage with its evidence, by vectors.
        hits: what full text search found, the best first.
    """
    places: dict[Place, float] = {}
    by_vector = sorted(found, key=lambda at: (-_closeness(found[at].evidence), at))[:RANKED]
    by_words = [hit for hit in hits if hit in found][:RANKED]
    for order in (by_vector, by_words):
        for place, at in enumerate(order, 1):
            places[at] = places.get(at, 0.0) + 1 / (RRF_K + place)
    joined = sorted(places, key=lambda at: (-places[at], -found[at].score, at))
    if not joined:
        return []
    own = [at for at in found if at[0] == joined[0][0]]
    best = max(own, key=lambda at: (found[at].evidence.itself + (FIRST if at[1] == 1 else 0.0), -at[1]))
    return [found[best], *(found[at] for at in joined if at != best)]


def sureness(evidence: Evidence, *, meanings: bool) -> float:
    """How sure it is that a passage answers, from 0 to 1: logistic in the evidence.

    The factors were fitted to questions with and without an answer (``interlock knowledge eval``); docs/guides/knowledge.md
    says how good that is.
    """
    base, *factors = _BY_MEANING if meanings else _BY_WORDS
    total = base + sum(factor * each for factor, each in zip(factors, evidence, strict=False))
    return round(1 / (1 + exp(-total)), 4)


def _closeness(evidence: Evidence) -> float:
    return evidence.asked + evidence.said + 0.5 * evidence.covered + evidence.meant


def found(ranked: Ranked, question: str) -> Found:
    """The answer that a passage gives: its own sentences, all of them or those around the one that is nearest."""
    live, passage = ranked.live, ranked.passage
    return Found(
        article=live.article.article,
        version=live.version,
        title=live.article.title,
        passage=passage.number,
        heading=passage.heading,
        text=extract(passage.text, question, live.article.language, LONGEST_ANSWER),
        short=extract(passage.text, question, live.article.language, LONGEST_SPOKEN),
        score=ranked.score,
    )


def extract(text: str, question: str, language: str, longest: int) -> str:
    """The sentences of a text that answer a question, in their order and without gaps, within so many characters.

    The one with most of the question's words is always given, however long it is.
    """
    said = sentences(text)
    if sum(map(len, said)) + len(said) <= longest:
        return " ".join(said)
    asked = frozenset(stems(question, language))
    shared = [len(asked & frozenset(stems(each, language))) for each in said]
    first = last = shared.index(max(shared))
    taken = len(said[first])
    while True:
        after = len(said[last + 1]) + 1 if last + 1 < len(said) else longest
        before = len(said[first - 1]) + 1 if first else longest
        if taken + after <= longest:
            last, taken = last + 1, taken + after
        elif taken + before <= longest:
            first, taken = first - 1, taken + before
        else:
            return " ".join(said[first : last + 1])
