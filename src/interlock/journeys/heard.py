"""What was recognised in an interaction so far, and what does a journey for such a matter know of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from interlock.vocabulary.matters import MatterRecognised, MatterRecorded, words_of
from interlock.vocabulary.settings import TenantSettings


class Heard(NamedTuple):
    """A matter that was recognised: how often, and what of it the last time that this was known."""

    times: int
    kind: str


def heard_again(matters: Mapping[str, Heard], event: MatterRecognised) -> Mapping[str, Heard]:
    """The matters of an interaction after one more was recognised."""
    before = matters.get(event.matter, Heard(0, ""))
    return {**matters, event.matter: Heard(before.times + 1, event.kind or before.kind)}


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
