"""Does a journey that asks ahead learn what the gate would say, and is nothing done, reserved or asked of anybody by it?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.foresights import Foreseen
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged
from tests.simulation.caller import Chatter, of
from tests.simulation.play import play

ACTION = "shop.credit_subscription"


async def leaving(centre: Centre, credit: int) -> Chatter:
    """A customer who wants to end a subscription for which the shop would give so much."""
    subscription = next(each for each in centre.shop.services.subscriptions.values() if each.id == "S-2001")
    subscription.stay_credit = credit
    customer = Chatter(centre)
    await customer.begin()
    await customer.say("cancel my subscription")
    order = next(each for each in centre.shop.orders.values() if each.owner == subscription.owner)
    await customer.number(order.id)
    await customer.say(centre.shop.buyers[subscription.owner].email)
    await customer.pick("Coffee filters, every 4 weeks")
    await customer.pick("End it")
    return customer


@pytest.mark.parametrize(
    ("credit", "verdict", "needs", "offered"),
    [
        (500, "needs", ["confirm"], True),
        (501, "needs", ["confirm", "approve:supervisor"], False),
        (10_001, "", [], False),
    ],
)
def test_what_the_customer_alone_can_have_is_offered_and_nothing_else(
    definitions: Definitions, credit: int, verdict: str, needs: list[str], offered: bool
) -> None:
    async def story(centre: Centre) -> None:
        customer = await leaving(centre, credit)
        foreseen = of(centre, Foreseen)
        assert [(each.verdict, [str(need) for need in each.needs]) for each in foreseen] == (
            [(verdict, needs)] if verdict else []
        )
        assert not [each for each in of(centre, ActionProposed) if each.action == ACTION]
        assert not [each for each in of(centre, ProposalJudged) if each.action == ACTION]
        labels = [each.label for each in customer.card().choices]
        assert ("I stay" in labels) is offered
        await customer.say("no") if offered else await customer.answer(False)
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []


def test_who_had_a_credit_this_year_hears_of_no_other(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await leaving(centre, 500)
        await customer.pick("I stay")
        await customer.answer(True)
        await customer.say("cancel my subscription")
        await customer.pick("Coffee filters, every 4 weeks")
        await customer.pick("End it")
        first, second = of(centre, Foreseen)
        assert (first.verdict, second.verdict) == ("needs", "denied")
        assert [each.rule for each in second.rulings if each.remedy is None] == ["credit.yearly"]
        assert "End the subscription" in customer.card().title
        await customer.answer(True)
        assert [each.amount for each in centre.shop.services.credits] == [500]
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []
