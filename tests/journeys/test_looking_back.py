"""Can a customer hear what was done, and come back to the question before?"""

from __future__ import annotations

from tests.journeys.harness import ORDER, REFUND, Chat, slot, start
from tests.journeys.test_conditions_of_slots import FILES

BACK = {"type": "back"}
RECAP = {"type": "recap"}
NOTHING = ["I have not changed anything so far."]


def asked_for_words() -> Chat:
    chat = Chat(more=FILES)
    chat.write("an appointment", start("appointment"))
    chat.write("tomorrow", slot("first", "2026-11-25"))
    chat.write("the day after", slot("last", "2026-11-26"))
    return chat


def refunded() -> Chat:
    """A chat after a refund of the kettle, in words that the gate found for it."""
    chat = Chat()
    chat.write("broken", start("damaged_item"), slot("order_no", "A-1042"))
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    chat.settle("succeeded", ORDER)
    chat.write("the kettle", slot("item", "i-1"))
    chat.needs("confirm", says="Refund 18.40 for the kettle")
    chat.settle("succeeded", REFUND)
    return chat


def test_the_last_answer_is_forgotten_and_its_question_put_again():
    chat = asked_for_words()
    assert chat.write("go back", BACK) == ["All right, back to the question before.", "Until which day?"]
    assert "last" not in chat.state.runs[-1].values
    assert chat.write("and back", BACK)[-1] == "From which day on?"
    chat.write("the 23rd", slot("first", "2026-11-23"))
    assert chat.write("the 24th", slot("last", "2026-11-24")) == ["How many are you?"]


def test_what_was_corrected_last_is_what_was_answered_last():
    chat = asked_for_words()
    chat.write("no, from the 24th", {"type": "correct_slot", "name": "first", "value": "2026-11-24"})
    assert chat.write("back", BACK)[-1] == "From which day on?"


def test_before_the_first_question_there_is_none():
    chat = Chat(more=FILES)
    chat.write("an appointment", start("appointment"))
    told = chat.write("back", BACK)
    assert told == ["There is no question before this one that I could go back to.", "From which day on?"]


def test_what_was_derived_from_it_is_forgotten_too():
    chat = Chat()
    chat.write("broken", start("damaged_item"), slot("order_no", "A-1042"))
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    chat.settle("succeeded", ORDER)
    assert chat.write("back", BACK)[-1].startswith("I am sorry to hear that. Which order is it about?")
    assert {"order_no", "order"}.isdisjoint(chat.state.runs[-1].values)


def test_it_is_not_asked_again_who_she_is_once_she_is_known():
    chat = Chat()
    chat.write("broken", start("damaged_item"))
    chat.write("A-1042", slot("order_no", "A-1042"))
    assert chat.write("back", BACK)[-1].startswith("I am sorry to hear that. Which order is it about?")
    chat.write("A-1042", slot("order_no", "A-1042"))
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    chat.settle("succeeded", ORDER)
    assert "Which order" in chat.write("back", BACK)[-1]


def test_nothing_done_is_said_so_wherever_it_is_asked():
    chat = Chat()
    assert chat.write("what did you do?", RECAP)[-1:] == NOTHING
    chat = asked_for_words()
    assert chat.write("what did you do?", RECAP) == [*NOTHING, "How many are you?"]


def test_what_was_done_is_said_in_the_words_of_the_gate_and_reading_is_no_doing():
    chat = refunded()
    assert chat.write("what did you just do?", RECAP) == ["This has been done: Refund 18.40 for the kettle."]
    chat.write("another", start("order_status"))
    assert chat.write("what did you just do?", RECAP)[0] == "This has been done: Refund 18.40 for the kettle."


def test_what_waits_and_what_was_refused_is_nothing_done():
    chat = Chat()
    chat.write("broken", start("damaged_item"), slot("order_no", "A-1042"))
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    chat.settle("succeeded", ORDER)
    chat.write("the kettle", slot("item", "i-1"))
    chat.needs("confirm", says="Refund 18.40 for the kettle")
    assert chat.write("what did you do?", RECAP)[0] == NOTHING[0]
    chat.settle("declined")
    assert chat.write("what did you do?", RECAP)[0] == NOTHING[0]


def test_in_free_text_these_are_the_customers_own_words():
    chat = asked_for_words()
    chat.write("two", slot("people", 2))
    assert chat.write("go back to the shop", BACK)[0].startswith("2 of you")
