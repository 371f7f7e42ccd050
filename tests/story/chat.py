"""A chat that keeps the contract, or breaks it in one way, so that the story's customer can be seen to notice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

Json = dict[str, Any]
STATE: Json = {"interaction": "i_1", "holder": "virtual_agent", "agent_name": None, "queue": None, "ended": False}


def message(number: int, text: str, author: str = "virtual_agent", card: Json | None = None) -> Json:
    """The frame of a message."""
    body = {"id": f"m_{number}", "at": "2026-01-02T03:04:05Z", "author": {"kind": author, "name": ""}, "text": text}
    return {"type": "message", "cursor": f"1-{number}", "interaction": "i_1", "message": {**body, "card": card}}


class Chat:
    """One session's messages, served to every socket that says hello.

    Attributes:
        replays: which of the messages after a position are shown on connecting; the contract says all.
        answers: the texts that a customer's message is answered with.
        refuses: the code that every customer's message is refused with; empty for none.
    """

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.replays: Callable[[list[Json]], list[Json]] = lambda missed: missed
        self.answers: list[str] = []
        self.refuses = ""
        self.url = ""

    def post(self, text: str, author: str = "virtual_agent") -> Json:
        """Add a message to the session, as if it came while nobody was connected."""
        self.messages.append(message(len(self.messages) + 1, text, author))
        return self.messages[-1]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Chat]:
        """Serve on a free port."""
        async with serve(self._serve, "127.0.0.1", 0) as server:
            self.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            yield self

    async def _serve(self, socket: ServerConnection) -> None:
        async for text in socket:
            for frame in self._answer(json.loads(text)):
                await socket.send(json.dumps(frame))

    def _answer(self, frame: Json) -> list[Json]:
        match frame["type"]:
            case "hello":
                welcome = {"type": "welcome", "cursor": f"1-{len(self.messages)}", "title": "", "greeting": ""}
                after = int(frame["after"].split("-")[1]) if frame["after"] else 0
                return [{**welcome, "state": STATE}, *self.replays(self.messages[after:])]
            case "ping":
                return [{"type": "pong"}]
            case "message" if self.refuses:
                return [{"type": "error", "id": frame["id"], "code": self.refuses, "reason": "Not now."}]
            case "message":
                said = self.post(frame["text"], "customer")
                return [{"type": "ack", "id": frame["id"]}, said, *(self.post(text) for text in self.answers)]
        return [{"type": "ack", "id": frame["id"]}]
