"""A whole simulated centre: its log, its shop, its nodes that die and come back, and the way to them for everybody outside."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Final, TypeVar

from interlock.connectors.builtin_model import Model
from interlock.connectors.contract import Connection
from interlock.kernel.errors import Answered, Conflict, Refused, Unavailable
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Plan
from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.runtime.functions import FunctionsHere
from interlock.runtime.settings import Settings
from interlock.runtime.stored_releases import published, store, tell
from interlock.simulation.calls import CallCheck, Calls
from interlock.simulation.clock import MORNING, VirtualClock, VirtualLoop, chance_of
from interlock.simulation.nodes import OWNER, Life, remember_owners
from interlock.simulation.shop import CUSTOMERS, Shop
from interlock.simulation.weather import CALM, Weather
from interlock.simulation.wire import Wire
from interlock.store.memory import MemoryLog, MemoryStore
from interlock.store.memory_texts import MemoryTexts
from interlock.store.records import MemoryRecords
from interlock.vocabulary.knowledge import ArticlePublished
from interlock.vocabulary.releases import ReleasePublished

SECRET: Final = b"the secret of a simulated tenant"
REBIRTH_S: Final = (0.2, 12.0)
"""How long a node stays dead: shorter and longer than the leases."""

SETTLES_S: Final = 1.5
"""Longer than anything that a node does by itself: it looks for new facts and for what is due twice a second."""

WAKE_S: Final = 0.02
LATE: Final = timedelta(minutes=2)
"""How long something may be overdue, whatever breaks; longer than any node stays dead and waits before it tries again."""

ENOUGH: Final = 100
"""Attempts after which a client's request counts as lost for good."""

T = TypeVar("T")
Heard = Callable[[Recorded], None]


async def at_once(work: Callable[[], T]) -> T:
    """There are no threads on a virtual loop."""
    return work()


class Centre:
    """Everything that one run is made of.

    Attributes:
        settles_s: how long nothing may happen before it counts as rest.
        wrong: what was seen that must not be, in words.
        acknowledged: the text of every message that a customer was told is kept, by (person, message id).
    """

    def __init__(
        self,
        seed: int,
        weather: Weather,
        definitions: Definitions,
        loop: VirtualLoop,
        model: Model | None = None,
        *,
        start: datetime = MORNING,
        secret: bytes = SECRET,
        systems: Callable[[CallCheck], Mapping[str, Connection]] | None = None,
    ) -> None:
        self.seed = seed
        self.name = weather.name
        self.weather = weather
        self.definitions = definitions
        self.clock = VirtualClock(loop, start)
        self.chance = chance_of(seed, "centre")
        self.store = MemoryStore()
        self.records = MemoryRecords(self.clock)
        self.texts = MemoryTexts()
        self.shop = Shop(chance_of(seed, "shop"), self.clock, CUSTOMERS if systems is None else 0)
        self.wrong: list[str] = []
        self.check = CallCheck(self.store, secret, self.wrong.append)
        self.acknowledged: dict[tuple[str, str], str] = {}
        self.settles_s = SETTLES_S
        self.deaths = 0
        self._model = model
        self._secret = secret
        self._systems = systems
        self._lives: dict[str, Life] = {}
        self._ears: dict[str, list[Heard]] = defaultdict(list)
        self._births = 0
        self._chores: set[asyncio.Task[None]] = set()
        remember_owners(loop)

    async def open(self) -> None:
        """Put the release into force and start the nodes."""
        release = ReleasePublished(release=self.definitions.release, by="simulation", journeys=(), actions=(), rules=())
        first = (
            ArticlePublished(article=one.article, article_version=1, content=one, by="simulation")
            for one in self.definitions.articles
        )
        await MemoryLog(self.clock, self.store).append(Plan((release, *first), cause="release"))
        for number in range(self.weather.nodes):
            await self._bear(f"node-{number + 1}")
        for chore in (self._operate(), self._watch()):
            self._keep(asyncio.get_running_loop().create_task(chore))

    async def publish(self, definitions: Definitions) -> None:
        """Put another release into force; who is born from here on begins with it, and finds the one before as it is kept."""
        for each in (self.definitions, definitions):
            await store(each, self.records)
        await tell(published(definitions, "simulation"), MemoryLog(self.clock, self.store))
        self.definitions = definitions

    @property
    def lives(self) -> Sequence[Life]:
        """The nodes that live and have started."""
        return [life for life in self._lives.values() if life.alive and life.ready]

    async def node(self) -> App:
        """A node that lives, as soon as there is one."""
        while not self.lives:  # noqa: ASYNC110  # nothing tells of a birth
            await asyncio.sleep(1)
        return self.lives[0].app

    def hear(self, tag: str, heard: Heard) -> None:
        """Be told of every new fact with a tag, as soon as it is in the log."""
        self._ears[tag].append(heard)

    async def ask(self, work: Callable[[App], Awaitable[T]]) -> T:
        """One request to one of the nodes. Raises what the node answers with; Unavailable where it dies meanwhile."""
        lives = self.lives
        await asyncio.sleep(self.chance.uniform(0.001, 0.02))
        if not lives:
            raise Unavailable("interlock", "no node answers", sent=False)
        life = self.chance.choice(lives)

        async def serve() -> T:
            return await work(life.app)

        task = life.spawn(serve())
        if not life.alive:
            task.cancel()
        await asyncio.wait((task,))
        if task.cancelled():
            raise Unavailable("interlock", "the connection broke")
        return task.result()

    async def insist(self, work: Callable[[App], Awaitable[T]]) -> T | None:
        """Ask until there is an answer; None where it had been answered before. Raises Refused."""
        for attempt in range(ENOUGH):
            try:
                return await self.ask(work)
            except Answered:
                return None
            except (Unavailable, Conflict):
                await asyncio.sleep(min(0.1 * 2**attempt, 5.0) * self.chance.uniform(0.5, 1.5))
        raise AssertionError(f"nobody could be reached {ENOUGH} times")

    async def try_to(self, work: Callable[[App], Awaitable[T]]) -> bool:
        """Insist, and tell whether the rules allowed it."""
        try:
            await self.insist(work)
        except Refused:
            return False
        return True

    async def calm_down(self) -> None:
        """From now on nothing breaks; whoever is dead is back soon."""
        self.weather = CALM
        for life in self._lives.values():
            life.wire.weather = CALM
        while len(self.lives) < len(self._lives):  # noqa: ASYNC110  # nothing tells of a birth
            await asyncio.sleep(1)

    async def rest(self) -> None:
        """Wait until no node has anything in hand and nothing is due."""
        while True:
            await asyncio.sleep(self.settles_s)
            for life in self.lives:
                await life.app.node.idle()
            now = self.clock()
            waiting = [one for one in self.store.due.values() if one.due.at <= now and not one.parked]
            if not waiting:
                return

    async def pass_time(self, longest: timedelta) -> None:
        """Let the calendar jump from one due command to the next, for at most so long."""
        until = self.clock() + longest
        await self.rest()
        while True:
            due = [one.due.at for one in self.store.due.values() if not one.parked]
            if not due or min(due) > until:
                return
            self.clock.leap(min(due))
            await self.rest()

    # Nodes.

    async def _bear(self, name: str) -> None:
        self._births += 1
        chance = chance_of(self.seed, name, self._births)
        log = MemoryLog(self.clock, self.store, node=f"{name}.{self._births}")
        wire = Wire(log, chance, self.weather, lambda: self._die(name), self._written)
        app = App(
            Settings(),
            wire,
            self.records,
            self.clock,
            self._secret,
            self.definitions,
            node=f"{name}.{self._births}",
            connectors=self._connections(name),
            functions=FunctionsHere(),
            tell=lambda: self._tell(name),
        )
        app.use_model(self._model)
        app.knowledge.texts, app.knowledge.aside = self.texts, at_once
        app._challenges.new_code = lambda: f"{chance.randrange(10**6):06}"
        life = self._lives[name] = Life(app, wire)
        begun = life.spawn(life.begin())
        await asyncio.wait((begun,))
        if not begun.cancelled() and begun.exception() is not None:
            if not isinstance(begun.exception(), Unavailable):
                self.wrong.append(f"a node could not start: {begun.exception()!r}")
            self._die(name)

    def _connections(self, name: str) -> Mapping[str, Connection]:
        if self._systems is not None:
            return self._systems(self.check)
        return {
            system: Calls(
                system,
                self.shop,
                self.check,
                chance_of(self.seed, name, self._births, system),
                lambda: self.weather,
            )
            for system in self.definitions.bundle.connectors
        }

    async def _operate(self) -> None:
        """Now and then a node is stopped in good order and started again."""
        while True:
            await asyncio.sleep(10)
            if self.lives and self.chance.random() < self.weather.deploys:
                life = self.chance.choice(self.lives)
                await life.stop()
                self._die(next(name for name, each in self._lives.items() if each is life), suddenly=False)

    async def _watch(self) -> None:
        """Whatever breaks, nothing is left lying for minutes."""
        while True:
            await asyncio.sleep(20)
            late = self.clock() - LATE
            for waiting in self.store.due.values():
                if waiting.due.at < late and not waiting.parked:
                    self.wrong.append(f"a command is overdue for {LATE}: {waiting}")
                    return

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def _die(self, name: str, *, suddenly: bool = True) -> None:
        life = self._lives[name]
        if not life.alive:
            return
        self.deaths += suddenly
        self._told(life)
        life.die()
        nobody = copy_context()
        nobody.run(OWNER.set, None)
        self._keep(asyncio.get_running_loop().create_task(self._rebirth(name), context=nobody))

    async def _rebirth(self, name: str) -> None:
        await asyncio.sleep(self.chance.uniform(*REBIRTH_S))
        await self._bear(name)

    def _told(self, life: Life) -> None:
        self.wrong.extend(f"a loop of a node ended: {error!r}" for error in life.broken)

    def close(self) -> None:
        """End everything."""
        for chore in self._chores:
            chore.cancel()
        for life in self._lives.values():
            self._told(life)
            life.die()

    # What was written.

    def _written(self, recorded: Sequence[Recorded]) -> None:
        for one in recorded:
            for tag in one.event.tags():
                for heard in tuple(self._ears.get(tag, ())):
                    heard(one)

    def _tell(self, name: str) -> None:
        for other, life in self._lives.items():
            if other != name and self.chance.random() >= self.weather.wake_lost:
                asyncio.get_running_loop().call_later(WAKE_S, life.app.follower.wake)

    def events(self, *types: type[Event]) -> list[Recorded]:
        """The facts of some types, in order."""
        return [one for one in self.store.events if isinstance(one.event, types)]
