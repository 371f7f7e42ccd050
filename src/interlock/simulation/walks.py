"""Does every journey come to an end, whatever the customer, the staff and the systems behind do on the way?

A walk is one customer who at every point does something that a customer could do, drawn from a seed: the right answer, a wrong
one, nonsense, another subject, silence, a wish for a person; meanwhile systems fail, staff approve or reject, a time is taken.
Afterwards she answers everything rightly, and then every journey has to come to an end within a few answers.
"""

from __future__ import annotations

import asyncio
import traceback
from datetime import timedelta
from typing import Final

import msgspec

from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop, chance_of
from interlock.simulation.invariants import violations
from interlock.simulation.run import listening
from interlock.simulation.walker import Stuck, Walker
from interlock.simulation.weather import Weather

WALKS: Final = 10
"""Walks of one seed: one after another in the same centre, so that limits and promises of the earlier ones are there."""

PATIENCE: Final = timedelta(days=40)
"""After this nothing that anybody waits for is still open."""

QUIET: Final = Weather(name="walk", wire_slow=0.0, twice=0.0)
DEADLY: Final = Weather(name="walk with deaths", wire_slow=0.0, twice=0.1, deaths=0.004)
"""In every second seed the node dies now and then, in whatever step it is, and another one goes on."""


def again(seed: int) -> str:
    """How the walks of a seed are walked once more."""
    return f"python -m interlock.simulation --walks --seeds {seed}"


class Walked(msgspec.Struct, frozen=True):
    """What the walks of one seed came to.

    Attributes:
        wrong: everything that must not be, in words; empty where all held.
        ended: how often each journey ended with which outcome.
        steps: what was done, by anybody.
    """

    seed: int
    wrong: tuple[str, ...]
    ended: dict[str, int]
    steps: int


def walk(seed: int, definitions: Definitions, walks: int = WALKS) -> Walked:
    """Walk; the same seed gives the same walks."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(seed, DEADLY if seed % 2 else QUIET, definitions, loop)
        walkers = [Walker(centre, number, chance_of(seed, "walk", number)) for number in range(walks)]
        try:
            runner.run(_walks(centre, walkers))
        except Exception as error:
            trouble.append(f"the walk broke: {error!r}\n{traceback.format_exc()}")
    ended: dict[str, int] = {}
    for walker in walkers:
        for each in walker.ended():
            ended[each] = ended.get(each, 0) + 1
    wrong = tuple(dict.fromkeys((*centre.wrong, *trouble)))
    return Walked(seed, wrong, ended, sum(len(walker.trace) for walker in walkers))


async def _walks(centre: Centre, walkers: list[Walker]) -> None:
    await centre.open()
    for walker in walkers:
        try:
            await walker.walk()
        except Stuck as stuck:
            centre.wrong.append(f"{stuck}\n    " + "\n    ".join(walker.trace))
    await centre.calm_down()
    await centre.pass_time(PATIENCE)
    centre.wrong.extend(await violations(centre))
    for walker in walkers:
        centre.wrong.extend(f"{each}\n    " + "\n    ".join(walker.trace) for each in walker.left())
    centre.close()
    await asyncio.sleep(0)
