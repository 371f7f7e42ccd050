"""What does the gate cost: a judgement in process, and each of its durable parts?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from interlock.cli.bench import judging, ledger_part, replay_part, wire_part
from interlock.cli.bench.result import Result, machine


async def _judging() -> dict[str, float]:
    return await asyncio.to_thread(judging.measure)


PARTS: Final[tuple[Callable[[], Awaitable[dict[str, float]]], ...]] = (
    _judging,
    ledger_part.ledger_figures,
    replay_part.replay_figures,
    wire_part.wire_figures,
)
"""Each measures on its own and names its figures."""


async def run() -> Result:
    """All parts, one after another."""
    figures: dict[str, float] = {}
    for part in PARTS:
        figures |= await part()
    return Result(name="gate", figures=figures, machine=machine())
