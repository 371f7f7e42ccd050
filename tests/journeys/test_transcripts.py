"""What do the demo's journeys say, word for word in order, from the first message to the end?"""

from __future__ import annotations

import pytest

from interlock.vocabulary.interactions import InteractionEnded
from tests.journeys.harness import CANCEL, HUMAN, ORDER, REFUND, Chat, slot, start

NOTICE = "I am Pip, the shop's automatic assistant. I am a machine, and you can ask for a person at any time."
MORE = "Is there anything else that I can do for you?"


def identified(chat: Chat, journey: str) -> None:
    chat.write("hello", start(journey))
    chat.write("A-1042, eva@example.com", slot("order_no", "A-1042"), slot("email", "eva@example.com"))
    chat.matched()


def choosing(chat: Chat) -> list[str]:
    identified(chat, "damaged_item")
    return chat.settle("succeeded", ORDER)


def refunding(chat: Chat) -> None:
    choosing(chat)
    chat.write("the kettle", slot("item", "i-1"))


def test_the_first_answer_says_that_it_comes_from_a_machine_and_only_the_first():
    chat = Chat()
    first = chat.write("where is my order?", start("order_status"))
    assert first[0] == NOTICE
    assert NOTICE not in chat.write("A-1042", slot("order_no", "A-1042"))


def test_an_order_on_its_way():
    chat = Chat()
    lines = chat.write("where is my order?", start("order_status"))
    lines += chat.write("A-1042", slot("order_no", "A-1042"))
    lines += chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    sent = {
        **ORDER,
        "status": "shipped",
        "carrier": "DHL",
        "tracking": "JD0146",
        "delivered_at": None,
        "expected_at": "2026-11-23T23:30:00Z",
    }
    lines += chat.settle("succeeded", sent)
    lines += chat.settle("succeeded", {"tracking": "JD0146", "state": "out_for_delivery"})
    assert lines == [
        NOTICE,
        "Gladly. What is the order number? It is in your confirmation e-mail and looks like A-1042.",
        "And which e-mail address did you order with?",
        "Your order A-1042 is on its way to you.",
        "It travels with DHL.",
        "We expect it with you on Tuesday 24 November 2026.",
        "Its tracking number is JD0146.",
        "The carrier has it in the van, so it comes today.",
        MORE,
    ]
    assert chat.outcomes == ["told"]
    assert [each.action for each in chat.proposals] == ["shop.match_customer", "shop.get_order", "carrier.track"]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("processing", "Your order A-1042 is being packed with us. It has not left the house yet."),
        ("delivered", "Your order A-1042 was delivered on Wednesday 18 November 2026."),
        ("cancelled", "Your order A-1042 was cancelled, so nothing is on its way."),
        ("lost_at_sea", "The shop says about your order A-1042: lost_at_sea."),
    ],
)
def test_every_state_of_an_order_is_told(status: str, says: str):
    chat = Chat()
    identified(chat, "order_status")
    lines = chat.settle("succeeded", {**ORDER, "status": status})
    assert lines[0].startswith(says)
    assert chat.outcomes == ["told"]


def test_a_small_refund_needs_the_button_and_never_a_word():
    chat = Chat()
    assert choosing(chat) == ["Which item is it?"]
    assert [choice.label for choice in chat.card.choices] == [
        "Enamel stovetop kettle, 1 l, €18.40",
        "Copper pan, €140.00",
    ]
    assert chat.write("the kettle", slot("item", "i-1")) == []
    refund = chat.proposal
    assert (refund.action, refund.customer) == ("shop.refund_item", "c-104")
    assert refund.args == {
        "order_id": "A-1042",
        "item_id": "i-1",
        "amount": {"amount": 1840, "currency": "EUR"},
        "reason": "damaged",
    }
    chat.needs("confirm")
    assert chat.write("yes, do it") == [chat.tenant.texts.use_confirm_card]
    assert chat.write("no", CANCEL) == [chat.tenant.texts.use_decline_button]
    assert chat.outcomes == []
    assert chat.settle("succeeded", REFUND) == [
        "Done. €18.40 goes back to Visa ending 4242. It usually takes two or three days to arrive.",
        MORE,
    ]
    assert chat.outcomes == ["refunded"]


def test_a_declined_card_changes_nothing():
    chat = Chat()
    refunding(chat)
    assert chat.settle("declined") == ["All right, nothing was changed.", MORE]
    assert chat.outcomes == ["declined"]


def test_a_denial_is_told_in_the_words_that_are_meant_for_customers():
    chat = Chat()
    refunding(chat)
    assert chat.settle("denied", reason="That is more than I may refund today.")[0] == (
        "That is more than I may refund today."
    )


def test_an_order_of_somebody_else_and_one_that_does_not_exist_sound_alike():
    chat = Chat()
    identified(chat, "order_status")
    lines = chat.settle("denied", reason="I cannot find that order under your name.")
    assert lines == ["I cannot find that order under your name.", MORE]


def test_an_approval_that_comes_hours_after_the_end_is_told_all_the_same():
    chat = Chat()
    refunding(chat)
    assert chat.settle("approval_pending")[0].startswith("Thank you. An amount like this is looked at by a colleague")
    assert chat.settle("approval_pending") == []
    chat.ended()
    assert chat.settle("succeeded", REFUND) == [
        "Done. €18.40 goes back to Visa ending 4242. It usually takes two or three days to arrive."
    ]
    assert chat.outcomes == ["refunded"]


def test_a_rejection_names_the_reason_that_the_supervisor_wrote_for_her():
    chat = Chat()
    refunding(chat)
    chat.settle("approval_pending")
    assert chat.settle("approval_rejected", reason="The pan was used for a year.") == [
        "My colleague has looked at your refund and decided against it. The pan was used for a year.",
        MORE,
    ]


def test_a_match_that_fails_is_asked_again_and_then_given_to_a_person():
    chat = Chat()
    chat.write("broken", start("damaged_item"))
    for failures in (1, 2, 3):
        chat.write("A-1 and x", slot("order_no", f"A-100{failures}"), slot("email", "eva@example.com"))
        assert chat.proposal.action == "shop.match_customer"
        lines = chat.settle("failed")
        if failures < 3:
            assert lines[0] == chat.tenant.texts.match_failed
            assert lines[1:] == ["An order number looks like A-1042. Which one is yours?"]
    assert lines == [
        "I could not make sure that it is you, so I have left everything as it is. "
        "Let me see whether a colleague is free."
    ]
    assert chat.state.foreground is not None and chat.state.foreground.waits_for == "hand_over"


def test_when_nobody_is_there_a_message_can_be_left():
    chat = Chat()
    lines = chat.write("a human please", HUMAN)
    assert lines[-1] == "Of course. Let me see whether one of my colleagues is free."
    assert chat.hand_over_fails("unstaffed") == [
        "None of my colleagues is there at the moment.",
        "Would you like to leave them a message instead? They answer by e-mail.",
    ]
    assert chat.write("yes", slot("wants_mail", True))[0].startswith("What shall I tell them?")
    words = "Please cancel it, and tell a human that A-1042 is late."
    assert chat.write(words, HUMAN, start("order_status"), slot("order_no", "A-1042"))[0] == (
        "Which e-mail address may they answer to?"
    )
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    assert chat.proposal.action == "mail.send"
    assert {**chat.proposal.args, **chat.proposal.private_args} == {"reply_to": "eva@example.com", "message": words}
    assert chat.settle("succeeded", {"mail_id": "m-1"})[0].endswith("the answer goes to eva@example.com.")
    assert chat.outcomes == ["mail_sent"]


def test_an_address_that_was_given_before_is_not_asked_for_again():
    chat = Chat()
    identified(chat, "order_status")
    chat.settle("succeeded", ORDER)
    chat.write("a human please", HUMAN)
    chat.hand_over_fails("closed")
    chat.write("yes", slot("wants_mail", True))
    assert chat.write("Call me.") == []
    assert chat.proposal.action == "mail.send"


def test_goodbye_ends_the_interaction():
    chat = Chat()
    refunding(chat)
    chat.settle("succeeded", REFUND)
    assert chat.write("no, thanks", slot("more", False)) == ["Thank you for writing, and enjoy your day."]
    assert not chat.state.open


def test_goodbye_to_somebody_who_has_left_already_ends_nothing():
    chat = Chat()
    refunding(chat)
    chat.settle("succeeded", REFUND)
    chat.ended()
    assert chat.write("no, thanks", slot("more", False)) == ["Thank you for writing, and enjoy your day."]
    assert [type(each.event) for each in chat.log].count(InteractionEnded) == 1


def test_an_address_is_changed_for_the_customer_who_was_matched():
    chat = Chat()
    identified(chat, "change_email")
    chat.write("eva.new@example.com", slot("new_email", "eva.new@example.com"))
    proposal = chat.proposal
    assert (proposal.action, proposal.args["customer_id"]) == ("shop.change_email", "c-104")
    assert proposal.private_args == {"email": "eva.new@example.com"}
    lines = chat.settle("succeeded", {"customer_id": "c-104"})
    assert lines[0].startswith("Done. From now on we write to eva.new@example.com.")
    assert chat.outcomes == ["changed"]
