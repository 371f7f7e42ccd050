"""Small stories of what simulated centres once did wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from interlock.connectors.builtin_model import BuiltinModel, Question
from interlock.kernel.events import START
from interlock.routing.board import to_snapshot
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.runtime.settings import Settings
from interlock.runtime.warm_views import SNAPSHOT_EVERY
from interlock.simulation.centre import Centre, at_once
from interlock.store.memory import MemoryLog
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.channels import Author, Card
from interlock.vocabulary.ids import MessageId
from interlock.vocabulary.interactions import (
    HandBack,
    InteractionEnded,
    Leave,
    MessagePosted,
    PostMessage,
    ReceiveMessage,
    SilenceWarned,
)
from interlock.vocabulary.people import IssueChallenge
from tests.simulation.play import (
    AGENT,
    AGENT_PRINCIPAL,
    SESSION,
    do,
    go_home,
    hand_over_to_agent,
    interaction_of,
    oblige,
    play,
    write,
)

AN_HOUR = timedelta(hours=1)


def endings(centre: Centre) -> list[str]:
    return [one.event.reason for one in centre.events(InteractionEnded) if isinstance(one.event, InteractionEnded)]


def said(centre: Centre) -> list[str]:
    return [str(one.event.text) for one in centre.events(MessagePosted) if isinstance(one.event, MessagePosted)]


def test_a_silent_customer_is_warned_and_then_left_in_peace(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order")
        await centre.pass_time(AN_HOUR)
        assert len(centre.events(SilenceWarned)) == 1
        assert endings(centre) == ["inactivity"]

    assert play(definitions, story) == []


def test_a_customer_who_came_back_is_warned_a_second_time(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "where is my order")
        await centre.pass_time(timedelta(minutes=4))
        await write(centre, 2, "yes, I am here")
        await centre.pass_time(AN_HOUR)
        assert len(centre.events(SilenceWarned)) == 2
        assert endings(centre) == ["inactivity"]

    assert play(definitions, story) == []


def test_a_word_of_an_agent_after_the_warning_begins_a_new_silence(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "hello")
        await hand_over_to_agent(centre, 2)
        await centre.pass_time(timedelta(minutes=3, seconds=30))
        assert len(centre.events(SilenceWarned)) == 1
        interaction = interaction_of(centre)
        text = PostMessage(
            interaction=interaction, message=MessageId("m_a"), author=Author("agent", AGENT, "A"), text="Hello?"
        )
        await do(centre, text, "agent's word")
        await do(centre, HandBack(interaction=interaction, agent=AGENT), "hand back")
        await go_home(centre)
        assert endings(centre) == ["inactivity"]

    assert play(definitions, story) == []


def test_a_verification_that_an_agent_asked_for_is_not_asked_in_the_virtual_agents_name(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        order = next(iter(centre.shop.orders.values()))
        buyer = centre.shop.buyers["c-101"]
        order.owner = buyer.id
        await write(centre, 1, f"where is my order {order.id}")
        await write(centre, 2, buyer.email)
        await hand_over_to_agent(centre, 3)
        ask = IssueChallenge(interaction=interaction_of(centre), level=Level.ONE_FACTOR, asked_by=AGENT_PRINCIPAL)
        await centre.insist(lambda app: app.issue_challenge(ask, "verify"))
        cards = [one.event for one in centre.events(MessagePosted) if isinstance(one.event.card, Card)]
        assert cards[-1].card.kind == "code"
        assert cards[-1].author.kind == "system"
        await oblige(centre)
        await go_home(centre)

    assert play(definitions, story) == []


class Slow:
    """The built-in model, which thinks for a second first."""

    name = "slow"

    def __init__(self, definitions: Definitions) -> None:
        self._model = BuiltinModel(definitions.intents)

    async def suggest(self, question: Question) -> object:
        await asyncio.sleep(1)
        return await self._model.suggest(question)


def test_a_goodbye_to_somebody_who_has_left_ends_nothing_a_second_time(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for number, text in enumerate(("I am a business customer", "no"), 1):
            await write(centre, number, text)
        last = ReceiveMessage(session=SESSION, message=MessageId("m_3"), text="cancel")
        await do(centre, last, "chat/3")
        await do(centre, Leave(session=SESSION), "chat/4")
        await centre.rest()
        await centre.pass_time(AN_HOUR)
        assert said(centre)[-1] == "Thank you for writing, and enjoy your day."
        assert endings(centre) == ["customer_left"]

    assert play(definitions, story, Slow(definitions)) == []


def test_who_writes_after_leaving_has_come_back_and_is_said_goodbye_to(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for number, text in enumerate(("I am a business customer", "no"), 1):
            await write(centre, number, text)
        await do(centre, Leave(session=SESSION), "chat/3")
        await write(centre, 4, "cancel")
        await centre.pass_time(AN_HOUR)
        assert endings(centre) == ["customer_left", "journey_ended"]

    assert play(definitions, story) == []


def test_views_that_are_stored_in_the_middle_of_a_batch_belong_to_their_position(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await write(centre, 1, "hello")
        await hand_over_to_agent(centre, 2)
        await go_home(centre)
        first, second = (
            App(
                Settings(),
                MemoryLog(centre.clock, centre.store),
                centre.records,
                centre.clock,
                b"secret",
                definitions,
                node=name,
            )
            for name in ("first", "second")
        )
        first.knowledge.aside = second.knowledge.aside = at_once
        visit = centre.store.by_tag[f"interaction:{interaction_of(centre)}"][-8]
        first._warm._since_stored = SNAPSHOT_EVERY - visit
        await first.follower.catch_up()
        await asyncio.sleep(0)
        await second.load_views()
        assert START < second.follower.cursor < first.follower.cursor
        await second.follower.catch_up()
        assert to_snapshot(second.board) == to_snapshot(first.board)

    assert play(definitions, story) == []
