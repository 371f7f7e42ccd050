"""Is a call, a text message, a mail the same conversation as a chat: the same outcome, and the same calls outside?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.interactions import InteractionEnded
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.people import ChallengePassed, CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded
from tests.simulation.caller import (
    Caller,
    Chatter,
    Customer,
    confirmations,
    identify,
    of,
    order_of,
)
from tests.simulation.play import play
from tests.simulation.writers import Mailer, Texter

ANSWERS = ("mail.answer", "mail.text")
"""What carries the conversation itself."""

CHANNELS: tuple[type[Chatter | Caller | Texter | Mailer], ...] = (Chatter, Caller, Texter, Mailer)
Tale = Callable[[Customer], Awaitable[None]]


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


def came_of(centre: Centre) -> dict[str, Any]:
    """How the journeys ended, and what was done outside."""
    done = {each.proposal for each in of(centre, EffectSucceeded) if each.action not in ANSWERS}
    codes = [mail for mail in centre.shop.mails if mail.reference in done]
    return {
        "ended": [(each.journey, each.outcome) for each in of(centre, JourneyEnded)],
        "calls": [(each.action, each.args) for each in of(centre, ActionProposed) if each.proposal in done],
        "refunds": [(each.order, each.item, each.amount) for each in centre.shop.refunds],
        "mails": [(mail.to, "code" in mail.text) for mail in codes],
        "matched": [each.customer for each in of(centre, CustomerMatched)],
        "codes": len(of(centre, ChallengePassed)),
        "yes": confirmations(centre),
        "over": [each.reason for each in of(centre, InteractionEnded)],
    }


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
def test_a_journey_ends_in_each_channel_as_in_the_chat_with_the_same_calls_outside(
    definitions: Definitions, tale: Tale, outcome: tuple[str, str]
) -> None:
    found: list[dict[str, Any]] = []
    for channel in CHANNELS:

        async def story(centre: Centre, channel: type[Chatter | Caller | Texter | Mailer] = channel) -> None:
            customer: Customer = channel(centre)
            await customer.begin()
            await tale(customer)
            found.append(came_of(centre))
            await centre.pass_time(timedelta(days=30))

        assert play(definitions, story) == []
    chat, *others = found
    for other in others:
        assert other == chat
    assert chat["ended"][-1] == outcome


def test_who_was_matched_in_the_chat_is_asked_again_on_the_phone(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        for customer in (Chatter(centre), Caller(centre)):
            await customer.begin()
            await status(customer)
        assert len(of(centre, CustomerMatched)) == 2
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []
