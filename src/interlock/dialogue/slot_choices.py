"""Which of the options shown does a customer mean, and is an answer a clear yes or no?"""

from __future__ import annotations

import re
from typing import Final

from interlock.dialogue.reading import NUMBER_WORDS, ORDINAL_WORDS, WORD, without_accents, word_set
from interlock.dialogue.slot_values import Ambiguous, NoMatch, Option, Parsed, Reading, SlotSpec
from interlock.dialogue.spelling import one_slip_apart

MAX_WORDS: Final = 100
"""Of a longer answer only the first words are compared with the options."""

_FILLERS: Final = word_set(
    "a an the this that these those it its it's is was i i'd i'm my me mine you your we our of in on at to for"
    " from with please one ones option number no nr choice take want would like think mean meant guess choose pick"
    " have has got and or but just only so well yes ok okay hi hello thanks thank there der die das den dem des"
    " ein eine einen einer eines ich es ist war mein meine meinen meiner bitte nehme nehmen möchte hätte gern"
    " gerne habe und oder aber mit von für im am ja danke nummer option"
)
_NONE: Final = re.compile(r"(?<!\w)(?:neither|none|nothing|keins?|keines|keine[rnm]?|nichts)(?!\w)")
_ALL: Final = re.compile(r"(?<!\w)(?:both|all|every|everything|each|beide[sn]?|alle[sn]?|jede[srn]?)(?!\w)")
_NOT: Final = re.compile(r"(?<!\w)(?:not|isn't|wasn't|don't|except|without|nicht|außer|ohne)(?!\w)")
_LAST: Final = re.compile(r"last|letzte[srnm]?")
_DIGIT_ORDINAL: Final = re.compile(r"(?P<number>[0-9]{1,2})(?:st|nd|rd|th)?")
_PICK: Final = re.compile(
    r"\s*(?:(?:the\s+)?(?:option|number|no|nr|nummer)\.?\s*|#\s*)?"
    r"(?:(?P<letter>[a-j])|(?P<word>one|two|three|four|five|eins|zwei|drei|vier|fünf))[).!]?\s*"
    r"|\s*(?:(?:the\s+)?(?:option|number|no|nr|nummer)\.?\s*|#\s*)(?P<number>[0-9]{1,2})[).!]?\s*"
)
_SHORTEST_PART: Final = 3
_SHORTEST_SLIP: Final = 4

_YES: Final = frozenset({
    "yes", "yeah", "yep", "yup", "y", "yes i do", "yes it is", "yes i am", "yes that's right", "that's right",
    "thats right", "that is right", "that's correct", "that is correct", "thats correct", "correct", "right",
    "sure", "of course", "absolutely", "definitely", "certainly", "exactly", "indeed", "go ahead", "do it",
    "please do", "ja", "jep", "jawohl", "klar", "na klar", "genau", "richtig", "stimmt", "das stimmt", "natürlich",
    "sicher", "gerne", "ja gerne", "auf jeden fall",
})  # fmt: skip
_NO: Final = frozenset({
    "no", "nope", "nah", "n", "no i don't", "no i do not", "no it isn't", "no it is not", "not at all", "don't",
    "do not", "please don't", "please do not", "don't do it", "do not do it", "never", "no way", "that's wrong",
    "thats wrong", "that is wrong", "wrong", "incorrect", "not correct", "that's not right", "that is not right",
    "that's not correct", "that is not correct", "nein", "nee", "nö", "auf keinen fall", "falsch",
    "das stimmt nicht", "stimmt nicht", "nicht richtig", "bitte nicht", "lieber nicht",
})  # fmt: skip
_POLITE: Final = word_set("please thanks thank you so much very danke vielen dank bitte sir madam")
_LONGEST_ANSWER: Final = 8


def parse_yes_no(text: str) -> Reading:
    """True or False for an answer that is nothing but a yes or a no; any condition or doubt is not clear."""
    words = list(WORD.finditer(text))
    if not words:
        return NoMatch("empty")
    if len(words) > _LONGEST_ANSWER or "?" in text:
        return NoMatch("not_clear")
    span = (words[0].start(), words[-1].end())
    answers = [match.group() for match in words]
    spoken = {" ".join(answers), " ".join(answer for answer in answers if answer not in _POLITE)}
    for value, phrases in ((True, _YES), (False, _NO)):
        if spoken & phrases or any(_only(phrase.split(), phrases) for phrase in spoken if phrase):
            return Parsed(value, span)
    return NoMatch("not_clear")


def _only(words: list[str], phrases: frozenset[str]) -> bool:
    """Whether the words are such phrases one after another ("yes, yes, that's right") and nothing else."""
    reachable = {0}
    for end in range(1, len(words) + 1):
        if any(" ".join(words[start:end]) in phrases for start in reachable):
            reachable.add(end)
    return len(words) in reachable


def parse_choice(spec: SlotSpec, text: str, *, asked: bool = True) -> Reading:
    """The id of the option meant in a plain text: by label, part of a label, position, or letter.

    Words that fit several options leave all of these possible, unless one option explains everything that was said.

    Args:
        asked: whether the text answers the question for it; if not, only whole words of the labels count.
    """
    options = spec.options
    words = list(WORD.finditer(text))
    if not words:
        return NoMatch("empty")
    whole = (words[0].start(), words[-1].end())
    if not options:
        return NoMatch("not_found")
    for option in options:
        for wording in (option.label, *option.aliases, option.id):
            if _words(text) == _words(wording):
                return Parsed(option.id, whole)
    if _NONE.search(text):
        return NoMatch("none_of_these")
    if _NOT.search(text):
        return NoMatch("not_clear")
    picked = _picked(text, len(options)) if asked else None
    if picked is not None:
        return Parsed(options[picked].id, whole)
    spoken = [match for match in words if match.group() not in _FILLERS][:MAX_WORDS]
    explained = _explained(options, [without_accents(match.group()) for match in spoken], asked=asked)
    meant = [at for at, words in enumerate(explained) if words and not any(words < other for other in explained)]
    if len(options) > 1 and _ALL.search(text):
        return Ambiguous(tuple(options[at].id for at in (meant if len(meant) > 1 else range(len(options)))))
    if not meant:
        return NoMatch("not_found")
    if len(meant) > 1:
        return Ambiguous(tuple(options[at].id for at in meant))
    used = [spoken[at] for at in sorted(explained[meant[0]])]
    return Parsed(options[meant[0]].id, (used[0].start(), used[-1].end()))


def _picked(text: str, size: int) -> int | None:
    """Index of the option that an answer picks by nothing but its letter or its number ("b", "option 2", "one")."""
    match = _PICK.fullmatch(text)
    if match is None:
        return None
    if match["letter"]:
        place = ord(match["letter"]) - ord("a") + 1
    else:
        place = int(match["number"]) if match["number"] else NUMBER_WORDS[match["word"]]
    return place - 1 if 1 <= place <= size else None


def _words(text: str) -> list[str]:
    return [without_accents(word) for word in WORD.findall(text.lower()) if word not in _FILLERS] or WORD.findall(text)


def _explained(options: tuple[Option, ...], spoken: list[str], *, asked: bool) -> list[frozenset[int]]:
    """For each option the spoken words that mean it: words of its label (a loose likeness counts only where no option
    has the word itself) and its position."""
    labels = [{word for wording in (option.label, *option.aliases) for word in _words(wording)} for option in options]
    result: list[set[int]] = [set() for _ in options]
    for place, word in enumerate(spoken):
        for likeness in (_same, _part, _slip) if asked else (_named,):
            fitting = [at for at, words in enumerate(labels) if any(likeness(word, other) for other in words)]
            if fitting:
                for at in fitting:
                    result[at].add(place)
                break
        position = _place(word, len(options)) if asked else None
        if position is not None:
            result[position].add(place)
    return [frozenset(words) for words in result]


def _same(word: str, other: str) -> bool:
    return word == other


def _named(word: str, other: str) -> bool:
    return word == other and len(word) >= _SHORTEST_PART and word.isalpha()


def _part(word: str, other: str) -> bool:
    """``choc`` for chocolate, ``kettles`` for kettle."""
    shorter, longer = sorted((word, other), key=len)
    return len(shorter) >= _SHORTEST_PART and shorter.isalpha() and longer.startswith(shorter)


def _slip(word: str, other: str) -> bool:
    return min(len(word), len(other)) >= _SHORTEST_SLIP and word.isalpha() and one_slip_apart(word, other)


def _place(word: str, size: int) -> int | None:
    """Index that a word names as a position: "second", "2nd", "2", "last"."""
    digits = _DIGIT_ORDINAL.fullmatch(word)
    place = int(digits["number"]) if digits else size if _LAST.fullmatch(word) else ORDINAL_WORDS.get(word, 0)
    return place - 1 if 1 <= place <= size else None
