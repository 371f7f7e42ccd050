"""What can somebody on the phone answer to a card, and how is that put: a menu of keys, a read-back, digits?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from interlock.dialogue.speaking import sentence, spoken, within
from interlock.vocabulary.channels import Card, Choice
from interlock.vocabulary.days import moment_text
from interlock.vocabulary.texts import Voice

MOST_KEYS: Final = 9
"""Choices that have keys of their own; of more of them, the last key leads to the rest."""

CODE_DIGITS: Final = 6
"""Digits of a one-time code, which need no hash key behind them."""

ENTERED_ON_KEYS: Final = frozenset({"order_number", "integer", "phone", "one_time_code"})
"""Kinds of slots that can be given on a keypad."""

YES_KEY, NO_KEY, MORE_KEY, WITHDRAW_KEY = "1", "2", "9", "1"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked on the phone now.

    Attributes:
        says: what is said, beside the messages before it; empty where these have said everything.
        keys: what each key stands for.
        digits: how many digits are collected; 0 for a single key, -1 for as many as come before the hash key.
        card: what is answered: a confirmation, a code, what waits; None for choices and questions.
        pages: how many menus the choices fill, and which of them this is.
    """

    says: str = ""
    keys: tuple[tuple[str, Choice], ...] = ()
    digits: int = -1
    card: Card | None = None
    page: int = 0
    pages: int = 1

    def choice(self, key: str) -> Choice | None:
        """What a key stands for."""
        return dict(self.keys).get(key)


def menu(choices: tuple[Choice, ...], voice: Voice, page: int = 0) -> Ask:
    """Choices on keys, at most nine of them at a time; the last key leads to the next nine."""
    size = MOST_KEYS if len(choices) <= MOST_KEYS else MOST_KEYS - 1
    pages = -(-len(choices) // size)
    page %= pages
    shown = choices[page * size : (page + 1) * size]
    keys = tuple((str(number), choice) for number, choice in enumerate(shown, start=1))
    said = [_press(voice, choice.label, key) for key, choice in keys]
    if pages > 1:
        said.append(_press(voice, voice.more, MORE_KEY))
    return Ask(says=" ".join(said), keys=keys, digits=0, page=page, pages=pages)


def asked(card: Card, voice: Voice, zone: tzinfo, language: str = "en") -> Ask:
    """What a card asks on the phone: it is read back with everything that it shows."""
    match card.kind:
        case "confirm":
            return _read_back(card, voice)
        case "code":
            return Ask(says=voice.code, digits=CODE_DIGITS, card=card)
        case "waiting":
            return _waiting(card, voice, zone, language)
        case "choices":
            return menu(card.choices, voice) if card.choices else Ask()
    return Ask()


def _read_back(card: Card, voice: Voice) -> Ask:
    read = [sentence(voice.read_back.replace("{what}", within(card.title)))]
    if card.was:
        read.append(sentence(voice.instead_of.replace("{what}", within(card.was))))
    keys = ((YES_KEY, Choice("yes", "yes")), (NO_KEY, Choice("no", "no")))
    return Ask(says=" ".join((*read, *_lines(card), voice.confirm)), keys=keys, digits=0, card=card)


def _waiting(card: Card, voice: Voice, zone: tzinfo, language: str) -> Ask:
    until = voice.waits_until.replace("{until}", moment_text(card.until, zone, language))
    read = " ".join((sentence(until.replace("{what}", within(card.title))), *_lines(card)))
    if not card.choices:
        return Ask(says=read)
    keys = ((WITHDRAW_KEY, Choice("withdraw", "withdraw")),)
    return Ask(says=f"{read} {voice.withdraw}", keys=keys, digits=0, card=card)


def told(text: str, card: Card | None) -> str:
    """What a message says by itself: its text, of a receipt all that stands on it; what is asked comes after it."""
    if card is None or card.kind != "receipt":
        return spoken(text)
    return " ".join(filter(None, (spoken(text), sentence(card.title), *_lines(card))))


def entry(kind: str, voice: Voice) -> Ask:
    """A question without choices: anything may be said, and some answers can be given on the keys."""
    return Ask(says=voice.digits if kind in ENTERED_ON_KEYS else "")


def _press(voice: Voice, label: str, key: str) -> str:
    return voice.press.replace("{key}", key).replace("{label}", within(label))


def _lines(card: Card) -> tuple[str, ...]:
    """The lines of a card whose value its title does not say already."""
    title = spoken(card.title)
    return tuple(sentence(f"{line.label}: {line.value}") for line in card.lines if spoken(line.value) not in title)
