"""What has a customer written in a mail: without what it quotes, without a signature, and is it written by somebody at all?

The mail is in the form of RFC 5322 with MIME. Programs that answer mail say so (RFC 3834), and so do bounces (RFC 3464);
an answer to one of these would be answered by it again, without an end.
"""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from typing import Final, Literal, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from interlock.kernel.errors import Refused
from interlock.runtime.mailing import Inbound, bare_subject, thread_of
from interlock.vocabulary.channels import Channel

LONGEST_PART: Final = 100_000
"""Characters of a mail's text that are looked at."""

_ADDRESS: Final = re.compile(r"[^@\s,;<>\"\\]+@[^@\s,;<>\"\\]+\.[^@\s,;<>\"\\.]{2,}")
_WROTE: Final = re.compile(
    r"(?:on\b.{0,200}\bwrote|am\b.{0,200}\bschrieb.{0,100}|.{0,100}<[^<>\s]{1,254}@[^<>\s]{1,254}>.{0,40}(?:wrote|schrieb)?)\s*:\s*",
    re.IGNORECASE,
)
_FORWARDED: Final = re.compile(
    r"-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht)\s*-{2,}|_{20,}",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(r"\*?(?:from|von)\*?:\s.{0,300}", re.IGNORECASE)
_HEADER_NEXT: Final = re.compile(r"\*?(?:sent|date|to|subject|gesendet|datum|an|betreff)\*?:\s.{0,500}", re.IGNORECASE)
_SENT_FROM: Final = re.compile(
    r"(?:sent from my|get outlook for|von meinem .{0,40} gesendet|gesendet mit).{0,80}", re.I
)
_GREETED: Final = re.compile(
    r"(?:(?:kind|best|warm) regards|regards|best wishes|yours sincerely|sincerely|cheers|mit freundlichen grüßen|"
    r"(?:viele|liebe|beste|freundliche) grüße|mfg|lg)\s*[,.!]?",
    re.IGNORECASE,
)
SIGNATURE_LINES: Final = 6
"""Lines that may stand below a complimentary close; below more of them it was none."""

_ROBOTS: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+.-].*)?@.*", re.IGNORECASE
)

Ignored = Literal["auto_reply", "bounce", "bulk", "no_sender", "own_mail"]


class Mail(NamedTuple):
    """A mail, read.

    Attributes:
        ignored: why it is not answered; empty where somebody wrote it.
    """

    inbound: Inbound
    ignored: Ignored | None


def read_mail(raw: bytes) -> Mail:
    """A mail as it was sent. Raises Refused ``not_a_mail`` for what is none."""
    try:
        mail = message_from_bytes(raw, policy=SMTP)
        assert isinstance(mail, EmailMessage)
        headers = {name.lower(): str(value) for name, value in reversed(mail.items())}
        text = reply_in(_text_of(mail))
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, IndexError) as error:
        reason = f"The body is no mail in the form of RFC 5322: {type(error).__name__}."
        raise Refused("not_a_mail", reason, status=422) from error
    if "from" not in headers and "subject" not in headers:
        raise Refused("not_a_mail", "The body is no mail in the form of RFC 5322: it has no From.", status=422)
    sender, account = _address(headers.get("from", "")), _address(headers.get("to", ""))
    subject = " ".join(headers.get("subject", "").split())
    thread, answers = thread_of(headers.get("references", ""), headers.get("in-reply-to", ""), subject)
    id = headers.get("message-id", "").strip()[:500] or f"<{hashlib.sha256(raw).hexdigest()[:32]}@unnamed.invalid>"
    inbound = Inbound(Channel.EMAIL, id, sender, account, text, bare_subject(subject), thread, answers)
    return Mail(inbound, _ignored(headers, mail.get_content_type(), sender, account))


def _ignored(headers: dict[str, str], kind: str, sender: str, account: str) -> Ignored | None:
    """Why nobody wrote a mail. Every one of these is common among mail systems, and none is in all of them."""
    if kind == "multipart/report" or headers.get("return-path", "").strip() == "<>":
        return "bounce"
    if headers.get("auto-submitted", "no").partition(";")[0].strip().lower() != "no":
        return "auto_reply"
    if {"x-autoreply", "x-autorespond"} & headers.keys():
        return "auto_reply"
    suppress = headers.get("x-auto-response-suppress", "").lower()
    if any(each.strip() in ("all", "autoreply", "oof") for each in suppress.split(",")):
        return "auto_reply"
    if headers.get("precedence", "").strip().lower() in ("bulk", "junk", "list", "auto_reply") or "list-id" in headers:
        return "bulk"
    if not sender or not account:
        return "no_sender"
    if _ROBOTS.fullmatch(sender):
        return "bounce"
    return "own_mail" if sender.casefold() == account.casefold() else None


def reply_in(text: str) -> str:
    """What somebody wrote: everything above what is quoted, without the signature. It may be nothing."""
    kept: list[str] = []
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    for at, line in enumerate(lines):
        bare = line.strip().lstrip(">").strip()
        if line == "--" or _begins_quote(bare, lines, at):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return _unsigned("\n".join(kept).strip())


def _begins_quote(bare: str, lines: list[str], at: int) -> bool:
    """Whether what was answered begins here: our own first line, or what a mail program writes before it."""
    if bare.startswith("---") and bare.endswith("---") and len(bare) > 12:
        return True  # our line, or that of a program that forwards
    if len(bare) > 700:
        return False
    folded = f"{bare} {lines[at + 1].strip()}" if at + 1 < len(lines) else bare
    if _WROTE.fullmatch(bare) or (
        bare[:3].lower() in ("on ", "am ") and len(folded) < 700 and _WROTE.fullmatch(folded)
    ):
        return True
    if _FORWARDED.fullmatch(bare):
        return True
    below = lines[at + 1].strip().lstrip(">").strip() if at + 1 < len(lines) else ""
    return bool(_HEADER.fullmatch(bare) and _HEADER_NEXT.fullmatch(below))


def _unsigned(text: str) -> str:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        few_below = sum(bool(each.strip()) for each in lines[at + 1 :]) <= SIGNATURE_LINES
        bare = line.strip()[:200]
        if at and few_below and (_GREETED.fullmatch(bare) or _SENT_FROM.fullmatch(bare)):
            return "\n".join(lines[:at]).strip()
    return text


def _text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        content = body.get_content()
    except LookupError:  # a character set that nobody knows
        payload = body.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if not isinstance(content, str):
        return ""
    content = content[:LONGEST_PART]
    return _of_html(content) if body.get_content_type() == "text/html" else content


def _of_html(html: str) -> str:
    tree = LexborHTMLParser(html)
    for quoted in tree.css("blockquote, style, script, .gmail_quote, #divRplyFwdMsg"):
        quoted.decompose()
    for line in tree.css("br, p, div, li, tr"):
        line.insert_before("\n")
    return tree.body.text() if tree.body is not None else ""


def _address(header: str) -> str:
    """The first address of a header; empty where there is none that fits."""
    found = [address for _, address in getaddresses([header]) if _ADDRESS.fullmatch(address)]
    return found[0][:254] if found else ""
