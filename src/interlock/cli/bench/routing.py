"""How fast is routing: pairs found a second and the time of one decision, beside a plain scan, and offers in the log?"""

from __future__ import annotations

import asyncio

from interlock.cli.bench import matching_part, offers_part
from interlock.cli.bench.result import Result, machine
from interlock.simulation.floor.pace import simulated_per_min


async def run() -> Result:
    """The index alone, the whole rule on a board, half a million who wait, offers in the log, and a simulated floor."""
    figures = await asyncio.to_thread(matching_part.index_figures)
    full, scan = await asyncio.to_thread(matching_part.floor_figures)
    crowd = await asyncio.to_thread(matching_part.crowd_figures)
    durable = await offers_part.durable_figures()
    simulated = {"simulated_per_min": round(await asyncio.to_thread(simulated_per_min))}
    return Result(
        name="routing",
        figures=figures | full | crowd | durable | simulated,
        peer=scan,
        ratio=round(full["full_assignments_per_s"] / scan["full_assignments_per_s"], 1),
        machine=machine(),
    )
