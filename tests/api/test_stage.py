"""The stage of a demonstration: the shop's books beside the log, and proposals of a model that was talked into something."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from interlock.cli.demonstration import running_shop
from interlock.connectors.http import local_client
from interlock.kernel.log import Plan, Query
from interlock.runtime.app import App
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, OpenSession, ReceiveMessage
from interlock.vocabulary.proposals import ProposalJudged
from tests.api.conftest import Client, sign_in
from tests.control.given import judged, proposed, remedy_met


@pytest.fixture
async def shop(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A real demo shop, whose books the node looks at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app.settings = msgspec.structs.replace(app.settings, shop_url=f"http://127.0.0.1:{port}")
    async with (
        running_shop(app.settings, port),
        local_client(app.settings.shop_url) as client,
    ):
        yield client


async def refund(shop: httpx.AsyncClient, key: str, order: str, cents: int) -> None:
    """Have the shop pay something back, as whoever has its API key can."""
    body = {"order_id": order, "item_id": "i-1", "amount": {"amount": cents, "currency": "EUR"}, "reason": "goodwill"}
    headers = {"X-Api-Key": "demo-key", **({"Idempotency-Key": key} if key else {})}
    answer = await shop.post("/api/refunds", json=body, headers=headers)
    assert answer.status_code < 300, answer.text


async def test_a_refund_behind_the_gate_is_counted_as_not_authorised(
    client: Client, app: App, shop: httpx.AsyncClient
) -> None:
    await sign_in(client, "sofia")
    before = (await client.get("/v1/stage")).json()["books"]
    assert (before["compared"], before["unauthorised"]) == (0, 0)
    assert before["refunds"] > 100, "what the shop did before there was a log"

    asked = proposed(1840)
    await app.log.append(Plan((asked, judged(asked, remedy_met(asked, "confirm"))), cause="test"))
    await refund(shop, asked.proposal, "A-1042", 1840)
    right = (await client.get("/v1/stage")).json()["books"]
    assert (right["compared"], right["unauthorised"], right["refunds"]) == (1, 0, before["refunds"] + 1)
    assert (right["entries"][0]["interaction"], right["entries"][0]["wrong"]) == ("i_1", "")

    await refund(shop, "", "A-1043", 500)
    planted = (await client.get("/v1/stage")).json()["books"]
    assert (planted["compared"], planted["unauthorised"]) == (2, 1)
    assert [each["wrong"] for each in planted["entries"][:2]] == ["The log knows of no such proposal.", ""]


async def test_what_a_model_was_talked_into_is_proposed_judged_and_counted(client: Client, app: App) -> None:
    session, person = SessionId("s_v"), PersonId("p_v")
    await app.execute(OpenSession(session=session, person=person, channel=Channel.CHAT, secret_digest="d"), "open")
    await app.execute(ReceiveMessage(session=session, message=MessageId("m_1"), text="good evening"), "say")
    started = (await app.log.read(Query(f"session:{session}", (InteractionStarted,)))).events[0].event
    assert isinstance(started, InteractionStarted)
    interaction = started.interaction
    wanted = {"order_id": "A-1042", "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}}
    body = {"interaction": interaction, "action": "shop.refund_item", "args": wanted}

    headers = await sign_in(client, "sofia")
    made = await client.post("/v1/stage/attempts", json=body, headers=headers)
    assert made.status_code == 202, made.text
    judgement = await judged_soon(app, made.json()["proposal"])
    assert judgement.verdict == "denied"
    assert "refund.own-order" in {each.rule for each in judgement.rulings}
    counted = (await client.get("/v1/stage", params={"interaction": interaction})).json()
    assert counted["refused"] == {"all": 1, "here": 1}
    assert counted["books"] is None and "does not show its books" in counted["problem"]

    odd = await client.post("/v1/stage/attempts", json={**body, "args": {**wanted, "amount": -5}}, headers=headers)
    assert odd.status_code == 422, odd.text
    headers = await sign_in(client, "amara")
    assert (await client.post("/v1/stage/attempts", json=body, headers=headers)).status_code == 403


async def judged_soon(app: App, proposal: str) -> ProposalJudged:
    """The judgement on a proposal, once there is one."""
    async with asyncio.timeout(20):
        while True:
            for found in (await app.log.read(Query(f"proposal:{proposal}", (ProposalJudged,)))).events:
                assert isinstance(found.event, ProposalJudged)
                return found.event
            await asyncio.sleep(0.05)


async def test_outside_a_demonstration_there_is_no_stage(client: Client, app: App) -> None:
    app.settings = msgspec.structs.replace(app.settings, demo=False)
    headers = await sign_in(client, "sofia")
    wanted = {"interaction": "i", "action": "shop.refund_item", "args": {}}
    for method, path, body in (
        ("GET", "/stage", None),
        ("GET", "/v1/stage", None),
        ("POST", "/v1/stage/attempts", wanted),
        ("POST", "/v1/stage/kill", {"interaction": "i"}),
    ):
        answer = await client.request(method, path, headers=headers, json=body)
        assert answer.status_code == 404, (path, answer.text)
