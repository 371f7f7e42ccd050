"""Does an answer have to meet its slot's condition, and is the customer told why it does not?"""

from __future__ import annotations

from typing import Any

import pytest

from interlock.journeys.slots import Slot
from tests.journeys.harness import Chat, slot, start
from tests.journeys.test_compile import problems

BOOK = """\
journey: appointment
title: Make an appointment
about: your appointment
examples: [I need an appointment, book a visit, when can somebody come]
slots:
  first:
    type: date
    ask: From which day on?
    valid: value >= today
    wrong: That day is over. From which day on?
  last:
    type: date
    ask: Until which day?
    again: Until which day, please?
    valid: value >= first
  people: { type: integer, ask: "How many are you?", valid: "value in [1, 2, 4]", wrong: "One, two or four of you?" }
  words: { type: text, ask: "What is it about?", valid: "size(value) > 5", wrong: "A little more, please." }
steps:
  - ask: first
  - ask: last
  - ask: people
  - ask: words
  - say: "{people} of you from {first} to {last}."
  - end: booked
"""
FILES = {"journeys/appointment.yaml": BOOK}


def begun(*more: object) -> Chat:
    chat = Chat(more=FILES)
    chat.write("an appointment", start("appointment"), *more)
    return chat


def test_an_answer_that_does_not_meet_it_is_not_kept_and_the_customer_is_told():
    chat = begun()
    assert chat.write("yesterday", slot("first", "2026-11-20")) == ["That day is over. From which day on?"]
    assert chat.write("today", slot("first", "2026-11-21")) == ["Until which day?"]


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ({"type": "order_number"}, "order number"), ({"type": "email"}, "e-mail address"), ({"type": "text"}, "mail text"),
        ({"type": "email", "label": "the shop's address"}, "the shop's address"),
    ],
)  # fmt: skip
def test_agents_read_what_people_call_a_slot_and_not_its_name(written: dict[str, Any], called: str) -> None:
    assert Slot(**written).called("mail_text") == called


def test_without_words_of_its_own_it_is_asked_again():
    chat = begun()
    chat.write("today", slot("first", "2026-11-25"))
    assert chat.write("the 24th", slot("last", "2026-11-24")) == ["Until which day, please?"]
    assert chat.write("the 26th", slot("last", "2026-11-26")) == ["How many are you?"]


def test_a_number_and_free_text_have_theirs_too():
    chat = begun()
    chat.write("today", slot("first", "2026-11-25"))
    chat.write("the 26th", slot("last", "2026-11-26"))
    assert chat.write("three", slot("people", 3)) == ["One, two or four of you?"]
    assert chat.write("two", slot("people", 2)) == ["What is it about?"]
    assert chat.write("hm") == ["A little more, please."]
    told = chat.write("a leaking kettle")
    assert told[0] == "2 of you from Wednesday 25 November 2026 to Thursday 26 November 2026."


def test_what_the_first_message_says_has_to_meet_it_as_well():
    assert "first" not in begun(slot("first", "2026-11-20")).state.runs[-1].values
    assert begun(slot("first", "2026-11-22")).state.runs[-1].values["first"] == "2026-11-22"


def test_so_does_what_a_caller_passes_on():
    called = BOOK.replace("examples: [I need an appointment, book a visit, when can somebody come]\n", "")
    caller = """\
journey: visit
title: A visit
about: your visit
examples: [come and see me, visit me please, a visit at home]
slots:
  day: { type: date, ask: "Which day?" }
steps:
  - ask: day
  - call: appointment
    with: { first: "{day}" }
  - end: done
"""
    files = {"journeys/appointment.yaml": called.replace("- end: booked", "- end: booked\n    gives: {}")}
    chat = Chat(more={**files, "journeys/visit.yaml": caller})
    chat.write("a visit", start("visit"))
    assert chat.write("the 20th", slot("day", "2026-11-20")) == ["From which day on?"]


def test_who_never_meets_it_is_offered_a_person():
    chat = begun()
    for _ in range(2):
        chat.write("yesterday", slot("first", "2026-11-20"))
    assert "colleague" in chat.write("yesterday", slot("first", "2026-11-20"))[0]


def test_a_correction_that_does_not_meet_it_leaves_the_value_as_it_was():
    chat = begun()
    chat.write("today", slot("first", "2026-11-25"))
    correction = {"type": "correct_slot", "name": "first", "value": "2026-11-20"}
    chat.write("no, the 20th", correction)
    assert chat.state.runs[-1].values["first"] == "2026-11-25"


def test_a_condition_that_cannot_be_told_is_not_met():
    odd = BOOK.replace("valid: value >= today", "valid: value.year >= 2026")
    chat = Chat(more={"journeys/appointment.yaml": odd})
    chat.write("an appointment", start("appointment"))
    assert chat.write("today", slot("first", "2026-11-25")) == ["That day is over. From which day on?"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("valid: value >= today", "valid: value >= todya", "'todya' is not known here; did you mean 'today'?"),
        ("valid: value >= today", "valid: value >=", "the expression ends too early"),
        ("    valid: value >= today\n", "", "'wrong' is never said without a condition; write 'valid:' as well"),
        ("wrong: That day is over.", "wrong: That {dya} is over.", "'dya' is not known here"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(old: str, new: str, says: str):
    assert old in BOOK
    found = problems(BOOK.replace(old, new).replace("journey: appointment", "journey: returning"))
    assert any(says in problem for problem in found), found
