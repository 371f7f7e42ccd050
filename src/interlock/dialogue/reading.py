"""How is a customer's text made plain without moving a single character?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DASHES: Final = "‐‑‒–—―−﹣－"
_APOSTROPHES: Final = "’‘`´ʼ＇"

NUMBER_WORDS: Final = {
    word: number
    for number, words in enumerate(
        (
            "zero null", "one ein eins eine einen", "two zwei", "three drei", "four vier", "five fünf fuenf",
            "six sechs",
            "seven sieben", "eight acht", "nine neun", "ten zehn", "eleven elf", "twelve zwölf zwoelf",
            "thirteen dreizehn", "fourteen vierzehn", "fifteen fünfzehn", "sixteen sechzehn", "seventeen siebzehn",
            "eighteen achtzehn", "nineteen neunzehn", "twenty zwanzig",
        )
    )
    for word in words.split()
}  # fmt: skip

ORDINAL_WORDS: Final = {
    word: number
    for number, words in enumerate(
        (
            "first erste ersten erster erstes", "second zweite zweiten zweiter zweites",
            "third dritte dritten dritter drittes", "fourth vierte vierten vierter viertes", "fifth fünfte fünften",
            "sixth sechste sechsten", "seventh siebte siebten", "eighth achte achten", "ninth neunte neunten",
            "tenth zehnte zehnten",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip

WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written out as running text."""
    return frozenset(words.split())


def plain(text: str) -> str:
    """The text in small letters, with ASCII digits, dashes, apostrophes and spaces; every index stays what it was."""
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in _DASHES:
        return "-"
    if character in _APOSTROPHES:
        return "'"
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp", "Cf"):
        return " "
    narrow = unicodedata.normalize("NFKC", character) if "！" <= character <= "～" else character
    small = narrow.lower()
    return small if len(small) == 1 else character


def without_accents(word: str) -> str:
    """``Café`` and ``Cafe`` are the same word when options are compared."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
