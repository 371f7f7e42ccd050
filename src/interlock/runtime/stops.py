"""What stops a proposal before anything is read and any rule is asked: a switch, a breaker, or a budget?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from interlock.control.lockouts import NO_MATCHING
from interlock.control.rules import BREAKER_OPEN, HALTED, LOCKED_OUT
from interlock.control.switches import NOT_NOW
from interlock.kernel.errors import Refused
from interlock.kernel.events import Recorded
from interlock.vocabulary.proposals import ActionProposed, Ruling

if TYPE_CHECKING:
    from interlock.runtime.app import App


class Stop(NamedTuple):
    """The gate's own noes, and what they were judged on."""

    rulings: Sequence[Ruling]
    why: Mapping[str, Any]


class Stops:
    """Looks at everything that can stop a proposal."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def of(
        self, proposed: ActionProposed, pending: Sequence[Recorded] = (), *, again: bool = False
    ) -> Stop | None:
        """What stops a proposal now; None where nothing does. Raises Unavailable while that cannot be known.

        Args:
            pending: facts that are to be recorded before it; they count like those that are.
            again: it was looked at before: what counts the calls up to this one has not changed.
        """
        halt = (await self._app.switchboard.now()).on_action(proposed.action)
        if halt is not None:
            return self._told(Stop((halt.ruling,), {HALTED: msgspec.to_builtins(halt)}))
        tripped = await self._app.breaking.against(proposed, pending)
        if tripped is not None:
            spec = self._app.definitions.breakers.of(tripped.guarded, tripped.name)
            return self._told(Stop((tripped.ruling(spec),), {BREAKER_OPEN: msgspec.to_builtins(tripped)}))
        if await self._app.lockouts.stops(proposed):
            return self._told(Stop((NO_MATCHING,), {LOCKED_OUT: True}))
        over = None if again else await self._app.spending.over_tools(proposed, pending)
        if over is not None:
            ruling, why = over
            return self._told(Stop((ruling,), {ruling.rule: why}))
        return None

    async def refuse_if_tenant_halted(self) -> None:
        """Raises Refused ``halted`` while everything is halted: nothing is even proposed then."""
        halt = (await self._app.switchboard.now()).on_tenant()
        if halt is not None:
            raise Refused("halted", f"{halt.ruling.reason} Chats go on with people.")

    async def refusal_of(self, action: str) -> Refused | None:
        """Why an action cannot be proposed now in the gate's own name; None where it can."""
        halt = (await self._app.switchboard.now()).on_action(action)
        return None if halt is None else Refused("halted", NOT_NOW)

    def _told(self, stop: Stop) -> Stop:
        for ruling in stop.rulings:
            self._app.metrics.stops.labels(ruling.rule).inc()
        return stop
