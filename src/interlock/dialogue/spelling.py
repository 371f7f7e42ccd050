"""Is this word a known one with a single slip of the finger?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

SHORTEST: Final = 5
"""Shorter words are too often one letter apart without meaning the same."""
LONGEST: Final = 24


def one_slip_apart(one: str, other: str) -> bool:
    """Whether two different words differ by one letter added, left out, replaced, or by two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    if shorter[start + 1 :] == longer[start + 1 :]:
        return True
    swapped = shorter[start + 1 : start + 2] + shorter[start]
    return swapped == longer[start : start + 2] and shorter[start + 2 :] == longer[start + 2 :]


class Spelling:
    """Finds the known word that an unknown one stands for; the first letter is taken to be right."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._by_rest: dict[str, list[str]] = {}
        for word in sorted(word for word in self._words if SHORTEST <= len(word) <= LONGEST):
            for rest in _rests(word):
                self._by_rest.setdefault(rest, []).append(word)

    def nearest(self, word: str) -> str | None:
        """The known word one slip away (the alphabetically first, if several); None for a known word or none."""
        if not SHORTEST - 1 <= len(word) <= LONGEST or word in self._words:
            return None
        found = {
            candidate
            for rest in _rests(word)
            for candidate in self._by_rest.get(rest, ())
            if candidate[0] == word[0] and one_slip_apart(word, candidate)
        }
        return min(found, default=None)


def _rests(word: str) -> Iterator[str]:
    """The word, and the word without each one of its letters: words one slip apart share one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
