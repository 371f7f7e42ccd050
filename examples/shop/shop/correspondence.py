"""What do customers of the demonstration write themselves, by mail and as text messages, and how does it get to Interlock?"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Annotated

import httpx
import msgspec
from msgspec import Meta

from .answers import recall, remember
from .mails import deliver
from .problems import Problem
from .storage import Store, moment, stamp
from .wire import LONGEST_KEY, Email, Mail, MailRequest, Moment

SERVICE_MAIL = "service@kettle-crane.example"
SERVICE_NUMBER = "+4942100000"
HANDED_OVER_WITHIN_S = 10.0
MOST_TEXTS_SHOWN = 200

HandOver = Callable[[str, bytes, str], Awaitable[None]]
"""Hands something over to Interlock: the path, the body and its media type."""


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail that a customer writes, perhaps as the answer to one."""

    sender: Email
    subject: Annotated[str, Meta(max_length=200)]
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    answers: Annotated[str, Meta(max_length=40)] = ""


class WrittenText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text message that a customer writes."""

    sender: Annotated[str, Meta(pattern=r"^\+[0-9]{5,15}$")]
    text: Annotated[str, Meta(min_length=1, max_length=4_000)]


class TextRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text message to hand over to the gateway."""

    to: Annotated[str, Meta(min_length=1, max_length=40, examples=["+4915112345678"])]
    sender: Annotated[str, Meta(min_length=1, max_length=40, examples=["+49421000000"])]
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    reference: Annotated[str, Meta(max_length=LONGEST_KEY)] | None = None


class TextMessage(msgspec.Struct, frozen=True):
    """A text message that the gateway has taken and delivered to the page with the messages."""

    text_id: Annotated[str, Meta(examples=["t-1"])]
    to: str
    sender: str
    text: str
    reference: str | None
    sent_at: Moment


class TextPage(msgspec.Struct, frozen=True):
    """What the page with the text messages reads again and again."""

    texts: list[TextMessage]
    service: str = SERVICE_NUMBER


async def write_mail(store: Store, written: Written, now: datetime, hand_over: HandOver) -> Mail:
    """A customer's mail: it is kept, and handed over as a mail server does, with what it quotes.

    Raises:
        Problem: 404, the mail that it answers does not exist; 502, nobody took it.
    """
    before = _mail(store, written.answers) if written.answers else None
    with store.transaction():
        number = store.next_number("mail")
    mail_id = f"<mail-{number}-{int(now.timestamp())}@{written.sender.rpartition('@')[2]}>"
    references = f"{before.references} {before.message_id}".strip() if before is not None else ""
    subject = written.subject.strip() or (_again(before.subject) if before is not None else "(no subject)")
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = written.sender, SERVICE_MAIL, subject
    mail["Message-ID"], mail["Date"] = mail_id, now
    if before is not None and before.message_id:
        mail["In-Reply-To"], mail["References"] = before.message_id, references
    quoted = (
        ""
        if before is None
        else "\n\nOn {}, {} wrote:\n{}".format(
            f"{before.sent_at:%d.%m.%Y %H:%M}",
            before.sender or SERVICE_MAIL,
            "\n".join(f"> {line}" for line in before.text.splitlines()),
        )
    )
    mail.set_content(written.text + quoted)
    await hand_over("/v1/channels/email/inbound", mail.as_bytes(), "message/rfc822")
    kept = MailRequest(
        to=SERVICE_MAIL,
        subject=subject[:200],
        text=written.text,
        sender=written.sender,
        message_id=mail_id,
        in_reply_to=before.message_id if before is not None else "",
        references=references,
    )
    with store.transaction():
        return deliver(store, kept, now, read=True)


async def write_text(store: Store, written: WrittenText, now: datetime, hand_over: HandOver) -> TextMessage:
    """A customer's text message, handed over as a provider does. Raises Problem 502 where nobody took it."""
    with store.transaction():
        text_id = f"t-{store.next_number('text')}"
    told = {
        "id": f"{text_id}/{int(now.timestamp())}",
        "from": written.sender,
        "to": SERVICE_NUMBER,
        "text": written.text,
    }
    await hand_over("/v1/channels/message/inbound", msgspec.json.encode(told), "application/json")
    message = TextMessage(text_id, SERVICE_NUMBER, written.sender, written.text, None, now)
    with store.transaction():
        _keep(store, message)
    return message


def send_text(store: Store, request: TextRequest, key: str | None, now: datetime) -> tuple[TextMessage, bool]:
    """Take a text message and deliver it, once per key; with whether it had been taken before. Raises Problem 409."""
    with store.transaction():
        if key is not None and (before := recall(store, "sendText", key, request, TextMessage)) is not None:
            return before, True
        number = store.next_number("text")
        message = TextMessage(f"t-{number}", request.to, request.sender, request.text, request.reference, now)
        _keep(store, message)
        if key is not None:
            remember(store, "sendText", key, request, message)
    return message, False


def list_texts(store: Store, number: str) -> list[TextMessage]:
    """The text messages to and from a number, oldest first, the latest ``MOST_TEXTS_SHOWN`` of them."""
    sql = "SELECT * FROM text_message WHERE sender = ?1 OR recipient = ?1 ORDER BY number DESC LIMIT ?2"
    return [_text(row) for row in reversed(store.rows(sql, number, MOST_TEXTS_SHOWN))]


def carrier_to(interlock: str, key: str) -> HandOver:
    """Hands over to Interlock at an address, with the key of an account that may."""

    async def hand_over(path: str, body: bytes, media: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": media}
        try:
            async with httpx.AsyncClient(timeout=HANDED_OVER_WITHIN_S, trust_env=False) as client:
                answer = await client.post(f"{interlock}{path}", content=body, headers=headers)
        except httpx.HTTPError as error:
            why = f"Nobody could be reached: {type(error).__name__}."
            raise Problem(502, "not-handed-over", why, mend="Send it again.") from None
        if answer.status_code >= 300:
            detail = msgspec.json.decode(answer.content).get("detail", "") if answer.content else ""
            raise Problem(
                502, "not-taken", f"It was not taken ({answer.status_code}). {detail}", mend="Look at it again."
            )

    return hand_over


def _again(subject: str) -> str:
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}"


def _mail(store: Store, mail_id: str) -> _Answered:
    number = mail_id.removeprefix("m-")
    row = (
        store.row("SELECT * FROM mail WHERE number = ?", int(number))
        if number.isdecimal() and len(number) < 18
        else None
    )
    if row is None:
        raise Problem(404, "no-such-mail", "There is no such mail.", where="body.answers")
    return _Answered(
        to=row["recipient"],
        subject=row["subject"],
        text=row["text"],
        sender=row["sender"],
        message_id=row["message_id"],
        references=row["refs"],
        sent_at=moment(row["sent_at"]),
    )


class _Answered(MailRequest, frozen=True, kw_only=True):
    sent_at: datetime


def _keep(store: Store, message: TextMessage) -> None:
    store.write(
        "INSERT INTO text_message VALUES (?, ?, ?, ?, ?, ?)",
        int(message.text_id.removeprefix("t-")),
        message.sender,
        message.to,
        message.text,
        message.reference,
        stamp(message.sent_at),
    )


def _text(row: sqlite3.Row) -> TextMessage:
    return TextMessage(
        text_id=f"t-{row['number']}",
        to=row["recipient"],
        sender=row["sender"],
        text=row["text"],
        reference=row["reference"],
        sent_at=moment(row["sent_at"]),
    )
