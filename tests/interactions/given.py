"""Given facts, when a command, then facts: a log in a list and the deciders of interactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from interlock.interactions import subject
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.events import Command, Cursor, Event, Recorded
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import (
    InteractionId,
    MessageId,
    PersonId,
    QueueName,
    ReleaseId,
    SessionId,
    StaffId,
    VisitId,
)
from interlock.vocabulary.interactions import (
    AgentJoined,
    InteractionEnded,
    InteractionStarted,
    MessagePosted,
    SessionOpened,
)
from interlock.vocabulary.releases import ReleasePublished
from interlock.vocabulary.routing import VisitEnded, VisitEntered
from interlock.vocabulary.settings import Disposition, TenantSettings

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SETTINGS = TenantSettings(
    title="Kettle & Crane",
    dispositions=(Disposition("solved", "Solved", "resolved"), Disposition("gone", "Gone", "unknown")),
)
I, P, S = InteractionId("i_1"), PersonId("p_1"), SessionId("s_1")  # noqa: E741
AMARA, CARE = StaffId("amara"), QueueName("care")
AGENT = Author(kind="agent", id=AMARA, name="Amara")
BOT = Author(kind="virtual_agent", id="virtual_agent", name="Pip")
CUSTOMER = Author(kind="customer", id=P)

OPENED = SessionOpened(session=S, person=P, channel=Channel.CHAT, secret_digest="d")
PUBLISHED = ReleasePublished(release=ReleaseId("r_1"), by="x", journeys=(), actions=(), rules=())
STARTED = InteractionStarted(interaction=I, person=P, session=S, channel=Channel.CHAT, release="r_1")
LEFT = InteractionEnded(interaction=I, person=P, session=S, reason="customer_left")
QUEUED = VisitEntered(
    visit=VisitId("v_1"), interaction=I, person=P, queue=CARE, channel=Channel.CHAT, priority=0, since=NOW
)
ANSWERED = VisitEnded(visit=VisitId("v_1"), interaction=I, queue=CARE, how="answered", waited_ms=1, agent=AMARA)
JOINED = AgentJoined(interaction=I, person=P, agent=AMARA, visit=VisitId("v_1"))
WITH_AMARA = (OPENED, STARTED, QUEUED, ANSWERED, JOINED)


def message(author: Author, text: str = "hello") -> MessagePosted:
    return MessagePosted(interaction=I, person=P, message=MessageId("m_1"), author=author, text=text)


def when(given: Sequence[Event | tuple[Event, timedelta]], command: Command) -> list[Event]:
    """The facts that follow; a given fact may say how long ago it was."""
    decider: Decider[Any, Any] = next(each for each in subject(SETTINGS).deciders if each.command is type(command))
    log = []
    for number, fact in enumerate(given, start=1):
        event, ago = fact if isinstance(fact, tuple) else (fact, timedelta(minutes=1))
        log.append(Recorded(Cursor(number, number), f"e_{number}", NOW - ago, event, "c"))
    queries = decider.reads(command)
    read = [recorded for recorded in log if any(query.matches(recorded.event) for query in queries)]
    counter = iter(range(1, 1000))
    return list(decider.decide(command, decider.fold(read), Moment(NOW, lambda prefix: f"{prefix}_new{next(counter)}")))
