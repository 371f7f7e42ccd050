"""On which version does a new interaction begin while a canary runs?"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from interlock.kernel.cel import Expression, ExpressionError
from interlock.kernel.cel import compile as compiled
from interlock.kernel.documents import Misread
from interlock.vocabulary.releases import CanaryStarted

PERCENT: Final = 100
"""People are told apart by a hundred of them."""

NAMES: Final = ("channel", "matched")
"""What a segment can name: the channel, and whether the customer has been matched in this session before."""


def takes_part(canary: CanaryStarted, person: str, channel: str, *, matched: bool) -> bool:
    """Whether somebody's new interaction begins on the canary: always the same for the same person and canary."""
    digest = blake2b(f"{canary.release}/{person}".encode(), digest_size=8).digest()
    if int.from_bytes(digest) % PERCENT >= canary.share:
        return False
    return not canary.segment or _within(canary.segment, channel, matched)


def check_segment(text: str) -> None:
    """Look whether a text can be a segment; an empty one is everybody. Raises Misread for no CEL, or an unknown name."""
    for reference in compiled(text).references if text else ():
        if reference.path not in NAMES:
            what = f"'{reference.path}' is not known when an interaction begins"
            raise Misread(what, f"known: {', '.join(NAMES)}", reference.offset)


@lru_cache(maxsize=16)
def _expression(text: str) -> Expression:
    return compiled(text)


def _within(segment: str, channel: str, matched: bool) -> bool:
    try:
        return _expression(segment).holds({"channel": channel, "matched": matched})
    except ExpressionError:
        return False
