"""Which matters stand open, and what comes of taking one on, settling it, and hearing of it again?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from interlock.interactions.marking import KEPT, LONGEST_NOTE, SPARE, Board, Matters, Standing, fold, mark_matter
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Cursor
from interlock.vocabulary.ids import CustomerId, InteractionId, MessageId, PersonId, StaffId
from interlock.vocabulary.matters import (
    CARRIED,
    MarkMatter,
    Matter,
    MatterMarked,
    MatterRecognised,
    MatterRecorded,
)

CASE, P, SOFIA = InteractionId("i_1"), PersonId("p_1"), StaffId("u_sofia")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def heard(
    matter: Matter = "complaint", rule: str = "complaint", message: str = "m_1", interaction: str = CASE
) -> Event:
    return MatterRecognised(
        interaction=InteractionId(interaction), person=P, message=MessageId(message), matter=matter, rule=rule
    )


def on_record(kind: str = "", matter: Matter = "complaint", due: date | None = None, interaction: str = CASE) -> Event:
    return MatterRecorded(
        interaction=InteractionId(interaction),
        person=P,
        customer=CustomerId("c-1"),
        level=1,
        matter=matter,
        kind=kind,
        reference=f"REF{kind}",
        due=due,
    )


def at(*events: Event) -> list[Recorded]:
    return [
        Recorded(Cursor(0, number), f"e_{number}", NOW + timedelta(minutes=number), event, "test")
        for number, event in enumerate(events)
    ]


def matters(*events: Event) -> Matters:
    state: Matters = {}
    for recorded in at(*events):
        state = fold(state, recorded)
    return state


def standing(*events: Event) -> list[Standing]:
    return [one for each in matters(*events).values() for one in each]


def marked(state: Matters, mark: Any, note: str = "", kind: str = "", matter: str = "complaint") -> Event:
    command = MarkMatter(interaction=CASE, matter=matter, kind=kind, mark=mark, by=SOFIA, note=note)
    [fact] = mark_matter().decide(command, state, Moment(NOW, lambda kind: f"{kind}_1"))
    return fact


def test_what_was_recognised_and_then_recorded_is_one_matter_with_the_words_and_the_reference() -> None:
    [one] = standing(heard(), heard(message="m_2"), on_record("damage"))
    assert (one.message, one.reference, one.kind, one.since) == ("m_1", "REFdamage", "damage", NOW)
    requests = standing(
        heard("data_request"), on_record("access", "data_request"), on_record("erasure", "data_request")
    )
    assert [each.reference for each in requests] == ["REFaccess", "REFerasure"], "each has a day of its own"
    assert matters(heard(rule=CARRIED)) == {}, "what was carried over is the same matter as before"


def test_a_matter_is_taken_on_settled_with_a_note_and_opened_again() -> None:
    facts = [heard(), on_record()]
    facts.append(marked(matters(*facts), "taken"))
    [taken] = standing(*facts)
    assert (taken.state, taken.by, taken.reference) == ("taken", SOFIA, "REF")
    note = marked(matters(*facts), "settled", " A voucher was sent. ")
    assert isinstance(note, MatterMarked) and note.note == "A voucher was sent."
    facts.append(note)
    [settled] = standing(*facts)
    assert (settled.state, settled.by, settled.at) == ("settled", SOFIA, NOW + timedelta(minutes=3))
    with pytest.raises(Refused, match="settled already"):
        marked(matters(*facts), "taken")
    facts.append(marked(matters(*facts), "reopened", "It never came."))
    assert [each.state for each in standing(*facts)] == ["open"]
    with pytest.raises(Refused, match="not settled yet"):
        marked(matters(*facts), "reopened", "once more")


def test_what_comes_up_again_after_it_was_settled_is_open_again() -> None:
    facts = [heard("vulnerable", "self_harm")]
    facts.append(marked(matters(*facts), "settled", "We talked.", matter="vulnerable"))
    facts.append(heard("vulnerable", "self_harm", "m_9"))
    [again] = standing(*facts)
    assert (again.state, again.message, again.since) == ("open", "m_9", NOW + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("mark", "note", "kind", "code"),
    [
        ("settled", "  ", "", "bad_note"),
        ("settled", "x" * (LONGEST_NOTE + 1), "", "bad_note"),
        ("settled", "done", "other", "matter_unknown"),
    ],
)
def test_what_cannot_be_is_refused(mark: str, note: str, kind: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        marked(matters(heard()), mark, note, kind)
    assert refusal.value.code == code


def test_the_list_has_distress_first_then_what_is_due_then_the_oldest_and_forgets_what_is_settled_first() -> None:
    board = Board()
    settled = MatterMarked(
        interaction=InteractionId("i_old"), person=P, customer=CustomerId(""), matter="abuse", kind="", mark="settled",
        by=SOFIA, note="-",
    )  # fmt: skip
    facts = [
        heard("abuse", interaction="i_old"),
        heard("complaint", interaction="i_a"),
        on_record("access", "data_request", date(2026, 12, 24), "i_b"),
        on_record("erasure", "data_request", date(2026, 12, 1), "i_c"),
        heard("vulnerable", interaction="i_d"),
        settled,
    ]
    for recorded in at(*facts):
        board.take(recorded)
    assert [each.interaction for each in board.listed(settled=False)] == ["i_d", "i_c", "i_b", "i_a"]
    assert [each.interaction for each in board.listed(settled=True)] == ["i_old"]
    for recorded in at(*(heard(interaction=f"i_{number}") for number in range(KEPT + SPARE - 4))):
        board.take(recorded)
    assert len(board.matters) == KEPT and board.listed(settled=True) == []
    assert [each.interaction for each in board.listed(settled=False)][:3] == ["i_d", "i_c", "i_b"]
    [late] = at(settled)
    board.take(late)  # of one that is not listed any more
    assert len(board.matters) == KEPT
