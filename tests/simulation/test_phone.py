"""Is a call the same conversation as a chat: the same outcome, the same calls outside, and a yes only where it is one?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from interlock.kernel.events import Cursor, Event
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.shop import Order
from interlock.vocabulary.approvals import CounterOffer
from interlock.vocabulary.channels import Author, Principal
from interlock.vocabulary.ids import MessageId, ProposalId, QueueName
from interlock.vocabulary.interactions import InteractionEnded, MessagePosted, PostMessage
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.money import Money
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded, RemedyMet
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from tests.simulation.caller import Caller, Chatter, Customer, mailed_code
from tests.simulation.play import AGENT, do, go_home, interaction_of, play

Tale = Callable[[Customer], Awaitable[None]]


def order_of(centre: Centre, price: int) -> Order:
    """A delivered order of somebody whose address is old, with exactly one item of this price, which costs nothing else."""
    for order in centre.shop.orders.values():
        known = centre.shop.buyers[order.owner].registered_at < centre.clock()
        if known and order.status == "delivered":
            order.items[0].price = price
            return order
    raise AssertionError("no order was delivered")


async def identify(customer: Customer, order: Order) -> None:
    """Give the order's number, and the address as it is said or written."""
    await customer.number(order.id)
    await customer.say(customer.centre.shop.buyers[order.owner].email.replace("@", " at ").replace(".", " dot "))


async def status(customer: Customer) -> None:
    await customer.pick("Where is my order?")
    await identify(customer, order_of(customer.centre, 1840))
    await customer.pick("No")


async def damaged(customer: Customer) -> None:
    order = order_of(customer.centre, 1840)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    await customer.pick(f"{order.items[0].name}, €18.40")
    await customer.answer(True)


async def damaged_with_code(customer: Customer) -> None:
    order = order_of(customer.centre, 14000)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    await customer.pick(f"{order.items[0].name}, €140.00")
    await customer.code()
    await customer.answer(True)


async def damaged_declined(customer: Customer) -> None:
    order = order_of(customer.centre, 1840)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    await customer.pick(f"{order.items[0].name}, €18.40")
    await customer.answer(False)


async def new_address(customer: Customer) -> None:
    await customer.say("I want to change my email address")
    await identify(customer, order_of(customer.centre, 1840))
    await customer.say("eva@example.org")
    await customer.code()
    await customer.answer(False)


async def business(customer: Customer) -> None:
    await customer.say("I am a business customer")
    await customer.pick("Yes")
    await customer.say("Sixty mugs, please.")
    await customer.say("eva@example.org")


async def person(customer: Customer) -> None:
    await customer.say("I want to talk to a human")
    await customer.pick("No")


def of(centre: Centre, *types: type[Event]) -> list[Any]:
    """The facts of some types."""
    return [one.event for one in centre.events(*types)]


def came_of(centre: Centre) -> dict[str, Any]:
    """How the journeys ended, and what was done outside."""
    done = {each.proposal for each in of(centre, EffectSucceeded)}
    return {
        "ended": [(each.journey, each.outcome) for each in of(centre, JourneyEnded)],
        "calls": [(each.action, each.args) for each in of(centre, ActionProposed) if each.proposal in done],
        "refunds": [(each.order, each.item, each.amount) for each in centre.shop.refunds],
        "mails": [(mail.to, "code" in mail.text) for mail in centre.shop.mails],
        "matched": [each.customer for each in of(centre, CustomerMatched)],
        "codes": len(of(centre, ChallengePassed)),
        "yes": confirmations(centre),
        "over": [each.reason for each in of(centre, InteractionEnded)],
    }


def confirmations(centre: Centre) -> list[str]:
    """The hashes of the arguments that were agreed to."""
    return [each.args_hash for each in of(centre, RemedyMet) if each.remedy.kind == "confirm"]


@pytest.mark.parametrize(
    ("tale", "outcome"),
    [
        (status, ("order_status", "told")),
        (damaged, ("damaged_item", "refunded")),
        (damaged_with_code, ("damaged_item", "refunded")),
        (damaged_declined, ("damaged_item", "declined")),
        (new_address, ("change_email", "declined")),
        (business, ("business", "mail_sent")),
        (person, ("talk_to_human", "no_mail")),
    ],
)
def test_a_journey_on_the_phone_ends_as_in_the_chat_with_the_same_calls_outside(
    definitions: Definitions, tale: Tale, outcome: tuple[str, str]
) -> None:
    found: list[dict[str, Any]] = []
    for channel in (Chatter, Caller):

        async def story(centre: Centre, channel: type[Chatter] | type[Caller] = channel) -> None:
            customer: Customer = channel(centre)
            await customer.begin()
            await tale(customer)
            found.append(came_of(centre))
            await centre.pass_time(timedelta(days=30))

        assert play(definitions, story) == []
    chat, voice = found
    assert voice == chat
    assert chat["ended"][-1] == outcome


def on_the_phone(definitions: Definitions, tale: Callable[[Caller], Awaitable[None]]) -> None:
    """Play what happens in one call."""

    async def story(centre: Centre) -> None:
        caller = Caller(centre)
        await caller.begin()
        await tale(caller)
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


async def until_the_card(customer: Customer, price: int = 1840) -> Order:
    """The customer has chosen what is to be refunded, and is asked whether that is right."""
    order = order_of(customer.centre, price)
    await customer.say("the kettle arrived broken")
    await identify(customer, order)
    await customer.pick(f"{order.items[0].name}, {Money(price, 'EUR')}")
    return order


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


def test_zero_asks_for_a_person_whose_words_are_read_out_to_the_caller(definitions: Definitions) -> None:
    async def tale(caller: Caller) -> None:
        centre = caller.centre
        wanted = SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=(QueueName("care"),), capacity=1)
        await do(centre, wanted, "presence")
        await caller.press("0")
        assert caller.heard[-1] == "Please stay on the line."
        (offered,) = of(centre, VisitOffered)
        assert await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
        await centre.rest()
        assert "has your call now" in caller.heard[-1]
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


def test_who_was_matched_in_the_chat_is_asked_again_on_the_phone(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for customer in (Chatter(centre), Caller(centre)):
            await customer.begin()
            await status(customer)
        assert len(of(centre, CustomerMatched)) == 2
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []
