"""Events over the network: who may tell of them, what is taken, what the log and a test say of it; consents; links."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from interlock.api.events import LARGEST_EVENT_BYTES
from interlock.control.lockouts import source_lock
from interlock.kernel.errors import Refused
from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.vocabulary.carrying import CarryFailed
from interlock.vocabulary.interactions import SessionOpened
from interlock.vocabulary.triggers import EventReceived, TriggerRefused
from tests.api.conftest import Client, sign_in
from tests.apis import api_of

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7",
    "source": "https://shop.example/shipments",
    "type": "shipment.delayed",
    "time": "2026-11-27T09:00:00Z",
    "data": {"customer_id": "c-104", "order_id": "A-1045", "expected_at": "2026-12-01", "days_late": 4},
}
LIMIT_S = 20


async def shop(app: App, role: str = "integration") -> dict[str, str]:
    _, key = await app.outside.add(f"Shop {role}", [role], "low", by="test")
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}


async def post(client: Client, event: object, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    content = event if isinstance(event, bytes) else json.dumps(event).encode()
    answer = await client.post("/v1/events", content=content, headers=headers)
    return answer.status_code, answer.json()


async def test_an_event_is_taken_once_and_weighed_by_itself(client: Client, app: App) -> None:
    headers = await shop(app)
    status, first = await post(client, EVENT, headers)
    assert status == 202 and not first["duplicate"]
    assert await post(client, EVENT, headers) == (200, {"event": first["event"], "duplicate": True})
    status, differs = await post(client, {**EVENT, "data": {}}, headers)
    assert (status, differs["code"]) == (409, "event_differs")
    async with asyncio.timeout(LIMIT_S):
        while not (await app.log.read(Query("triggers:all"))).events:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.02)
    seen = await app.log.read(Query(f"event:{first['event']}"))
    assert [type(each.event) for each in seen.events] == [EventReceived, TriggerRefused]
    await sign_in(client, "sofia")
    async with asyncio.timeout(LIMIT_S):
        while not (shown := (await client.get("/v1/triggers")).json())["latest"]:  # noqa: ASYNC110  # nor of that
            await asyncio.sleep(0.02)
    assert (shown["latest"][0]["how"], shown["latest"][0]["why"]) == ("refused", "consent")
    assert shown["triggers"][0]["counts"] == {"fired": 0, "held": 0, "refused": 1}
    one = (await client.get("/v1/triggers/shipment_delayed")).json()
    assert one["consent"] == "delivery_news" and one["latest"] == shown["latest"]


async def test_only_a_system_with_the_role_tells_of_events_and_it_can_do_nothing_else(client: Client, app: App) -> None:
    headers = await shop(app)
    agent = await shop(app, "external_agent")
    assert (await post(client, EVENT, agent))[1]["code"] == "not_permitted"
    assert (await post(client, EVENT, {**headers, "Authorization": ""}))[0] == 401
    plain = {**headers, "Content-Type": "application/json"}
    opened = await client.post("/v1/cases", json={"idempotency_key": "k"}, headers=plain)
    assert (opened.status_code, opened.json()["code"]) == (403, "not_permitted")
    assert (await client.get("/v1/tools", headers=headers)).status_code == 403


async def test_what_is_no_cloudevent_is_refused_with_what_to_write(client: Client, app: App) -> None:
    headers = await shop(app)
    plain = {**headers, "Content-Type": "application/json"}
    assert (await post(client, EVENT, plain))[0] == 415
    batch = {**headers, "Content-Type": "application/cloudevents-batch+json"}
    assert (await post(client, [EVENT], batch))[0] == 415
    large = {**EVENT, "data": {"x": "y" * LARGEST_EVENT_BYTES}}
    status, told = await post(client, large, headers)
    assert (status, told["code"]) == (413, "event_too_large")
    for event, says in (
        (b"{", "no JSON"),
        (b"[" * 5_000, "no JSON"),
        ([EVENT], "batches"),
        ({**EVENT, "specversion": "0.3"}, "specversion"),
        ({**EVENT, "id": ""}, "id"),
        ({**EVENT, "source": 5}, "source"),
        ({**EVENT, "type": "x" * 501}, "type"),
        ({**EVENT, "subject": "a\x00b"}, "subject"),
        ({**EVENT, "time": "yesterday"}, "time"),
        ({**EVENT, "time": "2026-11-27T09:00:00"}, "time"),
        ({**EVENT, "datacontenttype": "text/xml"}, "datacontenttype"),
        ({**EVENT, "data": "text"}, "data"),
        ({**EVENT, "data_base64": "eA=="}, "data"),
    ):
        status, told = await post(client, event, headers)
        assert status == 422 and told["code"] == "bad_event" and says in told["detail"], (event, told)


async def test_consents_are_recorded_by_staff_and_a_test_sees_them_without_changing_anything(
    client: Client, app: App
) -> None:
    headers = await sign_in(client, "amara")
    path = "/v1/customers/c-104/consents"
    never = (await client.get(path)).json()["consents"]
    assert [(each["purpose"], each["given"], each["since"]) for each in never] == [("delivery_news", False, None)]
    wrong = await client.post(path, json={"purpose": "delivery_new", "given": True}, headers=headers)
    assert wrong.status_code == 422 and "did you mean 'delivery_news'?" in wrong.json()["detail"]
    supervisor = await sign_in(client, "sofia")
    test = "/v1/triggers/shipment_delayed/test"
    before = (await client.post(test, json={"event": EVENT}, headers=supervisor)).json()
    assert (before["would"], before["why"]) == ("refused", "consent")
    body = {"purpose": "delivery_news", "given": True, "how": "checkout"}
    given = (await client.post(path, json=body, headers=supervisor)).json()["consents"][0]
    assert given["given"] and given["how"] == "checkout"
    after = (await client.post(test, json={"event": EVENT}, headers=supervisor)).json()
    assert [each["what"] for each in after["checks"]][:3] == ["condition", "who", "consent to delivery_news"]
    assert after["would"] in ("fires", "held", "refused") and after["why"] != "consent"
    assert (await app.log.read(Query("triggers:all"))).events == ()
    other = await client.post(test, json={"event": {**EVENT, "type": "other"}}, headers=supervisor)
    assert (other.status_code, other.json()["code"]) == (422, "other_event")
    unknown = await client.post("/v1/triggers/shipment_delay/test", json={"event": EVENT}, headers=supervisor)
    assert unknown.status_code == 404 and "shipment_delayed" in unknown.json()["detail"]


@pytest.mark.parametrize("link", ["s_none.secret", "s_none", "\x00.x", "." * 200])
async def test_a_link_that_leads_nowhere_is_refused(client: Client, link: str) -> None:
    answer = await client.post("/v1/chat/sessions/claim", json={"link": link})
    assert answer.status_code in (404, 422), answer.text


async def test_a_session_has_no_token_before_its_link_is_used(client: Client, app: App) -> None:
    from hashlib import sha256

    from interlock.api.chat import session_of
    from interlock.vocabulary.channels import Channel
    from interlock.vocabulary.ids import PersonId, SessionId

    opened = SessionOpened(
        session=SessionId("s_x"),
        person=PersonId("p_x"),
        channel=Channel.CHAT,
        secret_digest="",
        link_digest=sha256(b"secret").hexdigest(),
    )
    await app.engine.append([opened], cause="test")
    assert await session_of(app, "s_x.secret") is None and await session_of(app, "s_x.") is None
    far = httpx.ASGITransport(api_of(app), raise_app_exceptions=False, client=("93.184.216.34", 5000))
    async with httpx.AsyncClient(transport=far, base_url="http://interlock.test") as browser:
        claimed = (await browser.post("/v1/chat/sessions/claim", json={"link": "s_x.secret"})).json()
    assert (await session_of(app, claimed["token"])) is not None
    assert await session_of(app, "s_x.secret") is None
    again = await client.post("/v1/chat/sessions/claim", json={"link": "s_x.secret"})
    assert (again.status_code, again.json()["code"]) == (410, "link_used")
    with pytest.raises(Refused, match="That code is not known"):
        await app.carrying.redeem(SessionId("s_x"), "12345678", "a wrong code")
    source = source_lock(app.control.secret, "93.184.216.34")
    failed = await app.log.read(Query(f"carry_source:{source}", (CarryFailed,)))
    assert len(failed.events) == 1, "a wrong code counts for the address of the browser that used the link"
