"""Text messages and mails: told twice, forged, late, answered by a person, carried on from the chat, after an erasure."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from interlock.journeys.scenario_checks import read_scenarios
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.runtime.incoming_mail import read_mail
from interlock.simulation.centre import Centre
from interlock.simulation.scenarios import play as play_scenario
from interlock.simulation.scenarios import surroundings
from interlock.simulation.trying import chosen
from interlock.simulation.weather import KINDS
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.correspondence import MessagesSent
from interlock.vocabulary.ids import MessageId, QueueName, SessionId
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    MessagePosted,
    PostMessage,
    SilenceWarned,
)
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import RemedyMet
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from tests.simulation.caller import Chatter, identify, of, order_of
from tests.simulation.play import AGENT, do, interaction_of, play
from tests.simulation.test_same_by_phone import damaged, status
from tests.simulation.writers import LONG_ENOUGH, Mailer, Texter

MONTHS = timedelta(days=60)
FLAKY, STORM = (next(each for each in KINDS if each.name == name) for name in ("flaky shop", "storm"))


def test_what_is_told_twice_is_taken_once_and_answered_once(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        await eva.say("Where is my order?")
        await eva.say("Where is my order?", again=True)
        assert len(eva.got) == 1
        assert len([each for each in of(centre, MessagePosted) if each.author.kind == "customer"]) == 1
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_bare_yes_by_text_message_moves_no_money_and_the_word_with_its_number_does(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        order = order_of(centre, 1840)
        await eva.say("the kettle arrived broken")
        await identify(eva, order)
        await eva.pick(f"{order.items[0].name}, €18.40")
        await eva.say("yes")
        assert centre.shop.refunds == [] and "YES" in eva.last
        await eva.answer(True)
        assert [each.amount for each in centre.shop.refunds] == [1840]
        assert [each.remedy.kind for each in of(centre, RemedyMet)] == ["confirm"]
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_bare_yes_in_a_mail_counts_only_where_it_answers_the_mail_with_the_read_back(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        order = order_of(centre, 1840)
        await eva.say("the kettle arrived broken")
        first = eva.got[-1]["message_id"]
        await identify(eva, order)
        await eva.pick(f"{order.items[0].name}, €18.40")
        late = eva.mail("Yes")
        late.replace_header("In-Reply-To", first)
        late.replace_header("Message-ID", "<late@mail.example>")

        async def come(app: App) -> None:
            await app.correspondence.receive(read_mail(late.as_bytes()).inbound)

        await centre.insist(come)
        await centre.pass_time(LONG_ENOUGH)
        assert centre.shop.refunds == []
        await eva.say("Yes")
        assert [each.amount for each in centre.shop.refunds] == [1840]
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_who_answers_in_a_thread_from_another_address_begins_a_conversation_of_his_own(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        await status(eva)
        forged = eva.mail("Who am I?")
        forged.replace_header("From", "mallory@example.net")
        forged.replace_header("Message-ID", "<forged@example.net>")

        async def come(app: App) -> None:
            session = await app.correspondence.receive(read_mail(forged.as_bytes()).inbound)
            assert session != eva.session

        await centre.insist(come)
        await centre.pass_time(LONG_ENOUGH)
        begun = of(centre, InteractionStarted)
        assert [each.customer for each in begun] == ["", ""] and begun[0].person != begun[1].person
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_new_mail_of_the_same_address_knows_nobody(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        await status(eva)
        anew = eva.mail("Where is my order?")
        del anew["In-Reply-To"], anew["References"]
        anew.replace_header("Subject", "Another question")
        anew.replace_header("Message-ID", "<anew@mail.example>")

        async def come(app: App) -> None:
            assert await app.correspondence.receive(read_mail(anew.as_bytes()).inbound) != eva.session

        await centre.insist(come)
        await centre.pass_time(LONG_ENOUGH)
        assert len(of(centre, CustomerMatched)) == 1 and "order number" in eva.last
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_mail_is_answered_days_later_without_anybody_having_asked_whether_she_is_there(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        await eva.say("the kettle arrived broken")
        await centre.pass_time(timedelta(days=9))
        centre.clock.leap(centre.clock() + timedelta(days=1))
        assert of(centre, SilenceWarned) == [] and of(centre, InteractionEnded) == []
        await identify(eva, order_of(centre, 1840))
        await centre.pass_time(timedelta(days=15))
        assert [each.reason for each in of(centre, InteractionEnded)] == ["inactivity"]
        sent = len(eva.got)
        await eva.say("Are you still there?")
        assert len(of(centre, InteractionReopened)) == 1 and len(eva.got) == sent + 1
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_one_time_code_and_a_yes_have_a_day_in_a_mail(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        order = order_of(centre, 14000)
        await eva.say("the kettle arrived broken")
        await identify(eva, order)
        await eva.pick(f"{order.items[0].name}, €140.00")
        await centre.pass_time(timedelta(hours=5))
        centre.clock.leap(centre.clock() + timedelta(hours=5))
        await eva.code()
        assert len(of(centre, ChallengePassed)) == 1
        centre.clock.leap(centre.clock() + timedelta(days=1))
        await eva.answer(True)
        assert [each.amount for each in centre.shop.refunds] == [14000]
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_a_wrong_code_is_answered_with_the_tries_left(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        order = order_of(centre, 14000)
        await eva.say("the kettle arrived broken")
        await identify(eva, order)
        await eva.pick(f"{order.items[0].name}, €140.00")
        await eva.say("000000")
        assert "Tries left: 2." in eva.last and "six digits" in eva.last
        await eva.code()
        await eva.answer(False)
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_what_a_person_writes_goes_out_as_the_machine_s_words_do(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
        await do(centre, wanted, "presence")
        eva = Texter(centre)
        inbound = eva._inbound("I want to talk to a human")

        async def come(app: App) -> None:
            await app.correspondence.receive(inbound)

        await centre.insist(come)
        await centre.rest()
        offered = of(centre, VisitOffered)[-1]
        accept = AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT)
        assert await do(centre, accept, "accept")
        said = PostMessage(
            interaction=interaction_of(centre),
            message=MessageId("m_agent"),
            author=Author("agent", AGENT, "Sofia"),
            text="Hello Eva, this is Sofia.",
        )
        assert await do(centre, said, "said")
        await centre.pass_time(LONG_ENOUGH)
        assert eva.last.endswith("Hello Eva, this is Sofia.")

    play(definitions, story)


def test_a_conversation_of_the_chat_goes_on_by_text_message_with_its_code(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        chat, eva = Chatter(centre), Texter(centre)
        await chat.begin()
        await chat.say("the kettle arrived broken")
        given: list[str] = []

        async def ask(app: App) -> None:
            given.append((await app.carrying.code(chat.session, "carry")).code)

        await centre.insist(ask)
        await eva.say(f"My code is {given[0]}")
        assert "in the chat" in eva.last and "Which order is it about?" in eva.last
        assert of(centre, InteractionStarted)[-1].continues
        await identify(eva, order_of(centre, 1840))
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


@pytest.mark.parametrize("writer", [Texter, Mailer])
def test_how_one_answers_is_written_in_the_customers_language(definitions: Definitions, writer: type[Texter]) -> None:
    async def story(centre: Centre) -> None:
        her = writer(centre)
        order = order_of(centre, 1840)
        await her.say("der Kessel ist leider kaputt angekommen, was tun wir")
        await identify(her, order)
        await her.say("Türkçe, lütfen")
        assert "nur in diesen Sprachen schreiben: English / Deutsch." in her.last
        assert "Antworten Sie mit der Nummer" in her.last
        await her.pick(f"{order.items[0].name}, €18.40")
        number = re.search(r"Antworten Sie JA (\d{3}), um es zu bestätigen", her.last)
        assert number is not None, her.last
        if writer is Mailer:
            assert "über diese Zeile ---" in her.last and "Mit freundlichen Grüßen" in her.last
        await her.say("woanders weitermachen")
        assert "Ihr Code, um am Telefon oder im Chat weiterzumachen" in her.last
        await her.say(f"Ja {number[1]}")
        assert "Erledigt." in her.last
        assert len(centre.shop.refunds) == 1
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


def test_who_was_erased_and_writes_again_is_somebody_new(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        await status(eva)
        before, customer = eva.session, of(centre, CustomerMatched)[-1].customer

        async def erase(app: App) -> None:
            await app.erase(customer, by="test")

        await centre.pass_time(MONTHS)
        await centre.insist(erase)
        await eva.say("Where is my order?")
        assert eva.session not in (before, SessionId(""))
        assert "order number" in eva.last
        await centre.pass_time(MONTHS)

    play(definitions, story)


def test_money_moves_once_by_mail_as_in_every_channel(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Mailer(centre)
        await damaged(eva)
        assert eva.got[0]["subject"].startswith("Re: A question [#")
        assert eva.got[-1]["in_reply_to"].startswith("<") and eva.got[-1]["subject"] == eva.got[0]["subject"]
        assert "automatic assistant" in eva.got[0]["text"]
        assert len({each["message_id"] for each in eva.got}) == len(eva.got)
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []


@pytest.mark.parametrize("channel", [Channel.MESSAGE, Channel.EMAIL])
def test_a_scenario_holds_in_the_channels_in_which_what_is_said_is_sent(
    definitions: Definitions, channel: Channel
) -> None:
    scenarios = read_scenarios(definitions.files, surroundings(definitions))
    for scenario in chosen(scenarios, ["change_email"], channel):
        assert scenario.given.channel is channel
        assert play_scenario(scenario, definitions) == []


def test_what_is_said_is_sent_once_whatever_dies(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        order = order_of(centre, 1840)
        await eva.say("the kettle arrived broken")
        await identify(eva, order)
        await centre.calm_down()
        await centre.pass_time(timedelta(hours=1))
        held = [each for sent in of(centre, MessagesSent) for each in sent.messages]
        assert len(held) == len(set(held))
        assert set(held) == {each.message for each in of(centre, MessagePosted) if each.send is not None}
        assert len(centre.shop.mails) == len(of(centre, MessagesSent)) == len(eva.got)
        await centre.pass_time(MONTHS)

    for weather in (FLAKY, STORM):
        assert play(definitions, story, weather=weather) == []


def test_who_writes_from_a_number_months_later_is_asked_who_she_is(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        eva = Texter(centre)
        await status(eva)
        before = eva.session
        await centre.pass_time(MONTHS)
        centre.clock.leap(centre.clock() + MONTHS)
        await eva.say("Where is my order?")
        assert eva.session != before and "order number" in eva.last
        assert of(centre, InteractionStarted)[-1].customer == ""
        sent = len(eva.got)
        await eva.say("Where is my order?", again=True)
        assert len(eva.got) == sent
        await centre.pass_time(MONTHS)

    assert play(definitions, story) == []
