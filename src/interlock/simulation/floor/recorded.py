"""What does a log say of a floor that was: who came when and waited how long, how long each was handled, who was there?

The facts are counted by the same ``Tally`` that counts a simulation, on a board that is folded by routing itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal

import msgspec

from interlock.kernel.events import Event, Recorded
from interlock.routing import Board, Specs, board
from interlock.simulation.floor.lasting import AT_ONCE
from interlock.simulation.floor.tally import Tally
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, OfferId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    InteractionEnded,
    WrappedUp,
    WrapUpStarted,
)
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    Presence,
    PresencePended,
    PresenceSet,
    QueueClosed,
    QueueOpened,
    VisitEnded,
    VisitEntered,
    VisitOffered,
    WrapUpLimited,
    WrapUpRanOut,
)

OF_PRESENCE: Final[tuple[type[Event], ...]] = (PresenceSet, PresencePended)
OF_FLOOR: Final[tuple[type[Event], ...]] = (
    *OF_PRESENCE,
    *(VisitEntered, VisitOffered, OfferAccepted, OfferClosed, VisitEnded, HandOverFailed),
    *(AgentJoined, HandedBack, WrapUpStarted, WrapUpLimited, WrapUpRanOut, WrappedUp, InteractionEnded),
    *(QueueClosed, QueueOpened),
)
"""Everything that tells of a floor; nothing of it is personal."""


class Came(msgspec.Struct):
    """A customer who came: what she waited and how it ended, as far as the log tells.

    Attributes:
        ended: ``open`` while she waits, and ``turned_away`` where she was not let in.
        handling: how long an agent had her; None where nobody did, or not to the end.
    """

    at: datetime
    queue: QueueName
    channel: Channel
    priority: int = 0
    last_agent: StaffId = StaffId("")
    ended: Literal["open", "answered", "left", "elsewhere", "turned_away"] = "open"
    waited: timedelta = AT_ONCE
    joined: datetime | None = None
    handling: timedelta | None = None
    wrap_up: timedelta = AT_ONCE


class Served(msgspec.Struct):
    """An agent as he was: what he took on last, and when he wanted to have which presence."""

    last: PresenceSet
    plan: list[tuple[datetime, Presence]] = []
    changed: bool = False
    """Whether his queues, skills or capacity changed in this time."""
    missed_at: datetime | None = None


class RecordedFloor:
    """The facts of a floor from ``starts`` on, folded one by one.

    Attributes:
        came: everybody who came, in order.
        tally: what was counted, with each agent as a team of his own.
        answers: how long agents took to accept an offer.
        returns: how long they were gone after one that they did not see.
        switched: when queues were closed by hand, or opened again.
    """

    def __init__(self, specs: Specs, starts: datetime, zone: tzinfo) -> None:
        self.starts = self.now = starts
        self.came: list[Came] = []
        self.agents: dict[StaffId, Served] = {}
        self.answers: list[timedelta] = []
        self.returns: list[timedelta] = []
        self.switched: list[tuple[datetime, QueueClosed | QueueOpened]] = []
        self.offers = self.rejected = self.missed = 0
        self.tally = Tally(specs, starts, zone, str)
        self._projection = board(specs)
        self.board: Board = self._projection.initial()
        self._visits: dict[VisitId, Came] = {}
        self._handled: dict[tuple[InteractionId, StaffId], Came] = {}
        self._offered: dict[OfferId, datetime] = {}

    def before(self, recorded: Recorded) -> None:
        """A fact about an agent's presence from before the time that is looked at: only what it left counts."""
        self._projection.fold(self.board, recorded)
        event = recorded.event
        if isinstance(event, PresenceSet):
            self.agents[event.agent] = Served(event, [(self.starts, event.presence)])
            self.tally.agent_changed(event.agent, self)
        elif isinstance(event, PresencePended) and event.agent in self.agents:
            self.agents[event.agent].plan = [(self.starts, event.presence)]

    def fold(self, recorded: Recorded) -> None:
        """A fact from ``starts`` on, in the log's order."""
        event, self.now = recorded.event, max(self.now, recorded.at)
        self.tally.spend_until(self.now)
        self._projection.fold(self.board, recorded)
        match event:
            case PresenceSet() | PresencePended():
                self._presence(event)
            case VisitEntered() | VisitEnded() | HandOverFailed():
                self._customer(event)
            case VisitOffered() | OfferAccepted() | OfferClosed():
                self._offer(event)
            case AgentJoined() | WrapUpStarted() | HandedBack() | WrappedUp() | InteractionEnded():
                self._work(event)
            case QueueClosed() | QueueOpened():
                self.switched.append((self.now, event))
        name: StaffId | None = getattr(event, "agent", None)
        if name in self.board.agents and name is not None:
            self.tally.agent_changed(name, self)

    def close(self, ends: datetime) -> None:
        """Nothing more comes: who still waits has waited until now."""
        self.tally.spend_until(ends)
        self.tally.spend(ends)
        for came in self._visits.values():
            came.waited = ends - came.at

    def _presence(self, event: PresenceSet | PresencePended) -> None:
        served = self.agents.get(event.agent)
        if isinstance(event, PresencePended):
            if served is not None:
                served.plan.append((self.now, event.presence))
            return
        if served is None:
            served = self.agents[event.agent] = Served(event)
        before = served.last
        served.changed |= (before.queues, before.skills, before.capacity, before.shares) != (
            event.queues,
            event.skills,
            event.capacity,
            event.shares,
        )
        served.last = event
        if event.presence is Presence.NOT_RESPONDING:
            served.missed_at = self.now
            return  # that follows from an offer, and the replay makes its own
        if served.missed_at is not None:
            self.returns.append(self.now - served.missed_at)
            served.missed_at = None
        served.plan.append((self.now, event.presence))

    def _customer(self, event: VisitEntered | VisitEnded | HandOverFailed) -> None:
        match event:
            case VisitEntered():
                came = Came(self.now, event.queue, event.channel, event.priority, event.last_agent)
                self.came.append(came)
                self._visits[event.visit] = came
                self.tally.entered(event, self.now)
            case VisitEnded(how=how) if event.visit in self._visits:
                came = self._visits.pop(event.visit)
                came.waited = timedelta(milliseconds=event.waited_ms)
                left = how in ("abandoned", "short_abandoned")
                came.ended = "answered" if how == "answered" else "left" if left else "elsewhere"
                self.tally.visit_ended(event)
                if how == "answered":
                    came.joined = self.now
                    self._handled[event.interaction, event.agent] = came
            case HandOverFailed():
                self.came.append(Came(self.now, event.queue, Channel.CHAT, ended="turned_away"))
                self.tally.turned_away(event.queue, event.why, self.now)

    def _offer(self, event: VisitOffered | OfferAccepted | OfferClosed) -> None:
        if isinstance(event, VisitOffered):
            self._offered[event.offer] = self.now
            self.offers += 1
            return
        since = self._offered.pop(event.offer, None)
        if since is None:
            return
        if isinstance(event, OfferAccepted):
            self.answers.append(self.now - since)
        elif event.how == "timed_out":
            self.missed += 1
        elif event.how == "rejected" and event.reason not in tuple(Presence):
            self.rejected += 1

    def _work(self, event: AgentJoined | WrapUpStarted | HandedBack | WrappedUp | InteractionEnded) -> None:
        match event:
            case WrapUpStarted() | HandedBack():
                came = self._handled.get((event.interaction, event.agent))
                if came is not None and came.joined is not None and came.handling is None:
                    came.handling = self.now - came.joined
            case InteractionEnded():
                for (interaction, _), came in self._handled.items():
                    if interaction == event.interaction and came.joined is not None and came.handling is None:
                        came.handling = self.now - came.joined
            case WrappedUp():
                came = self._handled.pop((event.interaction, event.agent), None)
                if came is not None and came.joined is not None:
                    took = self.now - came.joined
                    came.handling = took if came.handling is None else came.handling
                    came.wrap_up = took - came.handling
                    self.tally.handled(came.queue, took, self.now)
