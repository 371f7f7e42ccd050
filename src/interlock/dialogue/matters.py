"""Does a message say what must not be missed: distress, a lawyer, a right to one's data, a complaint, an insult?

A small list of rules, each with a name, read in the order in which matters count. They hold in every conversation, whatever
model understands it, or none. A rule of distress is written so that it rather hears too much: a false alarm is a kind word
and an offer of a person. The others are written so that ordinary answers about goods and orders do not fall under them, and a
wish that is denied ("do not delete my account") is none.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from interlock.dialogue.matter_rules import RULES, Rule
from interlock.dialogue.reading import plain, without_accents
from interlock.vocabulary.settings import MAX_MESSAGE_CHARACTERS

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?\n]+")
_SHORT: Final = {
    "i'm": "i am", "im": "i am", "i've": "i have", "ive": "i have", "i'll": "i will", "i'd": "i would", "ill": "i will",
    "we'll": "we will", "we're": "we are", "you're": "you are", "youre": "you are", "ur": "you are", "u": "you",
    "can't": "can not", "cannot": "can not", "cant": "can not", "don't": "do not", "dont": "do not", "won't": "will not",
    "doesn't": "does not", "didn't": "did not", "wouldn't": "would not", "isn't": "is not", "gonna": "going to",
    "wanna": "want to", "anymore": "any more", "she's": "she is", "he's": "he is", "it's": "it is", "that's": "that is",
    "myslef": "myself", "kil": "kill", "complain't": "complaint", "complaind": "complaint",
}  # fmt: skip

_DENIED: Final = re.compile(
    r"\b(?:not|never|no need to|without|no)(?: (?:want|wanted|need|have|like|going|trying|here|you|us|me|to|ever|please"
    r"|really|wish|intend|mean))* $"
)
"""What stands before a wish that somebody does not have."""

_QUOTED: Final = re.compile(
    r"\b(?:said|says|say|told|tells|called|calls|shouted|yelled|wrote|screamed|as in)\b[^|]{0,40}$"
)
"""What stands before words that somebody else said."""


_NO: Final = re.compile(r"\b(?:not|no|never|without)\b")


class Recognised(NamedTuple):
    """A matter, what of it, and the rule that recognised it."""

    matter: str
    kind: str
    rule: str


def recognised(text: str) -> Recognised | None:
    """The matter that a message is about, by the first rule that it falls under; None where it falls under none."""
    spoken = _spoken(text)
    for rule in RULES:
        for found in rule.pattern.finditer(spoken):
            before = spoken[: found.start()]
            clause = before.rpartition("|")[2]
            if rule.matter == "vulnerable" or not _unmeant(rule, clause):
                return Recognised(rule.matter, rule.kind, rule.name)
    return None


def takes_back(text: str) -> bool:
    """Whether a message denies anything at all: then a model that only resembles words is not to be trusted about a matter."""
    return _NO.search(_spoken(text)) is not None


def _unmeant(rule: Rule, clause: str) -> bool:
    """Whether what stands before it in its clause takes it back, or says that these are somebody else's words."""
    return bool((_QUOTED if rule.matter == "abuse" else _DENIED).search(clause))


def _spoken(text: str) -> str:
    """The text in small letters, with short forms written out; a bar stands where a clause ends."""
    tokens = _TOKEN.findall(without_accents(plain(text[:MAX_MESSAGE_CHARACTERS].replace("\n", " . "))))
    words = (_SHORT.get(token, token) if token[0].isalnum() else "|" for token in tokens)
    return " ".join(words)
