"""What somebody wrote in a mail, and which mails nobody wrote."""

from __future__ import annotations

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from interlock.kernel.errors import Refused
from interlock.runtime.incoming_mail import read_mail, reply_in
from interlock.runtime.mailing import bare_subject, thread_of

TOKEN = "0123456789abcdef0123"


def mail(text: str = "Where is it?", html: str = "", **headers: str) -> bytes:
    written = EmailMessage(policy=SMTP)
    given = {
        "From": "Eva <eva@example.com>",
        "To": "service@shop.example",
        "Subject": "My order",
        "Message-ID": "<1@x>",
    }
    for name, value in {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        if value:
            written[name] = value
    written.set_content(text)
    if html:
        written.add_alternative(html, subtype="html")
    return written.as_bytes()


def test_a_mail_is_read_with_its_sender_subject_and_thread() -> None:
    read = read_mail(
        mail(
            Subject=f"AW: Re: My order [#{TOKEN}]", In_Reply_To=f"<pr_7.{TOKEN}@shop.example>", References="<1@x> <2@x>"
        )
    )
    inbound = read.inbound
    assert read.ignored is None
    assert (inbound.id, inbound.sender, inbound.account) == ("<1@x>", "eva@example.com", "service@shop.example")
    assert (inbound.subject, inbound.thread, inbound.answers) == ("My order", f"s_{TOKEN}", "pr_7")
    assert inbound.text == "Where is it?"


def test_a_thread_is_known_by_the_mail_that_is_answered_else_by_the_subject() -> None:
    assert thread_of(f"<a@b> <pr_1.{TOKEN}@s>", "", "") == (f"s_{TOKEN}", "")
    assert thread_of("", "", f"Re: x [#{TOKEN}]") == (f"s_{TOKEN}", "")
    assert thread_of("<a@b>", "<c@d>", "hello") == ("", "")
    assert bare_subject(f"Re: AW:  Fwd: Order\n [#{TOKEN}] ") == "Order"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 2 Nov 2026 at 09:00, Shop wrote:\n> Hello\n> Yes 482",
        "On Mon, 2 Nov 2026 at 09:00, Shop\n<service@shop.example> wrote:\n> Hello",
        "Am 02.11.2026 um 09:00 schrieb Shop:\n> Hallo",
        "> --- Please write your answer above this line ---\n> Hello",
        "--- Please write your answer above this line ---\nHello",
        "-----Original Message-----\nFrom: Shop\nHello",
        "-----Ursprüngliche Nachricht-----\nVon: Shop",
        "From: Shop <service@shop.example>\nSent: Monday\nTo: Eva\nHello",
        "Von: Shop\nGesendet: Montag\nHallo",
        "________________________________\nFrom: Shop",
        "Kind regards\nEva Lindqvist\nBremen",
        "-- \nEva\nyes 482",
        "Viele Grüße\nEva",
        "Sent from my iPhone",
        "Best regards,\nEva\n\nOn Mon, 2 Nov 2026 at 09:00, Shop wrote:\n> Hello",
    ],
)
def test_what_is_quoted_and_the_signature_are_left_out(quoted: str) -> None:
    assert reply_in(f"It is A-1042.\n\nYes.\n\n{quoted}\n") == "It is A-1042.\n\nYes."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday my parcel was late.\nWhere is it?",
        "From: Bremen\nI moved there.",
        "Cheers\nfor the help. The order is A-1042.\nOne\nTwo\nThree\nFour\nFive\nSix\nSeven",
        "Regards to your team, it came.",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert reply_in(text) == text


def test_a_mail_in_html_alone_is_read_without_what_it_quotes() -> None:
    html = "<div>It is A-1042.</div><div>Thanks</div><blockquote>Yes 482</blockquote><script>x</script>"
    written = EmailMessage(policy=SMTP)
    written["From"], written["To"] = "eva@example.com", "service@shop.example"
    written.set_content(html, subtype="html")
    assert read_mail(written.as_bytes()).inbound.text.split() == ["It", "is", "A-1042.", "Thanks"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"Auto_Submitted": "auto-generated; type=x"}, "auto_reply"),
        ({"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}, "auto_reply"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Id": "<news.example>"}, "bulk"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"From": "MAILER-DAEMON@example.com"}, "bounce"),
        ({"From": "no-reply@example.com"}, "bounce"),
        ({"From": "service@shop.example"}, "own_mail"),
        ({"From": "nobody"}, "no_sender"),
    ],
)
def test_what_nobody_wrote_is_not_answered(headers: dict[str, str], why: str) -> None:
    assert read_mail(mail(**headers)).ignored == why


def test_a_person_who_says_that_no_program_wrote_it_is_answered() -> None:
    assert read_mail(mail(Auto_Submitted="no")).ignored is None


def test_a_delivery_report_is_a_bounce() -> None:
    head = b'From: x@y.example\r\nTo: s@shop.example\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
    raw = head + b"--b\r\n\r\nhi\r\n--b--\r\n"
    assert read_mail(raw).ignored == "bounce"


@pytest.mark.parametrize("raw", [b"", b"hello", b"\x00\xff\xfe", b"{}"])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused, match="RFC 5322"):
        read_mail(raw)


@pytest.mark.parametrize("text", ["On a b, " * 5_000, "\n" * 100_000, "From: " * 10_000, "<a@" * 20_000, "> " * 50_000])
def test_a_mail_that_means_harm_is_read_in_no_time(text: str) -> None:
    began = time.process_time()
    reply_in(text)
    assert time.process_time() - began < 2
