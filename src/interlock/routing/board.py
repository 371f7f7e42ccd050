"""How does the floor stand right now: every queue, every waiting visit, every agent, in one view folded from the log?

The view holds identifiers only, nothing personal, and no more than is open, plus a day of counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from interlock.kernel.deciders import Projection
from interlock.kernel.events import START, Cursor, Recorded
from interlock.routing import sla_view
from interlock.routing.agents import AGENT_EVENTS, NO_AGENT, Agent, after, winding_up
from interlock.routing.measures import Intervals
from interlock.routing.queues import Specs
from interlock.routing.visits import Visit, entered, progressed
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    InteractionEnded,
    InteractionReopened,
    InteractionStarted,
    WrappedUp,
)
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    QueueClosed,
    QueueOpened,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)
from interlock.vocabulary.sla import SlaClockEnded
from interlock.vocabulary.urgency import QueueAlertCleared, QueueAlertRaised, VisitPriorityRaised

Holder = Literal["virtual_agent", "queue", "agent"]
SNAPSHOT_FORMAT: Final = 1


class Standing(msgspec.Struct, frozen=True):
    """An alert that stands: since when, and what was measured then against which threshold."""

    since: datetime
    measure: str
    value: float
    threshold: float


class QueueLine(msgspec.Struct):
    """A queue's own state: what the emergency switch says (None: not thrown), its counts, and the alerts that stand."""

    closed_message: str | None = None
    intervals: Intervals = msgspec.field(default_factory=Intervals)
    alerts: dict[str, Standing] = {}


class Board(msgspec.Struct):
    """The floor. It is changed in place as facts are folded; take a snapshot to keep a state."""

    seen: tuple[int, int] = START
    queues: dict[QueueName, QueueLine] = {}
    visits: dict[VisitId, Visit] = {}
    agents: dict[StaffId, Agent] = {}
    interactions: dict[InteractionId, Holder] = {}
    clocks: sla_view.Clocks = {}

    @property
    def cursor(self) -> Cursor:
        """The last fact that is in this view: a choice for a later one has to wait until the board has caught up."""
        return Cursor(*self.seen)

    def visit_of(self, interaction: InteractionId) -> Visit | None:
        """The open visit of an interaction."""
        return next((visit for visit in self.visits.values() if visit.interaction == interaction), None)

    def agent(self, agent: StaffId) -> Agent:
        """The agent of that name; one who is offline where nothing is known."""
        return self.agents.get(agent, NO_AGENT)

    def closed_message(self, queue: QueueName) -> str | None:
        """What the emergency switch of a queue says; None while it is not thrown."""
        line = self.queues.get(queue)
        return None if line is None else line.closed_message

    def waiting(self, queue: QueueName) -> int:
        """How many visits a queue has, those being offered included."""
        return sum(visit.queue == queue for visit in self.visits.values())

    def staffed(self, *queues: QueueName) -> frozenset[Channel]:
        """The channels in which somebody who serves one of the queues is on shift."""
        serve, found = set(queues), set[Channel]()
        for agent in self.agents.values():
            if agent.on_shift and not serve.isdisjoint(agent.queues):
                found.update(channel for channel in Channel if agent.handles(channel))
                if len(found) == len(Channel):
                    break
        return frozenset(found)


def board(specs: Specs) -> Projection[Board]:
    """The view of the floor; the service targets come from the queues as they are defined now."""

    def fold(state: Board, recorded: Recorded) -> Board:
        _agents(state, recorded)
        _visits(state, recorded, specs)
        _interactions(state, recorded)
        _clocks(state, recorded)
        state.seen = (recorded.cursor.xid, recorded.cursor.position)
        return state

    return Projection("board", Board, fold)


def to_snapshot(state: Board) -> bytes:
    """The board as JSON, to start from later."""
    return msgspec.json.encode(_Snapshot(SNAPSHOT_FORMAT, state))


def from_snapshot(data: bytes) -> Board:
    """The board of a snapshot. Raises ValueError where it is of another format or damaged: rebuild the board then."""
    try:
        found = msgspec.json.decode(data, type=_Format).format
        if found == SNAPSHOT_FORMAT:
            return msgspec.json.decode(data, type=_Snapshot).board
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"no snapshot of a board: {error}") from None
    raise ValueError(f"a snapshot of format {found}, and this version reads {SNAPSHOT_FORMAT}")


class _Format(msgspec.Struct, frozen=True):
    format: int


class _Snapshot(_Format, frozen=True):
    board: Board


def _agents(state: Board, recorded: Recorded) -> None:
    event, at = recorded.event, recorded.at
    if isinstance(event, AGENT_EVENTS):
        name: StaffId = event.agent  # type: ignore[attr-defined]  # every one of AGENT_EVENTS names its agent
        before = state.agent(name)
        if isinstance(event, WrappedUp):
            _count_handling(state, before, event.interaction, at)
        state.agents[name] = after(before, event, at)
    elif isinstance(event, InteractionEnded):
        ended = event.interaction
        have = [name for name, agent in state.agents.items() for work in agent.work if work.interaction == ended]
        for name in have:
            state.agents[name] = winding_up(state.agents[name], ended, at)


def _visits(state: Board, recorded: Recorded, specs: Specs) -> None:
    event, at = recorded.event, recorded.at
    match event:
        case VisitEntered():
            state.visits[event.visit] = entered(event, at)
            counts = _line(state, event.queue).intervals.at(at)
            if counts is not None:
                counts.entered += 1
        case VisitOffered() | OfferAccepted() | OfferClosed() | VisitPriorityRaised():
            if event.visit in state.visits:
                state.visits[event.visit] = progressed(state.visits[event.visit], event, at)
        case VisitEnded():
            visit = state.visits.pop(event.visit, None)
            if visit is not None:
                _count_end(state, visit, event, specs)
        case QueueClosed():
            _line(state, event.queue).closed_message = event.message
        case QueueOpened():
            _line(state, event.queue).closed_message = None
        case QueueAlertRaised():
            standing = Standing(at, event.measure, event.value, event.threshold)
            _line(state, event.queue).alerts[event.alert] = standing
        case QueueAlertCleared():
            _line(state, event.queue).alerts.pop(event.alert, None)


def _interactions(state: Board, recorded: Recorded) -> None:
    event = recorded.event
    match event:
        case InteractionStarted() | InteractionReopened():
            state.interactions[event.interaction] = "virtual_agent"
        case InteractionEnded():
            state.interactions.pop(event.interaction, None)
        case VisitEntered() | VisitEnded() | AgentJoined() | HandedBack() if event.interaction in state.interactions:
            holder: Holder = "virtual_agent"
            if isinstance(event, VisitEntered):
                holder = "queue"
            elif isinstance(event, AgentJoined):
                holder = "agent"
            state.interactions[event.interaction] = holder


def _clocks(state: Board, recorded: Recorded) -> None:
    event = recorded.event
    sla_view.fold(state.clocks, event)
    if isinstance(event, SlaClockEnded) and event.how != "dropped":
        counts = _line(state, event.queue).intervals.at(recorded.at)
        if counts is not None:
            counts.slas_kept += event.how == "kept"
            counts.slas_late += event.how == "late"


def _count_end(state: Board, visit: Visit, event: VisitEnded, specs: Specs) -> None:
    counts = _line(state, visit.queue).intervals.at(visit.entered_at)
    if counts is None:
        return
    counts.wait_ms += event.waited_ms
    match event.how:
        case "answered":
            counts.answered += 1
            counts.answered_wait_ms += event.waited_ms
            spec = specs.get(visit.queue)
            threshold = None if spec is None else spec.threshold_ms(visit.channel)
            if threshold is not None and event.waited_ms <= threshold:
                counts.within += 1
        case "abandoned":
            counts.abandoned += 1
        case "short_abandoned":
            counts.short_abandoned += 1
        case _:
            counts.elsewhere += 1


def _count_handling(state: Board, agent: Agent, interaction: InteractionId, at: datetime) -> None:
    work = agent.on(interaction)
    if work is None or not work.queue:
        return
    counts = _line(state, work.queue).intervals.at(at)
    if counts is not None:
        counts.handled += 1
        counts.handled_ms += max(0, (at - work.joined) // timedelta(milliseconds=1) - work.parked_ms)


def _line(state: Board, queue: QueueName) -> QueueLine:
    return state.queues.setdefault(queue, QueueLine())
