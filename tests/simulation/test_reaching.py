"""On the virtual clock: in which chat does a customer hear of news, by what link does she come to it, and what is not said?"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from interlock.runtime.definitions import Definitions, compiled
from interlock.simulation.centre import Centre
from interlock.vocabulary.ids import SessionId
from interlock.vocabulary.interactions import (
    InteractionEnded,
    InteractionStarted,
    MessagePosted,
    SessionOpened,
    SilenceWarned,
    WrapUp,
)
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proactive import ClaimSession
from interlock.vocabulary.proposals import ActionProposed
from interlock.vocabulary.triggers import TriggerFired, TriggerHeld
from tests.simulation.news import (
    EVA,
    agree,
    identified,
    late,
    of,
    played,
    say,
    says,
    tell,
    why,
)
from tests.simulation.play import AGENT, do, hand_over_to_agent, write


def test_a_customer_without_a_chat_gets_a_mail_whose_link_works_once(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, late(1))
        fired, opened = of(centre, TriggerFired)[0], of(centre, SessionOpened)[0]
        mail = centre.shop.mails[0]
        assert fired.reach == "new_chat" and mail.to == centre.shop.buyers[EVA].email
        session, secret = mail.text.split("#interlock=")[1].split()[0].split(".")
        assert session == opened.session and not opened.secret_digest
        said = [str(each.text) for each in of(centre, MessagePosted)]
        assert "I am a machine" in said[0] and "Thursday 24 December 2026" in said[1]
        claim = ClaimSession(session=SessionId(session), link_digest="wrong", secret_digest="mine")
        assert not await do(centre, claim, "claim/0")
        right = sha256(secret.encode()).hexdigest()
        claim = ClaimSession(session=SessionId(session), link_digest=right, secret_digest="mine")
        assert await do(centre, claim, "claim/1")
        assert not await do(centre, claim, "claim/2")
        # Whoever comes by the link is nobody yet: what is hers is shown after she has said who she is.
        await say(centre, SessionId(session), 1, "Where is it now?")
        assert says(centre, "which e-mail address did you order with") == 1
        assert not of(centre, CustomerMatched)

    assert played(definitions, story) == []


def test_the_link_is_in_nothing_that_is_not_sealed(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, late(1))
        secret = centre.shop.mails[0].text.split("#interlock=")[1].split()[0].split(".")[1]
        proposed = of(centre, ActionProposed)[0]
        assert secret in str(proposed.private_args) and secret not in str(proposed.args)

    assert played(definitions, story) == []


def test_in_her_open_chat_she_hears_of_it_without_a_mail(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await identified(centre)
        await tell(centre, late(1, customer))
        fired = of(centre, TriggerFired)[0]
        assert fired.reach == "open_chat" and fired.interaction == of(centre, InteractionStarted)[0].interaction
        assert says(centre, "There is news about your order") == 1 and not centre.shop.mails
        assert says(centre, "I am a machine") == 1, "she knows already that it is one"

    assert played(definitions, story) == []


def test_while_an_agent_has_her_it_waits_and_nothing_is_said_over_his_head(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await identified(centre)
        await hand_over_to_agent(centre, 3)
        await tell(centre, late(1, customer))
        assert [each.why for each in of(centre, TriggerHeld)] == ["busy"] and not of(centre, TriggerFired)
        # Nobody writes, so the conversation with the agent ends; what waited comes in a new one.
        await centre.pass_time(timedelta(minutes=20))
        [fired] = of(centre, TriggerFired)
        over = centre.events(InteractionEnded)[0].at
        assert fired.reach == "last_chat" and centre.events(TriggerFired)[0].at > over
        first = of(centre, InteractionStarted)[0].interaction
        await do(centre, WrapUp(interaction=first, agent=AGENT, disposition="solved"), "wrap-up")

    assert played(definitions, story) == []


def test_whoever_left_finds_it_in_her_last_chat(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await identified(centre)
        await centre.pass_time(timedelta(hours=2))
        ended = len(of(centre, InteractionEnded))
        await tell(centre, late(1, customer))
        fired = of(centre, TriggerFired)[0]
        assert fired.reach == "last_chat" and len(of(centre, InteractionStarted)) == 2
        assert "#interlock=" not in centre.shop.mails[-1].text
        # She is not there: nobody asks her whether she still is, and nothing ends within minutes.
        warned = len(of(centre, SilenceWarned))
        await centre.pass_time(timedelta(days=2))
        assert (len(of(centre, SilenceWarned)), len(of(centre, InteractionEnded))) == (warned, ended)
        await write(centre, 5, "That is fine")
        assert says(centre, "Thank you for your patience") == 1

    assert played(definitions, story) == []


def test_what_nobody_answers_ends_without_a_word(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, late(1))
        await centre.pass_time(timedelta(days=4))
        assert [each.reason for each in of(centre, InteractionEnded)] == ["unanswered"]
        assert says(centre, "still there") == 0 == says(centre, "closed our chat")

    assert played(definitions, story) == []


def test_nobody_is_reached_without_a_chat_and_without_a_mail(definitions: Definitions) -> None:
    silent = compiled(
        {
            path: text.split("mail:")[0] if path == "triggers/shipment_delayed.yaml" else text
            for path, text in definitions.files.items()
        },
        definitions.model,
    )

    async def story(centre: Centre) -> None:
        await agree(centre)
        await tell(centre, late(1))
        assert why(centre) == ["nobody"] and not of(centre, InteractionStarted)

    assert played(silent, story) == []
