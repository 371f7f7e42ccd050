"""How much later does a customer see a model's first word than somebody who asks the model's server directly?

A node as a process, on the embedded PostgreSQL with the settings that users get; a customer's browser is a WebSocket of this
process. In turns she writes in an agent step, and the same server is asked directly.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from interlock.cli.bench import postgres
from interlock.cli.bench.result import percentile
from interlock.cli.bench.spoken import SAYS, Spoken, spoken_server
from interlock.cli.bench.stub import stub_server
from interlock.cli.bench.wire import Wire
from interlock.cli.bench.wire_part import running
from interlock.cli.demonstration import REPOSITORY

WORDS: Final = 40
"""First words that are timed."""

WARM_UP: Final = 5
GIVE_UP_S: Final = 20.0

_STEPS: Final = """\
steps:
  - agent: { goal: Tell the customer how long it takes., budget: { turns: 50, tokens: 2000000 } }
    otherwise:
      - say: Nobody could be asked.
  - end: told
"""


async def first_word_figures(words: int = WORDS) -> dict[str, float]:
    """``first_word_p50_ms``: the customer's median minus that of asking directly; ``first_word_direct_p50_ms`` is the latter."""
    async with postgres.fresh() as (url, folder), stub_server() as stub, spoken_server() as spoken:
        written = definitions(folder, spoken)
        async with running(url, folder, written, stub, allow=spoken.authority) as port:
            seen, direct = await _in_turns(port, spoken, words)
    ours, theirs = percentile(seen, 0.5) * 1000, percentile(direct, 0.5) * 1000
    return {"first_word_p50_ms": round(ours - theirs, 2), "first_word_direct_p50_ms": round(theirs, 2)}


def definitions(folder: Path, spoken: Spoken) -> Path:
    """The demonstration's definitions, written to a folder, with a journey that is one agent step."""
    target = folder / "definitions"
    ignored = shutil.ignore_patterns("cases", "scenarios", "signoffs.yaml", "__pycache__")
    shutil.copytree(REPOSITORY / "examples" / "demo", target, ignore=ignored)
    journey = target / "journeys" / "business.yaml"
    journey.write_text(journey.read_text("utf-8").partition("steps:\n")[0] + _STEPS, "utf-8")
    model = {"provider": "openai", "model": "spoken", "url": spoken.url, "retries": 0}
    (target / "models.yaml").write_bytes(msgspec.yaml.encode({"models": {"spoken": model}, "agents": ["spoken"]}))
    return target


async def _in_turns(port: int, spoken: Spoken, words: int) -> tuple[list[float], list[float]]:
    """How long the first words took, in seconds: those that the customer saw, and those of asking directly."""
    wire = Wire(port, {})
    _, session = await wire.post("/v1/chat/sessions", {})
    wire.close()
    body = msgspec.json.encode({"model": "spoken", "stream": True, "messages": []})
    loop = asyncio.get_running_loop()
    seen: list[float] = []
    direct: list[float] = []
    async with connect(f"ws://127.0.0.1:{port}/v1/chat/socket") as socket, asyncio.timeout(GIVE_UP_S + words):
        await socket.send(msgspec.json.encode({"type": "hello", "token": session["token"]}).decode())
        await _said(socket, 0, "I am a business customer")
        for number in range(1, WARM_UP + words + 1):
            seen.append(await _said(socket, number, "how long does it take"))
            direct.append(await spoken.first_word_s(body, loop))
    return seen[WARM_UP:], direct[WARM_UP:]


async def _said(socket: ClientConnection, number: int, text: str) -> float:
    """Write, and read on until the whole answer is there; gives how long its first word took, in seconds."""
    loop = asyncio.get_running_loop()
    began, first = loop.time(), 0.0
    await socket.send(msgspec.json.encode({"type": "message", "id": f"m{number}", "text": text}).decode())
    while True:
        frame: dict[str, Any] = msgspec.json.decode(await socket.recv())
        if frame["type"] == "draft" and not first:
            first = loop.time() - began
        elif frame["type"] == "message" and frame["message"]["text"] == SAYS:
            if not first:
                raise AssertionError("a whole answer came that was not shown word by word")
            return first
        elif frame["type"] == "message" and frame["message"]["text"] == "Nobody could be asked.":
            raise AssertionError("the model's server was not asked")
