"""Does a customer say something that holds in any journey: a human please, stop, again, back, what did you do?"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from interlock.dialogue.reading import plain, without_accents, word_set

UniversalIntent: TypeAlias = Literal["human", "cancel", "repeat", "back", "recap"]

MAX_CHARACTERS: Final = 300
"""Who writes more tells a story; that is for the intent classifier."""

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_POLITE: Final = re.compile(
    r"\b(?:please|pls|plz|hi|hello|hey|hallo|ok|okay|thanks|thank you|sorry|bitte|danke|now|just|jetzt|well|so|oh)\b"
)
_NO_FIRST: Final = re.compile(r"\s*(?:no|nein)\s?[,.!;]\s*(?=\w)")
_SOMEBODY: Final = (
    r"(?:(?:a|an|the|some|any|your|one of your|another|real|live|actual|human|support|customer|service|einem|einer"
    r"|einen|echten|richtigen|ihrem|eurem|menschlichen)\s){0,4}"
    r"(?:human|humans|human being|person|people|agent|agents|representative|rep|operator|advisor|adviser|employee|staff"
    r"|colleague|someone|somebody|anyone|anybody|manager|supervisor|team|support|service|menschen|mensch|mitarbeiter"
    r"|mitarbeiterin|kollegen|kollegin|person|berater|jemandem|jemanden|agenten)"
)
_WISH: Final = (
    r"(?:(?:can|could|may|might|must) (?:i|we|you|someone|somebody)|(?:i|we)(?: would|'d| do|'ll| will)?(?: really)?"
    r" (?:want|wanna|need|wish|like|prefer|rather|demand)(?: to)?|i'd rather|let me|let's|is it possible to|help me"
    r"|kann ich|konnte ich|konnen sie mich|ich (?:mochte|will|wurde gern|wurde gerne|muss))"
)
_TALK: Final = (
    r"(?:talk|speak|chat)(?: (?:to|with))?|connect (?:me|us)(?: (?:to|with))?|transfer me(?: to)?|put me through to"
)

_HUMAN: Final = (
    re.compile(
        rf"(?:(?:{_WISH}) )?(?:have |get |be )?(?:(?:{_TALK}|give me|get me|connected to|transferred to) )?{_SOMEBODY}"
        r"(?: instead| directly)?"
    ),
    re.compile(rf"(?:(?:{_WISH}) )?(?:direkt )?mit {_SOMEBODY} (?:sprechen|reden|verbinden|verbunden werden)"),
    re.compile(r"(?:customer (?:service|support|care)|kundendienst|kundenservice|human agent|live agent|live chat)"),
)  # fmt: skip
_HUMAN_WITHIN: Final = re.compile(
    rf"\b(?:{_WISH}) (?:{_TALK}) {_SOMEBODY}\b"
    rf"|\b(?:ich )?(?:mochte|will|kann ich) (?:bitte )?mit {_SOMEBODY} (?:sprechen|reden)\b"
)
_NEGATED: Final = re.compile(
    r"\b(?:not|don't|dont|doesn't|didn't|never|no need|without|instead of|rather than|nicht|kein|keinen|ohne)\b"
)

_CANCEL: Final = (
    re.compile(
        r"(?:i want to |can (?:we|you) |let's )?"
        r"(?:cancel|stop|quit|exit|abort|end|cancel (?:this|it|that|everything)|stop (?:it|this|that)|never ?mind"
        r"|forget (?:it|that|about it)|leave it|drop it|no more|that's enough|abbrechen|abbruch|stopp|vergiss es"
        r"|vergessen sie es|lass gut sein|beenden)"
    ),
)  # fmt: skip
_REPEAT: Final = (
    re.compile(
        r"(?:can you |could you |would you )?(?:repeat|say|ask)(?: (?:that|it|this|the question|your question))?"
        r"(?: (?:again|once more|one more time))?"
        r"|(?:what|pardon|pardon me|come again|what did you say|what was that|what was the question|once more|again"
        r"|one more time|i didn't (?:get|catch|hear) that|i did not (?:get|catch|hear) that|wie bitte|noch ?mal"
        r"|noch einmal|wiederholen|(?:konnen|konnten) sie das wiederholen|was haben sie gesagt)"
    ),
)  # fmt: skip
_BACK: Final = (
    re.compile(
        r"(?:i want to |can (?:i|we|you) |let's |let me )?(?:go back|back|step back|one step back|go one step back"
        r"|go back one step|previous|previous (?:step|question)|go to the previous (?:step|question)"
        r"|back to the (?:start|beginning)|undo|zuruck|einen schritt zuruck|zuruckgehen)"
    ),
)  # fmt: skip
_RECAP: Final = (
    re.compile(
        r"(?:(?:can|could) you tell me |tell me )?what (?:did you(?: just)? do|have you(?: just)? done|just happened"
        r"|has happened(?: so far)?|has been done(?: so far)?|was done|you did|you have done)(?: so far| there)?"
        r"|(?:did|have) you (?:do|done|change|changed) (?:anything|something)(?: so far| yet)?"
        r"|was (?:haben sie|hast du)(?: gerade)? (?:gemacht|getan)|was ist(?: gerade)? passiert"
    ),
)  # fmt: skip
_NOT_BY_ITSELF: Final = word_set(
    "say ask someone somebody anyone anybody people person service support team staff manager"
)


def is_courtesy(text: str) -> bool:
    """Whether a message says nothing but "okay, thank you please": it begins no journey, whatever it resembles."""
    words = _WORD.findall(without_accents(plain(text[:MAX_CHARACTERS])))
    return bool(words) and len(text) <= MAX_CHARACTERS and not _POLITE.sub(" ", " ".join(words)).split()


def universal_intent(text: str) -> UniversalIntent | None:
    """What the whole message says, politeness aside, if it is one of the five; None in any doubt.

    ``cancel`` and ``stop`` mean the conversation's present step, never an order: "cancel my order" is None. Only the
    wish for a human is also found within a longer sentence. Silence is no text and is not judged here.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    # "no, a human" still asks for one; "no human" does not
    words = _WORD.findall(_NO_FIRST.sub("", without_accents(plain(text)), count=1))
    spoken = " ".join(words)
    bare = " ".join(_POLITE.sub(" ", spoken).split()) or spoken
    if bare in _NOT_BY_ITSELF:
        return None
    patterns: tuple[tuple[UniversalIntent, tuple[re.Pattern[str], ...]], ...] = (
        ("cancel", _CANCEL),
        ("repeat", _REPEAT),
        ("back", _BACK),
        ("recap", _RECAP),
        ("human", _HUMAN),
    )
    for intent, expressions in patterns:
        if any(expression.fullmatch(wording) for expression in expressions for wording in (bare, spoken)):
            return intent
    within = _HUMAN_WITHIN.search(bare)
    if within and not _NEGATED.search(bare[: within.end()]):
        return "human"
    return None
