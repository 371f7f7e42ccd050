"""What happens when a customer interrupts, corrects herself, changes the subject, or is not understood?"""

from __future__ import annotations

from interlock.vocabulary.interactions import HandOverRequested
from interlock.vocabulary.journeys import JourneyStarted, SuggestionsMade
from tests.journeys.harness import CANCEL, HUMAN, ORDER, REFUND, Chat, slot, start
from tests.journeys.test_transcripts import MORE, choosing, identified, refunding


def test_the_first_message_that_is_not_understood_gets_a_question_and_the_second_the_offer_of_a_person():
    chat = Chat()
    assert chat.write("hm")[-1] == chat.tenant.texts.clarify
    assert [choice.value for choice in chat.card.choices][:2] == ["order_status", "damaged_item"]
    assert chat.write("hm")[-1] == chat.tenant.texts.offer_human
    assert [each.name for each in chat.expects().slots] == ["human", "intent"]
    chat.write("yes", slot("human", True))
    assert isinstance(chat.log[-1].event, HandOverRequested)


def test_a_button_of_the_question_begins_its_journey():
    chat = Chat()
    chat.write("hm")
    chat.write("Where is my order?", slot("intent", "order_status"))
    assert chat.state.foreground is not None and chat.state.foreground.journey == "order_status"


def test_a_model_that_hesitates_between_two_offers_these_two():
    chat = Chat()
    chat.write("my parcel", {"type": "clarify", "journeys": ["damaged_item", "order_status"]})
    assert {choice.value for choice in chat.card.choices} == {"damaged_item", "order_status"}


def test_the_first_message_can_fill_slots_already():
    chat = Chat()
    lines = chat.write("where is A-1042?", start("order_status"), slot("order_no", "A-1042"))
    assert lines[-1] == "And which e-mail address did you order with?"


def test_another_subject_goes_on_top_and_the_first_one_comes_back():
    chat = Chat()
    choosing(chat)
    lines = chat.write("wait, where is my other order?", start("order_status"))
    assert lines == ["Gladly. What is the order number? It is in your confirmation e-mail and looks like A-1042."]
    chat.write("A-1050", slot("order_no", "A-1050"))
    assert chat.proposal.args == {"order_id": "A-1050"}
    lines = chat.settle("succeeded", {**ORDER, "order_id": "A-1050", "status": "processing"})
    assert lines == [
        "Your order A-1050 is being packed with us. It has not left the house yet.",
        "Back to your damaged item.",
        "Which item is it?",
    ]
    chat.write("the kettle", slot("item", "i-1"))
    assert chat.proposal.args["order_id"] == "A-1042"


def test_going_back_to_the_first_subject_drops_the_second():
    chat = Chat()
    choosing(chat)
    chat.write("where is my other order?", start("order_status"))
    assert chat.write("no, the broken one", start("damaged_item")) == [
        "Back to your damaged item.",
        "Which item is it?",
    ]
    assert chat.outcomes == ["changed_subject"]


def test_cancel_drops_what_is_on_top():
    chat = Chat()
    choosing(chat)
    chat.write("where is my other order?", start("order_status"))
    assert chat.write("never mind", CANCEL) == [
        chat.tenant.texts.cancelled,
        "Back to your damaged item.",
        "Which item is it?",
    ]
    assert chat.write("never mind", CANCEL) == [chat.tenant.texts.cancelled, MORE]
    assert chat.outcomes == ["cancelled", "cancelled"]


def test_anything_else_is_asked_once():
    chat = Chat()
    identified(chat, "order_status")
    assert MORE in chat.settle("succeeded", ORDER)
    chat.write("and the other?", start("order_status"), slot("order_no", "A-1043"))
    assert MORE not in chat.settle("succeeded", {**ORDER, "order_id": "A-1043"})
    assert chat.write("no", slot("more", False)) == [chat.tenant.texts.goodbye]


def test_a_corrected_number_is_looked_up_anew():
    chat = Chat()
    choosing(chat)
    lines = chat.write("sorry, it is A-1043", slot("order_no", "A-1043"))
    assert lines == [chat.tenant.texts.corrected]
    assert (chat.proposal.action, chat.proposal.args) == ("shop.get_order", {"order_id": "A-1043"})
    assert chat.settle("succeeded", {**ORDER, "order_id": "A-1043"}) == ["Which item is it?"]


def test_a_question_that_is_not_answered_is_put_again_and_then_given_to_a_person():
    chat = Chat()
    chat.write("where is my order", start("order_status"))
    again = "An order number looks like A-1042. Which one is yours?"
    assert chat.write("I do not know") == [again]
    assert chat.write("no idea") == [again]
    assert chat.write("leave me alone")[0].startswith("We do not get on like this")
    assert isinstance(chat.log[-1].event, HandOverRequested)


def test_a_person_can_be_asked_for_at_any_time():
    chat = Chat()
    choosing(chat)
    assert chat.write("I want a human", HUMAN) == ["Of course. Let me see whether one of my colleagues is free."]
    wanted = chat.log[-1].event
    assert isinstance(wanted, HandOverRequested) and wanted.queue == "care"


def test_the_virtual_agent_is_silent_while_a_queue_or_an_agent_has_the_interaction():
    chat = Chat()
    chat.write("I want a human", HUMAN)
    chat.queued()
    assert chat.write("where is my order", start("order_status")) == []
    chat.joined()
    assert chat.expects().silent
    assert chat.write("where is my order", start("order_status")) == []
    assert [type(each.event) for each in chat.log].count(JourneyStarted) == 1
    assert isinstance(chat.log[-1].event, SuggestionsMade)


def test_handed_back_it_speaks_again_and_goes_on_where_it_was():
    chat = Chat()
    choosing(chat)
    chat.write("I want a human", HUMAN)
    chat.queued()
    chat.joined()
    assert chat.handed_back() == [chat.tenant.texts.handed_back, "Back to your damaged item.", "Which item is it?"]
    assert chat.outcomes == ["handed_over"]


def test_handed_back_with_nothing_open_it_asks_what_else():
    chat = Chat()
    chat.write("I want a human", HUMAN)
    chat.queued()
    chat.joined()
    assert chat.handed_back() == [chat.tenant.texts.handed_back, chat.tenant.texts.go_on]


def test_news_that_come_while_an_agent_has_her_wait_until_he_hands_back():
    chat = Chat()
    refunding(chat)
    chat.settle("approval_pending")
    refund = chat.proposal.proposal
    chat.write("I want a human", HUMAN)
    chat.queued()
    chat.joined()
    assert chat.settle("succeeded", REFUND, ref=refund) == []
    assert chat.handed_back()[1].startswith("Done. €18.40 goes back to Visa ending 4242.")
    assert chat.outcomes == ["refunded", "handed_over"]


def test_while_something_runs_outside_she_is_asked_for_a_moment():
    chat = Chat()
    identified(chat, "order_status")
    assert chat.write("hello?") == [chat.tenant.texts.one_moment]


def test_a_new_subject_may_wait_beside_an_open_card():
    chat = Chat()
    refunding(chat)
    chat.needs("confirm")
    refund = chat.proposal.proposal
    chat.write("where is my other order", start("order_status"), slot("order_no", "A-1050"))
    assert chat.settle("succeeded", {**ORDER, "order_id": "A-1050"})[1:] == [
        "Back to your damaged item.",
        chat.tenant.texts.use_confirm_card,
    ]
    assert chat.settle("succeeded", REFUND, ref=refund)[0].startswith("Done.")


def test_a_result_nobody_waits_for_changes_nothing():
    chat = Chat()
    refunding(chat)
    assert chat.settle("succeeded", REFUND, ref="pr_of_an_agent") == []
    chat.settle("succeeded", REFUND)
    before = len(chat.log)
    chat.settle("succeeded", REFUND)
    assert len(chat.log) == before


def test_a_look_up_without_the_fields_that_a_text_needs_is_told_as_a_failure():
    chat = Chat()
    identified(chat, "order_status")
    assert chat.settle("succeeded", {})[0].startswith("I am sorry, that did not work")
    assert chat.outcomes == ["failed"]


def test_a_refund_is_never_told_as_a_failure_because_its_answer_lacks_a_field():
    chat = Chat()
    refunding(chat)
    assert chat.settle("succeeded", {})[0] == chat.tenant.texts.done_without_details
    assert chat.outcomes == ["refunded"]
