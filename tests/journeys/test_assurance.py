"""Who has to say again who she is: what counts of what was established before, and where?"""

from __future__ import annotations

import pytest

from interlock.vocabulary.assurance import Assurance, Level
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import NOBODY, CustomerId, SessionId
from tests.journeys.harness import NOW, ORDER, Chat, S, slot, start
from tests.journeys.test_transcripts import NOTICE

EVA = CustomerId("c-104")
ASKS_NUMBER = "Gladly. What is the order number? It is in your confirmation e-mail and looks like A-1042."
ASKS_EMAIL = "And which e-mail address did you order with?"


def matched(session: SessionId = S, channel: Channel = Channel.CHAT) -> Assurance:
    return Assurance(Level.MATCHED, EVA, NOW, session, channel, "order_and_email")


def test_who_was_matched_earlier_in_the_session_is_asked_for_the_order_and_for_nothing_else():
    chat = Chat(matched())
    assert chat.write("where is my order?", start("order_status")) == [NOTICE, ASKS_NUMBER]
    assert chat.write("A-1042", slot("order_no", "A-1042")) == []
    assert [each.action for each in chat.proposals] == ["shop.get_order"]
    assert chat.settle("succeeded", {**ORDER, "status": "processing"})[0].startswith(
        "Your order A-1042 is being packed"
    )


def test_her_proposals_are_made_in_her_name():
    chat = Chat(matched())
    chat.write("where is A-1042?", start("order_status"), slot("order_no", "A-1042"))
    assert chat.proposal.customer == EVA and chat.proposal.args == {"order_id": "A-1042"}


def test_a_journey_that_begins_with_its_order_asks_nothing_at_all():
    chat = Chat(matched())
    assert chat.write("the kettle of A-1042 is broken", start("damaged_item"), slot("order_no", "A-1042")) == []
    assert chat.settle("succeeded", ORDER) == [NOTICE, "Which item is it?"]


@pytest.mark.parametrize(
    "elsewhere",
    [matched(session=SessionId("s_2")), matched(channel=Channel.EMAIL)],
    ids=["another session", "another channel"],
)
def test_what_was_established_elsewhere_does_not_count(elsewhere: Assurance):
    chat = Chat(elsewhere)
    assert chat.state.customer == NOBODY
    chat.write("where is my order?", start("order_status"))
    assert chat.write("A-1042", slot("order_no", "A-1042")) == [ASKS_EMAIL]
    assert chat.proposals == []


def test_somebody_else_who_is_matched_in_the_interaction_counts_from_then_on():
    chat = Chat()
    chat.write("where is A-1042?", start("order_status"), slot("order_no", "A-1042"))
    chat.write("eva@example.com", slot("email", "eva@example.com"))
    chat.matched()
    assert chat.state.customer == EVA
    assert chat.proposal.customer == EVA
