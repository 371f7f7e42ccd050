"""Which traits of a sentence does the intent classifier look at, whatever its case, accents and typing mistakes?"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from math import log
from typing import Final

from interlock.dialogue.spelling import Spelling

MAX_CHARACTERS: Final = 1_000
"""Of a longer text only the beginning is classified (the text is untrusted and time is bounded)."""
MAX_WORDS: Final = 120
MAX_WORD_CHARACTERS: Final = 24
"""Longer words (gibberish, mostly) are cut for the pieces of words."""

_WORD_WEIGHT: Final = 1.0
_PAIR_WEIGHT: Final = 0.6
_PIECE_WEIGHT: Final = 0.5

_ADDRESS: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}|https?://\S+|www\.\S+")
_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_SHORT_FORMS: Final = {
    "what's": "what is", "whats": "what is", "where's": "where is", "wheres": "where is", "i'm": "i am", "im": "i am",
    "it's": "it is", "i'd": "i would", "i'll": "i will", "i've": "i have", "you've": "you have",
    "don't": "do not", "dont": "do not", "doesn't": "does not", "doesnt": "does not", "didn't": "did not",
    "didnt": "did not", "isn't": "is not", "hasn't": "has not", "hasnt": "has not", "haven't": "have not",
    "havent": "have not", "can't": "can not", "cannot": "can not", "won't": "will not", "there's": "there is",
    "that's": "that is", "thats": "that is", "who's": "who is", "pls": "please", "plz": "please", "u": "you",
}  # fmt: skip


def normalised(text: str, language: str) -> str:
    """The text in small letters without accents, addresses and punctuation; words with digits become ``#``.

    Only the first MAX_CHARACTERS count. German is written with or without umlauts (für, fuer, fur); with the
    language ``de`` the three become one.
    """
    text = _ADDRESS.sub(" ", text[:MAX_CHARACTERS].translate(_APOSTROPHES))
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    if not decomposed.isascii():
        decomposed = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_APOSTROPHES)
    words: list[str] = []
    for word in _WORD.findall(decomposed)[:MAX_WORDS]:
        if not word.isalpha() and any(c.isdigit() for c in word):
            words.append("#")
            continue
        if language == "de":
            word = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        words.extend(_SHORT_FORMS.get(part, part) for part in word.split("-"))
    return " ".join(words)


def _traits(text: str, language: str, synonyms: Mapping[str, str], spelling: Spelling | None) -> Iterator[str]:
    words = normalised(text, language).split()
    meant = [spelling.nearest(word) or word for word in words] if spelling else words
    groups = [synonyms.get(word, word) for word in meant]
    if not words:
        return
    for word, group in zip(meant, groups, strict=True):
        yield "w " + word
        if group is not word:
            yield "g " + group
    yield from ("p " + a + " " + b for a, b in zip(["^", *groups], [*groups, "$"], strict=True))
    for word in words:
        padded = "<" + word[:MAX_WORD_CHARACTERS] + ">"
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


def weighted_traits(
    text: str, language: str, synonyms: Mapping[str, str], spelling: Spelling | None = None
) -> dict[str, float]:
    """Words, groups of synonyms, pairs of neighbours and pieces of words, with how much each counts in this text.

    Args:
        synonyms: word → name of its group.
        spelling: words as the examples write them, to which unknown ones are corrected; None corrects nothing.

    Returns:
        Trait → weight above 0; empty if the text has no words. The weights know nothing about rarity yet.
    """
    weights: dict[str, float] = {}
    for trait, count in Counter(_traits(text, language, synonyms, spelling)).items():
        kind = trait[:2]
        weight = _WORD_WEIGHT if kind in ("w ", "g ") else _PAIR_WEIGHT if kind == "p " else _PIECE_WEIGHT
        weights[trait] = weight if count == 1 else weight * (1 + log(count))
    return weights
