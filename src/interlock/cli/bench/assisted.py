"""How long does a desk wait for what helps its agent, once the customer has written?

A node as a process, on the embedded PostgreSQL with the settings that users get and the demonstration's articles and journeys.
A customer in the chat writes questions that articles answer and matters that journeys are for, in turns; after each the agent
who has the conversation asks as a desk does. The client's own share is in the figure.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from interlock.cli.bench import postgres
from interlock.cli.bench.result import percentile
from interlock.cli.bench.stub import Stub, stub_server
from interlock.cli.bench.wire_part import environment, running
from interlock.cli.demonstration import REPOSITORY
from interlock.cli.story.customer import Customer
from interlock.cli.story.staff import Agent

ASKED: Final = 100
"""Times that suggestions are asked for and timed."""

WARM_UP: Final = 12
PAUSE_S: Final = 0.2
"""Between two messages: nobody writes faster than a chat takes (60 frames in 10 s)."""

DEMO: Final = REPOSITORY / "examples" / "demo"
PASSWORD: Final = "a password of the bench alone"

MATTERS: Final = (
    "how many days do I have to send something back",
    "the kettle arrived broken",
    "is it free to return things from Austria",
    "where is my order A-2001",
    "how do I take care of a cast iron pan",
    "I would like to pause my subscription",
)
"""What the customer writes, in turns: of all of these, something is suggested."""


async def suggestion_figures(asked: int = ASKED) -> dict[str, float]:
    """``suggestions_p50_ms`` and ``suggestions_p99_ms``: from asking, right after a message, until the answer is there."""
    async with postgres.fresh() as (url, folder), stub_server() as stub, running(url, folder, DEMO, stub) as port:
        await _employ(url, folder, stub)
        took = await timed(f"http://127.0.0.1:{port}", "nora", PASSWORD, asked)
    return {
        "suggestions_p50_ms": round(percentile(took, 0.5) * 1000, 2),
        "suggestions_p99_ms": round(percentile(took, 0.99) * 1000, 2),
    }


async def timed(base_url: str, login: str, password: str, asked: int) -> list[float]:
    """How long each took, in seconds. Raises AssertionError where nothing was suggested of a matter."""
    agent, customer = Agent(base_url, login), Customer(base_url, "the bench's customer")
    await agent.sign_in(password)
    await agent.be("available")
    await customer.come()
    await customer.say("I want to talk to a person")
    await agent.accept(await agent.offer(customer.interaction))
    found: dict[str, int] = dict.fromkeys(MATTERS, 0)
    took: list[float] = []
    for number in range(WARM_UP + asked):
        text = MATTERS[number % len(MATTERS)]
        await customer.say(text)
        began = time.perf_counter()
        shown = await agent.ask("POST", f"/v1/interactions/{customer.interaction}/suggestions", {})
        took.append(time.perf_counter() - began)
        found[text] += len(shown["suggestions"])
        await asyncio.sleep(PAUSE_S)
    await customer.hang_up()
    await agent.close()
    _suggested(found, min(len(MATTERS), WARM_UP + asked))
    return took[WARM_UP:]


def _suggested(found: dict[str, int], written: int) -> None:
    silent = [text for text, times in list(found.items())[:written] if not times]
    if silent:
        raise AssertionError(f"nothing was suggested of: {'; '.join(silent)}")


async def _employ(url: str, folder: Path, stub: Stub) -> None:
    command: Sequence[str] = ("staff", "add", "nora", "--name", "Nora", "--role", "agent", "--queue", "care")
    adding = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "interlock.cli.main", *command),
        env=environment(url, folder, DEMO, stub),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await adding.communicate(f"{PASSWORD}\n".encode())
    if adding.returncode:
        raise RuntimeError("nobody could be added")
