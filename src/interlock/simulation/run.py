"""One simulated run from a seed: customers come, staff work, nodes die, night falls; and what was wrong with it in the end?"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

import msgspec
import structlog

from interlock.connectors.builtin_model import Model
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.simulation.clock import VirtualLoop, chance_of
from interlock.simulation.customers import GOALS, RUSH, Customer
from interlock.simulation.invariants import violations
from interlock.simulation.shop import CROWD
from interlock.simulation.staff import Agent, Supervisor
from interlock.simulation.weather import Weather, weather_of
from interlock.vocabulary.interactions import InteractionStarted

AGENTS: Final = 4
SUPERVISORS: Final = 2
BETWEEN_S: Final = 2.5
"""Seconds between two customers, on average."""

CROWDED: Final = 0.03
"""The chance that instead of the next customer a crowd comes."""

CLOSING_S: Final = 3 * 3600
"""How long staff have after the last customer has come."""

TROUBLE: Final = frozenset({"error", "critical", "exception"})
EXPECTED: Final = frozenset({"the model failed"})
"""What a node may log as an error: a fuzzer in the model's place trips on purpose."""


class Result(msgspec.Struct, frozen=True):
    """What one run came to.

    Attributes:
        wrong: everything that must not be, in words; empty where all held.
        digest: of the whole log with its times; the same seed gives the same.
    """

    seed: int
    weather: str
    wrong: tuple[str, ...]
    digest: str
    facts: int
    interactions: int
    refunds: int
    deaths: int
    hours: float


def simulate(
    seed: int,
    definitions: Definitions,
    *,
    interactions: int = 200,
    weather: Weather | None = None,
    model: Model | None = None,
) -> Result:
    """Run a centre until everybody has gone and nothing is due any more.

    Args:
        interactions: about how many customers' matters there are.
        weather: how bad it is; drawn from the seed unless it is given.
        model: what suggests; the built-in one unless it is given.
    """
    chance = chance_of(seed, "run")
    drawn = weather_of(chance)
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, listening() as trouble:
        centre = Centre(seed, weather or drawn, definitions, loop, model)
        try:
            runner.run(_day_by_day(centre, interactions))
        except Exception as error:
            trouble.append(f"the run broke: {error!r}\n{traceback.format_exc()}")
    return Result(
        seed=seed,
        weather=centre.name,
        wrong=tuple(dict.fromkeys((*centre.wrong, *trouble))),
        digest=_digest(centre),
        facts=len(centre.store.events),
        interactions=len(centre.events(InteractionStarted)),
        refunds=len(centre.shop.refunds),
        deaths=centre.deaths,
        hours=loop.elapsed / 3600,
    )


async def _day_by_day(centre: Centre, interactions: int) -> None:
    await centre.open()
    chance = chance_of(centre.seed, "days")
    agents = [Agent(centre, number) for number in range(AGENTS)]
    supervisors = [Supervisor(centre, number) for number in range(SUPERVISORS)]
    people: list[Agent | Supervisor] = [*agents, *supervisors]
    staff = [asyncio.create_task(person.work()) for person in people]
    visits = _visits(chance, interactions)
    days = chance.choice((1, 2, 3, 4))
    for day in range(days):
        if day:
            await centre.rest()
            await centre.pass_time(timedelta(hours=chance.choice((2, 10, 25, 30, 80))))
        await _customers(centre, visits[day * len(visits) // days : (day + 1) * len(visits) // days], chance)
    await _close(centre, agents, people)
    for task in staff:
        if task.done():
            centre.wrong.append(f"somebody of the staff broke: {task.exception()!r}")
        task.cancel()
    await asyncio.gather(*staff, return_exceptions=True)
    centre.wrong.extend(await violations(centre))
    centre.close()
    await asyncio.sleep(0)


def _visits(chance: Any, interactions: int) -> list[tuple[int, int, Sequence[str]]]:
    """The customers: number, which of the shop's buyers it is, and what they want."""
    visits: list[tuple[int, int, Sequence[str]]] = []
    first = interactions - chance.randrange(interactions // 2 + 1)
    while interactions > 0:
        if chance.random() < CROWDED or interactions <= first:
            first = -1
            crowd, buyer = chance.randint(5, 8), chance.choice(CROWD)
            visits.extend([(len(visits) + number, buyer, (RUSH,)) for number in range(crowd)])
            interactions -= crowd
            continue
        goals = chance.choices(GOALS, k=min(chance.choice((1, 1, 2, 3)), interactions))
        interactions -= len(goals)
        # Some come often and at the same time: that is where limits could be passed.
        buyer = chance.randrange(1, 6) if chance.random() < 0.5 else chance.randrange(24)
        visits.append((len(visits), buyer, goals))
    return visits


async def _customers(centre: Centre, visits: list[tuple[int, int, Sequence[str]]], chance: Any) -> None:
    buyers = list(centre.shop.buyers.values())
    lives = []
    for number, buyer, goals in visits:
        customer = Customer(centre, number, buyers[buyer % len(buyers)], goals)
        lives.append(asyncio.create_task(customer.live()))
        if goals != (RUSH,):
            await asyncio.sleep(chance.expovariate(1 / BETWEEN_S))
    await asyncio.gather(*lives)


async def _close(centre: Centre, agents: list[Agent], people: list[Agent | Supervisor]) -> None:
    """The last customer has come: staff finish what there is, and then all that is due falls due."""
    await centre.calm_down()
    for person in people:
        person.diligent = True
    await _finish(centre, agents)
    await centre.pass_time(timedelta(days=30))
    await _finish(centre, agents)
    await centre.pass_time(timedelta(days=30))


async def _finish(centre: Centre, agents: list[Agent]) -> None:
    until = centre.clock() + timedelta(seconds=CLOSING_S)
    await asyncio.sleep(60)
    while centre.clock() < until:
        await centre.rest()
        app = centre.lives[0].app
        if not app.board.visits and not app.approvals.unknown and not any(agent.busy for agent in agents):
            return
        await asyncio.sleep(10)
    centre.wrong.append("staff could not finish: somebody still waits or works hours after the last customer came")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Hear what the nodes log as trouble: a command that failed for no known reason is a bug, even if it works later."""
    trouble: list[str] = []

    def hear(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if method in TROUBLE and event.get("event") not in EXPECTED:
            exc_info = bool(event.pop("exc_info", False))
            trouble.append(f"logged: {event}\n{traceback.format_exc() if exc_info and sys.exc_info()[0] else ''}")
        raise structlog.DropEvent

    processors = structlog.get_config()["processors"]
    before = list(processors)
    try:
        processors[:] = [hear]
        structlog.configure(processors=processors)
        yield trouble
    finally:
        processors[:] = before
        structlog.configure(processors=processors)


def _digest(centre: Centre) -> str:
    digest = blake2b(digest_size=12)
    for one in centre.store.events:
        digest.update(repr((one.id, one.at, type(one.event).__name__, one.cause)).encode())
        digest.update(msgspec.json.encode(one.event, order="sorted"))
    return digest.hexdigest()
