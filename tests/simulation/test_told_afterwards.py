"""Is a customer told what came out while a queue or an agent had the conversation, also where nobody hands it back?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.ids import ProposalId, QueueName
from interlock.vocabulary.interactions import InteractionStarted, Leave, MessagePosted, WrapUp
from interlock.vocabulary.journeys import JourneyEnded
from interlock.vocabulary.proposals import Reject
from interlock.vocabulary.routing import AcceptOffer, Presence, SetPresence, VisitOffered
from tests.simulation.caller import Chatter, identify, of, order_of
from tests.simulation.play import AGENT, SUPERVISOR, do, play


@pytest.mark.parametrize("answered", [True, False])
def test_a_decision_that_came_meanwhile_is_told_when_the_others_let_go(
    definitions: Definitions, answered: bool
) -> None:
    async def story(centre: Centre) -> None:
        customer = Chatter(centre)
        await customer.begin()
        order = order_of(centre, 30000)
        await customer.say("the kettle arrived broken")
        await identify(customer, order)
        await customer.pick(f"{order.items[0].name}, €300.00")
        await customer.code()
        await customer.answer(True)
        queues = (QueueName("care"),)
        await do(centre, SetPresence(agent=AGENT, presence=Presence.AVAILABLE, queues=queues, capacity=1), "presence")
        await customer.say("I want to talk to a human")
        offered = of(centre, VisitOffered)[-1]
        if answered:
            await do(centre, AcceptOffer(visit=offered.visit, offer=offered.offer, agent=AGENT), "accept")
        (line,) = centre.lives[0].app.approvals.waiting.values()
        no = Reject(
            proposal=ProposalId(line.proposal), by=SUPERVISOR, customer_reason="Too late for that.", file_reason="Old."
        )
        assert await do(centre, no, "reject")
        await centre.rest()
        assert not any("Too late for that." in str(each.text) for each in of(centre, MessagePosted))
        if answered:
            interaction = of(centre, InteractionStarted)[-1].interaction
            await do(centre, WrapUp(interaction=interaction, agent=AGENT, disposition="solved"), "wrap-up")
        else:
            await do(centre, Leave(session=customer.session), "leave")
        await centre.rest()
        assert "Too late for that." in str(of(centre, MessagePosted)[-1].text)
        assert ("damaged_item", "rejected") in [(each.journey, each.outcome) for each in of(centre, JourneyEnded)]
        await centre.pass_time(timedelta(days=30))

    assert play(definitions, story) == []
