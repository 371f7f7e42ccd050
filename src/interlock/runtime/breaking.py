"""Which breakers are open here and now, which calls are let through as trials, and who says that one trips?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from interlock.control.breaker_counts import Counts
from interlock.control.breakers import Key, Tripped, breakers_document
from interlock.kernel.errors import Answered
from interlock.kernel.events import Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.breakers import CloseBreaker, Guarded, TripBreaker
from interlock.vocabulary.ids import ProposalId, tag
from interlock.vocabulary.journeys import JourneyStarted
from interlock.vocabulary.proposals import ActionProposed

if TYPE_CHECKING:
    from interlock.runtime.app import App

logger = structlog.get_logger(__name__)


class Breaking:
    """The breakers on this node. How they stand is in the log; what is let through as a trial, each node decides."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._counts = Counts()
        self._trials: dict[Key, deque[tuple[datetime, ProposalId]]] = {}

    def fold(self, recorded: Recorded) -> Iterator[tuple[TripBreaker | CloseBreaker, str]]:
        """Count a fact that was followed; gives what follows, each with its cause, which is the same on every node."""
        app = self._app
        for command in self._counts.fold(recorded, app.definitions.breakers):
            spec = app.definitions.breakers.of(command.guarded, command.name)
            if recorded.at > app.clock() - spec.window:  # a node that catches up concludes nothing from what is past
                yield command, f"breaker/{command.guarded}/{command.name}/{recorded.id}"

    async def carry_out(self, command: TripBreaker | CloseBreaker, cause: str) -> None:
        """Say it, unless another node has said it."""
        with suppress(Answered):
            written = await self._app.engine.execute(command, cause=cause)
            if written.recorded:
                what = "a breaker tripped" if isinstance(command, TripBreaker) else "a breaker closed"
                logger.warning(what, guarded=command.guarded, name=command.name)

    async def is_open(self, guarded: Guarded, name: str) -> bool:
        """Whether nothing may be tried at all; a half-open one is tried."""
        await self._app.switchboard.refresh()
        tripped = self._app.switchboard.breakers.of(guarded, name)
        spec = self._app.definitions.breakers.of(guarded, name)
        return tripped is not None and tripped.state(spec, self._app.clock()) == "open"

    async def against(self, proposed: ActionProposed, pending: Sequence[Recorded]) -> Tripped | None:
        """The breaker that stops a proposal; None where none does, or where it is let through as a trial."""
        await self._app.switchboard.refresh()
        breakers = self._app.switchboard.breakers
        found = breakers.of("connector", proposed.action.partition(".")[0])
        if found is not None and not self._let_through(found, proposed.proposal):
            return found
        if proposed.run and any(each.guarded == "journey" for each in breakers.tripped):
            found = breakers.of("journey", await self._journey(proposed, pending))
            if found is not None and not self._let_through(found, proposed.proposal):
                return found
        return None

    def _let_through(self, tripped: Tripped, proposal: ProposalId) -> bool:
        """Whether a proposal is one of the few that are tried while the breaker is half-open."""
        now, spec = self._app.clock(), self._app.definitions.breakers.of(tripped.guarded, tripped.name)
        if tripped.state(spec, now) == "open":
            return False
        trials = self._trials.setdefault((tripped.guarded, tripped.name), deque())
        while trials and trials[0][0] <= max(tripped.since, now - spec.cool_down):
            trials.popleft()
        if all(each != proposal for _, each in trials):
            if len(trials) >= spec.trials:
                return False
            trials.append((now, proposal))
        return True

    async def _journey(self, proposed: ActionProposed, pending: Sequence[Recorded]) -> str:
        query = Query(tag("run", proposed.run), (JourneyStarted,))
        told = [one for one in pending if query.matches(one.event)] or (await self._app.log.read(query)).events
        return next((one.event.journey for one in told if isinstance(one.event, JourneyStarted)), "")

    def document(self, *, tripped: bool = False) -> list[dict[str, Any]]:
        """The breakers for screens and programs; only those that are not closed, where that is wanted."""
        app = self._app
        lines = breakers_document(app.switchboard.breakers, app.definitions.breakers, app.clock(), app.staff.names)
        return [line for line in lines if line["state"] != "closed"] if tripped else lines
