"""What has come in over a WebSocket, and has what somebody waits for come yet?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

PATIENCE_S: Final = 10.0
"""How long anything may take before the story says that it did not happen."""
LAST_SHOWN: Final = 6
"""Frames that a complaint shows."""
LONGEST_SHOWN: Final = 260

Frame = dict[str, Any]
T = TypeVar("T")


class Unmet(Exception):
    """Something that the story promises did not happen; the text says what was awaited and what came instead."""


class Line:
    """A WebSocket whose frames are kept from the first one on.

    Attributes:
        frames: everything that came, in order.
    """

    def __init__(self, name: str, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.frames: list[Frame] = []
        self._url = url
        self._headers = headers
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._closed = ""
        self.on_frame: Callable[[Frame], None] | None = None

    async def open(self) -> None:
        """Connect and begin to read. Raises Unmet when the server does not take the connection."""
        try:
            self._socket = await connect(
                self._url, additional_headers=self._headers, proxy=None, open_timeout=PATIENCE_S, close_timeout=2
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise Unmet(f"{self.name} cannot connect to {self._url}: {error}") from error
        self._closed = ""
        self._reader = asyncio.get_running_loop().create_task(self._read(self._socket))

    async def close(self) -> None:
        """Hang up, as a browser does whose page is closed."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
        self._socket = self._reader = None

    async def send(self, frame: Frame) -> None:
        """Send one frame. Raises Unmet when nobody is there any more."""
        if self._socket is None:
            raise Unmet(f"{self.name} is not connected and wanted to send {short(frame)}")
        try:
            await self._socket.send(json.dumps(frame))
        except ConnectionClosed as error:
            raise Unmet(f"{self.name} was cut off ({error}) before it could send {short(frame)}") from error

    async def wait(self, what: str, test: Callable[[], T | None], patience_s: float = PATIENCE_S) -> T:
        """Wait until ``test`` gives something that is true; it is asked again after every frame.

        Raises:
            Unmet: it did not within ``patience_s`` seconds, or the connection ended; with the last frames.
        """
        try:
            async with asyncio.timeout(patience_s), self._news:
                while not (found := test()):
                    if self._closed:
                        raise Unmet(
                            f"{self.name} waited for {what}, and the connection ended: {self._closed}{self.last()}"
                        )
                    await self._news.wait()
                return found
        except TimeoutError:
            raise Unmet(f"{self.name} waited {patience_s:g} s for {what}{self.last()}") from None

    def last(self) -> str:
        """The last frames for a complaint, each on its line."""
        shown = [f"\n      {told(frame)}" for frame in self.frames[-LAST_SHOWN:]]
        return "; the last frames were:" + "".join(shown) if shown else "; no frame came at all"

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                frame: Frame = json.loads(text)
                self.frames.append(frame)
                if self.on_frame is not None:
                    self.on_frame(frame)
                await self._tell()
            self._closed = f"closed with {socket.close_code} {socket.close_reason or ''}".strip()
        except ConnectionClosed as error:
            self._closed = str(error)
        except Exception as error:
            self._closed = f"a frame could not be taken: {error!r}"
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


async def eventually(
    what: str, look: Callable[[], Any], *, patience_s: float = PATIENCE_S, pause_s: float = 0.05
) -> Any:
    """Call the coroutine function ``look`` until what it gives is true. Raises Unmet with what it gave last."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    while not (found := await look()):
        if loop.time() > until:
            raise Unmet(f"waited {patience_s:g} s for {what}; the last look gave {short(found)}")
        await asyncio.sleep(pause_s)
    return found


def hold(condition: object, otherwise: str) -> None:
    """Raises Unmet with ``otherwise`` unless the condition is true."""
    if not condition:
        raise Unmet(otherwise)


def told(frame: Frame) -> str:
    """A frame in one line for a complaint: of a message, who said what and with which card."""
    if frame.get("type") != "message" or "message" not in frame:
        return short(frame)
    message = frame["message"]
    card = message.get("card")
    return f"{message['author']['kind']}: {short(message['text'])}" + (f" with the card {short(card)}" if card else "")


def short(value: object, longest: int = LONGEST_SHOWN) -> str:
    """A value in one line for a complaint."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else f"{text[:longest]}…"
