"""How is what was said and asked put in plain text, and what does somebody mean who answers it so?

A text message or a mail has no buttons. Choices have numbers; a confirmation is read back and is answered with a word and a
number that belongs to exactly that read-back, since between two of them nobody can see which one a bare yes was meant for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import tzinfo
from hashlib import sha256
from typing import Final

from interlock.dialogue.hearing import Answers, GivesCode, Heard, Says, Withdraws
from interlock.dialogue.prompting import CODE_DIGITS
from interlock.dialogue.reading import plain
from interlock.dialogue.slot_choices import parse_yes_no
from interlock.dialogue.slot_values import Parsed
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.days import moment_text
from interlock.vocabulary.texts import Messaging

_LINK: Final = re.compile(r"!?\[(?P<words>[^\]]+)\]\((?P<to>[^)\s]*)\)")
_MARK: Final = re.compile(r"\*{2,3}(?=\S)|(?<=\S)\*{2,3}|`+|^#{1,6} ", re.MULTILINE)
_NUMBER: Final = re.compile(r"\W*(\d{1,2})\W*")
_WITH_NUMBER: Final = re.compile(r"(?P<word>.*?)\W*\b(?P<number>\d{3})\W*", re.DOTALL)
_CODE: Final = re.compile(r"\D*((?:\d[\s-]?){6})\D*")

_LONGEST_YES: Final = 80
"""Characters of an answer that can be nothing but a yes or a no with its number."""


def paragraphs(text: str, card: Card | None) -> tuple[str, ...]:
    """What a message says by itself; what its card asks stands at the end, once."""
    said = _unmarked(text)
    found = (said,) if said else ()
    if card is None or card.kind not in ("receipt", "source"):
        return found
    return (*found, "\n".join((card.title, *_lines(card))))


def asked(card: Card | None, choices: Sequence[Choice], texts: Messaging, zone: tzinfo, language: str = "en") -> str:
    """What is asked, with how it is answered; empty where nothing is but a question that has been said."""
    if card is None:
        if not choices:
            return ""
        listed = [
            texts.press.replace("{number}", str(number)).replace("{label}", each.label)
            for number, each in enumerate(choices, start=1)
        ]
        return "\n".join((*listed, texts.choose))
    match card.kind:
        case "confirm":
            return "\n".join((*_read_back(card, texts), texts.confirm.replace("{number}", number_of(card))))
        case "code":
            return texts.code
        case "waiting":
            until = texts.waits_until.replace("{until}", moment_text(card.until, zone, language)).replace(
                "{what}", card.title
            )
            return "\n".join((until, *_lines(card), *((texts.withdraw,) if card.choices else ())))
    return ""


def number_of(card: Card) -> str:
    """The three digits that belong to exactly this proposal with exactly these arguments."""
    digest = sha256(f"{card.proposal}|{card.args_hash}".encode()).digest()
    return str(100 + int.from_bytes(digest[:4]) % 900)


def meant(
    text: str,
    card: Card | None,
    choices: Sequence[Choice],
    withdraw_words: Collection[str],
    *,
    to_this: bool | None,
) -> Heard:
    """What somebody means who writes this while that is asked.

    Args:
        withdraw_words: what says that she no longer wants what waits, in any language that it may have been asked in.
        to_this: whether it was sent as the answer to what is asked now; None where the channel does not tell.
    """
    if card is None:
        return Says(_chosen(text, choices) if to_this is not False else text)
    if card.kind == "confirm":
        return _confirmed(text, card, to_this=to_this is True)
    if card.kind == "code" and (found := _CODE.fullmatch(text)) is not None:
        digits = re.sub(r"\D", "", found[1])
        if len(digits) == CODE_DIGITS:
            return GivesCode(card, digits)
    if card.kind == "waiting" and plain(text) in map(plain, withdraw_words):
        return Withdraws(card)
    return Says(text)


def _chosen(text: str, choices: Sequence[Choice]) -> str:
    found = _NUMBER.fullmatch(text)
    number = int(found[1]) if found is not None else 0
    return choices[number - 1].label if 0 < number <= len(choices) else text


def _confirmed(text: str, card: Card, *, to_this: bool) -> Heard:
    """A yes counts with the number of this read-back, or as the answer to it; a no without either, since nothing happens then."""
    if len(text) > _LONGEST_YES:
        return Says(text)
    numbered = _WITH_NUMBER.fullmatch(text)
    reading = parse_yes_no(plain(numbered["word"] if numbered is not None else text))
    if not isinstance(reading, Parsed):
        return Says(text)
    if numbered is not None and numbered["number"] != number_of(card):
        return Says(text)
    if reading.value is True and numbered is None and not to_this:
        return Says(text)
    return Answers(card, reading.value is True)


def _read_back(card: Card, texts: Messaging) -> tuple[str, ...]:
    was = (texts.instead_of.replace("{what}", card.was),) if card.was else ()
    return (texts.read_back.replace("{what}", card.title), *was, *_lines(card))


def _lines(card: Card) -> tuple[str, ...]:
    return tuple(f"{line.label}: {line.value}" for line in card.lines)


def _unmarked(text: str) -> str:
    linked = _LINK.sub(lambda found: f"{found['words']} ({found['to']})", text)
    return _MARK.sub("", linked).strip()
