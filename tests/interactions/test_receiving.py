"""Where does a customer's message go, and what does leaving leave behind?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    Leave,
    MessagePosted,
    OpenSession,
    ReceiveMessage,
    SessionOpened,
)
from tests.interactions.given import LEFT, OPENED, PUBLISHED, STARTED, I, P, S, when


def receive(text: str = "where is it?", new: bool = False) -> ReceiveMessage:
    return ReceiveMessage(session=S, message=MessageId("m_1"), text=text, new=new)


def kinds(facts: list[object]) -> list[type]:
    return [type(fact) for fact in facts]


def test_a_session_is_opened_once():
    command = OpenSession(session=S, person=P, channel=Channel.CHAT, secret_digest="d")
    assert kinds(when([], command)) == [SessionOpened]
    assert when([OPENED], command) == []
    with pytest.raises(Refused, match="session_taken"):
        other = OpenSession(session=S, person=PersonId("p_2"), channel=Channel.CHAT, secret_digest="d")
        when([OPENED], other)


def test_the_first_message_begins_an_interaction_on_the_release_in_force():
    started, posted = when([PUBLISHED, OPENED], receive("  where is it?  "))
    assert isinstance(started, InteractionStarted) and started.release == "r_1" and started.channel == Channel.CHAT
    assert isinstance(posted, MessagePosted) and posted.text == "where is it?" and posted.author.kind == "customer"
    assert posted.interaction == started.interaction


def test_a_message_goes_to_the_open_interaction():
    (posted,) = when([OPENED, STARTED], receive())
    assert isinstance(posted, MessagePosted) and posted.interaction == I


def test_a_message_soon_after_the_end_reopens_and_a_late_one_begins_anew():
    assert kinds(when([OPENED, STARTED, (LEFT, timedelta(hours=24))], receive())) == [
        InteractionReopened,
        MessagePosted,
    ]
    late = when([OPENED, STARTED, (LEFT, timedelta(hours=24, seconds=1))], receive())
    assert kinds(late) == [InteractionStarted, MessagePosted]


def test_a_new_interaction_ends_the_open_one():
    facts = when([OPENED, STARTED], receive(new=True))
    assert kinds(facts) == [InteractionEnded, InteractionStarted, MessagePosted]
    assert isinstance(facts[0], InteractionEnded) and facts[0].interaction == I


@pytest.mark.parametrize(("text", "code"), [("   \n", "message_empty"), ("x" * 4001, "message_too_long")])
def test_a_message_has_some_text_and_not_too_much(text: str, code: str):
    with pytest.raises(Refused) as refused:
        when([OPENED], receive(text))
    assert (refused.value.code, refused.value.status) == (code, 422)


def test_a_message_in_a_session_that_nobody_opened_is_refused():
    with pytest.raises(Refused) as refused:
        when([OPENED], ReceiveMessage(session=SessionId("s_2"), message=MessageId("m_1"), text="hi"))
    assert (refused.value.code, refused.value.status) == ("session_unknown", 404)


def test_leaving_ends_the_interaction_once():
    (ended,) = when([OPENED, STARTED], Leave(session=S))
    assert isinstance(ended, InteractionEnded) and ended.reason == "customer_left"
    assert when([OPENED, STARTED, LEFT], Leave(session=S)) == []
    assert when([OPENED], Leave(session=S)) == []


def test_the_end_of_an_older_interaction_does_not_close_the_newer_one():
    newer = InteractionStarted(
        interaction=InteractionId("i_2"), person=P, session=S, channel=Channel.CHAT, release="r_1"
    )
    (posted,) = when([OPENED, STARTED, newer, LEFT], receive())
    assert isinstance(posted, MessagePosted) and posted.interaction == "i_2"
