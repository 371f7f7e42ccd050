"""Is every queue healthy? A node looks at its board every few seconds, and records what begins and what ends."""

from __future__ import annotations

from typing import Final, Protocol

import structlog

from interlock.kernel.errors import Answered, Conflict, Refused, Unavailable
from interlock.routing.board import Board
from interlock.routing.health import changes
from interlock.routing.queues import Specs
from interlock.runtime.clock import Clock
from interlock.runtime.engine import Engine

LOOK_S: Final = 2.0
"""The pause between two looks at the health of the queues."""

logger = structlog.get_logger(__name__)


class _App(Protocol):
    clock: Clock
    engine: Engine

    @property
    def board(self) -> Board: ...
    @property
    def queues(self) -> Specs: ...


async def watch(app: _App) -> None:
    """Look until cancelled."""
    while True:
        try:
            await look(app)
        except (Unavailable, Conflict) as error:
            logger.warning("an alert could not be recorded; the next look makes up for it", error=str(error))
        await app.clock.sleep(LOOK_S)


async def look(app: _App) -> None:
    """Record which alerts begin and which end now. Raises Unavailable."""
    now = app.clock()
    for command in changes(app.board, app.queues, now):
        # Another node may have seen the same: then it is recorded already, and nothing more is.
        cause = f"health/{command.queue}/{command.alert}/{command.raised}/{now.isoformat()}"
        try:
            await app.engine.execute(command, cause=cause)
        except Answered:
            continue  # another node saw it at the very same moment
        except Refused as refused:
            logger.warning("an alert was refused", queue=command.queue, alert=command.alert, reason=refused.code)
