"""Does a customer say which language she wants, and nothing else: "English please", "auf Deutsch"?"""

from __future__ import annotations

from typing import Final

from interlock.dialogue.reading import WORD, plain, without_accents, word_set

MOST_WORDS: Final = 8
"""Of a message that only names a language; a longer one has something else to say."""

_NAMES: Final = {
    without_accents(name): code
    for code, names in {
        "da": "danish dänisch dansk",
        "de": "german deutsch deutsche allemand alemán tedesco duits tysk tyska saksa német alemão germană немецкий almanca"
        " niemiecki",
        "en": "english englisch englische anglais inglés inglese engels engelsk engelska englanti angol inglês engleză"
        " английский ingilizce angielski",
        "es": "spanish spanisch español castellano",
        "fi": "finnish finnisch suomi suomeksi",
        "fr": "french französisch franzoesisch français",
        "hu": "hungarian ungarisch magyar magyarul",
        "it": "italian italienisch italiano",
        "nl": "dutch niederländisch niederlaendisch nederlands",
        "no": "norwegian norwegisch norsk",
        "pl": "polish polnisch polski polsku",
        "pt": "portuguese portugiesisch português",
        "ro": "romanian rumänisch rumaenisch română",
        "ru": "russian russisch русский",
        "sv": "swedish schwedisch svenska",
        "tr": "turkish türkisch tuerkisch türkçe",
    }.items()
    for name in names.split()
}
"""What languages are called (without accents): in themselves, in English and in German; these two also in the others."""

_BESIDE: Final = word_set(
    "a a' afin and ask au auf be better bitte bitteschon can change could de di do does en English favor favore gerne go habla"
    " ich i i'd im in instead into is it kann kerem kiitos kindly konnen konnten la language lassen le lets let's lieber like"
    " lutfen mag me mit mir mochte na now on other parla parlez parlez-vous per perfavore perhaps please plait pls por prefer"
    " prosze rather reden rog s'il schreiben schreibe si sie sprache sprechen speak speaking switch tack tak takk talk thank"
    " thanks to uns use va vous wechseln weiter would want we wir wollen write you zu an alstublieft пожалуиста на"
)
"""What may stand beside the name (without accents)."""


def named_language(text: str) -> str:
    """The language (ISO 639-1) that a message names, where it says nothing else; empty otherwise."""
    words = [without_accents(word) for word in WORD.findall(plain(text))]
    if not 0 < len(words) <= MOST_WORDS:
        return ""
    named = {_NAMES[word] for word in words if word in _NAMES}
    rest = [word for word in words if word not in _NAMES]
    return named.pop() if len(named) == 1 and _BESIDE.issuperset(rest) else ""
