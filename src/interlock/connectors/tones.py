"""How is the tone of a message read: its language by py3langid, whose weights lie in its package, its sentiment by our sentences?

Both are read into memory once in a process, in about a second of a core: a server does that while it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from interlock.dialogue import sentiment
from interlock.dialogue.articles import LANGUAGES
from interlock.dialogue.naming_languages import named_language
from interlock.vocabulary.languages import Preferred
from interlock.vocabulary.tone import Tone

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SURE_ENOUGH: Final = 0.6
"""The least probability at which a language is told: on short messages it is wrong once in a hundred times then."""

MAX_CHARACTERS: Final = 300
"""Of a longer message only the beginning is looked at."""

SURELY: Final = 0.9
"""The least probability at which a conversation goes on in the language of a message; with the two below, none of 200 English
and 47 German messages to a shop was taken for another language's."""

ENOUGH_LETTERS: Final = 15
"""A message with fewer letters decides nothing."""

ENOUGH_SMALL_WORDS: Final = 2
"""Words with a small first letter, which a sentence has and an address or a name hardly."""

_NO_WORD: Final = re.compile(r"[\d@•]|://")


def tone_of(text: str) -> Tone | None:
    """The tone of a customer's message; None where neither language nor sentiment can be told."""
    language, _ = language_of(text) or ("", 0.0)
    known = language in sentiment.LANGUAGES or not language
    tone = Tone(language, _sentiment().of(_words(text)) if known else None)
    return tone if tone != Tone() else None


def language_of(text: str) -> tuple[str, float] | None:
    """The language of a text with its probability, where that is enough; addresses and numbers count for nothing.

    It is one of those that articles can have (ISO 639-1), whichever of them a tenant speaks: what is written in another
    one must not be taken for the likeliest of a few.
    """
    language, probability = _identifier().classify(_words(text))
    return (language, round(probability, 2)) if probability >= SURE_ENOUGH else None


def preferred_in(text: str) -> Preferred | None:
    """The language that a message names and asks for, or that it is surely written in, on enough words; None for neither."""
    if named := named_language(text):
        return Preferred(named, True)
    words = _words(text)
    small = sum(word[0].islower() for word in words.split())
    if small < ENOUGH_SMALL_WORDS or sum(map(str.isalpha, words)) < ENOUGH_LETTERS:
        return None
    language, probability = _identifier().classify(words)
    return Preferred(language, False) if probability >= SURELY else None


def _words(text: str) -> str:
    return " ".join(word for word in text[:MAX_CHARACTERS].split() if not _NO_WORD.search(word))


def prepare() -> None:
    """Read what is needed into memory."""
    _identifier(), _sentiment()


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # with numpy, a tenth of a second

    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(LANGUAGES)
    return LanguageIdentifier(  # that of all languages keeps their weights as well
        every.nb_ptc, every.nb_pc, every.nb_classes, every.tk_nextmove, every.tk_output,
        norm_probs=True, tk_row=every.tk_row,
    )  # fmt: skip


@cache
def _sentiment() -> sentiment.Sentiment:
    return sentiment.learned((name, text) for _, name, text in built_in_sentences())


def built_in_sentences() -> Iterator[tuple[str, str, str]]:
    """The built-in sentences with their language and their class before them."""
    language = name = ""
    for line in (files("interlock.dialogue") / "sentiment.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language, name = line.strip("[]").split()
        elif line and not line.startswith("#"):
            yield language, name, line
