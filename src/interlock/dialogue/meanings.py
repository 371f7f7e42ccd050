"""Which intent does a sentence's meaning speak for, and how near is it to what was learned?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

WIDTH: Final = 384
"""Numbers of a vector."""

Read = Callable[[str], Any]
"""A sentence's meaning: a numpy array of WIDTH numbers in single precision, of length 1."""


class StoredMeanings(msgspec.Struct, forbid_unknown_fields=True):
    """As bytes: single precision for the columns, half for the examples, which only have to be near."""

    reader: str
    columns: bytes
    examples: bytes


@dataclass(frozen=True)
class Meanings:
    """What an intent model has learned from the meanings of sentences, beside their words.

    Attributes:
        reader: what read the meanings: only the same may read those of other sentences.
        read: that; needs numpy, as this does.
        columns: a row for "none of them" and then for each intent.
        examples: the meanings of the sentences with an intent that were learned.
    """

    reader: str
    read: Read = field(repr=False)
    columns: Any = field(repr=False)
    examples: Any = field(repr=False)

    def of(self, text: str) -> tuple[list[float], float]:
        """What its meaning adds to the scores, and the cosine to the nearest example (0 if that is negative)."""
        vector = self.read(text)
        return (self.columns @ vector).tolist(), max(0.0, min(1.0, float((self.examples @ vector).max())))

    def stored(self) -> StoredMeanings:
        """As bytes."""
        return StoredMeanings(self.reader, self.columns.astype("<f4").tobytes(), self.examples.astype("<f2").tobytes())


def meanings(stored: StoredMeanings, read: Read, classes: int) -> Meanings:
    """What `Meanings.stored` gave. Raises ValueError where parts are missing."""
    import numpy

    columns = numpy.frombuffer(stored.columns, "<f4").reshape(classes, WIDTH)
    examples = numpy.frombuffer(stored.examples, "<f2").reshape(-1, WIDTH).astype(numpy.float32)
    return Meanings(stored.reader, read, columns, examples)
