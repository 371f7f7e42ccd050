"""What do a supervisor and an agent see of the floor, as the documents that their pages follow?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from interlock.routing import health, sla_view
from interlock.routing.agents import Agent
from interlock.routing.board import Board
from interlock.routing.health import Health
from interlock.routing.measures import Counts
from interlock.routing.queues import QueueSpec, Specs
from interlock.routing.visits import Visit
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, QueueName, StaffId
from interlock.vocabulary.routing import Presence

PRESENCES: Final = (
    (Presence.AVAILABLE, "Available"),
    (Presence.BREAK, "Break"),
    (Presence.OTHER_WORK, "Other work"),
    (Presence.OFFLINE, "Offline"),
)
"""What an agent can choose, in the order of the menu."""

MOST_CLOCKS: Final = 100
"""More than that nobody looks through; `GET /v1/slas` has more of them."""

_NOTHING_KNOWN: Final[Mapping[str, Any]] = {
    "channel": "chat",
    "customer_label": "",
    "last_text": "",
    "last_at": None,
    "unread": 0,
    "waiting_for": None,
}


def document(
    board: Board,
    names: Mapping[StaffId, str],
    specs: Specs,
    now: datetime,
    *,
    zone: tzinfo = UTC,
    parked: int = 0,
    alerts: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The ``board`` document.

    Args:
        names: the staff who take interactions, by identifier; those who never came are shown as offline.
        now: an aware time.
        zone: the tenant's time zone; counts are those since its midnight.
        parked: how many due commands were given up on.
        alerts: what somebody has to look at on this node: ``what``, ``count`` and ``last``.
    """
    visits = sorted(board.visits.values(), key=lambda visit: (visit.since, visit.visit))
    staff = sorted({*names, *board.agents}, key=lambda each: (names.get(each, each), each))
    extra = sorted({*board.queues, *(visit.queue for visit in visits)} - set(specs))
    measured = health.measured(board, specs, now)
    holders = list(board.interactions.values())
    return {
        "now": _time(now),
        "queues": [
            _queue(board, name, specs.get(name), visits, now, zone, measured.get(name, Health()))
            for name in (*specs, *extra)
        ],
        "visits": [_visit(visit) for visit in visits],
        "agents": [_agent(board.agent(each), each, names.get(each, each)) for each in staff],
        "interactions": {
            "open": len(holders),
            "with_virtual_agent": holders.count("virtual_agent"),
            "waiting": holders.count("queue"),
            "with_agents": holders.count("agent"),
        },
        "clocks": owed(board)[:MOST_CLOCKS],
        "parked": parked,
        "alerts": list(alerts),
    }


def owed(board: Board) -> list[dict[str, Any]]:
    """What people owe customers and until when, what is overdue first."""
    having = {work.interaction: name for name, agent in board.agents.items() for work in agent.work}
    return sla_view.rows(board.clocks, having)


def me(
    board: Board,
    staff: Mapping[str, Any],
    specs: Specs,
    *,
    summaries: Mapping[InteractionId, str],
    details: Mapping[InteractionId, Mapping[str, Any]],
    dispositions: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The ``me`` document of an agent.

    Args:
        staff: ``{"id", "name", "roles"}`` of the agent.
        summaries: of interactions that are offered: what it is about, in one line.
        details: of interactions in hand: ``channel``, ``customer_label``, ``last_text``, ``last_at``, ``unread``,
            ``waiting_for``.
        dispositions: ``{"value", "label"}`` of each.
    """
    agent = board.agent(StaffId(staff["id"]))
    visit = None if agent.offer is None else board.visits.get(agent.offer.visit)
    return {
        "staff": dict(staff),
        "presence": agent.presence.value,
        "presence_since": _time(agent.since),
        "reason": agent.reason,
        "pending": agent.pending.value if agent.pending else None,
        "capacity": agent.capacity,
        "load": agent.load,
        "taken": agent.taken,
        "full": agent.full,
        "takes": _takes(agent),
        "offers": [] if visit is None else [_offer(visit, specs, summaries)],
        "work": [
            {
                **_NOTHING_KNOWN,
                **work,
                **details.get(InteractionId(work["interaction"]), {}),
                "clocks": sla_view.shown(board.clocks, InteractionId(work["interaction"])),
            }
            for work in _work(agent)
        ],
        "notices": _notices(board, agent, specs),
        "dispositions": [dict(each) for each in dispositions],
        "presences": [{"value": presence.value, "label": label} for presence, label in PRESENCES],
    }


def _notices(board: Board, agent: Agent, specs: Specs) -> list[dict[str, str]]:
    """What is written on the desk of somebody while alerts of his queues stand."""
    return [
        {"queue": queue, "title": specs[queue].title, "message": one["message"], "since": one["since"]}
        for queue in agent.queues
        if queue in specs
        for one in health.shown(board, specs, queue)
        if one["message"]
    ]


def _queue(
    board: Board,
    name: QueueName,
    spec: QueueSpec | None,
    visits: Iterable[Visit],
    now: datetime,
    zone: tzinfo,
    now_is: Health,
) -> dict[str, Any]:
    mine = [visit for visit in visits if visit.queue == name]
    line = board.queues.get(name)
    message = board.closed_message(name)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = Counts() if line is None else line.intervals.since(midnight)
    target = None if spec is None else next(iter(spec.channels.values()), None)
    asa_ms = counts.asa_ms
    return {
        "name": name,
        "title": name if spec is None else spec.title,
        "open": spec is not None and message is None and spec.hours.is_open(now),
        "closed_message": message,
        "waiting": sum(visit.offer is None for visit in mine),
        "offered": sum(visit.offer is not None for visit in mine),
        "longest_since": _time(mine[0].since) if mine else None,
        "entered": counts.entered,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "short_abandoned": counts.short_abandoned,
        "service_level": counts.service_level,
        "target": None if target is None else float(target.target),
        "threshold_s": None if target is None else target.answered_within.total_seconds(),
        "service_level_now": now_is.service_level,
        "alerts": health.shown(board, {} if spec is None else {name: spec}, name),
        "slas_kept": counts.slas_kept_share,
        "slas_late": counts.slas_late,
        "slas_overdue": sum(
            clock.breached for one in board.clocks.values() for clock in one.values() if clock.queue == name
        )
        if board.clocks
        else 0,
        "asa_s": None if asa_ms is None else round(asa_ms / 1000, 1),
        "agents_available": sum(agent.ready and name in agent.queues for agent in board.agents.values()),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "visit": visit.visit,
        "interaction": visit.interaction,
        "queue": visit.queue,
        "since": _time(visit.since),
        "state": "waiting" if visit.offer is None else "offered",
        "agent": None if visit.offer is None else visit.offer.agent,
    }


def _agent(agent: Agent, identifier: StaffId, name: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": name,
        "presence": agent.presence.value,
        "since": _time(agent.since),
        "reason": agent.reason,
        "pending": agent.pending.value if agent.pending else None,
        "queues": list(agent.queues),
        "skills": [{"skill": one.skill, "level": one.level, "until": _time(one.until)} for one in agent.skills],
        "capacity": agent.capacity,
        "load": agent.load,
        "takes": _takes(agent),
        "work": _work(agent, offered=True),
    }


def _work(agent: Agent, *, offered: bool = False) -> list[dict[str, Any]]:
    work = [_in_hand(each.interaction, each.state.value, each.since, each.channel, each.until) for each in agent.work]
    if offered and agent.offer is not None:
        work.append(_in_hand(agent.offer.interaction, "offered", agent.offer.at, agent.offer.channel, None))
    return work


def _in_hand(
    interaction: InteractionId, state: str, since: datetime, channel: Channel, until: datetime | None
) -> dict[str, Any]:
    """One interaction of an agent; ``until``: when its wrap-up gives its units back."""
    return {
        "interaction": interaction,
        "state": state,
        "since": _time(since),
        "channel": channel.value,
        "until": _time(until),
    }


def _takes(agent: Agent) -> list[dict[str, Any]]:
    """The channels that an agent takes, and how many of each at once; empty where he takes them all alike."""
    return [{"channel": each.channel.value, "most": agent.room(each.channel)} for each in agent.shares]


def _offer(visit: Visit, specs: Specs, summaries: Mapping[InteractionId, str]) -> dict[str, Any]:
    offer, spec = visit.offer, specs.get(visit.queue)
    return {
        "offer": None if offer is None else offer.offer,
        "visit": visit.visit,
        "interaction": visit.interaction,
        "queue": visit.queue,
        "queue_title": visit.queue if spec is None else spec.title,
        "channel": visit.channel.value,
        "waiting_since": _time(visit.since),
        "expires_at": None if offer is None else _time(offer.expires_at),
        "summary": summaries.get(visit.interaction, ""),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
