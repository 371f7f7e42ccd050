"""What does a step leave behind: a matter on record, what a caller gets, the end of the whole interaction?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

from interlock.journeys.language import RecordStep
from interlock.journeys.state import Run
from interlock.journeys.turn import Turn
from interlock.kernel.template import Template, TemplateError
from interlock.vocabulary.interactions import InteractionEnded
from interlock.vocabulary.matters import MatterRecorded, in_a_month

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

MAX_KIND: Final = 40
"""Characters of what a matter is about; it is a word of the journey's author and not the customer's."""


def record(turn: Turn, run: Run, step: RecordStep) -> None:
    """Put a matter on record, unless this kind of it is on record in the interaction already. Raises TemplateError."""
    state, matter = turn.state, step.record
    heard = state.matters.get(matter)
    kind = turn.render(step.kind, run)[:MAX_KIND] if step.kind is not None else heard.kind if heard is not None else ""
    there = next((each for each in state.records if (each.matter, each.kind) == (matter, kind)), None)
    if there is None:
        today = turn.moment.now.astimezone(turn.settings.zone).date()
        there = MatterRecorded(
            interaction=state.interaction,
            person=state.person,
            customer=state.customer,
            level=state.level,
            matter=matter,
            kind=kind,
            reference=reference_of(turn.moment.new_id("record")),
            due=in_a_month(today) if matter == "data_request" else None,
            run=run.run,
        )
        turn.add(there)
    if step.result is not None:
        due = there.due.isoformat() if there.due is not None else ""
        turn.fill(run, step.result, {"reference": there.reference, "due": due}, "record")


def reference_of(identifier: str) -> str:
    """What people name a record by: eight letters and digits that are not mistaken for each other (Crockford's base 32)."""
    number = int.from_bytes(sha256(identifier.encode()).digest()[:5], "big")
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(35, -5, -5))
    return f"{signs[:4]}-{signs[4:]}"


def given(turn: Turn, run: Run, gives: Mapping[str, Template]) -> dict[str, Any]:
    """What goes back to a caller: whatever has a value."""
    values = turn.values(run)
    found: dict[str, Any] = {}
    for name, text in gives.items():
        with suppress(TemplateError):
            found[name] = text.value(values)
    return found


def close(turn: Turn) -> None:
    """The interaction is over; nothing where it is already."""
    if not turn.state.open:
        return
    state = turn.state
    turn.add(
        InteractionEnded(
            interaction=state.interaction, person=state.person, session=state.session, reason="journey_ended"
        )
    )
