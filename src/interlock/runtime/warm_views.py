"""How does the whole floor stand: the views that a node keeps in memory, and stores so that a start is short."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from interlock.control.approvals import Approvals, approvals_view
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Projection
from interlock.kernel.events import Cursor, Recorded
from interlock.kernel.log import Records
from interlock.routing.board import Board, board, from_snapshot, to_snapshot
from interlock.routing.matching import Matching
from interlock.routing.queues import Specs

SNAPSHOT_EVERY: Final = 2_000
"""Facts after which the views are stored, so that a start need not read the whole log."""

logger = structlog.get_logger(__name__)


class _Stored(msgspec.Struct):
    """The views at one position."""

    xid: int
    position: int
    board: bytes
    approvals: bytes


class WarmViews:
    """The board with who is to be offered what on it, and the approvals, folded by the follower. Nothing personal is in them."""

    def __init__(self, records: Records, queues: Specs, control: ControlSettings) -> None:
        self._records = records
        self._since_stored = 0
        self.board = board(queues).initial()
        self.approvals = approvals_view(control).initial()
        self.use(queues, control)

    def use(self, queues: Specs, control: ControlSettings) -> None:
        """Fold by these settings from now on."""
        self._board: Projection[Board] = board(queues)
        self.matching = Matching(self.board, queues)
        self._approvals: Projection[Approvals] = approvals_view(control)

    def fold(self, recorded: Recorded) -> bytes | None:
        """Take the next fact in; gives the views when it is time to store them."""
        self.board = self._board.fold(self.board, recorded)
        self.matching.saw(recorded.event)
        self.approvals = self._approvals.fold(self.approvals, recorded)
        self._since_stored += 1
        if self._since_stored < SNAPSHOT_EVERY:
            return None
        self._since_stored = 0
        return self.snapshot(recorded.cursor)

    def snapshot(self, cursor: Cursor) -> bytes:
        """The views as they are now, at that position: taken before the next fact is folded into them."""
        board, approvals = to_snapshot(self.board), msgspec.json.encode(self.approvals)
        return msgspec.msgpack.encode(_Stored(cursor.xid, cursor.position, board, approvals))

    async def store(self, snapshot: bytes) -> None:
        """Keep a snapshot for the next start."""
        await self._records.put("snapshot", "views", snapshot)

    async def load(self) -> Cursor | None:
        """Begin from the stored views, if they can be read; gives where they stand in the log."""
        body = await self._records.get("snapshot", "views")
        if body is None:
            return None
        try:
            stored = msgspec.msgpack.decode(body, type=_Stored)
            board, approvals = from_snapshot(stored.board), msgspec.json.decode(stored.approvals, type=Approvals)
        except (msgspec.MsgspecError, ValueError) as error:
            logger.info("the stored views are of another version; they are rebuilt", error=str(error))
            return None
        self.board, self.approvals = board, approvals
        self.matching.begin(board)
        return Cursor(stored.xid, stored.position)
