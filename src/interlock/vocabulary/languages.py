"""Which language does a customer want to be spoken to in, of those that the tenant has, and what is it called?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

_CODES: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES: Final = frozenset(_CODES.split())
"""The codes of ISO 639-1."""

CALLED: Final = {
    "cs": "Čeština, prosím", "da": "Dansk, tak", "de": "Deutsch, bitte", "el": "Ελληνικά, παρακαλώ", "en": "English, please",
    "es": "Español, por favor", "fi": "Suomi, kiitos", "fr": "Français, s'il vous plaît", "hu": "Magyar, kérem",
    "it": "Italiano, per favore", "nl": "Nederlands, alstublieft", "no": "Norsk, takk", "pl": "Polski, proszę",
    "pt": "Português, por favor", "ro": "Română, vă rog", "ru": "Русский, пожалуйста", "sv": "Svenska, tack",
    "tr": "Türkçe, lütfen", "uk": "Українська, будь ласка",
}  # fmt: skip
"""How somebody asks for a language in it: its name there, and please. What is not here is called by its code."""

LONGEST_HEADER: Final = 1000
"""Characters of an ``Accept-Language`` that are read; a browser sends a tenth of it."""


class Preferred(NamedTuple):
    """The language that a message speaks for (ISO 639-1): she names it, or surely writes in it."""

    language: str
    named: bool


def name_of(language: str) -> str:
    """What a language is called by those who speak it."""
    return CALLED.get(language, language).partition(",")[0]


def asks_for(language: str) -> str:
    """What a customer can write to be spoken to in a language."""
    return CALLED.get(language, language)


def wanted(header: str, languages: Sequence[str]) -> str:
    """The language of a session, by the header ``Accept-Language`` (RFC 9110, section 12.5.4) of whoever opens it.

    A region is not looked at: ``de-AT`` is spoken to in ``de``.

    Args:
        languages: those that the tenant has texts in, its own first.

    Returns:
        The one of these that is wanted most; empty for the tenant's own, and where none of them is wanted.
    """
    asked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:LONGEST_HEADER].split(",")):
        tag, _, weight = part.partition(";")
        code = tag.strip().lower().split("-")[0]
        if code in languages and (quality := _quality(weight)) > 0:
            asked.append((-quality, place, code))
    first = min(asked)[2] if asked else ""
    return "" if first == languages[0] else first


def _quality(weight: str) -> float:
    """The ``q`` of a part; 1 where none is written, and 0 for what is no number."""
    name, _, number = weight.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(number) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
