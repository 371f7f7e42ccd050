"""Which number, address or name does a customer give?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from interlock.dialogue.reading import NUMBER_WORDS, WORD, word_set
from interlock.dialogue.slot_values import NoMatch, Parsed, Reading, SlotSpec, one_of

MAX_PATTERN: Final = 100
MAX_ADDRESS: Final = 254
MAX_LOCAL_PART: Final = 64
MAX_NAME: Final = 100

_CUE: Final = (
    r"(?:(?:order|ref(?:erence)?|booking|case|invoice|bestell(?:ung)?|auftrag)s?[\s-]{0,2}"
    r"(?:(?:number|numbers|no|nr|num|id|nummer)\b\.?)?|(?:number|no|nr|num|id|nummer)\b\.?)[\s:#]{0,4}(?:(?:is|ist|lautet)\s+)?"
)
_ONLY_DIGITS: Final = re.compile(
    rf"\W*(?:(?:it|it's|its|the|my|is|ist|es|die|meine)\s+)*(?:{_CUE})?#?(?P<digits>[0-9]+)"
    # what is left of "1042 and my e-mail is …" when the address has been taken
    r"(?:[\W_]|(?:and|und|my|meine|e-?mail|mail|address|adresse|is|ist)\b)*"
)
_GAP: Final = r"[\s\-_./]{0,3}"

_EMAIL: Final = re.compile(
    r"(?<![^\W_])(?P<local>[^\W_][\w.+%'-]{0,63})(?:@|\s?[(\[]at[)\]]\s?)"
    r"(?P<domain>[^\W_](?:[\w-]{0,62}\.)+[^\W\d_]{2,24})(?![\w@-])"
)
_SPOKEN_EMAIL: Final = re.compile(
    r"(?<!\w)(?P<local>[^\W_][\w+-]{0,63}(?:(?:\sdot\s|\.)[\w+-]{1,63}){0,4})\s(?:at|ät)\s"
    r"(?P<domain>[^\W_][\w-]{0,62}(?:(?:\s(?:dot|punkt)\s|\.)[\w-]{1,62}){0,3}\s(?:dot|punkt)\s[^\W\d_]{2,24})(?!\w)"
)
_NO_LOCAL_PART: Final = frozenset({"look", "me", "am", "is", "mail", "email", "e-mail", "order", "shop"})
_SPOKEN_DOT: Final = re.compile(r"\s(?:dot|punkt)\s")

_PHONE: Final = re.compile(r"(?<![\w.,@+-])(?:\+|(?=0|\(0|\([1-9]|[1-9]))[0-9(][0-9 ()/.-]{5,24}[0-9](?!\w|[.,-][0-9])")
_NOT_A_PHONE: Final = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{2}){1,2}|[0-9]+[.][0-9]{2}"
)
_CODE_START: Final = r"(?<![^\W_])(?<![0-9][\s.,-])(?<![^\W_]-)"
_CODE_END: Final = r"(?![^\W_]|[\s.,-]{1,2}[0-9])"

_INTEGER: Final = re.compile(
    r"(?<![^\W_])(?<![0-9][.,:/])(?P<minus>(?<!\w)-\s?|minus\s)?(?P<number>[0-9]{1,30})(?![^\W_]|[.,:/-][0-9]|%)"
)
_NAME_CUE: Final = re.compile(
    r"\s*(?:(?:hi|hello|hey|hallo|yes|ja)[,.!]?\s+)?"
    r"(?:(?:my|the)\s+(?:full\s+)?name\s+is|my\s+name's|name'?s?:?|i\s+am|i'm|im|this\s+is|it\s+is|it's|call\s+me"
    r"|mein\s+name\s+ist|ich\s+hei(?:ß|ss)e|ich\s+bin|hier\s+ist|hier\s+spricht)\s+"
)
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['.-]+[^\W\d_]+)*\.?")
_NO_NAME: Final = word_set(
    "yes no ok okay hello hi hey thanks thank please sorry why what where when who how which not never maybe none"
    " nobody want need would like order my your his her their the a an and or but is are was were have has had do"
    " does did can could will help me you we they it this that there here order parcel package refund agent human"
    " person bot number email mail address looking calling waiting angry unhappy still sure anonymous private"
    " nothing later ja nein danke bitte warum was wo wann wie nicht kein keine ich du sie wir mein meine der die"
    " das ein eine und oder bestellung paket hilfe mitarbeiter hallo anonym"
)
_PARTICLES: Final = word_set("von van der den de la le di da del dos ten ter zu zur bin ibn al el und y")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each alternative of a pattern with an expression that forgives case and separators."""
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"order_number: the pattern has {len(pattern)} characters, the most is {MAX_PATTERN}")
    compiled = []
    for alternative in (part.strip() for part in pattern.split("|")):
        if not any(c in "#@" or c.isalnum() for c in alternative):
            raise ValueError(
                f"order_number: the pattern {pattern!r} has an empty alternative; write one such as A-####"
            )
        pieces = [_piece(c) for c in alternative if c in "#@" or c.isalnum()]
        compiled.append((alternative, re.compile(rf"(?<![^\W_]){_GAP.join(pieces)}(?![^\W_]|[.,][0-9])")))
    return tuple(compiled)


def _piece(character: str) -> str:
    return {"#": "([0-9])", "@": "([a-z])"}.get(character) or f"({re.escape(character.lower())})"


def parse_order_number(spec: SlotSpec, text: str, *, asked: bool = True) -> Reading:
    """The number in the form of the pattern, whatever case and separators it is written with.

    Args:
        asked: whether the text answers the question for it; then the digits alone are enough where the rest of the
            pattern is fixed ("1042" for ``A-####``).

    Raises:
        ValueError: the pattern of the definition is empty or too long.
    """
    found: list[Parsed] = []
    for alternative, expression in _compiled(spec.pattern):
        found.extend(
            Parsed(_canonical(alternative, "".join(match.groups())), match.span())
            for match in expression.finditer(text)
        )
    bare = _ONLY_DIGITS.fullmatch(text) if asked and not found else None
    if bare:
        for alternative, _ in _compiled(spec.pattern):
            fixed = re.fullmatch(r"[^#@]*(#+)", alternative)
            if fixed and len(fixed[1]) == len(bare["digits"]):
                value = alternative[: -len(fixed[1])].upper() + bare["digits"]
                found.append(Parsed(value, bare.span("digits")))
    return one_of(found)


def _canonical(alternative: str, characters: str) -> str:
    left = iter(characters.upper())
    return "".join(next(left) if c in "#@" or c.isalnum() else c for c in alternative)


def parse_email(text: str) -> Reading:
    """The address in small letters; also one that is spelled out ("eva at example dot com")."""
    found: list[Parsed] = []
    for expression in (_EMAIL, _SPOKEN_EMAIL):
        for match in expression.finditer(text):
            local = _SPOKEN_DOT.sub(".", match["local"])
            domain = _SPOKEN_DOT.sub(".", match["domain"])
            if expression is _SPOKEN_EMAIL and local in _NO_LOCAL_PART:
                continue
            if local.endswith(".") or ".." in local or len(local) > MAX_LOCAL_PART:
                continue
            if ".." in domain or any(part.startswith("-") or part.endswith("-") for part in domain.split(".")):
                continue
            if len(local) + 1 + len(domain) <= MAX_ADDRESS:
                found.append(Parsed(f"{local}@{domain}", match.span()))
        if found:
            break
    return one_of(found)


def parse_phone(text: str) -> Reading:
    """Seven to fifteen digits, with a leading ``+`` for an international number (``00`` becomes ``+``)."""
    found: list[Parsed] = []
    for match in _PHONE.finditer(text):
        written = match.group()
        if _NOT_A_PHONE.fullmatch(written.strip()):
            continue
        international = written.startswith(("+", "00"))
        # "+49 (0)171" repeats the national zero, which an international number does not have
        digits = re.sub(r"[^0-9]", "", written.replace("(0)", "") if international else written)
        digits = digits.removeprefix("00") if not written.startswith("+") and international else digits
        if 7 <= len(digits) <= 15:
            found.append(Parsed("+" + digits if international else digits, match.span()))
    return one_of(found)


def parse_one_time_code(spec: SlotSpec, text: str) -> Reading:
    """Exactly as many digits as the code has, with or without spaces between them."""
    expression = rf"{_CODE_START}[0-9](?:[\s-]{{0,2}}[0-9]){{{spec.digits - 1}}}{_CODE_END}"
    found = [Parsed(re.sub(r"[^0-9]", "", match.group()), match.span()) for match in re.finditer(expression, text)]
    return one_of(found)


def parse_integer(spec: SlotSpec, text: str) -> Reading:
    """A whole number in digits or, up to twenty, in words."""
    found: list[Parsed] = []
    for match in _INTEGER.finditer(text):
        value = -int(match["number"]) if match["minus"] else int(match["number"])
        found.append(Parsed(value, match.span()))
    if not found:
        found = [
            Parsed(NUMBER_WORDS[match.group()], match.span())
            for match in WORD.finditer(text)
            if match.group() in NUMBER_WORDS
            # "a new one" counts nothing, "one" as the answer does
            and (NUMBER_WORDS[match.group()] != 1 or match.group() == text.strip(" .!"))
        ]
    for parsed in found:
        assert isinstance(parsed.value, int)
        if not spec.minimum <= parsed.value <= spec.maximum:
            return NoMatch("negative" if parsed.value < 0 <= spec.minimum else "out_of_range")
    return one_of(found)


def parse_name(original: str, text: str) -> Reading:
    """A person's name, as an answer to the question for it; sentences and questions are none.

    Args:
        original: the text as written, which the name keeps its capitals from.
        text: the same, made plain.
    """
    cue = _NAME_CUE.match(text)
    start = cue.end() if cue else 0
    end = next((at for at in range(start, len(text)) if text[at] in ",;!\n"), len(text))
    words = text[start:end].split()
    if "?" in text or not 1 <= len(words) <= 6 or end - start > MAX_NAME:
        return NoMatch("not_found")
    words[-1] = words[-1].rstrip(".") or "."
    if any(not _NAME_WORD.fullmatch(word) for word in words):
        return NoMatch("not_found")
    # "der" starts no name, but "Eva van der Berg" has it
    if any(word in _NO_NAME and (at == 0 or word not in _PARTICLES) for at, word in enumerate(words)):
        return NoMatch("not_found")
    if all(word in _PARTICLES for word in words):
        return NoMatch("not_found")
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].strip())
    if text[start:end].endswith(".") and len(words[-1]) > 2:
        end -= 1
    written = " ".join(original[start:end].split())
    if written == written.lower():
        written = " ".join(word if word in _PARTICLES else _capitalised(word) for word in written.split())
    return Parsed(written, (start, end))


def _capitalised(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"([-'])", word))
