"""A language model's server that thinks for a while and then speaks by a script, word by word, in OpenAI's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import msgspec

THINKS_S: Final = 0.03
"""Before the first word."""

BETWEEN_S: Final = 0.005
"""Between two words."""

SAYS: Final = (
    "Sixty mugs take about two weeks from order to door, and from fifty on there is a discount on each of them."
)
"""Whatever it is asked."""

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_BEGINS: Final = '{"suggestions": [{"type": "say", "text": "'
_ENDS: Final = '"}]}'


class Spoken(NamedTuple):
    """Where it listens."""

    port: int

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its address, as ``models.yaml`` names it."""
        return f"http://{self.authority}/v1"

    async def first_word_s(self, body: bytes, loop: asyncio.AbstractEventLoop) -> float:
        """How long its first word takes for whoever asks it directly, over a connection of his own, in seconds."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        began = loop.time()
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await reader.readuntil(SAYS.split()[0].encode())
        took = loop.time() - began
        writer.close()
        return took


@asynccontextmanager
async def spoken_server() -> AsyncIterator[Spoken]:
    """Listen on a free port of this machine."""
    server = await asyncio.start_server(_converse, "127.0.0.1", 0)
    try:
        yield Spoken(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            body = msgspec.json.decode(
                await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            )
            tools = body.get("tools") or ({"function": {"name": "final_result"}},)
            await asyncio.sleep(THINKS_S)
            writer.write(_HEAD + _chunk({"role": "assistant"}))
            call = {"index": 0, "id": "c_1", "type": "function"}
            begins = {"name": tools[0]["function"]["name"], "arguments": _BEGINS}
            writer.write(_chunk({"tool_calls": [{**call, "function": begins}]}))
            for word in SAYS.split():
                writer.write(_chunk({"tool_calls": [{"index": 0, "function": {"arguments": f"{word} "}}]}))
                await writer.drain()
                await asyncio.sleep(BETWEEN_S)
            writer.write(_chunk({"tool_calls": [{"index": 0, "function": {"arguments": _ENDS}}]}))
            writer.write(_chunk({}, "tool_calls") + _piece(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        return
    finally:
        writer.close()


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    whole: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "spoken",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    if finish is not None:
        whole["usage"] = {"prompt_tokens": 400, "completion_tokens": 30, "total_tokens": 430}
    return _piece(b"data: " + msgspec.json.encode(whole) + b"\n\n")


def _piece(raw: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(raw), raw)
