"""In which language does a customer write, and how does it sound?"""

from __future__ import annotations

from typing import Final

import msgspec

NEWEST_COUNTS: Final = 0.5
"""How much of a conversation's sentiment is that of its newest message; the rest is that of all before it."""


class Tone(msgspec.Struct, frozen=True, omit_defaults=True):
    """The language and the sentiment of a message, or of a whole conversation so far.

    Attributes:
        language: an ISO 639-1 code; empty where the words do not tell.
        sentiment: from -1 (negative) over 0 (neutral) to 1 (positive); None where the words do not tell.
    """

    language: str = ""
    sentiment: float | None = None

    def then(self, said: Tone | None) -> Tone:
        """The tone of a conversation after one more message of the customer. What does not tell changes nothing."""
        if said is None:
            return self
        sentiment = self.sentiment
        if said.sentiment is not None:
            before = said.sentiment if sentiment is None else sentiment
            sentiment = round(before + NEWEST_COUNTS * (said.sentiment - before), 2)
        return Tone(said.language or self.language, sentiment)
