"""What does the whole record of an interaction say to an auditor: transcript, proposals, judgements, effects?"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.runtime.explaining import explain
from interlock.vocabulary.ids import InteractionId, ProposalId, StaffId, tag
from interlock.vocabulary.proposals import EffectFailed, EffectStarted, EffectSucceeded, EffectUnknown
from interlock.vocabulary.staff import InteractionRead

if TYPE_CHECKING:
    from interlock.runtime.app import App

EFFECTS: Final = (EffectStarted, EffectSucceeded, EffectFailed, EffectUnknown)


async def read_record(app: App, interaction: InteractionId, reader: StaffId, *, agent: bool) -> dict[str, Any]:
    """The record of one interaction; that it is read is recorded before anything is told.

    Args:
        agent: whether the reader may see interactions: to others what is personal stays masked.

    Returns:
        ``interaction`` (its document) and ``proposals``: of each what ``GET /v1/proposals/{id}/why`` tells, and its
        ``effects`` in order.

    Raises:
        Refused: there is no such interaction.
    """
    await app.documents.interaction(interaction, reader)  # refuses what there is not before anything is recorded
    fact = InteractionRead(interaction=interaction, staff=reader)
    await app.engine.append([fact], cause=f"read/{secrets.token_hex(8)}")
    watched = await app.documents.interaction(interaction, reader, masked=not agent)
    found = (await app.log.read(Query(tag("interaction", interaction), EFFECTS))).events
    proposals = []
    for entry in watched.value["entries"]:
        if entry["kind"] == "action":
            why = await explain(app, ProposalId(entry["id"]), agent=agent, auditor=True)
            own = [_effect(one) for one in found if getattr(one.event, "proposal", "") == entry["id"]]
            proposals.append({**why, "effects": own})
    return {"interaction": watched.value, "proposals": proposals}


def _effect(recorded: Recorded) -> dict[str, Any]:
    """One step of carrying something out, without the answer of the other system: the transcript's card has that."""
    event = recorded.event
    shown: dict[str, Any] = {"at": recorded.at.isoformat()}
    match event:
        case EffectStarted():
            return {**shown, "what": "started", "attempt": event.attempt}
        case EffectSucceeded():
            moved = None if event.moved is None else {**msgspec.to_builtins(event.moved), "text": str(event.moved)}
            return {**shown, "what": "succeeded", "moved": moved, "found_by": event.found_by}
        case EffectFailed():
            return {**shown, "what": "failed", "reason": event.reason, "found_by": event.found_by}
        case EffectUnknown():
            return {**shown, "what": "unknown", "reason": event.reason, "attempt": event.attempt}
    raise ValueError(f"{type(event).__name__} is no effect")
