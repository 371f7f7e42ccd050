"""What can an agent do besides serving a queue, how well, and until when is that certified?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

SkillName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["german"])]
Level = Annotated[int, msgspec.Meta(ge=1, le=5)]
"""How well somebody can do something: 1 begins, 5 is an expert."""


class Skill(msgspec.Struct, frozen=True):
    """One skill of an agent.

    Attributes:
        skill: its name, as queues ask for it.
        level: proficiency, from 1 to 5.
        until: when the certificate runs out; None where there is none that could.
    """

    skill: SkillName
    level: Level
    until: datetime | None = None


def level_of(skills: tuple[Skill, ...], name: str, now: datetime) -> int:
    """How well somebody with these skills can do something now; 0 where not at all, or not any more."""
    return next((one.level for one in skills if one.skill == name and (one.until is None or now < one.until)), 0)
