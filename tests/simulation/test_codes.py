"""What becomes of whoever waits for a one-time code that cannot be sent?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from interlock.kernel.events import Recorded
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.shop import CROWD, Order, Problem
from interlock.simulation.weather import CALM, Weather
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.interactions import HandOverRequested, MessagePosted
from interlock.vocabulary.people import ChallengeFailed, ChallengePassed, IssueChallenge
from interlock.vocabulary.proposals import ActionProposed, EffectFailed, RemedyRefused
from tests.simulation.play import AGENT_PRINCIPAL, go_home, hand_over_to_agent, interaction_of, oblige, play, write

UNREACHED = Weather(name="nothing is reached", shop_unreached=1.0)
NOT_SENT = "I am sorry, our code could not be sent to you, so please do not wait for it."
DOWN = "Our shop's system does not answer just now, so nothing was changed. Please try again in a few minutes."


def costly(centre: Centre) -> Order:
    """An order of somebody whose every item costs more than goes without a code."""
    return centre.shop.orders_of(f"c-{100 + CROWD[0]}")[0]


async def identify(centre: Centre, order: Order) -> None:
    """The customer asks about her order, and is matched."""
    await write(centre, 1, f"where is my order {order.id}?")
    await write(centre, 2, centre.shop.buyers[order.owner].email)


async def ask_for_refund(centre: Centre, order: Order, number: int) -> None:
    """From the words to the choice of the item."""
    await write(centre, number, f"An item arrived damaged, order {order.id}")
    await write(centre, number + 1, order.items[0].name)


def when_a_code_goes_out(centre: Centre, then: Callable[[], object]) -> None:
    """Have something happen as soon as a code is to be sent, before it is."""

    def look(recorded: Recorded) -> None:
        if isinstance(recorded.event, ActionProposed) and recorded.event.action == "mail.send_code":
            then()

    centre.hear(f"interaction:{interaction_of(centre)}", look)


def said(centre: Centre) -> list[str]:
    return [str(one.event.text) for one in centre.events(MessagePosted) if isinstance(one.event, MessagePosted)]


def failures(centre: Centre) -> list[tuple[str, bool]]:
    found = [one.event for one in centre.events(ChallengeFailed)]
    return [(each.why, each.unavailable) for each in found if isinstance(each, ChallengeFailed)]


def refusals(centre: Centre) -> list[bool]:
    """Of every remedy that was refused: whether for a system that did not answer."""
    return [one.event.unavailable for one in centre.events(RemedyRefused) if isinstance(one.event, RemedyRefused)]


def assert_refunded_once(centre: Centre, order: Order) -> None:
    made = [(refund.order, refund.item, refund.amount) for refund in centre.shop.refunds]
    assert made == [(order.id, order.items[0].id, order.items[0].price)]


def test_that_the_mail_system_is_down_is_told_at_once_and_the_next_code_works(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        order, days = costly(centre), [CALM, UNREACHED]
        await identify(centre, order)
        when_a_code_goes_out(centre, lambda: setattr(centre, "weather", days.pop()))
        began = centre.clock()
        await ask_for_refund(centre, order, 3)
        assert centre.clock() - began < timedelta(minutes=1), "nobody waited for the code to run out"
        assert failures(centre) == [("not_sent", True)] and refusals(centre) == [True]
        at = said(centre).index(NOT_SENT)
        assert said(centre)[at + 1] == DOWN
        assert centre.shop.refunds == []

        centre.weather = CALM
        await ask_for_refund(centre, order, 5)
        await oblige(centre)
        assert len(centre.events(ChallengePassed)) == 1
        assert_refunded_once(centre, order)
        await centre.pass_time(timedelta(days=30))
        assert failures(centre) == [("not_sent", True)]

    assert play(definitions, story) == []


def test_an_address_that_takes_no_mail_leads_to_a_person_at_once(definitions: Definitions) -> None:
    def bounce(given: Mapping[str, Any], key: str) -> Any:
        raise Problem("no_such_mailbox", "This address takes no mail.")

    async def story(centre: Centre) -> None:
        order = costly(centre)
        await identify(centre, order)
        centre.shop._operations["sendMail"] = bounce
        await ask_for_refund(centre, order, 3)
        assert failures(centre) == [("not_sent", False)] and refusals(centre) == [False]
        assert NOT_SENT in said(centre)
        (wanted,) = [one.event for one in centre.events(HandOverRequested)]
        assert isinstance(wanted, HandOverRequested) and "could not be verified" in wanted.reason
        await centre.pass_time(timedelta(days=30))
        assert centre.shop.refunds == []

    assert play(definitions, story) == []


def test_a_mail_that_goes_out_at_the_second_try_has_failed_for_nobody(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        order = costly(centre)
        await identify(centre, order)

        def break_for_a_moment() -> None:
            centre.weather = UNREACHED
            asyncio.get_running_loop().call_later(0.2, setattr, centre, "weather", CALM)

        when_a_code_goes_out(centre, break_for_a_moment)
        await ask_for_refund(centre, order, 3)
        assert len(centre.shop.mails) == 1
        await oblige(centre)
        assert failures(centre) == [] and refusals(centre) == []
        assert NOT_SENT not in said(centre)
        assert_refunded_once(centre, order)
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


def test_a_verification_that_an_agent_asked_for_fails_in_the_open_and_can_be_asked_for_again(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        order, days = costly(centre), [CALM, UNREACHED]
        await identify(centre, order)
        await hand_over_to_agent(centre, 3)
        when_a_code_goes_out(centre, lambda: setattr(centre, "weather", days.pop()))
        ask = IssueChallenge(interaction=interaction_of(centre), level=Level.ONE_FACTOR, asked_by=AGENT_PRINCIPAL)
        await centre.insist(lambda app: app.issue_challenge(ask, "verify"))
        await centre.rest()
        assert len(centre.events(EffectFailed)) == 1 and failures(centre) == [("not_sent", True)]
        assert said(centre)[-1] == NOT_SENT

        centre.weather = CALM
        await centre.insist(lambda app: app.issue_challenge(ask, "verify again"))
        await centre.rest()
        await oblige(centre)
        assert len(centre.events(ChallengePassed)) == 1
        await go_home(centre)

    assert play(definitions, story) == []
