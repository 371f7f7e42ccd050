"""Which matters are on record or were recognised, how does each stand, and who may settle it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import NOBODY, CustomerId, InteractionId, MessageId, PersonId, StaffId, tag
from interlock.vocabulary.matters import (
    CARRIED,
    MarkMatter,
    Matter,
    MatterMarked,
    MatterRecognised,
    MatterRecorded,
)

LONGEST_NOTE: Final = 1_000
"""Characters of what somebody writes about how a matter was dealt with."""

KEPT: Final = 5_000
"""Matters that are listed; of more, what is settled goes first, and distress and what is due last. All stay in the log."""

LISTED: Final = Query("matters:all", (MatterRecognised, MatterRecorded, MatterMarked))
"""What to read for the list."""

SPARE: Final = 500
"""So many more are listed before some go: whatever goes is looked for once for all of them."""

Key = tuple[InteractionId, str]
"""An interaction and a matter."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A matter of an interaction, and how it stands.

    Attributes:
        since: when it was recognised, or put on record where nothing was; anew where it came up again after it was settled.
        message: what the customer said; empty where a journey put it on record without her words.
        reference: what the customer was told to name it by; empty where it was recognised and never put on record.
        due: the last day on which it has to be answered; None where no law sets one.
        by: who took it on or settled it, and ``at``. (The note is personal, so it is kept in the log alone.)
    """

    interaction: InteractionId
    person: PersonId
    matter: Matter
    since: datetime
    kind: str = ""
    message: MessageId = MessageId("")
    reference: str = ""
    due: date | None = None
    customer: CustomerId = NOBODY
    level: int = 0
    state: Literal["open", "taken", "settled"] = "open"
    by: StaffId = StaffId("")
    at: datetime | None = None


Matters = Mapping[Key, tuple[Standing, ...]]
"""What stands of each matter of an interaction: one, or several where several kinds of it are on record."""


def fold(matters: Matters, recorded: Recorded) -> Matters:
    """How the matters stand after one more fact."""
    changed = dict(matters)
    take(changed, recorded)
    return changed


def take(matters: dict[Key, tuple[Standing, ...]], recorded: Recorded) -> None:
    """Take one more fact in; a mark on what is not listed any more changes nothing.

    What was recognised and then put on record is one matter. Several records of an interaction are several, since each has
    a reference and perhaps a day of its own. What comes up again after it was settled is open again.
    """
    event, at = recorded.event, recorded.at
    if not isinstance(event, MatterRecognised | MatterRecorded | MatterMarked):
        return
    if isinstance(event, MatterRecognised) and event.rule == CARRIED:
        return  # it is the same one as in the interaction that is carried on
    key = (event.interaction, event.matter)
    known = matters.get(key, ())
    new = Standing(interaction=event.interaction, person=event.person, matter=event.matter, since=at)
    match event:
        case MatterRecognised() if not known:
            matters[key] = (replace(new, message=event.message),)
        case MatterRecognised() if all(each.state == "settled" for each in known):
            matters[key] = (*known[:-1], replace(known[-1], state="open", since=at, message=event.message))
        case MatterRecorded():
            heard = known[:1] if known and not known[0].reference else ()
            there = replace(
                heard[0] if heard else new,
                kind=event.kind,
                reference=event.reference,
                due=event.due,
                customer=event.customer,
                level=event.level,
            )
            matters[key] = (*known[len(heard) :], there)
        case MatterMarked() if known:
            state = "open" if event.mark == "reopened" else event.mark
            matters[key] = tuple(
                replace(each, state=state, by=event.by, at=at) if each.kind == event.kind else each for each in known
            )


def mark_matter() -> Decider[MarkMatter, Matters]:
    """Somebody takes a matter on, settles it with a note, or opens it again with a note."""

    def decide(command: MarkMatter, state: Matters, moment: Moment) -> Sequence[Event]:
        standing = state.get((command.interaction, command.matter), ())
        found = next((each for each in standing if each.kind == command.kind), None)
        if found is None:
            raise Refused("matter_unknown", "There is no such matter in this interaction.", status=404)
        note = command.note.strip()
        if len(note) > LONGEST_NOTE:
            raise Refused("bad_note", f"A note has at most {LONGEST_NOTE:,} characters.", status=422)
        if command.mark != "taken" and not note:
            raise Refused("bad_note", "Write a note: how it was settled, or why it is open again.", status=422)
        if (found.state == "settled") != (command.mark == "reopened"):
            settled = "That is settled already; open it again first."
            raise Refused("matter_settled", settled if found.state == "settled" else "That is not settled yet.")
        return [
            MatterMarked(
                interaction=found.interaction,
                person=found.person,
                customer=found.customer,
                matter=found.matter,
                kind=found.kind,
                mark=command.mark,
                by=command.by,
                note=note,
            )
        ]

    return Decider(
        command=MarkMatter,
        reads=lambda command: [Query(tag("interaction", command.interaction), LISTED.types)],
        initial={},
        evolve=fold,
        decide=decide,
    )


@dataclass(slots=True)
class Board:
    """The matters that are listed, as they stand."""

    matters: dict[Key, tuple[Standing, ...]] = field(default_factory=dict)

    def take(self, recorded: Recorded) -> None:
        """Take a fact in."""
        take(self.matters, recorded)
        if len(self.matters) > KEPT + SPARE:
            least = sorted(self.matters, key=lambda key: max(map(_weight, self.matters[key])))
            for key in least[:-KEPT]:
                del self.matters[key]

    def listed(self, *, settled: bool) -> list[Standing]:
        """Those that are settled, the latest first; or the others: distress first, then what is due, then the oldest."""
        found = [one for each in self.matters.values() for one in each if (one.state == "settled") == settled]
        if settled:
            return sorted(found, key=lambda one: one.at or one.since, reverse=True)
        return sorted(found, key=lambda one: (one.matter != "vulnerable", one.due or date.max, one.since))


def _weight(one: Standing) -> int:
    """How much a matter counts in the list."""
    if one.state == "settled":
        return 0
    return 2 if one.matter == "vulnerable" or one.due is not None else 1
