"""A WebSocket as we use it: a queue out, frames in with limits, and one task for each direction."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

MAX_FRAME_BYTES: Final = 32_768
MAX_WAITING_FRAMES: Final = 2_000
FRAMES_PER_WINDOW: Final = 60
WINDOW_S: Final = 10.0
TOO_SLOW: Final = 4008
POLICY: Final = 4001
TRY_AGAIN_LATER: Final = 1013
"""The close code for a socket that cannot be served just now (RFC 6455 registry: 1013)."""

HEAD_CHARACTERS: Final = 300
"""Characters in which the identifier of a frame is looked for that is too large or comes too soon: it is not parsed."""
ID: Final = re.compile(r'"id"\s*:\s*"([^"\\]{1,80})"')

Frame = dict[str, Any]


class Wire:
    """Sends frames in order without making the sender wait, and reads frames that are JSON objects of a bearable size."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket
        self._out: asyncio.Queue[Frame | None] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._sender: asyncio.Task[None] | None = None
        self.closed = False

    async def __aenter__(self) -> Wire:
        await self._socket.accept()
        self._sender = asyncio.get_running_loop().create_task(self._send_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True
        await self._finish()

    async def _finish(self) -> None:
        """Send what is still waiting."""
        if self._sender is None:
            return
        if not self._sender.done():
            self._put(None)
            try:
                async with asyncio.timeout(2):
                    await self._sender
            except TimeoutError:
                self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)

    def send(self, frame: Frame) -> None:
        """Queue a frame. A reader that is too slow is cut off; it resumes from its position."""
        if not self.closed:
            self._put(frame)

    def _put(self, frame: Frame | None) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            self.closed = True
            if self._sender is not None:
                self._sender.cancel()

    async def close(self, code: int, reason: str) -> None:
        """End the connection with a code and a reason, after what is still waiting."""
        self.closed = True
        await self._finish()
        try:
            await self._socket.close(code, reason[:120])
        except Exception:  # the other side may be gone already
            return

    async def _send_all(self) -> None:
        try:
            while (frame := await self._out.get()) is not None:
                await self._socket.send_text(msgspec.json.encode(frame).decode())
        except (WebSocketDisconnect, RuntimeError, OSError):
            self.closed = True

    async def frames(self) -> AsyncIterator[Frame]:
        """The frames that arrive; bad ones are answered with an error and passed over."""
        window_start, count = 0.0, 0
        loop = asyncio.get_running_loop()
        while not self.closed:
            try:
                text = await self._socket.receive_data(mode="text")
            except (WebSocketDisconnect, RuntimeError):
                return
            if loop.time() - window_start > WINDOW_S:
                window_start, count = loop.time(), 0
            count += 1
            frame = self._checked(text, count, WINDOW_S - (loop.time() - window_start))
            if frame is not None:
                yield frame

    def _checked(self, text: str, count: int, left_s: float) -> Frame | None:
        if count > FRAMES_PER_WINDOW:
            reason = f"At most {FRAMES_PER_WINDOW} frames in {WINDOW_S:.0f} s; wait a moment."
            self.refuse(id_at_the_head(text), "too_fast", reason, retry_after_ms=max(1, round(left_s * 1000)))
            return None
        if len(text) > MAX_FRAME_BYTES:
            self.refuse(
                id_at_the_head(text),
                "too_large",
                f"A frame has at most {MAX_FRAME_BYTES} characters; this one has {len(text)}.",
            )
            return None
        try:
            frame = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            self.refuse(None, "not_json", "A frame is one JSON object; this is not JSON.")
            return None
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            self.refuse(None, "no_type", 'A frame is a JSON object with a "type", such as {"type": "message", …}.')
            return None
        return frame

    def refuse(self, id: object, code: str, reason: str, **more: object) -> None:
        """Answer a frame with an error; ``id`` is that of the frame if it had one."""
        self.send({"type": "error", "id": id if isinstance(id, str) else None, "code": code, "reason": reason, **more})


def id_at_the_head(text: str) -> str | None:
    """The identifier of a frame that is refused unread, where it stands at its head, as our own pages write it."""
    found = ID.search(text, 0, HEAD_CHARACTERS)
    return None if found is None else found[1]
