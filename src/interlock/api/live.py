"""The live stream of the staff's pages: watch documents, get a snapshot, then what changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from litestar import WebSocket, websocket
from litestar.datastructures import State

from interlock.api.approving import require_approver
from interlock.api.frames import POLICY, TRY_AGAIN_LATER, Frame, Wire
from interlock.api.patches import diff
from interlock.api.signing import own_origin, require, signed_in
from interlock.kernel.errors import Conflict, Refused, Unavailable
from interlock.kernel.events import Recorded
from interlock.runtime.app import App
from interlock.runtime.drafts import DRAFT
from interlock.runtime.staff import Person
from interlock.vocabulary.ids import InteractionId, tag
from interlock.vocabulary.staff import StaffPasswordChanged, StaffRemoved, StaffRolesChanged

MOST_WATCHED: Final = 40
SETTLE_S: Final = 0.02
"""Changes within this time go out together."""

logger = structlog.get_logger(__name__)


@websocket("/v1/live")
async def live(socket: WebSocket[Any, Any, Any], state: State) -> None:
    """A staff page's connection."""
    app: App = state.app
    try:
        person = await signed_in(socket, app)
    except (Unavailable, Conflict):
        async with Wire(socket) as wire:
            wire.refuse(None, "unavailable", "Not to be had just now; connect again in a moment.")
            await wire.close(TRY_AGAIN_LATER, "try again")
        return
    async with Wire(socket) as wire:
        if person is None or not own_origin(socket, app):
            wire.refuse(None, "not_signed_in", "Sign in first.")
            await wire.close(POLICY, "not signed in")
            return
        app.metrics.sockets.labels("staff").inc()
        watching = Watching(app, wire, person)
        try:
            async for frame in wire.frames():
                await watching.on_frame(frame)
        finally:
            watching.close()
            app.metrics.sockets.labels("staff").dec()


class Watching:
    """The documents that one page watches."""

    def __init__(self, app: App, wire: Wire, person: Person) -> None:
        self._app = app
        self._wire = wire
        self._person = person
        self._sent: dict[str, Any] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._changed = asyncio.Event()
        self._end = app.follower.after_each_batch(self._changed.set)
        self._end_watch = app.follower.watch(tag("staff", person.id), self._on_staff)
        self._closing: asyncio.Task[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._keep_fresh())

    def close(self) -> None:
        """Stop watching."""
        self._end()
        self._end_watch()
        for end in self._ends.values():
            end()
        self._task.cancel()

    def _on_staff(self, recorded: Recorded) -> None:
        """Close the page of somebody who is removed or has other roles or another password: it may come back, signed in anew."""
        if (
            isinstance(recorded.event, StaffRemoved | StaffPasswordChanged | StaffRolesChanged)
            and self._closing is None
        ):
            self._closing = asyncio.get_running_loop().create_task(self._wire.close(POLICY, "the sign-in has changed"))

    async def on_frame(self, frame: Frame) -> None:
        """Watch or unwatch a document."""
        kind, of = frame["type"], frame.get("of")
        if kind == "ping":
            self._wire.send({"type": "pong"})
            return
        if kind not in ("watch", "unwatch") or not isinstance(of, str):
            self._wire.refuse(None, "bad_frame", 'A frame is {"type": "watch" or "unwatch", "of": a document}.')
            return
        if kind == "unwatch":
            self._forget(of)
            return
        if len(self._sent) >= MOST_WATCHED:
            self._wire.refuse(None, "too_many", f"At most {MOST_WATCHED} documents are watched at once.")
            return
        try:
            value = await self._document(of)
        except Refused as refusal:
            self._wire.send({"type": "error", "of": of, "code": refusal.code, "reason": refusal.reason})
            return
        except (Unavailable, Conflict):
            self._wire.send({"type": "error", "of": of, "code": "unavailable", "reason": "Not to be had just now."})
            return
        self._sent[of] = value
        if of.startswith("interaction:") and of not in self._ends:
            self._ends[of] = self._app.signals.listen(of, lambda signal: self._signal(of, signal))
        self._wire.send({"type": "snapshot", "of": of, "cursor": str(self._app.follower.cursor), "value": value})

    def _signal(self, of: str, signal: dict[str, Any]) -> None:
        if signal.get("author") != "agent" and signal["signal"] != DRAFT:
            self._wire.send({"type": "signal", "of": of, **signal})

    def _forget(self, of: str) -> None:
        self._sent.pop(of, None)
        end = self._ends.pop(of, None)
        if end is not None:
            end()

    async def _keep_fresh(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_S)
            self._changed.clear()
            for of in tuple(self._sent):
                try:
                    await self._refresh(of)
                except (Refused, Unavailable, Conflict) as error:
                    logger.info("a watched document cannot be refreshed", of=of, error=str(error))
                except Exception:
                    logger.exception("a watched document failed", of=of)

    async def _refresh(self, of: str) -> None:
        value = await self._document(of)
        before = self._sent.get(of)
        if before is None or value == before:
            return
        ops = diff(before, value)
        self._sent[of] = value
        self._wire.send({"type": "patch", "of": of, "cursor": str(self._app.follower.cursor), "ops": ops})

    async def _document(self, of: str) -> Any:
        documents = self._app.documents
        if of == "me":
            return await documents.me(self._person.account)
        if of == "board":
            require(self._person, "see_board")
            return await documents.board()
        if of == "approvals":
            await require_approver(self._person, self._app)
            return await documents.approvals()
        kind, _, identifier = of.partition(":")
        if kind == "interaction" and identifier:
            require(self._person, "see_interactions")
            watched = await documents.interaction(InteractionId(identifier), self._person.id)
            return watched.value
        raise Refused("document_unknown", "Documents are me, board, approvals and interaction:ID.", status=404)
