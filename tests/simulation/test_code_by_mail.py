"""Is the code of a customer in the chat mailed to her registered address alone, and is its link good once, like the code?"""

from __future__ import annotations

import re

import pytest

from interlock.control.actions import all_args
from interlock.kernel.errors import Refused
from interlock.runtime.definitions import Definitions
from interlock.runtime.mailing_codes import mail_code, mailable
from interlock.simulation.centre import Centre
from interlock.vocabulary.carrying import CarryCodeIssued
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, Leave, MessagePosted, OpenSession
from interlock.vocabulary.people import CustomerMatched
from interlock.vocabulary.proposals import ActionProposed, EffectSucceeded
from tests.simulation.caller import Chatter, identify, of, order_of
from tests.simulation.play import do, play


def mails(centre: Centre) -> list[dict[str, str]]:
    """The mails with a code that were really sent."""
    done = {each.proposal for each in of(centre, EffectSucceeded)}
    sent = (each for each in of(centre, ActionProposed) if each.action == "mail.send_carry" and each.proposal in done)
    return [all_args(each.args, each.private_args) for each in sent]


def test_code_and_link_go_to_the_registered_address_and_either_carries_the_conversation_on_once(
    definitions: Definitions,
) -> None:
    async def story(centre: Centre) -> None:
        eva, other = Chatter(centre), SessionId("s_elsewhere")
        order = order_of(centre, 1840)
        await eva.begin()
        opened = OpenSession(session=other, person=PersonId("p_2"), channel=Channel.CHAT, secret_digest="-")
        await do(centre, opened, "session/elsewhere")
        await eva.say("the kettle arrived broken")
        app = centre.lives[0].app
        assert not await mailable(app, eva.session)
        with pytest.raises(Refused, match="only to somebody whom we know"):
            await mail_code(app, eva.session, "too early")
        assert of(centre, CarryCodeIssued) == []
        await identify(eva, order)
        assert await mailable(app, eva.session)
        masked = await mail_code(app, eva.session, "mail")
        await centre.rest()
        (mail,) = mails(centre)
        address = centre.shop.buyers[order.owner].email
        assert mail["to"] == address and masked == f"{address[0]}•••@{address.partition('@')[2]}"
        secret = re.search(r"#interlock-carry=([0-9a-f]{32})$", mail["link"])
        assert secret is not None
        log = repr([one.event for one in centre.events(CarryCodeIssued, MessagePosted)])
        assert secret[1] not in log and mail["code"].replace(" ", "") not in log
        await app.carrying.redeem(other, secret[1], "link")
        begun = of(centre, InteractionStarted)[-1]
        first = of(centre, InteractionStarted)[0]
        assert (begun.continues, begun.session, begun.customer) == (
            first.interaction,
            other,
            of(centre, CustomerMatched)[-1].customer,
        )
        assert begun.assurance.level == 1  # what held there: a match, and no more
        for again in (secret[1], mail["code"]):
            with pytest.raises(Refused):
                await app.carrying.redeem(eva.session, again, f"again {again}")
        await do(centre, Leave(session=other), "leave")
        await centre.rest()

    assert play(definitions, story) == []
