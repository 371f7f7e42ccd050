"""How do waiting interactions meet agents: choose with the warm board, guard only what is given away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from interlock.kernel.errors import Answered, Conflict, Refused
from interlock.kernel.events import Command
from interlock.kernel.log import Due, Plan, Query
from interlock.routing.board import Board
from interlock.routing.entry import entering
from interlock.routing.health import headed
from interlock.routing.queues import Specs, circle_of
from interlock.runtime.engine import Engine
from interlock.runtime.follower import Follower
from interlock.runtime.warm_views import WarmViews
from interlock.vocabulary.ids import InteractionId, StaffId, VisitId, tag
from interlock.vocabulary.interactions import AgentJoined, InteractionStarted
from interlock.vocabulary.routing import EnterQueue, OfferVisit, RouteAgent, RouteQueue
from interlock.vocabulary.urgency import PressQueue, RaisePriority

ROUNDS = 5
"""How often one routing run chooses anew after an offer was refused because the board was behind."""

BEHIND_S = 0.02
"""How long to let the board catch up before choosing anew."""


class _App(Protocol):
    @property
    def board(self) -> Board: ...
    @property
    def queues(self) -> Specs: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def follower(self) -> Follower: ...


class Queueing:
    """Carries out ``EnterQueue``, ``RouteQueue``, ``RouteAgent`` and ``PressQueue``."""

    def __init__(self, app: _App, views: WarmViews) -> None:
        self._app, self._views = app, views

    def carriers(self) -> dict[type[Command], Callable[[Due, Any], Awaitable[None]]]:
        """What carries out which command."""
        return {
            EnterQueue: self.enter,
            RouteQueue: self.route,
            RouteAgent: self.route,
            PressQueue: self.press,
        }

    async def enter(self, due: Due, command: EnterQueue) -> None:
        """Put an interaction in its queue, or say why not."""
        app = self._app
        await app.follower.reach(app.follower.newest)
        board = app.board
        command = headed(board, app.queues, command, app.engine.clock())
        spec = app.queues.get(command.queue)
        circle = circle_of(app.queues, command.queue)
        decider = entering(
            spec,
            board.closed_message(command.queue),
            board.staffed(command.queue, *circle.helpers),
            board.waiting(command.queue),
            await self._last_agent(command.interaction) if circle.asks_for_last else StaffId(""),
        )
        await app.engine.execute(command, cause=due.id, answers=due.id, decider=decider)

    async def _last_agent(self, interaction: InteractionId) -> StaffId:
        """Who had the person of an interaction last; nobody where there was none."""
        log = self._app.engine.log
        begun = await log.read(Query(tag("interaction", interaction), (InteractionStarted,)))
        people = [one.event.person for one in begun.events if isinstance(one.event, InteractionStarted)]
        if not people:
            return StaffId("")
        joined = await log.read(Query(tag("person", people[-1]), (AgentJoined,)))
        agents = [one.event.agent for one in joined.events if isinstance(one.event, AgentJoined)]
        return agents[-1] if agents else StaffId("")

    async def press(self, due: Due, command: PressQueue) -> None:
        """Raise the priority of everybody who waits in a queue, each once."""
        app = self._app
        await app.follower.reach(app.follower.newest)
        for visit in [each for each in app.board.visits.values() if each.queue == command.queue]:
            with suppress(Refused, Conflict, Answered):
                raised = RaisePriority(interaction=visit.interaction, points=command.points)
                await app.engine.execute(raised, cause=f"{due.cause}/{visit.visit}")
        await app.engine.log.append(Plan(answers=due.id, cause=due.id))

    async def route(self, due: Due, command: RouteQueue | RouteAgent) -> None:
        """Offer what can be offered now; the command is only the occasion for all that has changed."""
        app = self._app
        await app.follower.reach(app.follower.newest)
        for number in range(ROUNDS):
            matching = self._views.matching
            pairs, refused = iter(matching.pairs(app.engine.clock())), 0
            try:
                for visit, agent in pairs:
                    try:
                        refused += not await self._offer(visit, agent, f"{due.cause}/{number}/{visit}")
                    finally:
                        matching.answered(visit)
            finally:
                for visit, _ in pairs:  # those that it did not come to
                    matching.answered(visit)
            if not refused:
                break
            await app.engine.clock.sleep(BEHIND_S)
        await app.engine.log.append(Plan(answers=due.id, cause=due.id))

    async def _offer(self, visit: VisitId, agent: StaffId, cause: str) -> bool:
        """Offer a visit to an agent; whether it could be, and nothing changed meanwhile that the board did not show yet."""
        app = self._app
        try:
            written = await app.engine.execute(OfferVisit(visit=visit, agent=agent), cause=cause)
        except (Refused, Conflict, Answered):
            return False  # the board was behind: somebody else offered it, or the agent is not free any more
        if written.recorded:
            await app.follower.reach(written.recorded[-1].cursor)
        return True
