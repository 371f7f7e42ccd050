"""What is something that may help an agent, before it is known how sure it is?"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from interlock.vocabulary.ids import InteractionId, MessageId
from interlock.vocabulary.suggestions import Kind


class Offer(NamedTuple):
    """Something that may help.

    Attributes:
        of: what it comes from, for the log; ``source`` says the same to people, and ``at`` of when that is.
        score: how sure the source is, from 0 to 1.
        about: the message that it is about.
        reply: words for the customer; empty where it has none.
        action: what a form is filled in with, and what the gate would say.
    """

    kind: Kind
    of: str
    score: float
    title: str
    text: str
    source: str
    at: datetime | None = None
    about: MessageId = MessageId("")
    reply: str = ""
    version: int = 0
    action: dict[str, Any] | None = None

    def name(self, interaction: InteractionId) -> str:
        """Always the same for the same help about the same message, so that it is recorded and answered once."""
        parts = "\0".join((interaction, self.kind, self.of, str(self.version), self.about))
        return f"sg_{hashlib.sha256(parts.encode()).hexdigest()[:20]}"
