"""Is the same case told the same verdict, byte for byte, through chat, desk and the ways of other vendors' agents?"""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from interlock.runtime.app import App
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import (
    CustomerId,
    InteractionId,
    PersonId,
    SessionId,
    VisitId,
)
from interlock.vocabulary.interactions import AgentJoined, InteractionStarted, SessionOpened
from interlock.vocabulary.people import CustomerMatched
from tests.outside.agents import Agent, refund
from tests.outside.mcp_client import Gateway
from tests.system.customers import Customer
from tests.system.refunds import Purchase, up_to_the_card

REFUND = "shop.refund_item"


def wanted(bought: Purchase) -> dict[str, Any]:
    """The arguments of the refund, as the journey proposes it."""
    return {**refund(bought, 1840), "reason": "damaged"}


async def through_chat(app: App, bought: Purchase) -> str:
    """The customer asks the virtual agent; gives the proposal."""
    customer = await Customer(app.settings.url).begin()
    card = await up_to_the_card(customer, bought)
    await customer.close()
    return str(card["proposal"])


async def through_the_desk(app: App, http: httpx.AsyncClient, bought: Purchase) -> str:
    """A human agent who has the interaction proposes; gives the proposal."""
    account = await app.staff.add("amara", "Amara", "a long password", ["agent"], [], by="test")
    interaction, person, session = InteractionId("i_desk"), PersonId("p_desk"), SessionId("s_desk")
    who = {"interaction": interaction, "person": person}
    await app.engine.append(
        [
            SessionOpened(session=session, person=person, channel=Channel.CHAT, secret_digest="x"),
            InteractionStarted(**who, session=session, channel=Channel.CHAT, release=app.definitions.release),
            CustomerMatched(
                **who, session=session, channel=Channel.CHAT, customer=CustomerId(bought.buyer.id), by="order_and_email"
            ),
            AgentJoined(**who, agent=account.staff, visit=VisitId("v_desk")),
        ],
        cause="test/desk",
    )
    signed_in = await http.post("/v1/sign-in", json={"login": "amara", "password": "a long password"})
    headers = {"X-CSRF-Token": signed_in.json()["csrf"]}
    path = f"/v1/interactions/{interaction}/proposals"
    answer = await http.post(path, json={"action": REFUND, "args": wanted(bought)}, headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["proposal"])


def told(document: Any) -> bytes:
    """The verdict of a proposal's document, in bytes."""
    return msgspec.json.encode(document["verdict"])


async def test_the_same_case_gets_the_same_verdict_by_chat_desk_rest_and_mcp(
    app: App, http: httpx.AsyncClient, agent: Agent, bought: Purchase
) -> None:
    by_rest = await agent.propose(await agent.case(bought), REFUND, wanted(bought))
    async with Gateway.at(app.settings.url, agent.key) as gateway:
        case = await agent.case(bought)
        by_mcp = (await gateway.call(REFUND, wanted(bought), case, "k")).structured
    in_chat = await through_chat(app, bought)
    at_desk = await through_the_desk(app, http, bought)
    shown = {}
    for name, proposal in (("chat", in_chat), ("desk", at_desk)):
        shown[name] = (await http.get(f"/v1/proposals/{proposal}", params={"wait_s": 5})).json()
    verdicts = {"rest": told(by_rest), "mcp": told(by_mcp), "chat": told(shown["chat"]), "desk": told(shown["desk"])}
    assert b'"verdict":"needs"' in verdicts["rest"] and b"refund.confirm" in verdicts["rest"]
    assert len(set(verdicts.values())) == 1, verdicts
