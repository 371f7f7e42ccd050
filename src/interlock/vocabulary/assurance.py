"""How sure we are who it is: a level, since when, and the session and channel that it holds for."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum

import msgspec

from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import NOBODY, CustomerId, SessionId


class Level(IntEnum):
    """FIELD: 0 unknown, 1 something known, 2 one factor in possession now, 3 two factors now."""

    UNKNOWN = 0
    MATCHED = 1
    ONE_FACTOR = 2
    TWO_FACTORS = 3


class Assurance(msgspec.Struct, frozen=True):
    """What has been established about the person in one session of one channel. It does not follow into another."""

    level: Level = Level.UNKNOWN
    customer: CustomerId = NOBODY
    at: datetime | None = None
    session: SessionId = SessionId("")
    channel: Channel | None = None
    by: str = ""

    def holds_for(self, session: SessionId, channel: Channel) -> bool:
        """Whether this assurance counts in that session and channel."""
        return self.level > Level.UNKNOWN and self.session == session and self.channel == channel

    def age(self, now: datetime) -> timedelta | None:
        """How long ago it was established; None when nothing was."""
        return None if self.at is None else now - self.at
