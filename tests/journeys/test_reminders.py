"""Is a customer reminded of an approval and of a wait, not of what is over, and are mistakes in a reminder told?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from interlock.kernel.documents import DefinitionError
from interlock.vocabulary.interactions import MessagePosted
from interlock.vocabulary.journeys import CustomerReminded, StepReached
from tests.journeys import harness
from tests.journeys.harness import NOW, ORDER, Chat, slot, start

WRITING = """\
journey: writing
title: Leave a message
about: your message
examples: [leave a message, write to the team, send them a note]
slots:
  text: { type: text, ask: "What shall I tell them?" }
steps:
  - ask: text
  - do: mail.send
    with: { reply_to: eva@example.com, message: "{text}" }
    remind: { after: 1d, say: "It still waits, {tenant.title} has not forgotten it.", times: 2 }
  - end: sent
"""


def reminders(chat: Chat) -> list[datetime | None]:
    return [each.event.remind for each in chat.log if isinstance(each.event, StepReached)]


def said(chat: Chat, part: str) -> int:
    return sum(isinstance(each.event, MessagePosted) and part in str(each.event.text) for each in chat.log)


def remind(chat: Chat, monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    monkeypatch.setattr(harness, "NOW", NOW + later)
    chat.settle("remind", ref=chat.state.runs[-1].run)


def test_what_waits_for_an_approval_is_told_so_often_and_no_more_once_it_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat = Chat(more={"journeys/writing.yaml": WRITING})
    chat.write("leave a message", start("writing"))
    assert reminders(chat) == [None], "a question without a reminder has none"
    chat.write("Please call.", slot("text", "Please call."))
    chat.needs("approve", "supervisor")
    chat.settle("approval_pending")
    assert reminders(chat)[-1] == NOW + timedelta(days=1)
    remind(chat, monkeypatch, timedelta(hours=1))
    assert said(chat, "It still waits") == 0, "a timer of before is too early for what waits now"
    remind(chat, monkeypatch, timedelta(days=1))
    remind(chat, monkeypatch, timedelta(days=1, hours=1))
    remind(chat, monkeypatch, timedelta(days=2))
    assert [each.event.next for each in chat.log if isinstance(each.event, CustomerReminded)] == [
        NOW + timedelta(days=2),
        None,
    ]
    remind(chat, monkeypatch, timedelta(days=9))
    assert said(chat, "It still waits, Kettle & Crane has not forgotten it.") == 2
    run = chat.state.runs[-1].run
    chat.settle("succeeded", ORDER)
    chat.settle("remind", ref=run)
    assert said(chat, "It still waits") == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("after: 1d", "after: 10s", "'after' is at least 1m and at most 90d"),
        ("times: 2", "times: 9", "times"),
        ("tenant.title", "tenat.title", "did you mean 'tenant'?"),
        ("say: ", "says: ", "did you mean 'say'?"),
        ("{ after: 1d, ", "{ ", "missing key 'after'"),
    ],
)
def test_a_mistake_in_a_reminder_is_told(old: str, new: str, says: str) -> None:
    assert old in WRITING
    with pytest.raises(DefinitionError) as found:
        Chat(more={"journeys/writing.yaml": WRITING.replace(old, new)})
    told = [str(each) for each in found.value.problems]
    assert any(each.startswith("journeys/writing.yaml:11:") and says in each for each in told), told
