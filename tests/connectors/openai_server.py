"""A server that speaks the protocol of OpenAI's chat completions and answers by a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[dict[str, Any]], "tuple[int, Any]"]
"""The body of a request → the status and what is answered: a message's fields, or a text that is sent as it stands."""


@dataclass
class Server:
    """What was asked of it, and what it answers next; the last answer is given again and again."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    delay_s: float = 0.0

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
