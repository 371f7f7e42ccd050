"""Which words of a sentence tell what it is about, whatever their form: the stems of those that are not in every sentence?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import snowballstemmer

from interlock.dialogue.reading import plain, without_accents, word_set

ALGORITHMS: Final = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""Snowball's name of a language (ISO 639-1); PostgreSQL calls its search configurations the same."""

MAX_CHARACTERS: Final = 4_000
"""Of a longer text only the beginning is looked at."""

WORDS_KEPT: Final = 20_000
"""Words whose stems are at hand."""

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_EVERYWHERE: Final = word_set(
    "a about after again all also am an and any are as at be because been before being both but by can could did do does"
    " doing done down each few for from further get got had has have having he her here hers him his how i i'd i'll i'm"
    " i've if in into is isn't it it's its itself just let may me might more most must my no nor not now of off on once"
    " only or other our ours out over own please same shall she should so some such tell than thank thanks that that's the"
    " their them then there these they this those through to too under until up us very want was we were what what's when"
    " where which while who whom why will with would yes you your yours yourself hello hi hey know need like much many"
    " long far anything something there's don't doesn't can't one"
)


def stems(text: str, language: str) -> list[str]:
    """The stems of the words that tell what a text is about, in order."""
    return _stemmed(telling(text, language), language)


def telling(text: str, language: str) -> list[str]:
    """The words that tell what a text is about, in order; in English without those that any sentence may have."""
    words = _WORD.findall(plain(text[:MAX_CHARACTERS]))
    return [word for word in words if language != "en" or word not in _EVERYWHERE]


def _stemmed(words: Sequence[str], language: str) -> list[str]:
    name = ALGORITHMS.get(language)
    return [without_accents(word if name is None else _stem(word, name)) for word in words]


@lru_cache(maxsize=WORDS_KEPT)
def _stem(word: str, name: str) -> str:
    """The stem of a word. Each has a stemmer of its own: one keeps the word that it is at, and threads would share that."""
    return str(snowballstemmer.stemmer(name).stemWord(word))
