"""What can a full text search do: keep short texts, and say which of them have the words of a question?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Piece(NamedTuple):
    """A short text to be found by its words.

    Attributes:
        of: what it is a part of; a search names the ones that count.
        number: which part.
        language: ISO 639-1; words are found in other forms of that language.
        title: counts most.
        asked: ways to ask for it; counts more than the text itself.
    """

    of: str
    number: int
    language: str
    title: str
    asked: str
    text: str


class Hit(NamedTuple):
    """A piece that has words of a question; a higher rank has more of them, or in better places."""

    of: str
    number: int
    rank: float


class Texts(Protocol):
    """The full text index of one tenant: a view, which can be filled anew at any time."""

    async def keep(self, pieces: Sequence[Piece]) -> None:
        """Have pieces found from now on. One that is there already stays as it is: what ``of`` names never changes."""
        ...

    async def search(self, question: str, language: str, among: Sequence[str], limit: int) -> Sequence[Hit]:
        """The pieces of ``among`` with any word of a question, the best first; ties in the order of their names."""
        ...
