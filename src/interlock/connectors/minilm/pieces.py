"""Into which pieces of words does a sentence fall that the sentence model knows (WordPiece, without case and accents)?"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

MAX_PIECES: Final = 64
"""Of a longer sentence the beginning is read: what a customer wants stands there, and reading takes time by length."""
_LONGEST_WORD: Final = 100
_LEFT_OUT: Final = ("Mn", "Cc", "Cf", "Co", "Cs")
_BEGIN, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_IDEOGRAPHS: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))


@cache
def _vocabulary() -> dict[str, int]:
    raw = (files(__package__) / "vocabulary.txt.gz").read_bytes()
    return {piece: at for at, piece in enumerate(gzip.decompress(raw).decode("utf-8").split("\n")) if piece}


def numbered(text: str) -> list[int]:
    """The pieces of a text by their numbers, with the marks of its beginning and its end, at most MAX_PIECES."""
    known = _vocabulary()
    found = [known[_BEGIN]]
    for word in _words(text):
        found += [known[piece] for piece in _pieces(word, known)]
        if len(found) >= MAX_PIECES:
            break
    return [*found[: MAX_PIECES - 1], known[_END]]


def _words(text: str) -> Iterator[str]:
    """Words in small letters without accents; each mark of punctuation and each ideograph by itself."""
    word = ""
    for character in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(character)
        if kind in _LEFT_OUT and not character.isspace():
            continue
        alone = _is_punctuation(character, kind) or any(low <= ord(character) <= high for low, high in _IDEOGRAPHS)
        if not alone and not character.isspace():
            word += character
            continue
        if word:
            yield word
            word = ""
        if alone:
            yield character
    if word:
        yield word


def _is_punctuation(character: str, kind: str) -> bool:
    return kind[0] == "P" or (character.isascii() and not character.isalnum() and not character.isspace())


def _pieces(word: str, known: dict[str, int]) -> list[str]:
    """From the left always the longest piece that is known; a word with a part that is not is unknown altogether."""
    found: list[str] = []
    start = 0
    while start < len(word) <= _LONGEST_WORD:
        mark = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in known), None)
        if end is None:
            return [_UNKNOWN]
        found.append(mark + word[start:end])
        start = end
    return found or [_UNKNOWN]
