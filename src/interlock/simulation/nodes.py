"""A node that can die at any moment: all its tasks end where they are, nothing is drained, and what it sent is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from typing import Any, Final, TypeVar

from interlock.runtime.app import App
from interlock.simulation.wire import Wire

T = TypeVar("T")

OWNER: Final[ContextVar[Life | None]] = ContextVar("owner", default=None)
"""Whose task this is; tasks inherit it from the one that makes them."""


class Life:
    """One life of a node, from a start until it dies.

    Attributes:
        broken: what ended one of the node's own loops, where that was not its death.
    """

    def __init__(self, app: App, wire: Wire) -> None:
        self.app = app
        self.wire = wire
        self.ready = False
        self.broken: list[BaseException] = []
        self._tasks: dict[asyncio.Task[Any], None] = {}

    @property
    def alive(self) -> bool:
        """Whether it has not died yet."""
        return self.wire.alive

    async def begin(self) -> None:
        """Start as a process does: the stored views, the rest of the log, then the loops."""
        await self.app.load_views()
        await self.app.knowledge.load()
        await self.app.follower.catch_up()
        for loop in (self.app.follower.run(), self.app.node.run()):
            self.spawn(loop).add_done_callback(self._ended)
        self.ready = True

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.broken.append(task.exception() or RuntimeError())

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something on this node: it dies with it."""
        context = copy_context()
        context.run(OWNER.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def own(self, task: asyncio.Task[Any]) -> None:
        """A task that was made by one of this node's."""
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def stop(self) -> None:
        """Stop in good order: nobody new is served, what is in hand is finished, the rest is given back."""
        self.ready = False
        await asyncio.wait((self.spawn(self.app.close()),))

    def die(self) -> None:
        """Die now."""
        self.wire.alive = False
        for task in tuple(self._tasks):
            task.cancel()


def remember_owners(loop: asyncio.AbstractEventLoop) -> None:
    """Have every task that is made on a loop belong to the node whose task made it."""

    def factory(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        context = options.get("context")
        owner = OWNER.get() if context is None else context.get(OWNER)
        if owner is not None:
            owner.own(task)
        return task

    loop.set_task_factory(factory)  # type: ignore[arg-type]  # its declared type knows no options
