"""The webhooks for text messages and mails: who may use them, what they take, and what they answer to it."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.kernel.log import Query
from interlock.runtime.app import App
from interlock.runtime.mailing import Inbound
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.correspondence import MessagesSent
from tests.api.conftest import Client
from tests.api.test_events import shop

TEXT = {"id": "sms-1", "from": "+4915112345678", "to": "+4942100000", "text": "Where is my order?"}
MAIL = (
    b"From: Eva <eva@example.com>\r\nTo: service@kettle-crane.example\r\nSubject: My order\r\n"
    b"Message-ID: <1@mail.example>\r\n\r\nWhere is it?\r\n"
)
LIMIT_S = 20


async def text(client: Client, headers: dict[str, str], **changed: Any) -> tuple[int, dict[str, Any]]:
    plain = {**headers, "Content-Type": "application/json"}
    answer = await client.post("/v1/channels/message/inbound", json={**TEXT, **changed}, headers=plain)
    return answer.status_code, answer.json()


async def mail(client: Client, headers: dict[str, str], raw: bytes, media: str = "message/rfc822") -> tuple[int, Any]:
    given = {**headers, "Content-Type": media}
    answer = await client.post("/v1/channels/email/inbound", content=raw, headers=given)
    return answer.status_code, answer.json()


async def test_a_text_message_is_taken_once_and_its_answer_is_proposed(client: Client, app: App) -> None:
    headers = await shop(app)
    assert await text(client, headers) == (202, {"status": "taken"})
    assert await text(client, headers) == (200, {"status": "duplicate"})
    session = await app.correspondence._session(_inbound())
    async with asyncio.timeout(LIMIT_S):
        while not (await app.log.read(Query(f"session:{session}", (MessagesSent,)))).events:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.05)


async def test_a_mail_is_taken_once_and_what_nobody_wrote_is_not_answered(client: Client, app: App) -> None:
    headers = await shop(app)
    assert await mail(client, headers, MAIL) == (202, {"status": "taken"})
    assert await mail(client, headers, MAIL) == (200, {"status": "duplicate"})
    robot = MAIL.replace(b"Subject", b"Auto-Submitted: auto-replied\r\nSubject")
    assert await mail(client, headers, robot) == (200, {"status": "ignored", "why": "auto_reply"})
    quote = MAIL.replace(b"Where is it?", b"> Where is it?")
    assert await mail(client, headers, quote) == (200, {"status": "ignored", "why": "empty"})


async def test_only_a_system_with_the_role_hands_messages_over_and_says_what_is_wrong(client: Client, app: App) -> None:
    headers = await shop(app)
    assert (await text(client, await shop(app, "external_agent")))[0] == 403
    assert (await mail(client, {}, MAIL))[0] == 401
    assert (await mail(client, headers, MAIL, "text/plain"))[0] == 415
    status, told = await mail(client, headers, b"hello")
    assert (status, told["code"]) == (422, "not_a_mail")
    status, told = await text(client, headers, id="")
    assert status == 400 and "id" in str(told)
    status, told = await text(client, headers, id="sms-2", text="  ")
    assert (status, told["code"]) == (422, "message_empty")


def _inbound() -> Inbound:
    return Inbound(Channel.MESSAGE, "sms-1", TEXT["from"], TEXT["to"], TEXT["text"])
