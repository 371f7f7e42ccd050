"""Which locks does a match concern, do they hold, and which lock-outs are there? The log is what is counted in."""

from __future__ import annotations

import asyncio
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from interlock.control.actions import all_args
from interlock.control.identity import session_query
from interlock.control.lockouts import LISTED, Board, Locks, LockShown, any_holds, fold, lock_query, locks_of
from interlock.control.proposals import fold as fold_proposal
from interlock.control.proposals import proposal_query
from interlock.kernel.log import Due
from interlock.vocabulary.lockouts import CountGuess
from interlock.vocabulary.proactive import browser_of
from interlock.vocabulary.proposals import ActionProposed

if TYPE_CHECKING:
    from interlock.runtime.app import App


class Lockouts:
    """Counts failed matches across sessions, and knows what is locked."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._board, self._snapshot = Board(), ""
        self._reading = asyncio.Lock()

    async def stops(self, proposed: ActionProposed) -> bool:
        """Whether a match may not even be tried: too many failed from where it comes, or for what it tries."""
        if proposed.action not in self._app.control.matches:
            return False
        locks = await self._locks(proposed)
        seen = await self._app.log.read(*(lock_query(each) for each in locks))
        nothing: Locks = MappingProxyType({})
        return any_holds(locks, reduce(fold, seen.events, nothing), self._app.control, self._app.clock())

    async def count(self, due: Due, command: CountGuess) -> None:
        """Count a failed match for each of its locks."""
        seen = await self._app.log.read(proposal_query(command.proposal))
        proposed = fold_proposal(seen.events).proposed
        locks = await self._locks(proposed) if proposed is not None else ()
        counted = msgspec.structs.replace(command, locks=locks)
        await self._app.engine.execute(counted, cause=due.cause, answers=due.id)

    async def shown(self) -> list[LockShown]:
        """The lock-outs that hold now, the newest first."""
        async with self._reading:  # or two who look at once would fold the same facts in twice
            seen = await self._app.log.read(LISTED, since=self._snapshot)
            for recorded in seen.events:
                self._board.fold(recorded)
            self._snapshot = seen.snapshot
        return self._board.now(self._app.clock())

    async def document(self) -> list[dict[str, Any]]:
        """The same for the API."""
        return [dict(msgspec.to_builtins(each)) for each in await self.shown()]

    async def _locks(self, proposed: ActionProposed) -> tuple[str, ...]:
        seen = await self._app.log.read(session_query(proposed.session))
        browser = browser_of(seen.events)
        source = browser.source if browser is not None else ""
        return locks_of(self._app.control.secret, source, all_args(proposed.args, proposed.private_args))
