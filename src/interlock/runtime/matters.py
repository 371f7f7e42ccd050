"""Which complaints, data-subject requests, legal matters, distress and abuse are there, what was said, and who has each?"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from interlock.interactions.marking import LISTED, Board, Standing
from interlock.interactions.masking import masked_text
from interlock.kernel.events import Erased, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import InteractionId, StaffId, tag
from interlock.vocabulary.interactions import AgentJoined, HandedBack, InteractionStarted, MessagePosted
from interlock.vocabulary.matters import TITLES, MatterMarked, words_of
from interlock.vocabulary.people import CustomerMatched

if TYPE_CHECKING:
    from interlock.runtime.app import App

SHOWN: Final = 50
"""Matters that one answer tells of, the most urgent first; it says how many there are."""

LONGEST_WORDS: Final = 400
"""Characters of what the customer said that a list shows; the interaction has the whole."""

_OF_INTERACTION: Final = (
    MessagePosted,
    AgentJoined,
    HandedBack,
    InteractionStarted,
    CustomerMatched,
    MatterMarked,
)


class Matters:
    """Knows the matters of the tenant; the log is where they are kept."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._board, self._snapshot = Board(), ""
        self._reading = asyncio.Lock()

    async def document(self, *, settled: bool = False) -> dict[str, Any]:
        """The matters that are not settled, the most urgent first; or those that are, the latest first."""
        app = self._app
        async with self._reading:  # or two who look at once would take the same facts in twice
            seen = await app.log.read(LISTED, since=self._snapshot)
            for recorded in seen.events:
                self._board.take(recorded)
            self._snapshot = seen.snapshot
        found = self._board.listed(settled=settled)
        shown = found[:SHOWN]
        queries = [Query(tag("interaction", each), _OF_INTERACTION) for each in {one.interaction for one in shown}]
        facts = (await app.log.read(*queries)).events if queries else ()
        told: dict[InteractionId, list[Recorded]] = {}
        for recorded in facts:
            told.setdefault(recorded.event.interaction, []).append(recorded)  # type: ignore[attr-defined]  # all have one
        today = app.clock().astimezone(app.tenant.zone).date()
        lines = [self._line(one, told.get(one.interaction, []), today) for one in shown]
        return {"matters": lines, "count": len(found)}

    def _line(self, one: Standing, told: list[Recorded], today: date) -> dict[str, Any]:
        said, note, customer, level, agent = "", "", one.customer, one.level, StaffId("")
        for recorded in told:
            match recorded.event:
                case MessagePosted() as event if event.message == one.message:
                    said = "erased" if isinstance(event.text, Erased) else masked_text(event.text)[:LONGEST_WORDS]
                case InteractionStarted() as event if event.assurance.customer and not one.customer:
                    customer, level = event.assurance.customer, int(event.assurance.level)
                case CustomerMatched() as event if not one.customer:
                    customer, level = event.customer, 1
                case AgentJoined() as event:
                    agent = event.agent
                case MatterMarked() as event if (event.matter, event.kind) == (one.matter, one.kind):
                    note = "erased" if isinstance(event.note, Erased) else event.note
                case HandedBack():
                    agent = StaffId("")
        return {
            "interaction": one.interaction,
            "matter": one.matter,
            "kind": one.kind,
            "title": TITLES[one.matter],
            "about": words_of(one.matter, one.kind),
            "said": said,
            "reference": one.reference,
            "since": one.since.isoformat(timespec="seconds"),
            "due": one.due.isoformat() if one.due is not None else None,
            "days_left": (one.due - today).days if one.due is not None else None,
            "customer": customer or None,
            "level": level,
            "agent": self._app.staff_name(agent) if agent else "",
            "state": one.state,
            "by": self._app.staff_name(one.by) if one.by else "",
            "at": one.at.isoformat(timespec="seconds") if one.at is not None else None,
            "note": note,
        }
