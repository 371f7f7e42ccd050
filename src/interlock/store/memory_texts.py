"""Full text search in memory: the rank that PostgreSQL gives, for tests and simulation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import Final, NamedTuple

from interlock.dialogue.stems import stems
from interlock.kernel.texts import Hit, Piece

_TITLE: Final = 1.0
_ASKED: Final = 0.4
_TEXT: Final = 0.1
"""PostgreSQL's own weights of the classes A, B and D."""

_SQUARES: Final = 1.64493406685
"""The sum of 1/n² over all n, as PostgreSQL has it."""


PIECES_KEPT: Final = 2_000
"""Pieces that need not be read again by the next centre of a simulation."""


class _Kept(NamedTuple):
    places: dict[str, list[float]]
    length: int


@lru_cache(maxsize=PIECES_KEPT)
def _read(piece: Piece) -> _Kept:
    places: dict[str, list[float]] = {}
    length = 0
    for text, weight in ((piece.title, _TITLE), (piece.asked, _ASKED), (piece.text, _TEXT)):
        for stem in stems(text, piece.language):
            places.setdefault(stem, []).append(weight)
            length += 1
    return _Kept(places, length)


class MemoryTexts:
    """``interlock.kernel.texts.Texts`` of one tenant in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], _Kept] = {}

    async def keep(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if (piece.of, piece.number) in self._kept:
                continue
            self._kept[piece.of, piece.number] = _read(piece)

    async def search(self, question: str, language: str, among: Sequence[str], limit: int) -> Sequence[Hit]:
        asked = dict.fromkeys(stems(question, language))
        wanted = frozenset(among)
        hits = [
            Hit(of, number, sum(_rank(kept.places[stem]) for stem in asked if stem in kept.places) / len(asked))
            for (of, number), kept in self._kept.items()
            if of in wanted and any(stem in kept.places for stem in asked)
        ]
        hits = [hit._replace(rank=hit.rank / log2(self._kept[hit.of, hit.number].length + 1)) for hit in hits]
        return sorted(hits, key=lambda hit: (-hit.rank, hit.of, hit.number))[:limit]


def _rank(weights: list[float]) -> float:
    """What ``ts_rank`` makes of the places of one word of a query whose words are joined by *or*."""
    best = max(weights)
    total = sum(weight / (at * at) for at, weight in enumerate(weights, 1))
    first = weights.index(best) + 1
    return (best + total - best / (first * first)) / _SQUARES
