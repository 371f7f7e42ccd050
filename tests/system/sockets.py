"""How does a test talk to a WebSocket without any manners?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from interlock.connectors.http import local_client
from tests.system.customers import PATIENCE_S, Frame


class Line:
    """A connection on which anything can be sent."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def put(self, anything: str | bytes | Any) -> None:
        """Send text or bytes as they are, everything else as JSON."""
        await self.socket.send(anything if isinstance(anything, str | bytes) else json.dumps(anything))

    async def next(self, *kinds: str) -> Frame:
        """The next frame of one of these types; others are passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: Frame = json.loads(await self.socket.recv())
                if frame["type"] in kinds:
                    return frame


@asynccontextmanager
async def line(url: str, path: str, **headers: str) -> AsyncIterator[Line]:
    """A connection to a path of a node."""
    address = f"{url.replace('http', 'ws', 1)}{path}"
    async with connect(
        address, additional_headers=headers, proxy=None, open_timeout=PATIENCE_S, close_timeout=1, max_size=2**24
    ) as socket:
        yield Line(socket)


async def token(url: str, channel: str = "chat") -> str:
    """A new session's token."""
    async with local_client(timeout_s=PATIENCE_S) as client:
        made = (await client.post(f"{url}/v1/{channel}/sessions")).raise_for_status()
    return str(made.json()["token"])
