"""A server that speaks the protocol of OpenAI's chat completions and answers by a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[dict[str, Any]], "tuple[int, Any]"]
"""The body of a request → the status and what is answered: a message's fields, or a text that is sent as it stands."""


PIECE = 8
"""Characters of a piece of an answer that is streamed."""


@dataclass
class Server:
    """What was asked of it, and what it answers next; the last answer is given again and again."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    delay_s: float = 0.0
    before_last: Callable[[], Awaitable[object]] | None = None
    """What is waited for before the last piece of an answer that is streamed."""

    def says(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def prompt(self, number: int = -1) -> str:
        """Everything that the model was told in a request."""
        return json.dumps(self.asked[number]["messages"], ensure_ascii=False)


def suggests(*suggestions: dict[str, Any]) -> Answer:
    """A well-formed answer: the tool is called with these suggestions."""
    return tool_call(json.dumps({"suggestions": list(suggestions)}))


def tool_call(arguments: str, name: str = "") -> Answer:
    """A call of the tool that was offered, or of another one, with arguments that may be anything."""

    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        tool = name or body["tools"][0]["function"]["name"]
        call = {"id": "c_1", "type": "function", "function": {"name": tool, "arguments": arguments}}
        return 200, {"role": "assistant", "content": None, "tool_calls": [call]}

    return answer


def words(text: str) -> Answer:
    """Words in place of a call."""
    return lambda body: (200, {"role": "assistant", "content": text})


def fails(status: int, text: str = "{}") -> Answer:
    """An error of the server, or whatever stands in ``text``."""
    return lambda body: (status, text)


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """The server, on a port of its own on this machine."""
    state = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
                }
                body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
                state.asked.append(body)
                state.keys.append(headers.get("authorization", ""))
                await asyncio.sleep(state.delay_s)
                answer = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
                status, found = answer(body)
                if body.get("stream") and not isinstance(found, str):
                    await _stream(writer, body, found, state.before_last)
                    continue
                text = found if isinstance(found, str) else json.dumps(_completion(body, found))
                raw = text.encode()
                writer.write(
                    f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
                )
                writer.write(raw)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.append(task)
        with suppress(asyncio.CancelledError):
            await handle(reader, writer)

    talks: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    state.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield state
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks)


async def _stream(
    writer: asyncio.StreamWriter,
    body: dict[str, Any],
    message: dict[str, Any],
    before_last: Callable[[], Awaitable[object]] | None,
) -> None:
    """An answer in pieces, as server-sent events."""
    writer.write(b"HTTP/1.1 200 x\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    whole = _completion(body, message)
    used = whole.pop("usage")
    pieces = _pieces(message)
    for number, delta in enumerate(pieces, 1):
        if number == len(pieces) and before_last is not None:
            await before_last()
        await _chunk(writer, {**whole, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]})
    reason = whole["choices"][0]["finish_reason"]
    last = {**whole, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    await _chunk(writer, {**last, "usage": used})
    await _chunk(writer, None)
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _pieces(message: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"role": "assistant"}]
    for call in message.get("tool_calls") or ():
        function = call["function"]
        head = {"index": 0, **call, "function": {"name": function["name"], "arguments": ""}}
        found.append({"tool_calls": [head]})
        text = function["arguments"]
        parts = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        found += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts]
    return found + ([{"content": message["content"]}] if message.get("content") else [])


async def _chunk(writer: asyncio.StreamWriter, data: dict[str, Any] | None) -> None:
    raw = b"data: " + (b"[DONE]" if data is None else json.dumps(data).encode()) + b"\n\n"
    writer.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
    await writer.drain()


def _completion(body: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 400, "completion_tokens": 20, "total_tokens": 420},
    }
