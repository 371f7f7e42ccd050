"""What does a caller mean by a key or by words, as the answer to what was asked last?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from interlock.dialogue.prompting import CODE_DIGITS, MORE_KEY, Ask
from interlock.dialogue.reading import plain
from interlock.dialogue.slot_choices import parse_yes_no
from interlock.dialogue.slot_values import Parsed
from interlock.vocabulary.channels import Card
from interlock.vocabulary.texts import Voice

PERSON_KEY: Final = "0"
AGAIN_KEY: Final = "*"


@dataclass(frozen=True, slots=True)
class Says:
    """The caller says something: a message as any other."""

    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The caller answers exactly the card that was read back."""

    card: Card
    yes: bool


@dataclass(frozen=True, slots=True)
class GivesCode:
    """The caller enters a one-time code."""

    card: Card
    code: str


@dataclass(frozen=True, slots=True)
class Withdraws:
    """The caller no longer wants what waits."""

    card: Card


@dataclass(frozen=True, slots=True)
class WantsAgain:
    """It is asked once more: because the caller wants that, wants more of the choices, or could not be understood."""

    why: Literal["wanted", "more", "unknown_key"]


Heard = Says | Answers | GivesCode | Withdraws | WantsAgain


def keyed(ask: Ask, keys: str, voice: Voice) -> Heard:
    """What one key means, or an entry of digits without its hash key."""
    card = ask.card
    if keys == AGAIN_KEY:
        return WantsAgain("wanted")
    if keys == PERSON_KEY:
        return Says(voice.person)
    if ask.digits:
        if not keys.isascii() or not keys.isdigit():
            return WantsAgain("unknown_key")
        if card is not None and card.kind == "code":
            return GivesCode(card, keys) if len(keys) == CODE_DIGITS else WantsAgain("unknown_key")
        return Says(keys)
    if ask.pages > 1 and keys == MORE_KEY:
        return WantsAgain("more")
    chosen = ask.choice(keys)
    if chosen is None:
        return WantsAgain("unknown_key")
    if card is None:
        return Says(chosen.label)
    return Answers(card, chosen.value == "yes") if card.kind == "confirm" else Withdraws(card)


def said(ask: Ask, text: str) -> Heard:
    """What words mean: a clear yes or no answers a confirmation that was read back; everything else is a message."""
    if ask.card is not None and ask.card.kind == "confirm":
        reading = parse_yes_no(plain(text))
        if isinstance(reading, Parsed):
            return Answers(ask.card, reading.value is True)
    return Says(text)
