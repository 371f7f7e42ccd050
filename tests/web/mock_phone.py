"""What does the mocked centre say on the phone? One short call: a menu, an order's number, a read-back, and the end."""

from __future__ import annotations

from typing import Any

from litestar import WebSocket, post, websocket
from litestar.exceptions import WebSocketDisconnect

from .mock_data import Json, ident, iso
from .mock_world import World

STATE: Json = {"interaction": "i_v1", "holder": "virtual_agent", "agent_name": None, "queue": None, "ended": False}
MENU = [{"key": "1", "label": "Where is my order?"}, {"key": "2", "label": "Something arrived damaged"}]
YES_NO = [{"key": "1", "label": "yes"}, {"key": "2", "label": "no"}]


def ask(id_: str, says: str, keys: list[Json], digits: int, kind: str = "question", **more: Any) -> Json:
    """What is asked now."""
    return {"type": "ask", "id": id_, "kind": kind, "says": says, "keys": keys, "digits": digits, **more}


READ_BACK = ask("a-3", "I would do this: refund 18 euros 40. To confirm, press 1 or say yes.", YES_NO, 0, "confirm")


class MockCall:
    """One call; everything that the caller does is kept in the world's calls."""

    def __init__(self, socket: WebSocket[Any, Any, Any], world: World) -> None:
        self._socket = socket
        self._world = world

    async def begin(self) -> None:
        """Greet, and ask what it is about."""
        says = "Hello. You are speaking with a machine."
        welcome = {"type": "welcome", "title": "Kettle & Crane", "greeting": "Hello.", "says": says}
        await self._send(welcome | {"cursor": "1-1", "state": STATE})
        await self._send(ask("a-1", "For where is my order, press 1. For damaged, press 2.", MENU, 0))

    async def take(self, frame: Json) -> None:
        """Answer a frame."""
        if frame["type"] == "ping":
            return
        self._world.calls.append(("/v1/voice/frames", frame))
        await self._send({"type": "ack", "id": frame["id"]})
        match (frame["type"], frame.get("keys", "") or frame.get("text", "")):
            case ("keys", "2"):
                await self._says("Which order is it?")
                await self._send(ask("a-2", "Enter the digits, and then the hash key.", [], -1))
            case ("keys", "1042"):
                await self._says("Please listen.")
                await self._send(READ_BACK)
            case ("keys", "*"):
                await self._send(READ_BACK | {"before": ["Please listen."]})
            case ("words", "hello?"):
                await self._says("Let us see.")
                await self._send(ask("a-9", "For where is my order, press 1.", MENU, 0))
            case ("words", "yes please"):
                await self._says("Done. 18 euros 40 goes back to you.")
                await self._send({"type": "state", "cursor": None, "state": STATE | {"ended": True}})

    async def _says(self, text: str) -> None:
        author = {"kind": "virtual_agent", "name": "Pip"}
        message = {"id": ident("m"), "at": iso(), "author": author, "text": text, "card": None}
        await self._send({"type": "message", "cursor": "1-2", "interaction": "i_v1", "message": message, "says": text})

    async def _send(self, frame: Json) -> None:
        await self._socket.send_json(frame)


def phone_routes(world: World) -> list[Any]:
    """A session, and its socket."""

    @post("/v1/voice/sessions")
    async def new_call() -> Json:
        return {"session": ident("vs"), "token": ident("token")}

    @websocket("/v1/voice/socket")
    async def voice_socket(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        await socket.receive_json()
        call = MockCall(socket, world)
        await call.begin()
        try:
            while True:
                await call.take(await socket.receive_json())
        except WebSocketDisconnect:
            return

    return [new_call, voice_socket]
