"""What is a mail to a customer: its subject, what it answers, its first line and its last, and by what is its answer known?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from interlock.kernel.events import Event
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.correspondence import AddressGiven, MailTaken
from interlock.vocabulary.ids import ProposalId, SessionId
from interlock.vocabulary.settings import TenantSettings

LONGEST_SUBJECT: Final = 120
"""Characters of a subject that are kept."""

MOST_REFERENCES: Final = 10
"""Message-IDs in the References of a mail: the first and the latest of a long thread."""

_AGAIN: Final = re.compile(r"^\s*(?:re|aw|sv|antw|fw|fwd|wg)\s*:\s*", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\[#([0-9a-f]{20})\]")
_OURS: Final = re.compile(r"<(pr_[0-9a-z]{1,60})\.([0-9a-f]{20})@[^<>\s]{1,255}>")


class Inbound(NamedTuple):
    """A text message or a mail of a customer.

    Attributes:
        id: the provider's, the same when it is told again.
        sender: the number or mail address that it says it is from. It proves nothing.
        account: our own number or mailbox.
        subject: of a mail.
        thread: the session that a mail answers in, by a token that only its receiver was sent; empty where it answers none.
        answers: the proposal by which that was sent which it answers; empty where the channel does not tell.
    """

    channel: Channel
    id: str
    sender: str
    account: str
    text: str
    subject: str = ""
    thread: SessionId = SessionId("")
    answers: str = ""


def mail_of(
    tenant: TenantSettings,
    given: AddressGiven,
    proposal: ProposalId,
    author: Author,
    body: str,
    session: Sequence[Event],
) -> dict[str, Any]:
    """What the sending of a mail takes beside its address; the last mail of the customer is the one that it answers."""
    texts, token = tenant.email, given.session.removeprefix("s_")
    subject = bare_subject(str(given.subject)) or texts.subject
    theirs = [str(each.mail) for each in session if isinstance(each, MailTaken)]
    signed = texts.signed_by_machine if author.kind == "virtual_agent" else texts.signed
    signature = signed.replace("{name}", author.name).replace("{title}", tenant.title)
    if author.kind == "system":
        signature = tenant.title
    domain = given.account.rpartition("@")[2]
    return {
        "subject": f"Re: {subject} [#{token}]",
        "text": "\n\n".join((texts.above, texts.opening, body, f"{texts.closing}\n{signature}")),
        "message_id": f"<{proposal}.{token}@{domain}>",
        "in_reply_to": theirs[-1] if theirs else "",
        "references": " ".join((*theirs[:1], *theirs[1:][-MOST_REFERENCES + 1 :])),
    }


def bare_subject(subject: str) -> str:
    """A subject without what answers put before it, and without the token of a thread."""
    subject = _TOKEN.sub("", " ".join(subject.split()))
    while (again := _AGAIN.match(subject)) is not None:
        subject = subject[again.end() :]
    return subject.strip()[:LONGEST_SUBJECT]


def thread_of(references: str, in_reply_to: str, subject: str) -> tuple[SessionId, str]:
    """The session that a mail answers in and the proposal by which that was sent which it answers; empty where it tells none."""
    answered = _OURS.findall(in_reply_to)
    found = answered or _OURS.findall(references)
    if found:
        return SessionId(f"s_{found[-1][1]}"), found[-1][0] if answered else ""
    token = _TOKEN.search(subject)
    return SessionId(f"s_{token[1]}" if token is not None else ""), ""
