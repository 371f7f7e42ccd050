"""Does a page that resumes on another node get every message exactly once, even where that node is behind the first one?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from interlock.api.chat_feed import ChatFeed
from interlock.kernel.events import START
from interlock.kernel.log import Plan
from interlock.runtime.clock import WallClock
from interlock.runtime.follower import Follower
from interlock.store.memory import MemoryLog
from interlock.vocabulary.channels import Author, Channel
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.settings import TenantSettings

ABOUT: Any = {"interaction": InteractionId("i_1"), "person": PersonId("p_1")}


def posted(number: int) -> MessagePosted:
    return MessagePosted(
        **ABOUT, message=MessageId(f"m_{number}"), author=Author("customer", "p_1"), text=f"message {number}"
    )


class Page:
    """What the page is sent."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    def send(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)

    @property
    def texts(self) -> list[str]:
        return [frame["message"]["text"] for frame in self.frames if frame["type"] == "message"]


async def test_a_message_that_the_page_has_from_another_node_is_not_repeated_by_one_that_is_behind() -> None:
    clock = WallClock()
    log = MemoryLog(clock)
    started = InteractionStarted(**ABOUT, session=SessionId("s_1"), channel=Channel.CHAT, release="")
    await log.append(Plan((started, posted(1)), cause="first"))
    seen = (await log.append(Plan((posted(2),), cause="second"))).recorded[-1].cursor
    behind = Follower(log, clock, START)
    silence = SimpleNamespace(listen=lambda of, call: lambda: None)
    app: Any = SimpleNamespace(log=log, follower=behind, tenant=TenantSettings(), signals=silence)
    page: Any = Page()

    await ChatFeed(app, page, SessionId("s_1")).open(seen)
    await log.append(Plan((posted(3),), cause="third"))
    await behind.catch_up()

    assert page.texts == ["message 3"]
