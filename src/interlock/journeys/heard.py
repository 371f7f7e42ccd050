"""What was recognised in an interaction so far, and what do journeys know of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from interlock.vocabulary.matters import MatterRecognised, MatterRecorded, words_of
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.tone import Tone

CONVERSATION: Final = "conversation"
"""What journeys call the conversation that they take place in."""

TOLD: Final = frozenset({"language", "sentiment"})
"""What they know of it: in which language the customer writes (``de``; empty where that is not known), and how she sounds."""

RECORDS_KEPT: Final = 20
"""Records of one interaction that are at hand; one has hardly ever more than one."""


class Heard(NamedTuple):
    """A matter that was recognised: how often, and what of it the last time that this was known."""

    times: int
    kind: str


def heard_again(matters: Mapping[str, Heard], event: MatterRecognised) -> Mapping[str, Heard]:
    """The matters of an interaction after one more was recognised."""
    before = matters.get(event.matter, Heard(0, ""))
    return {**matters, event.matter: Heard(before.times + 1, event.kind or before.kind)}


def of_conversation(tone: Tone) -> dict[str, Any]:
    """What any journey knows of the conversation (see ``TOLD``)."""
    return {"language": tone.language, "sentiment": tone.sentiment or 0.0}


def of_matter(
    matters: Mapping[str, Heard], records: Sequence[MatterRecorded], matter: str, settings: TenantSettings
) -> dict[str, Any]:
    """What a journey for a matter knows of it (see ``matter_files.FIELDS``)."""
    heard = matters.get(matter, Heard(1, ""))
    record = next((each for each in reversed(records) if each.matter == matter), None)
    return {
        "kind": heard.kind,
        "words": words_of(matter, heard.kind),
        "times": heard.times,
        "reference": record.reference if record is not None else "",
        "due": record.due.isoformat() if record is not None and record.due is not None else "",
        "after_warning": settings.matters.after_warning,
    }
