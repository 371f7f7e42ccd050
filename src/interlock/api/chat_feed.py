"""What a customer's browser is told: its messages from a position on, in order, and how things stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from interlock.api.frames import Frame
from interlock.interactions.context import InteractionState, evolve
from interlock.kernel.events import START, Cursor, Event, Recorded
from interlock.kernel.log import Query
from interlock.routing.choose import place
from interlock.runtime.app import App
from interlock.runtime.drafts import DRAFT
from interlock.vocabulary.channels import Author
from interlock.vocabulary.ids import InteractionId, SessionId
from interlock.vocabulary.interactions import InteractionStarted, MessagePosted
from interlock.vocabulary.people import ChallengeFailed, ChallengePassed
from interlock.vocabulary.proposals import RemedyMet, RemedyRefused

MOST_INTERACTIONS: Final = 20
"""Interactions of a session whose messages are shown again; older ones stay in the log."""


class Sink(Protocol):
    """Where frames go."""

    def send(self, frame: Frame) -> None: ...


def _unwatched(recorded: Recorded) -> None:
    """What nobody else folds."""


class ChatFeed:
    """Feeds one socket of one session; ``folds`` is given every fact of its interactions, before its frames go out."""

    def __init__(
        self,
        app: App,
        wire: Sink,
        session: SessionId,
        language: str = "",
        folds: Callable[[Recorded], None] = _unwatched,
    ) -> None:
        self.session = session
        self._app = app
        self._wire = wire
        self._folds = folds
        self._language = language
        self._states: dict[InteractionId, InteractionState] = {}
        self._ends: list[Callable[[], None]] = []
        self._shown: dict[str, Any] | None = None
        self._early: list[Recorded] | None = []
        """What came live while the past was still being read; None once that is done."""
        self._after = START
        """What the page has seen already, perhaps from a node that is ahead of this one."""

    @property
    def interaction(self) -> InteractionId | None:
        """The session's latest interaction."""
        return next(reversed(self._states), None)

    async def open(self, after: Cursor) -> None:
        """Welcome, what was missed since ``after``, and from then on everything live."""
        follower, self._after = self._app.follower, after
        self._ends.append(follower.watch(f"session:{self.session}", self._on_session))
        started = await self._app.log.read(Query(f"session:{self.session}", (InteractionStarted,)))
        recent = [one.event.interaction for one in started.events if isinstance(one.event, InteractionStarted)]
        for interaction in recent[-MOST_INTERACTIONS:]:
            self._watch(interaction)
        horizon = follower.cursor
        history = await self._app.log.read(*(Query(f"interaction:{one}") for one in self._states))
        missed: list[Frame] = []
        for recorded in history.events:
            # What the follower has not handed out yet comes through it, once.
            if recorded.cursor <= horizon:
                missed.extend(self._fold(recorded) if recorded.cursor > after else self._fold_silently(recorded))
        now = self._states[self.interaction] if self.interaction else None
        settings = self._app.tenant.said_in(self._language if now is None else now.language)
        self._wire.send(
            {
                "type": "welcome",
                "cursor": str(max(horizon, after)),
                "title": settings.title,
                "greeting": settings.greeting,
                "state": self._state(),
            }
        )
        self._shown = self._state()
        for frame in missed:
            self._wire.send(frame)
        early, self._early = self._early or [], None
        for recorded in early:
            if recorded.cursor > horizon:
                self._on_fact(recorded)
        self._show_state()
        self._ends.append(follower.after_each_batch(self._show_state))

    def close(self) -> None:
        """Stop feeding."""
        for end in self._ends:
            end()

    def typing(self) -> None:
        """Tell those who watch the interaction that the customer is typing."""
        if self.interaction:
            self._app.signals.tell(f"interaction:{self.interaction}", {"signal": "typing", "author": "customer"})

    def show(self, frame: Frame) -> None:
        """Show this connection something that is kept nowhere."""
        self._wire.send(frame)

    def _watch(self, interaction: InteractionId) -> None:
        if interaction not in self._states:
            self._states[interaction] = InteractionState()
            self._ends.append(self._app.follower.watch(f"interaction:{interaction}", self._on_fact))
            listen = self._app.signals.listen
            self._ends.append(listen(f"interaction:{interaction}", lambda signal: self._on_signal(interaction, signal)))

    def _on_session(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, InteractionStarted) and event.interaction not in self._states:
            self._watch(event.interaction)
            self._on_fact(recorded)

    def _on_fact(self, recorded: Recorded) -> None:
        if self._early is not None:
            self._early.append(recorded)
            return
        for frame in self._fold(recorded):
            if recorded.cursor > self._after:
                self._wire.send(frame)

    def _on_signal(self, interaction: InteractionId, signal: dict[str, Any]) -> None:
        if signal["signal"] == DRAFT:
            piece = {name: value for name, value in signal.items() if name not in ("signal", "author")}
            self._wire.send({"type": "draft", "interaction": interaction, **piece})
        elif signal.get("author") != "customer":
            self._wire.send({"type": "typing", "author": {"kind": "agent"}})

    def _fold_silently(self, recorded: Recorded) -> list[Frame]:
        self._fold(recorded)
        return []

    def _fold(self, recorded: Recorded) -> list[Frame]:
        event = recorded.event
        interaction = getattr(event, "interaction", None)
        if interaction not in self._states:
            return []
        self._states[interaction] = evolve(self._states[interaction], recorded)
        self._folds(recorded)
        frame = _frame(event, recorded)
        return [] if frame is None else [frame]

    def _show_state(self) -> None:
        state = self._state()
        if state != self._shown:
            self._shown = state
            self._wire.send({"type": "state", "cursor": str(self._app.follower.cursor), "state": state})

    def _state(self) -> dict[str, Any]:
        if self.interaction is None:
            nothing = {"interaction": None, "holder": "virtual_agent", "agent_name": None, "queue": None}
            language = self._language or self._app.tenant.language
            return {**nothing, "ended": False, "silence_warned": False, "language": language}
        now = self._states[self.interaction]
        return {
            "interaction": self.interaction,
            "holder": now.holder,
            "agent_name": self._app.staff_name(now.agent) if now.holder == "agent" else None,
            "queue": self._queue(now) if now.holder == "queue" and now.open else None,
            "ended": not now.open,
            "silence_warned": now.warned,
            "language": now.language or self._app.tenant.language,
        }

    def _queue(self, now: InteractionState) -> dict[str, Any]:
        board, spec = self._app.board, self._app.queues.get(now.queue)
        visit = board.visit_of(now.interaction)
        standing = place(board, now.interaction)
        return {
            "title": spec.title if spec else now.queue,
            "place": standing.place if standing else 1,
            "since": _iso(visit.since) if visit else None,
            "expected_s": standing.expected_s if standing else None,
        }


def _frame(event: Event, recorded: Recorded) -> Frame | None:
    cursor = str(recorded.cursor)
    match event:
        case MessagePosted():
            message = {
                "id": event.message,
                "at": _iso(recorded.at),
                "author": _author(event.author),
                "text": str(event.text),
                "card": None if event.card is None else msgspec.to_builtins(event.card),
            }
            return {"type": "message", "cursor": cursor, "interaction": event.interaction, "message": message}
        case RemedyMet() if event.remedy.kind == "confirm":
            return {"type": "answered", "cursor": cursor, "proposal": event.proposal, "how": "confirmed"}
        case RemedyRefused() if event.remedy.kind == "confirm":
            how: str = event.how if event.how in ("expired", "withdrawn") else "declined"
            return {"type": "answered", "cursor": cursor, "proposal": event.proposal, "how": how}
        case RemedyMet() if event.remedy.kind == "wait":
            return {"type": "answered", "cursor": cursor, "proposal": event.proposal, "how": "over"}
        case RemedyRefused() if event.how == "withdrawn":
            return {"type": "answered", "cursor": cursor, "proposal": event.proposal, "how": "withdrawn"}
        case ChallengePassed():
            return {"type": "answered", "cursor": cursor, "challenge": event.challenge, "how": "passed"}
        case ChallengeFailed():
            how = {"wrong": "wrong", "expired": "expired", "locked": "failed", "not_sent": "not_sent"}[event.why]
            failed = {"type": "answered", "cursor": cursor, "challenge": event.challenge, "how": how}
            return {**failed, "attempts_left": event.attempts_left}
    return None


def _author(author: Author) -> dict[str, str]:
    return {"kind": author.kind, "name": author.name, **({"model": author.model} if author.model else {})}


def _iso(at: datetime) -> str:
    return at.isoformat()
