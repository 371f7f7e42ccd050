"""Which complaints, data-subject requests and legal matters are on record, and has a person had them?"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from interlock.kernel.events import START, Event
from interlock.kernel.log import Log
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.interactions import AgentJoined
from interlock.vocabulary.matters import MatterRecorded, words_of

AT_ONCE: Final = 1000
"""Facts that are read at once."""

_OF_RECORDS: Final[tuple[type[Event], ...]] = (MatterRecorded, AgentJoined)


async def on_record(log: Log) -> list[dict[str, Any]]:
    """Everything on record: what no person has had comes first, then what has to be answered first, then what is oldest."""
    records: dict[str, dict[str, Any]] = {}
    of: dict[InteractionId, list[str]] = {}
    cursor = START
    while facts := await log.after(cursor, AT_ONCE, _OF_RECORDS):
        for recorded in facts:
            event = recorded.event
            if isinstance(event, MatterRecorded):
                of.setdefault(event.interaction, []).append(recorded.id)
                records[recorded.id] = {
                    "reference": event.reference,
                    "matter": event.matter,
                    "about": words_of(event.matter, event.kind),
                    "recorded_at": recorded.at.isoformat(timespec="seconds"),
                    "due": event.due.isoformat() if event.due is not None else None,
                    "customer": event.customer or None,
                    "level": event.level,
                    "interaction": event.interaction,
                    "person_joined": False,
                }
            elif isinstance(event, AgentJoined):
                for each in of.get(event.interaction, ()):
                    records[each]["person_joined"] = True
        cursor = facts[-1].cursor
    latest = date.max.isoformat()
    return sorted(
        records.values(), key=lambda each: (each["person_joined"], each["due"] or latest, each["recorded_at"])
    )
