"""The least HTTP client that can be: what it costs is not to be measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

KEPT_S: Final = 2.0
"""A connection that was idle for longer is not used again: the server may be closing it."""


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: float = 0.0


class Wire:
    """JSON to and from a port of this machine, on connections that are kept."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port, self._headers = port, dict(headers)
        self._idle: list[_Connection] = []

    async def get(self, path: str) -> tuple[int, Any]:
        """GET: the status and the answer. Raises OSError where nobody listens."""
        return await self._ask("GET", path, b"", {})

    async def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """POST: the status and the answer; of a stream of events the last one's data."""
        return await self._ask("POST", path, msgspec.json.encode(body), headers or {})

    def close(self) -> None:
        """Close what is kept."""
        for each in self._idle:
            each.writer.close()
        self._idle.clear()

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        lines = {
            "Host": f"127.0.0.1:{self._port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **self._headers,
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        kept = await self._connection()
        kept.writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        status, content = await _answer(kept.reader)
        self._idle.append(kept._replace(used=time.monotonic()))
        return status, _decoded(content)

    async def _connection(self) -> _Connection:
        """The one that was used last; older ones are closed when they are too old."""
        if self._idle and time.monotonic() - self._idle[-1].used < KEPT_S:
            return self._idle.pop()
        self.close()
        return _Connection(*await asyncio.open_connection("127.0.0.1", self._port))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if "transfer-encoding: chunked" in head:
        content = b""
        while length := int((await reader.readuntil(b"\r\n")).strip(), 16):
            content += await reader.readexactly(length)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, content
    length = int(head.partition("content-length:")[2].split("\r\n")[0] or 0)
    return status, await reader.readexactly(length)


def _decoded(content: bytes) -> Any:
    if content.startswith((b"event:", b"data:", b":")):
        content = content.rpartition(b"data:")[2].strip()
    return msgspec.json.decode(content) if content else None
