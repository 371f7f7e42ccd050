"""Does a model tell a customer something that the log does not hold: that a thing was done, or the contrary of before?

Two checks of words, no model: they know English forms of a few verbs, and leave everything else alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from interlock.kernel.events import Erased
from interlock.kernel.sentences import sentences
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.interactions import MessagePosted

MOST_TOLD: Final = 60
"""Sentences of models that are remembered in one interaction."""

ALIKE: Final = 0.75
"""The share of words that two sentences have in common which say something of the same matter."""

FEWEST_WORDS: Final = 4
"""Words of a sentence that is compared with others; shorter ones are phrases."""

STATUS: Final = 24
"""Characters of a value that can be a status, such as ``cancelled``."""

_DONE: Final[Mapping[str, tuple[str, ...]]] = {
    "refunded": ("refund",),
    "paid back": ("refund", "pay"),
    "reimbursed": ("refund", "pay"),
    "credited": ("credit", "refund"),
    "cancelled": ("cancel",),
    "canceled": ("cancel",),
    "booked": ("book", "reserve", "appointment"),
    "reserved": ("reserve", "book"),
    "rescheduled": ("reschedule", "move", "change", "appointment"),
    "ordered": ("order", "buy"),
    "exchanged": ("exchange", "swap"),
    "replaced": ("replace", "exchange"),
    "returned": ("return",),
    "changed": ("change", "update", "set", "modify"),
    "updated": ("update", "change", "set", "modify"),
    "upgraded": ("upgrade", "change"),
    "deleted": ("delete", "erase", "remove"),
    "sent": ("send", "mail", "ship"),
    "shipped": ("ship", "send"),
    "charged": ("charge", "pay"),
    "transferred": ("transfer", "pay"),
}
"""Verbs that say that something was done, and the verbs one of which an action that did it has in its name or words."""

_IRREGULAR: Final = {"send": ("sent",), "pay": ("paid",), "buy": ("bought",), "modify": ("modified", "modifies")}
_ENDINGS: Final = r"(?:s|es|d|ed|ing|ings|ation|ments?)?"
_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NOT: Final = frozenset({"not", "no", "non", "never", "un"})

_VERBS: Final = "|".join(sorted(_DONE, key=len, reverse=True))
_ADVERB: Final = r"(?:\s+(?:just|now|already|also|successfully|immediately))*"
_OWN: Final = re.compile(rf"\b(?:i|we)(?:'ve|\u2019ve|\s+have)?{_ADVERB}\s+({_VERBS})\b", re.IGNORECASE)
_PASSIVE: Final = re.compile(
    rf"\b(?:(?:has|have)\s+been{_ADVERB}|(?:was|were|got){_ADVERB}|(?:is|are)\s+(?:now|already|successfully))\s+({_VERBS})\b"
    r"|\b(?:is|are)\s+(refunded|cancelled|canceled|booked|reserved|credited)\b",
    re.IGNORECASE,
)
_ON_ITS_WAY: Final = re.compile(
    r"\b(refund|credit)\b[^.?!]{0,40}\b(?:is|are)\b[^.?!]{0,20}\bon (?:its|the) way\b", re.IGNORECASE
)
_NO_CLAIM: Final = re.compile(
    r"\b(?:not|never|no|nothing|none|nobody|cannot|if|once|when|after|until|unless|before|whether)\b|n[\u2019']t\b"
    r"|\b(?:can be|could be|will|would|shall|may|might)\b",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(
    r"(?:[€$£]\s?|\b[A-Z]{3}\s?)(\d[\d.,]*\d|\d)|\b(\d[\d.,]*\d|\d)\s?(?:[€$£]|[A-Z]{3}\b|euros?\b|dollars?\b|pounds?\b)"
)
_FIGURE: Final = re.compile(r"\d[\d.,:/-]*")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][a-z]+)?")
_NEGATED: Final = frozenset({"not", "no", "never", "cannot", "none", "nothing"})
_EMPTY: Final = frozenset(
    ["a", "an", "the", "it", "is", "are", "and", "or", "of", "to", "for", "in", "on", "you", "your", "we", "i"]
)


class Told(NamedTuple):
    """A sentence that a model told the customer, by what it is about and what it says of that."""

    message: MessageId
    sentence: str
    words: frozenset[str]
    figures: tuple[str, ...]
    negated: bool


def unbacked(text: str, did: Collection[str], done: Collection[str], values: Mapping[str, Any]) -> str:
    """The first sentence of a text that claims something was done which was not; empty where there is none.

    Args:
        did: the actions that succeeded in this interaction and change something; ``done`` says in words what they did.
        values: what systems answered; a status there backs a sentence that is not about ourselves.
    """
    words = [word for text_of in (*did, *done) for word in _tokens(text_of)]
    states = [_tokens(state) for state in _states(values)]
    for sentence in sentences(text):
        for pattern, own in ((_OWN, True), (_PASSIVE, False), (_ON_ITS_WAY, True)):
            found = pattern.search(sentence)
            if found is None or sentence.endswith("?") or _NO_CLAIM.search(sentence[: found.end()]):
                continue
            verb = next(filter(None, found.groups())).casefold()
            stems = _DONE.get(verb, (verb,))
            if any(_is_form(word, stem) for word in words for stem in stems):
                if not _amounts(sentence) or _amounts(sentence) <= _amounts(" ".join(done)):
                    continue
            elif not own and any(_tells(state, stem) for state in states for stem in stems):
                continue
            return sentence
    return ""


def contradicted(text: str, told: Collection[Told]) -> tuple[str, Told] | None:
    """A sentence of a text, and an earlier one that says otherwise of the same matter; None where none does."""
    for new in _statements(MessageId(""), text):
        for old in told:
            common = len(new.words & old.words) / len(new.words | old.words)
            if common >= ALIKE and (new.negated != old.negated or new.figures != old.figures):
                return new.sentence, old
    return None


def told_by(told: tuple[Told, ...], event: MessagePosted) -> tuple[Told, ...]:
    """What was told, with what a message says."""
    if isinstance(event.text, Erased):
        return told
    return (*told, *_statements(event.message, event.text))[-MOST_TOLD:]


def _statements(message: MessageId, text: str) -> Iterator[Told]:
    for sentence in sentences(text):
        words = {word.casefold().replace("\u2019", "'") for word in _WORD.findall(sentence)}
        negated = bool(words & _NEGATED) or any(word.endswith("n't") for word in words)
        bare = frozenset(_positive(word) for word in words) - _NEGATED - _EMPTY
        if len(bare) >= FEWEST_WORDS and not sentence.endswith("?"):
            figures = tuple(figure.rstrip(".,:") for figure in _FIGURE.findall(sentence))
            yield Told(message, sentence, bare, figures, negated)


def _positive(word: str) -> str:
    irregular = {"cannot": "can", "can't": "can", "won't": "will"}
    return irregular.get(word, word.removesuffix("n't"))


def _tokens(text: str) -> list[str]:
    """The words of a text, also of a name such as ``shop.refund_item`` or ``returnRequested``."""
    return [word.casefold() for word in _TOKEN.findall(text)]


def _is_form(word: str, verb: str) -> bool:
    """Whether a word is a form of a verb, or its noun: ``cancelled``, ``cancellation`` of ``cancel``, never ``cancellable``."""
    base = verb.removesuffix("e")
    regular = rf"{base}(?:e|{base[-1]})?{_ENDINGS}"
    return word in _IRREGULAR.get(verb, ()) or re.fullmatch(regular, word) is not None


def _tells(state: list[str], verb: str) -> bool:
    """Whether a status tells that something was done: ``refunded``, and neither ``refund_pending`` nor ``not_refunded``."""
    done = any(_is_form(word, verb) and (word.endswith("ed") or word in _IRREGULAR.get(verb, ())) for word in state)
    return done and not _NOT & set(state)


def _amounts(text: str) -> frozenset[str]:
    found = (one or two for one, two in _MONEY.findall(text))
    return frozenset(re.sub(r"[.,]00$", "", amount).replace(",", ".") for amount in found)


def _states(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _states(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _states(each)
    elif isinstance(value, str) and len(value) <= STATUS and " " not in value.strip():
        yield value
