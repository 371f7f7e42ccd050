"""Which digits of a text are a payment card's, and must not be kept?"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

SHORTEST: Final = 12
MAX_GLUED: Final = 4
MASK: Final = "[card ••••{last}]"
CODE_MASK: Final = "[code removed]"

_ISSUERS: Final = (
    # first digits from, to, lengths: one random number in ten passes the check digit, so the issuer decides the rest
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)), ("2221", "2720", (16,)),  # Mastercard
    ("34", "34", (15,)), ("37", "37", (15,)),  # American Express
    ("300", "305", (14, 16, 17, 18, 19)), ("36", "36", (14, 15, 16, 17, 18, 19)), ("38", "39", (14, 16, 17, 18, 19)),
    ("6011", "6011", (16, 17, 18, 19)), ("644", "649", (16, 17, 18, 19)), ("65", "65", (16, 17, 18, 19)),  # Discover
    ("3528", "3589", (16, 17, 18, 19)),  # JCB
    ("62", "62", (16, 17, 18, 19)), ("81", "81", (16, 17, 18, 19)),  # UnionPay
    ("60", "60", (16,)), ("82", "82", (16,)), ("508", "508", (16,)),  # RuPay
    ("2200", "2204", (16, 17, 18, 19)),  # Mir
    ("9792", "9792", (16,)),  # Troy
    ("50", "50", tuple(range(12, 20))), ("56", "58", tuple(range(12, 20))),  # Maestro
    ("6304", "6304", tuple(range(12, 20))), ("639", "639", tuple(range(12, 20))), ("67", "67", tuple(range(12, 20))),
)  # fmt: skip

_DOUBLED: Final = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
_RUN: Final = re.compile(r"\d(?:[\W_]{0,3}\d){11,}")
_SECURITY_CODE: Final = re.compile(
    r"(?P<cue>\b(?:cvc2?|cvv2?|cid|kartenprüfnummer|prüfziffer|card\s(?:security|verification)\s(?:code|number))"
    r"\b(?:\W{0,3}(?:code|number|nummer|is|ist|=|:)\b)?\W{0,3})(?<!\d)\d{3,4}(?!\d)",
    re.IGNORECASE,
)


def redact_card_numbers(text: str) -> str:
    """The text with every card number masked but for its last four digits, and security codes named as such removed.

    A card number has 12 to 19 digits in any script, with up to three characters that are neither letters nor
    digits between two of them, a known issuer's first digits and a right check digit, and begins where a group of
    digits begins. Masking twice changes nothing.
    """
    return _SECURITY_CODE.sub(lambda match: match["cue"] + CODE_MASK, _RUN.sub(_redacted_run, text))


def _redacted_run(run: re.Match[str]) -> str:
    text = run.group()
    places = [at for at, character in enumerate(text) if character.isdecimal()]
    digits = "".join(str(int(text[at])) for at in places)
    begins = [at for at, place in enumerate(places) if at == 0 or places[at - 1] != place - 1]
    groups = [*begins, len(digits)]
    plus = run.string[: run.start()].endswith("+")
    pieces: list[str] = []
    kept = read = 0
    for at in begins:
        if at < read:
            continue
        # A telephone number with its plus has fewer digits than nearly all cards.
        card = _card(digits, at, groups, shortest=16 if plus and at == 0 else SHORTEST)
        if card is not None:
            end, read = card
            pieces += [text[kept : places[at]], MASK.format(last=digits[end - 4 : end])]
            kept = places[read - 1] + 1
    return "".join(pieces) + text[kept:]


def _card(digits: str, at: int, groups: list[int], *, shortest: int) -> tuple[int, int] | None:
    """End of the longest card number that begins there, and end of the group that it ends with or in.

    Up to MAX_GLUED digits more are a security code or an expiry date that was typed right after it.
    """
    possible = {
        n for first, last, lengths in _ISSUERS if first <= digits[at : at + len(first)] <= last for n in lengths
    }
    for length in sorted(possible, reverse=True):
        end = at + length
        if length < shortest or end > len(digits):
            continue
        group_end = groups[bisect_left(groups, end)]
        if group_end - end <= MAX_GLUED and _passes_luhn(digits[at:end]):
            return end, group_end
    return None


def _passes_luhn(digits: str) -> bool:
    single, doubled = digits[::-1][::2], digits[::-1][1::2]
    return (sum(map(int, single)) + sum(_DOUBLED[digit] for digit in doubled)) % 10 == 0
