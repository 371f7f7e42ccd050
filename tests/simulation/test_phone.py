"""Is a yes on the phone a yes to what was read back and to nothing else, and what else can a caller do?"""

from __future__ import annotations

from datetime import timedelta

from interlock.kernel.events import Cursor
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.approvals import CounterOffer
from interlock.vocabulary.channels import Author, Principal
from interlock.vocabulary.ids import MessageId, ProposalId, QueueName
from interlock.vocabulary.interactions import InteractionEnded, MessagePosted, PostMessage
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import ChallengePassed
from interlock.vocabulary.proposals import ProposeAction, RemedyRefused
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from tests.simulation.caller import (
    Caller,
    Chatter,
    confirmations,
    identify,
    mailed_code,
    of,
    on_the_phone,
    order_of,
    until_the_card,
)
from tests.simulation.play import AGENT, AGENT_PRINCIPAL, do, go_home, interaction_of, play


def test_a_yes_in_the_chat_is_no_confirmation(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        chatter = Chatter(centre)
        await chatter.begin()
        await until_the_card(chatter)
        await chatter.say("yes")
        assert confirmations(centre) == [] and centre.shop.refunds == []
        await chatter.answer(True)
        assert len(centre.shop.refunds) == 1
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


def test_a_yes_on_the_phone_confirms_what_was_read_back_and_an_unclear_word_has_it_read_again(
    definitions: Definitions,
) -> None:
    async def tale(caller: Caller) -> None:
        await until_the_card(caller)
        read = caller.ask["says"]
        for unclear in ("hm, I do not know", "yes but only half of it", "ok"):
            await caller.say(unclear)
            assert caller.ask["says"] == read and confirmations(caller.centre) == [], unclear
        await caller.press("7")
        assert caller.frames[-1]["before"] and caller.ask["says"] == read
        await caller.say("yes please")
        assert len(confirmations(caller.centre)) == len(caller.centre.shop.refunds) == 1

    on_the_phone(definitions, tale)


def test_a_yes_to_a_question_that_is_not_asked_any_more_is_not_taken(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        await until_the_card(caller)
        heard = caller.ask
        await caller.centre.pass_time(timedelta(minutes=4))
        assert "Are you still there?" in caller.heard[-2] and caller.ask["says"] == heard["says"]
        await caller.say("yes", on=heard["id"])  # to being there, before the card was read back once more
        await caller.press("1", on=heard["id"])
        assert confirmations(caller.centre) == []
        assert caller.frames[-1]["before"] and caller.ask["says"] == heard["says"]
        await caller.say("yes")
        assert len(confirmations(caller.centre)) == 1

    on_the_phone(definitions, tale)


def test_a_yes_after_a_counter_offer_does_not_confirm_what_was_read_back_before(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        centre = caller.centre
        await until_the_card(caller, 30000)
        while caller.ask["kind"] == "code":
            await caller.code()
        before = caller.ask
        await caller.say("yes")
        (waiting,) = centre.lives[0].app.approvals.waiting.values()
        counter = CounterOffer(
            proposal=ProposalId(waiting.proposal),
            counter=ProposalId("pr_counter"),
            by=Principal("agent", "u_sofia", ("supervisor",)),
            args_hash=waiting.args_hash,
            amount=Money(5000, "EUR"),
            customer_reason="The kettle was used.",
            file_reason="Used.",
        )
        assert await do(centre, counter, "counter")
        await centre.rest()
        offered = caller.ask
        assert "50 euros" in offered["says"] and "300 euros" in offered["says"]
        agreed = confirmations(centre)
        await caller.say("yes", on=before["id"])
        assert confirmations(centre) == agreed and centre.shop.refunds == []
        await caller.say("yes")
        assert len(confirmations(centre)) == len(agreed) + 1 and confirmations(centre)[-1] not in agreed
        assert [refund.amount for refund in centre.shop.refunds] == [5000]

    on_the_phone(definitions, tale)


def test_a_wrong_code_is_told_and_asked_for_again(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        await until_the_card(caller, 14000)
        right = mailed_code(caller.centre)
        await caller.press(f"{(int(right) + 1) % 10**6:06}")
        assert caller.heard[-2] == "That is not the code that we sent. Tries left: 2."
        assert caller.ask["kind"] == "code"
        await caller.say(" ".join(right))
        assert caller.ask["kind"] == "confirm" and len(of(caller.centre, ChallengePassed)) == 1

    on_the_phone(definitions, tale)


def test_what_waits_for_its_time_is_told_and_withdrawn_by_a_key(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        shop = caller.centre.shop
        lately = (caller.centre.clock() - timedelta(days=1)).isoformat()
        known = shop._operations["getCustomer"]  # a customer whose address was changed yesterday
        before = {"email_before": "old@example.com", "email_before_registered_at": "2024-01-02T03:04:05+00:00"}
        changed = {**before, "email_registered_at": lately}
        shop._operations["getCustomer"] = lambda given, key: {**known(given, key), **changed}
        await until_the_card(caller, 3000)
        await caller.code()
        if caller.ask["kind"] == "confirm":
            await caller.answer(True)
        assert caller.ask["kind"] == "waiting"
        assert caller.ask["says"].startswith("Until Wednesday 25 November, ")
        assert "30 euros" in caller.ask["says"]
        await caller.press("1")
        assert [each.how for each in of(caller.centre, RemedyRefused)] == ["withdrawn"]
        assert caller.ask["kind"] == "question"
        await caller.centre.pass_time(timedelta(days=5))
        assert shop.refunds == []

    on_the_phone(definitions, tale)


def test_star_says_again_what_was_said_since_the_last_answer(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        await caller.pick("Where is my order?")
        heard = caller.heard
        await caller.press("*")
        again = caller.frames[-1]
        assert [*again["before"], again["says"]] == heard[-2:]
        assert again["id"] == caller.ask["id"]

    on_the_phone(definitions, tale)


def test_a_connection_that_came_back_says_nothing_twice_and_stands_at_the_same_question(
    definitions: Definitions,
) -> None:
    async def tale(caller: Caller) -> None:
        await until_the_card(caller)
        asked = caller.ask
        seen = max(Cursor.parse(frame["cursor"]) for frame in caller.frames if "cursor" in frame)
        caller.feed.close()
        caller.frames.clear()
        await caller.connect(seen)
        assert [frame["type"] for frame in caller.frames] == ["welcome", "ask"] and caller.ask == asked
        await caller.say("yes")
        assert len(confirmations(caller.centre)) == 1

    on_the_phone(definitions, tale)


async def take_the_call(caller: Caller) -> None:
    """The caller asks for a person, and an agent takes the call."""
    centre = caller.centre
    wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
    await do(centre, wanted, "presence")
    await caller.press("0")
    assert caller.heard[-1] == "Please stay on the line."
    (offered,) = of(centre, VisitOffered)
    assert await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
    await centre.rest()
    assert "has your call now" in caller.heard[-1]


def test_zero_asks_for_a_person_whose_words_are_read_out_to_the_caller(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        centre = caller.centre
        await take_the_call(caller)
        post = PostMessage(
            interaction=interaction_of(centre),
            message=MessageId("m_agent"),
            author=Author(kind="agent", id=AGENT, name="Amara"),
            text="Your €18.40 are on the way.",
        )
        assert await do(centre, post, "post")
        await centre.rest()
        assert caller.heard[-1] == "Your 18 euros 40 are on the way."
        await caller.say("Thank you!")
        assert [str(each.text) for each in of(centre, MessagePosted)][-1] == "Thank you!"
        await go_home(centre)

    on_the_phone(definitions, tale)


def test_what_an_agent_proposes_is_read_back_to_the_caller_and_its_receipt_is_told(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        centre, order = caller.centre, order_of(caller.centre, 1840)
        await caller.say("where is my order")
        await identify(caller, order)
        await take_the_call(caller)
        args = {"order_id": order.id, "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}}
        wanted = ProposeAction(
            proposal=ProposalId("pr_agent"),
            interaction=interaction_of(centre),
            principal=AGENT_PRINCIPAL,
            action="shop.refund_item",
            args=args,
        )
        assert await do(centre, wanted, "propose")
        await centre.rest()
        assert "I would do this: Refund 18 euros 40" in caller.ask["says"]
        await caller.say("well, if you think so")
        assert confirmations(centre) == []
        await caller.press("1")
        assert len(confirmations(centre)) == len(centre.shop.refunds) == 1
        assert caller.heard[-1].startswith("Done: Refund 18 euros 40")
        await go_home(centre)

    on_the_phone(definitions, tale)


def test_hanging_up_ends_the_interaction_at_once_and_what_was_read_back_stays_undone(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        await until_the_card(caller)
        await caller.hang_up()
        assert [each.reason for each in of(caller.centre, InteractionEnded)] == ["customer_left"]
        await caller.centre.pass_time(timedelta(hours=2))
        assert confirmations(caller.centre) == [] and caller.centre.shop.refunds == []

    on_the_phone(definitions, tale)


def test_a_call_that_falls_silent_is_asked_and_ended(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        await caller.pick("Where is my order?")
        await caller.centre.pass_time(timedelta(minutes=10))
        assert caller.heard[-1] == "I do not hear you any more, so I end our call. Please call again when you need us."
        assert caller.ask["keys"] == [] and caller.ask["says"] == ""
        assert next(f for f in reversed(caller.frames) if f["type"] == "state")["state"]["ended"]

    on_the_phone(definitions, tale)
