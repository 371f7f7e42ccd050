"""Which mails were handed to the gateway, and which of them has somebody read?"""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from .answers import recall, remember
from .problems import Problem
from .storage import Store, moment, stamp
from .wire import Mail, MailRequest

MOST_MAILS_SHOWN = 200


class BoxedMail(msgspec.Struct, frozen=True):
    """A mail as the mailbox page shows it."""

    mail: Mail
    is_read: bool


def send_mail(store: Store, request: MailRequest, key: str | None, now: datetime) -> tuple[Mail, bool]:
    """Take a mail and deliver it, once per key.

    Returns:
        The mail, and whether it had been taken before under this key.

    Raises:
        Problem: 409 for a key with another body.
    """
    with store.transaction():
        if key is not None:
            before = recall(store, "sendMail", key, request, Mail)
            if before is not None:
                return before, True
        mail = deliver(store, request, now)
        if key is not None:
            remember(store, "sendMail", key, request, mail)
    return mail, False


def deliver(store: Store, request: MailRequest, now: datetime, *, read: bool = False) -> Mail:
    """Put a mail into the mailbox; call inside a transaction."""
    mail = Mail(
        mail_id=f"m-{store.next_number('mail')}",
        to=request.to,
        subject=request.subject,
        text=request.text,
        reference=request.reference,
        sent_at=now,
        sender=request.sender,
        message_id=request.message_id,
        in_reply_to=request.in_reply_to,
        references=request.references,
    )
    store.write(
        "INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        int(mail.mail_id.removeprefix("m-")),
        mail.to,
        mail.to.casefold(),
        mail.subject,
        mail.text,
        mail.reference,
        stamp(now),
        int(read),
        mail.sender,
        mail.message_id,
        mail.in_reply_to,
        mail.references,
    )
    return mail


def list_mails(store: Store, to: str | None = None) -> list[BoxedMail]:
    """The mails to or from this address (to anybody, if None), newest first, at most ``MOST_MAILS_SHOWN``."""
    rows = store.rows(
        "SELECT * FROM mail WHERE ?1 IS NULL OR recipient_key = ?1 OR lower(sender) = ?1 ORDER BY number DESC LIMIT ?2",
        to.strip().casefold() if to else None,
        MOST_MAILS_SHOWN,
    )
    return [BoxedMail(mail=_mail(row), is_read=bool(row["is_read"])) for row in rows]


def mark_read(store: Store, mail_id: str) -> None:
    """Somebody has opened the mail.

    Raises:
        Problem: 404, there is no such mail.
    """
    number = mail_id.removeprefix("m-")
    known = number.isdecimal() and len(number) < 18
    if not known or store.row("UPDATE mail SET is_read = 1 WHERE number = ? RETURNING number", int(number)) is None:
        raise Problem(404, "no-such-mail", "There is no such mail.", where="path.mail_id")


def _mail(row: sqlite3.Row) -> Mail:
    return Mail(
        mail_id=f"m-{row['number']}",
        to=row["recipient"],
        subject=row["subject"],
        text=row["text"],
        reference=row["reference"],
        sent_at=moment(row["sent_at"]),
        sender=row["sender"],
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=row["refs"],
    )
