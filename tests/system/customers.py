"""What does a customer's browser do when nodes die: send until it is acknowledged, and resume from where it was."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from interlock.connectors.http import local_client

RECOVERS_WITHIN_S: Final = 10.0
"""The promise: after a node's death the story goes on within this time."""
PATIENCE_S: Final = 20.0
"""How long anything else may take on a busy machine; no promise of the product."""

Frame = dict[str, Any]
T = TypeVar("T")


class Customer:
    """One browser with one session.

    Attributes:
        urls: the nodes, in the order in which they are tried.
        messages: every message frame in the order of arrival, repeated ones too.
        acknowledged: identifiers of the frames that a node has said it keeps.
        errors: the error frames.
        state: how things stand, from the last frame that said it.
    """

    def __init__(self, *urls: str) -> None:
        self.urls = list(urls)
        self.session = self.token = ""
        self.messages: list[Frame] = []
        self.acknowledged: list[str] = []
        self.answered: list[Frame] = []
        self.errors: list[Frame] = []
        self.state: Frame = {}
        self.greeted = 0
        self._after: str | None = None
        self._unsent: dict[str, Frame] = {}
        self._socket: ClientConnection | None = None
        self._news = asyncio.Condition()
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> Customer:
        """Get a session from the first node and connect."""
        async with local_client(timeout_s=PATIENCE_S) as client:
            made = (await client.post(f"{self.urls[0]}/v1/chat/sessions")).raise_for_status().json()
        self.session, self.token = made["session"], made["token"]
        await self.connect()
        return self

    async def connect(self) -> None:
        """Connect, and stay connected until ``close``."""
        self._task = asyncio.get_running_loop().create_task(self._keep())
        await self.until("the welcome", lambda: self.greeted > 0)

    def again(self, *urls: str) -> Customer:
        """The same session in a new page, which knows nothing yet."""
        page = Customer(*(urls or self.urls))
        page.session, page.token = self.session, self.token
        return page

    async def close(self) -> None:
        """Close the page."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    # What the customer does.

    async def say(self, text: str, *, id: str = "") -> str:
        """Send a message and wait until it is acknowledged, by whichever node; gives its identifier."""
        return await self.send({"type": "message", "id": id or f"m{next(self._numbers)}", "text": text})

    async def confirm(self, card: Frame, *, yes: bool = True) -> None:
        """Answer a confirmation card and wait until that is acknowledged."""
        answer = {"proposal": card["proposal"], "args_hash": card["args_hash"], "yes": yes}
        await self.send({"type": "confirm", "id": f"c{next(self._numbers)}", **answer})

    async def code(self, card: Frame, code: str) -> None:
        """Enter a one-time code and wait until that is acknowledged."""
        await self.send({"type": "code", "id": f"c{next(self._numbers)}", "challenge": card["challenge"], "code": code})

    async def send(self, frame: Frame, patience_s: float = PATIENCE_S) -> str:
        """Send a frame again and again until it is acknowledged."""
        self._unsent[frame["id"]] = frame
        await self._put(frame)
        await self.until(
            f"{frame['id']} to be acknowledged", lambda: frame["id"] in self.acknowledged, patience_s=patience_s
        )
        return str(frame["id"])

    # What the customer sees.

    @property
    def texts(self) -> list[str]:
        """The texts of the messages, in order."""
        return [message["text"] for message in self.messages]

    @property
    def card(self) -> Frame:
        """The last card."""
        return next((message["card"] for message in reversed(self.messages) if message["card"]), {})

    def bot(self) -> list[str]:
        """What was said by somebody else than the customer."""
        return [message["text"] for message in self.messages if message["author"]["kind"] != "customer"]

    async def hears(self, words: str, *, within_s: float = PATIENCE_S) -> Frame:
        """Wait for a message of somebody else with these words; gives it."""

        def look() -> Frame | None:
            others = (message for message in self.messages if message["author"]["kind"] != "customer")
            return next((message for message in others if words in message["text"]), None)

        return await self.until(f"a message with {words!r}", look, patience_s=within_s)

    async def gets_card(self, kind: str, *, within_s: float = PATIENCE_S) -> Frame:
        """Wait for a card of a kind; gives it."""
        look = lambda: self.card if self.card.get("kind") == kind else None  # noqa: E731
        return await self.until(f"a card to {kind}", look, patience_s=within_s)

    async def until(self, what: str, look: Callable[[], T | None], *, patience_s: float = PATIENCE_S) -> T:
        """Wait until ``look`` gives something that is true; it is asked after every frame."""
        try:
            async with asyncio.timeout(patience_s), self._news:
                while not (found := look()):
                    await self._news.wait()
                return found
        except TimeoutError:
            seen = "\n".join(f"  {m['author']['kind']}: {m['text']}" for m in self.messages)
            raise AssertionError(
                f"waited {patience_s:.0f} s for {what}; errors {self.errors}; so far:\n{seen}"
            ) from None

    # The connection.

    async def _keep(self) -> None:
        number = 0
        while True:
            url = self.urls[number % len(self.urls)]
            number += 1
            soon = 3 if self.greeted else PATIENCE_S  # nobody goes to another node only because the machine is busy
            with suppress(OSError, TimeoutError, InvalidHandshake, WebSocketException):
                async with connect(
                    f"{url.replace('http', 'ws', 1)}/v1/chat/socket", proxy=None, open_timeout=soon, close_timeout=1
                ) as socket:
                    await self._serve(socket)
            await asyncio.sleep(0.05)

    async def _serve(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "hello", "token": self.token, "after": self._after}))
        try:
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "welcome":
                    self._socket = socket
                    for unsent in tuple(self._unsent.values()):
                        await socket.send(json.dumps(unsent))
                self._take(frame)
                async with self._news:
                    self._news.notify_all()
        finally:
            self._socket = None

    def _take(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.greeted += 1
            case "message":
                self.messages.append({**frame["message"], "cursor": frame["cursor"], "arrived": time.monotonic()})
            case "ack":
                self.acknowledged.append(frame["id"])
                self._unsent.pop(frame["id"], None)
            case "answered":
                self.answered.append(frame)
            case "error":
                self.errors.append(frame)
                if frame["code"] == "try_again" and frame["id"] in self._unsent:
                    again = self._unsent[frame["id"]]
                    asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(self._put(again)))
        self.state = frame.get("state", self.state)
        # As the widget does: a welcome names the position that its messages still have to reach.
        if frame.get("cursor") and frame["type"] != "welcome":
            self._after = frame["cursor"]

    async def _put(self, frame: Frame) -> None:
        if self._socket is not None and frame["id"] in self._unsent:
            with suppress(WebSocketException):
                await self._socket.send(json.dumps(frame))


_NUMBERS: Final = re.compile(r"A-\d+|\S+@\S+")


def transcript(messages: list[Frame]) -> list[tuple[str, str, str]]:
    """Messages as (who, text, kind of card), without what differs between two runs of the same conversation."""
    return [
        (message["author"]["kind"], _NUMBERS.sub("…", message["text"]), (message["card"] or {}).get("kind", ""))
        for message in messages
    ]


async def whole(page: Customer, *urls: str) -> list[Frame]:
    """All messages of a session as a new page gets them, once they are as many as the old one has seen."""
    fresh = page.again(*urls)
    try:
        await fresh.connect()
        await fresh.until("the past", lambda: len(fresh.messages) >= len(page.messages))
        return list(fresh.messages)
    finally:
        await fresh.close()


async def eventually(what: str, look: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """Await ``look()`` again and again until what it gives is true; gives that."""
    until = time.monotonic() + within_s
    while not (found := await look()):
        assert time.monotonic() < until, f"waited {within_s:.0f} s for {what}"
        await asyncio.sleep(0.05)
    return found
