"""How many offers and acceptances a second become facts in the log, on PostgreSQL, the way the live router makes them?"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Final

from interlock.cli.bench import postgres
from interlock.cli.demonstration import REPOSITORY
from interlock.cli.server import spare_collector
from interlock.kernel.events import Recorded
from interlock.routing.presence import LARGEST_CAPACITY
from interlock.runtime.app import App
from interlock.runtime.demo import demo_systems
from interlock.runtime.opening import open_app
from interlock.runtime.settings import Settings
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, StaffId, VisitId
from interlock.vocabulary.routing import AcceptOffer, OfferAccepted, Presence, SetPresence, VisitEntered, VisitOffered

QUEUE: Final = QueueName("care")
AGENTS: Final = 40
AT_ONCE: Final = 8
"""So many customers come at the same time, each as soon as the one before was taken."""
GIVE_UP_S: Final = 60.0


async def durable_figures(visits: int = 600) -> dict[str, float]:
    """``durable_per_s``: customers who begin to wait, are offered to an agent and accepted by him, all of it in the log."""
    async with postgres.fresh() as (url, folder):
        # A shop whom nobody calls: its address is all that the definitions ask for.
        os.environ.update(demo_systems("http://127.0.0.1:9"))
        definitions = REPOSITORY / "examples" / "demo"
        settings = Settings(data=folder, definitions=definitions, allow="127.0.0.1:9", tenant="bench", pool=16)
        async with open_app(settings, url) as app:
            centre = _Centre(app)
            await centre.opens()
            await centre.serves(visits // 6)
            spare_collector()  # as a server does once it is up
            began = time.perf_counter()
            await centre.serves(visits)
            took = time.perf_counter() - began
            if app.node.parked:
                raise RuntimeError(f"not everything could be carried out: {app.node.parked}")
    return {"durable_per_s": round(visits / took, 1)}


class _Centre:
    """Agents who accept whatever they are offered, and customers who wait for them."""

    def __init__(self, app: App) -> None:
        self._app, self._count = app, 0
        self._taken: dict[VisitId, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        app.follower.views.append(self._hears)

    async def opens(self) -> None:
        for number in range(AGENTS):
            there = SetPresence(
                agent=StaffId(f"s_bench_{number}"),
                presence=Presence.AVAILABLE,
                queues=(QUEUE,),
                capacity=LARGEST_CAPACITY,
            )
            await self._app.execute(there, f"bench/presence/{number}")

    async def serves(self, visits: int) -> None:
        """So many customers come, some at once, and each is taken."""
        left = iter(range(visits))

        async def customers() -> None:
            for _ in left:
                await self._comes()

        async with asyncio.timeout(GIVE_UP_S), asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(customers())

    async def _comes(self) -> None:
        self._count += 1
        number = self._count
        interaction, person = InteractionId(f"i_bench_{number}"), PersonId(f"p_bench_{number}")
        visit = VisitId(f"v_bench_{number}")
        taken = self._taken[visit] = asyncio.Event()
        entered = VisitEntered(
            visit=visit,
            interaction=interaction,
            person=person,
            queue=QUEUE,
            channel=Channel.CHAT,
            priority=0,
            since=self._app.clock(),
        )
        await self._app.engine.append((entered,), cause=f"bench/visit/{number}")
        await taken.wait()

    def _hears(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, OfferAccepted):
            self._taken.pop(event.visit).set()
        elif isinstance(event, VisitOffered):
            accept = AcceptOffer(visit=event.visit, offer=event.offer, agent=event.agent)
            task = asyncio.ensure_future(self._app.execute(accept, f"bench/accept/{event.offer}"))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
