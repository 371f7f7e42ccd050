"""The interactions that somebody looks at: each folded once, kept current by the follower, forgotten when long unused."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from interlock.interactions.view import InteractionView
from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.kernel.log import Log, Query
from interlock.runtime.follower import Follower
from interlock.vocabulary.ids import InteractionId

MOST_OPEN: Final = 1_000


class OpenViews:
    """Interaction views by identifier, at the follower's position."""

    def __init__(self, log: Log, follower: Follower) -> None:
        self._log = log
        self._follower = follower
        self._open: OrderedDict[InteractionId, tuple[InteractionView, Callable[[], None]]] = OrderedDict()
        self._opening: dict[InteractionId, asyncio.Task[InteractionView]] = {}

    async def get(self, interaction: InteractionId) -> InteractionView:
        """The view of an interaction. Raises Refused where there is none."""
        found = self._open.get(interaction)
        if found is not None:
            self._open.move_to_end(interaction)
            return found[0]
        task = self._opening.get(interaction)
        if task is None:
            task = self._opening[interaction] = asyncio.get_running_loop().create_task(self._load(interaction))
            task.add_done_callback(lambda _: self._opening.pop(interaction, None))
        return await asyncio.shield(task)

    def peek(self, interaction: InteractionId) -> InteractionView | None:
        """The view if it is at hand."""
        found = self._open.get(interaction)
        return None if found is None else found[0]

    async def _load(self, interaction: InteractionId) -> InteractionView:
        view = InteractionView()
        early: list[Recorded] | None = []

        def take(recorded: Recorded) -> None:
            if early is None:
                view.fold(recorded)
            else:
                early.append(recorded)

        tag = f"interaction:{interaction}"
        end = self._follower.watch(tag, take)
        horizon = self._follower.cursor
        try:
            past = await self._log.read(Query(tag))
            for recorded in past.events:
                if recorded.cursor <= horizon:
                    view.fold(recorded)
            if view.continues:
                view.begin_with(await self._before(view.continues))
            live, early = early or [], None
            for recorded in live:
                if recorded.cursor > horizon:
                    view.fold(recorded)
            if not view.state.known:
                raise Refused("interaction_unknown", "There is no such interaction.", status=404)
        except BaseException:
            end()
            raise
        self._open[interaction] = (view, end)
        while len(self._open) > MOST_OPEN:
            _, (_, end_oldest) = self._open.popitem(last=False)
            end_oldest()
        return view

    async def _before(self, interaction: InteractionId) -> InteractionView:
        """The view of an interaction that was carried on, with those before it."""
        view = InteractionView()
        past = await self._log.read(Query(f"interaction:{interaction}"))
        for recorded in past.events:
            view.fold(recorded)
        if view.continues:
            view.begin_with(await self._before(view.continues))
        return view

    def forget_all(self) -> None:
        """Drop everything: somebody was erased, and what is kept in memory must be read again."""
        for _, end in self._open.values():
            end()
        self._open.clear()
