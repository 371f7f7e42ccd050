"""What customers of the demonstration write themselves: as a mail server and a provider would hand it over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path

import msgspec
import pytest

from shop.correspondence import SERVICE_NUMBER, Written, WrittenText, list_texts, write_mail, write_text
from shop.mails import deliver, list_mails
from shop.opening import open_doors
from shop.problems import Problem
from shop.storage import Store
from shop.wire import MailRequest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = MailRequest(
    to="eva@example.com",
    subject="Re: My order [#00]",
    text="--- above ---\nHello",
    sender="service@kettle-crane.example",
    message_id="<pr_1.00@kettle-crane.example>",
    references="<first@example.com>",
)


class Interlock:
    """Takes what is handed over, or nothing."""

    def __init__(self, *, down: bool = False) -> None:
        self.taken: list[tuple[str, bytes, str]] = []
        self.down = down

    async def __call__(self, path: str, body: bytes, media: str) -> None:
        if self.down:
            raise Problem(502, "not-handed-over", "Nobody could be reached.")
        self.taken.append((path, body, media))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(tmp_path)
    open_doors(opened, date(2026, 3, 2))
    return opened


async def test_an_answer_names_and_quotes_the_mail_that_it_answers_and_is_kept(store: Store) -> None:
    interlock = Interlock()
    before = deliver(store, OURS, NOW)
    mail = await write_mail(
        store, Written(sender="eva@example.com", subject="", text="A-1042", answers=before.mail_id), NOW, interlock
    )
    path, raw, media = interlock.taken[0]
    assert (path, media) == ("/v1/channels/email/inbound", "message/rfc822")
    read = message_from_bytes(raw)
    assert read["In-Reply-To"] == OURS.message_id and read["References"] == f"<first@example.com> {OURS.message_id}"
    assert read["Subject"] == mail.subject == OURS.subject
    assert "A-1042" in str(read.get_payload()) and "> --- above ---" in str(read.get_payload())
    assert [boxed.mail.mail_id for boxed in list_mails(store, "eva@example.com")] == [mail.mail_id, before.mail_id]
    store.close()


async def test_what_nobody_took_is_not_kept(store: Store) -> None:
    with pytest.raises(Problem):
        await write_mail(store, Written(sender="eva@example.com", subject="x", text="x"), NOW, Interlock(down=True))
    with pytest.raises(Problem):
        await write_text(store, WrittenText(sender="+4915112345678", text="x"), NOW, Interlock(down=True))
    with pytest.raises(Problem, match="no such mail"):
        await write_mail(
            store, Written(sender="eva@example.com", subject="x", text="x", answers="m-99"), NOW, Interlock()
        )
    assert list_mails(store) == [] and list_texts(store, SERVICE_NUMBER) == []
    store.close()


async def test_a_text_message_is_handed_over_and_kept(store: Store) -> None:
    interlock = Interlock()
    sent = await write_text(store, WrittenText(sender="+4915112345678", text="Hello"), NOW, interlock)
    path, raw, _ = interlock.taken[0]
    told = msgspec.json.decode(raw)
    assert path == "/v1/channels/message/inbound" and told["text"] == "Hello" and told["from"] == "+4915112345678"
    assert list_texts(store, "+4915112345678") == [sent]
    store.close()
