"""What does the mocked virtual assistant answer? A session per token with its own log, replayed from a cursor."""

# ruff: noqa: E501 (canned sentences are easier to read whole)

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from litestar import WebSocket, post, websocket
from litestar.exceptions import WebSocketDisconnect

from .mock_data import Json, ident, iso

BOT = {"kind": "virtual_agent", "name": "Virtual assistant"}
AGENT = {"kind": "agent", "name": "Noor van den Berg"}
LINES = [
    {"value": "€18.40", "label": "Amount"},
    {"value": "Linen tea towels, set of four", "label": "For"},
    {"value": "Visa ending 4242", "label": "Goes to"},
]


WELCOME = {
    "type": "welcome",
    "title": "Kettle & Crane",
    "greeting": "Hello! I am the virtual assistant, a machine. What can I do for you?",
}


class ChatSession:
    """One visitor: frames in order, the sockets that listen, and where the conversation stands."""

    def __init__(self) -> None:
        self.frames: list[Json] = []
        self.listeners: set[asyncio.Queue[Json]] = set()
        self.too_fast: list[str] = []
        self.received: list[str] = []
        self.state: Json = {
            "interaction": None,
            "holder": "virtual_agent",
            "agent_name": None,
            "queue": None,
            "ended": False,
            "silence_warned": False,
        }

    def emit(self, frame: Json) -> None:
        """Keep it in the log and send it to everybody who listens."""
        kept = frame | {"cursor": len(self.frames) + 1}
        self.frames.append(kept)
        self.send(kept)

    def send(self, frame: Json) -> None:
        """Send without keeping."""
        for listener in self.listeners:
            listener.put_nowait(frame)

    def say(self, author: Json, text: str, card: Json | None = None) -> None:
        """A message of anybody."""
        self.emit(
            {
                "type": "message",
                "interaction": "i_c1",
                "message": {"id": ident("m"), "at": iso(), "author": author, "text": text, "card": card},
            }
        )

    def turn(self, **change: Any) -> None:
        """Change the state and tell it."""
        self.state = self.state | change
        self.send({"type": "state", "cursor": None, "state": self.state})

    async def receive(self, frame: Json) -> None:
        """Carry out a client's frame."""
        kind, id_ = frame["type"], frame.get("id", "")
        if kind == "ping":
            self.send({"type": "pong"})
            return
        if kind == "typing":
            return
        if "too quickly" in frame.get("text", "") and id_ not in self.too_fast:
            self.too_fast.append(id_)
            refusal = {"code": "too_fast", "reason": "Wait a moment.", "retry_after_ms": 50}
            self.send({"type": "error", "id": id_, **refusal})
            return
        again = id_ in self.received
        self.received.append(id_)
        self.send({"type": "ack", "id": id_})
        if again:
            return
        if kind == "message":
            await self._message(frame)
        elif kind == "confirm":
            self.emit(
                {"type": "answered", "proposal": frame["proposal"], "how": "confirmed" if frame["yes"] else "declined"}
            )
            if frame["yes"]:
                receipt = {"kind": "receipt", "title": "Refunded €18.40", "lines": LINES}
                self.say(BOT, "Done. €18.40 goes back to Visa ending 4242.", receipt)
            else:
                self.say(BOT, "All right, nothing was changed.")
        elif kind == "code":
            if frame["code"] == "123456":
                self.emit({"type": "answered", "challenge": frame["challenge"], "how": "passed"})
                self.say(BOT, "Thank you, that was the right code.")
            else:
                self.emit({"type": "answered", "challenge": frame["challenge"], "how": "wrong", "attempts_left": 2})
        elif kind == "withdraw":
            self.emit({"type": "answered", "proposal": frame["proposal"], "how": "withdrawn"})
        elif kind == "leave":
            self.turn(ended=True, queue=None, holder="virtual_agent")

    async def _message(self, frame: Json) -> None:
        self.say({"kind": "customer", "name": ""}, frame["text"])
        self.turn(interaction="i_c1", ended=False, silence_warned=False)
        text = frame["text"].lower()
        if "deutsch" in text:
            self.turn(language="de")
        elif "person" in text:
            self.say(BOT, "I put you in line for a colleague. You can leave this window open and do something else.")
            self.turn(holder="queue", queue={"title": "Returns", "place": 2, "since": iso(65), "expected_s": 180})
        elif "join" in text:
            self.turn(holder="agent", agent_name=AGENT["name"], queue=None)
            self.say(
                AGENT,
                "Good afternoon, I am Noor. I have read what you wrote: the casserole has a crack right through the bottom.",
            )
            self.send({"type": "typing", "author": AGENT})
        elif "quiet" in text:
            self.turn(silence_warned=True)
            self.say(
                {"kind": "system", "name": ""},
                "Are you still there? This conversation ends in two minutes if you do not answer.",
            )
        elif (answer := asked(text)) is not None:
            self.say(BOT, *answer)
        else:
            self.say(
                BOT,
                "I am a machine, the virtual assistant of Kettle & Crane. I can look your order up, help with something damaged, or put you through to a person.",
            )


def asked(text: str) -> tuple[str, Json] | None:
    """What is said with a card to answer, by a word of the customer's."""
    refund = {"kind": "confirm", "title": "Refund €18.40", "lines": LINES, "proposal": ident("pr"), "args_hash": "77ab"}
    if "wait" in text:
        title = "Refund €18.40 for Linen tea towels, set of four"
        choices = [{"value": "withdraw", "label": "Do not do it"}]
        waits = {"kind": "waiting", "title": title, "choices": choices, "until": iso(-93_600)}
        return "This happens later, by itself.", refund | waits
    if "less" in text:
        said = "The rim can be hammered straight, so we pay a part. Is that all right?"
        return said, refund | {"title": "Refund €300.00 for Copper pan set", "was": "€420.00"}
    if "code" in text:
        title = "Enter the code we sent to e••@ex•••••.com"
        code = {"kind": "code", "title": title, "lines": [], "challenge": ident("ch")}
        return "Before that I have to be sure that it is you.", code
    if "refund" in text or "towel" in text:
        return "This is what I would do:", refund
    if "broken" in text or "damaged" in text:
        names = ("Cast-iron casserole, 5 litres, deep blue", "Linen tea towels")
        choices = [{"value": f"i-{number}", "label": name} for number, name in enumerate(names, start=1)]
        return "I am sorry to hear that. Which item is damaged?", {"kind": "choices", "title": "", "choices": choices}
    return None


async def first_of(*coroutines: Any) -> None:
    """Until one of them is over; the others are ended."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in [*done, *waiting]:
        with suppress(WebSocketDisconnect, asyncio.CancelledError, RuntimeError):
            await task


def chat_routes(chats: dict[str, ChatSession]) -> list[Any]:
    """A session, and its socket."""

    @post("/v1/chat/sessions")
    async def new_chat() -> Json:
        token = ident("token")
        chats[token] = ChatSession()
        return {"session": ident("cs"), "token": token}

    @websocket("/v1/chat/socket")
    async def chat_socket(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        hello = await socket.receive_json()
        chat = chats.get(hello["token"])
        if chat is None:
            await socket.close(code=4401)
            return
        inbox: asyncio.Queue[Json] = asyncio.Queue()
        await socket.send_json(WELCOME | {"cursor": hello["after"], "state": chat.state})
        for frame in chat.frames[int(hello["after"] or 0) :]:
            await socket.send_json(frame)
        chat.listeners.add(inbox)

        async def read() -> None:
            while True:
                await chat.receive(await socket.receive_json())

        async def write() -> None:
            while (frame := await inbox.get())["type"] != "mock-drop":
                await socket.send_json(frame)

        await first_of(read(), write())
        chat.listeners.discard(inbox)
        with suppress(Exception):
            await socket.close()

    return [new_chat, chat_socket]
