"""How is a written text said aloud: amounts, numbers, addresses, without anything that is only for the eye?"""

from __future__ import annotations

import re
from typing import Final

_CURRENCIES: Final = {
    "€": ("euro", "euros"), "EUR": ("euro", "euros"), "$": ("dollar", "dollars"), "USD": ("dollar", "dollars"),
    "£": ("pound", "pounds"), "GBP": ("pound", "pounds"), "CHF": ("Swiss franc", "Swiss francs"), "JPY": ("yen", "yen"),
}  # fmt: skip
"""What one and several of a currency are called, by its sign and its ISO 4217 code."""

_NUMBER: Final = r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<rest>\d{2}))?(?![\d%]|[.,]\d)"
_SIGN_FIRST: Final = re.compile(rf"(?<![\w])(?P<minus>-)?(?P<of>[€$£]){_NUMBER}")
_CODE_LAST: Final = re.compile(rf"(?<![\w.,-])(?P<minus>-)?{_NUMBER}\s(?P<of>EUR|USD|GBP|CHF|JPY)\b")
_LINK: Final = re.compile(r"!?\[(?P<words>[^\]]+)\]\([^)\s]*\)")
_MARK: Final = re.compile(
    r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)|`+|^#{1,6} |^[-*•] ", re.MULTILINE
)
_URL: Final = re.compile(r"https?://(?:www\.)?(?P<host>[^\s/?#]+)\S*?(?=[.,;!?]?(?:\s|$))")
_MASKED: Final = re.compile(r"(?P<first>\w?)•+@(?P<domain>[\w.-]+\w)")
_ADDRESS: Final = re.compile(r"(?P<local>[\w+-][\w.+-]*)@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
_ENDING: Final = re.compile(r"(?:ending(?: in)?|[•*]{2,})\s?(?P<digits>\d{2,6})\b")
_IDENTIFIER: Final = re.compile(
    r"(?<![\w@./-])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w@/-]|\.\d)"
)
_LONG_NUMBER: Final = re.compile(r"(?<![\w.,:/+-])\d{5,}(?![\w:/-]|[.,]\d)")


def spoken(text: str) -> str:
    """The text as a voice reads it: ``€18.40`` is *18 euros 40*, ``A-1042`` is *A 1 0 4 2*, and markup is left out."""
    said = _MARK.sub("", _LINK.sub(lambda found: found["words"], text))
    said = _CODE_LAST.sub(_amount, _SIGN_FIRST.sub(_amount, said))
    said = _URL.sub(lambda found: _domain(found["host"]), said)
    said = _MASKED.sub(_masked, said)
    said = _ADDRESS.sub(lambda found: f"{found['local'].replace('.', ' dot ')} at {_domain(found['domain'])}", said)
    said = _ENDING.sub(lambda found: f"ending in {' '.join(found['digits'])}", said)
    said = _IDENTIFIER.sub(lambda found: spelled(found[0]), said)
    said = _LONG_NUMBER.sub(lambda found: spelled(found[0]), said)
    return " ".join(said.split())


def spelled(identifier: str) -> str:
    """Letter by letter and digit by digit."""
    return " ".join(character for character in identifier if character.isalnum())


def sentence(text: str) -> str:
    """A label or a title with the stop that makes a voice pause."""
    text = spoken(text)
    return text if not text or text[-1] in ".!?" else f"{text}."


def within(text: str) -> str:
    """A label or a title as a part of a sentence: without a stop of its own, and in small letters unless it has a name."""
    said = spoken(text).rstrip(".!?:; ")
    first, rest = said[:1], said[1:]
    return first.lower() + rest if rest[:1].islower() and rest == rest.lower() else said


def _amount(found: re.Match[str]) -> str:
    whole = int(found["whole"].replace(",", ""))
    one, several = _CURRENCIES[found["of"]]
    rest = int(found["rest"] or 0)
    minus = "minus " if found["minus"] else ""
    return f"{minus}{whole:,} {one if whole == 1 else several}{f' {rest:02}' if rest else ''}"


def _masked(found: re.Match[str]) -> str:
    begins = f" that begins with {found['first']}" if found["first"] else ""
    return f"your address at {_domain(found['domain'])}{begins}"


def _domain(domain: str) -> str:
    return domain.replace(".", " dot ")
