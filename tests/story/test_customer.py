"""Does the story's customer notice when the chat does not do what it promises?"""

from __future__ import annotations

import pytest

from interlock.cli.story.customer import Customer
from interlock.cli.story.wire import Unmet
from tests.story.chat import Chat


async def connected(chat: Chat) -> Customer:
    customer = Customer(chat.url, "Eva")
    await customer.connect()
    return customer


async def test_an_answer_is_heard_and_what_came_before_the_question_is_not() -> None:
    async with Chat().open() as chat:
        chat.post("Your order is on its way")
        chat.answers = ["Which number?"]
        customer = await connected(chat)
        await customer.say("Where is my order?")
        assert await customer.hears("the question", "number") == "Which number?"
        assert customer.texts() == ["Which number?"]
        with pytest.raises(Unmet):
            await customer.sees("an old message", lambda frame: "on its way" in str(frame) or None, patience_s=0.05)
        await customer.hang_up()


async def test_what_was_missed_comes_once_after_reconnecting() -> None:
    async with Chat().open() as chat:
        chat.post("one")
        customer = await connected(chat)
        await customer.hang_up()
        chat.post("two")
        chat.post("three")
        await customer.connect()
        assert [frame["message"]["text"] for frame in customer.frames if frame["type"] == "message"] == [
            "one",
            "two",
            "three",
        ]
        await customer.nothing_lost()
        await customer.hang_up()


async def test_a_message_that_is_lost_on_reconnecting_is_noticed() -> None:
    async with Chat().open() as chat:
        chat.post("one")
        customer = await connected(chat)
        await customer.hang_up()
        chat.post("two")
        chat.post("three")
        chat.replays = lambda missed: missed[1:]
        await customer.connect()
        chat.replays = lambda missed: missed
        with pytest.raises(Unmet, match="never got the messages m_2"):
            await customer.nothing_lost()
        await customer.hang_up()


async def test_a_message_that_is_shown_twice_is_noticed() -> None:
    async with Chat().open() as chat:
        first = chat.post("one")
        customer = await connected(chat)
        await customer.hang_up()
        chat.replays = lambda missed: [first, *missed]
        await customer.connect()
        with pytest.raises(Unmet, match="shown a message twice"):
            await customer.nothing_lost()
        await customer.hang_up()


async def test_a_refusal_is_told_with_its_code_and_reason() -> None:
    async with Chat().open() as chat:
        chat.refuses = "message_too_long"
        customer = await connected(chat)
        with pytest.raises(Unmet, match="message_too_long: Not now"):
            await customer.say("Hello")
        assert await customer.refused({"type": "message", "text": "Hello"}) == "message_too_long"
        await customer.hang_up()


async def test_a_wait_in_vain_shows_what_came_instead() -> None:
    async with Chat().open() as chat:
        chat.answers = ["I did not understand that"]
        customer = await connected(chat)
        await customer.say("Hello")
        with pytest.raises(Unmet) as told:
            await customer.sees("a confirmation card", lambda frame: None, patience_s=0.05)
        assert "waited 0.05 s for a confirmation card" in str(told.value)
        assert 'virtual_agent: "I did not understand that"' in str(told.value)
        await customer.hang_up()


async def test_a_chat_that_is_not_there_is_told_with_its_address() -> None:
    with pytest.raises(Unmet, match=r"127\.0\.0\.1:9/v1/chat/socket"):
        await Customer("http://127.0.0.1:9", "Eva").connect()
