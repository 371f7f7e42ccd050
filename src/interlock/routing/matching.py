"""Who should be offered which visit by now, kept up as facts come in instead of looked for over the whole floor?

It finds what ``choose`` would. The board says how everything stands; a fact only names what is to be looked at again.
Visits of a queue and channel that are in the same ring are alike for every agent, so they stand in one line of the index;
those that a ring keeps for their last agent stand in a line with him alone. What time alone changes (a ring opens, a
certificate runs out) waits in a heap.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Final, NamedTuple

from interlock.kernel.events import Event
from interlock.routing.agents import AGENT_EVENTS, Agent
from interlock.routing.board import Board
from interlock.routing.choose import urgency
from interlock.routing.index import Hand, Index, Line
from interlock.routing.queues import Specs
from interlock.routing.rings import ANYBODY, Circle
from interlock.routing.visits import VISIT_EVENTS, Visit
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import QueueName, StaffId, VisitId
from interlock.vocabulary.interactions import InteractionEnded
from interlock.vocabulary.skills import Skill

MOST_NAMED: Final = 100_000
"""If so many facts were seen and nobody has asked for pairs, the whole floor is looked at when somebody does."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What times are counted from."""

MICROSECOND: Final = timedelta(microseconds=1)
"""What times are counted in."""

Name = tuple[QueueName, Channel, int, StaffId | None]
"""What a line is known by: its queue, its channel, its ring, and whom its visits are kept for."""

_ANYBODY: Final = (ANYBODY, list[timedelta](), False)


class _Step(NamedTuple):
    """Who may be offered the visits of a line: whom a ring lets in, as one of its visits shows."""

    circle: Circle
    ring: int
    visit: Visit
    line: Line


class _Known(NamedTuple):
    """An agent as he was seen last."""

    hand: Hand
    queues: tuple[QueueName, ...]
    skills: tuple[Skill, ...]
    shares: tuple[Share, ...]
    on_shift: bool


class Matching:
    """The pairs of a board, found from what has changed since they were asked for last."""

    def __init__(self, board: Board, specs: Specs) -> None:
        self._board, self._specs = board, specs
        self._offered: dict[VisitId, StaffId] = {}
        self._visits, self._agents = set[VisitId](), set[StaffId]()
        self._begun, self._now = False, EPOCH

    def begin(self, board: Board) -> None:
        """Look at a board anew."""
        self._board, self._begun = board, False

    def saw(self, event: Event) -> None:
        """A fact has come to the board: whom it is about is looked at again."""
        if not self._begun:
            return
        if isinstance(event, AGENT_EVENTS):
            self._agents.add(event.agent)  # type: ignore[attr-defined]  # every one of AGENT_EVENTS names its agent
        elif isinstance(event, InteractionEnded):
            # Who has it winds it up, and then what he put aside for it no longer waits.
            self._agents |= {name for name in self._parking if self._board.agent(name).on(event.interaction)}
        if isinstance(event, VISIT_EVENTS):
            self._visits.add(event.visit)  # type: ignore[attr-defined]  # every one of VISIT_EVENTS names its visit
            self._begun = len(self._visits) < MOST_NAMED

    def pairs(self, now: datetime) -> list[tuple[VisitId, StaffId]]:
        """What ``choose`` gives. Both sides of a pair are left alone until ``answered`` says that it was offered or not."""
        if not self._begun or now < self._now:  # a clock that was put back: rings and certificates may count again
            self._anew()
        self._now = now
        while self._opens and self._opens[0][0] <= now:
            self._visits.add(heappop(self._opens)[1])
        while self._ends and self._ends[0][0] <= now:
            name = heappop(self._ends)[1]
            self._known[name] = self._known[name]._replace(skills=())
            self._agents.add(name)
        agents, self._agents = self._agents, set()
        if self._offered and agents:
            self._agents = agents & set(self._offered.values())
        for name in agents - self._agents if self._agents else agents:
            self._look_at_agent(name)
        visits, self._visits = self._visits, self._visits & self._offered.keys() if self._offered else set()
        for visit in visits - self._visits if self._visits else visits:
            self._look_at_visit(visit)
        found = self._index.pairs(now)
        self._offered.update(found)
        return found

    def answered(self, visit: VisitId) -> None:
        """The pair of a visit was offered, or could not be: it is looked at again, as the board has it by then."""
        agent = self._offered.pop(visit)
        if self._begun:
            self._visits.add(visit)
            self._agents.add(agent)

    def _anew(self) -> None:
        self._index = Index()
        self._steps: dict[Name, _Step] = {}
        self._of_queue: dict[str, list[_Step]] = {}
        self._kept_for: dict[StaffId, list[_Step]] = {}
        self._serving: dict[str, set[StaffId]] = {}
        self._known: dict[StaffId, _Known] = {}
        self._parking: set[StaffId] = set()
        self._last: dict[StaffId, set[VisitId]] = {}
        self._last_of: dict[VisitId, StaffId] = {}
        self._opens: list[tuple[datetime, VisitId]] = []
        self._ends: list[tuple[datetime, StaffId]] = []
        self._circles = {
            name: (spec.circle, spec.circle.opens_after(), spec.circle.asks_for_last)
            for name, spec in self._specs.items()
        }
        self._visits, self._agents, self._begun = set(self._board.visits), set(self._board.agents), True

    # Agents.

    def _look_at_agent(self, name: StaffId) -> None:
        agent, known = self._board.agent(name), self._known.get(name)
        if known is None or known[1:4] != (agent.queues, agent.skills, agent.shares):
            known = self._joins(name, agent, known)
        elif known.on_shift is not agent.on_shift:
            self._known[name] = known._replace(on_shift=agent.on_shift)
            self._visits |= self._last.get(name, set())  # they wait for him from now on, or no longer
        if not agent.free:
            self._index.stands(known.hand, ready=agent.ready, free=False, load=0, idle=0)
            return
        idle = 0 if agent.idle_since is None else (agent.idle_since - EPOCH) // MICROSECOND
        room = None
        if agent.shares:
            room = frozenset(share.channel for share in agent.shares if agent.takes(share.channel))
        self._index.stands(known.hand, ready=True, free=True, load=agent.load, idle=idle, room=room)

    def _joins(self, name: StaffId, agent: Agent, before: _Known | None) -> _Known:
        """An agent who is new, or whose queues or skills are."""
        hand = Hand(name) if before is None else before.hand
        known = _Known(hand, agent.queues, agent.skills, agent.shares, agent.on_shift)
        self._known[name] = known
        self._visits |= self._last.get(name, set())
        (self._parking.add if any(share.put_aside_for for share in agent.shares) else self._parking.discard)(name)
        for queue in () if before is None else before.queues:
            self._serving[queue].discard(name)
        steps = {step.line: step for step in self._kept_for.get(name, ())}
        for queue in agent.queues:
            self._serving.setdefault(queue, set()).add(name)
            steps |= {step.line: step for step in self._of_queue.get(queue, ())}
        self._index.serve(hand, ())
        for step in steps.values():
            self._let_in(step, name)
        if ends := [skill.until for skill in agent.skills if skill.until is not None and skill.until > self._now]:
            heappush(self._ends, (min(ends), name))
        return known

    def _let_in(self, step: _Step, name: StaffId) -> None:
        agent, now = self._board.agent(name), self._now
        if not step.circle.lets_in(step.ring, step.visit, name, agent, now):
            self._index.join(self._known[name].hand, step.line, step.circle.merit(step.ring, agent, now))

    # Visits.

    def _look_at_visit(self, name: VisitId) -> None:
        self._leaves(name)
        visit = self._board.visits.get(name)
        if visit is None:
            if (last := self._last_of.pop(name, None)) is not None:
                self._last[last].discard(name)
            return
        if visit.offer is not None:
            return
        circle, opens_after, asks_for_last = self._circles.get(visit.queue, _ANYBODY)
        ring = 0
        if opens_after:
            at = bisect_right(opens_after, self._now - visit.since)
            ring = circle.passed(at, visit, self._board.agents)
            if at < len(opens_after):
                heappush(self._opens, (visit.since + opens_after[at], name))
            if asks_for_last:
                self._last_of[name] = visit.last_agent
                self._last.setdefault(visit.last_agent, set()).add(name)
        kept_for = visit.last_agent if circle.rings[ring].agents == "last_agent" else None
        step = self._steps.get((visit.queue, visit.channel, ring, kept_for)) or self._opened(
            circle, ring, visit, kept_for
        )
        self._index.place(name, urgency(visit).timestamp(), step.line, visit.refusals)

    def _opened(self, circle: Circle, ring: int, visit: Visit, kept_for: StaffId | None) -> _Step:
        """A line for visits of which there were none so far."""
        name: Name = (visit.queue, visit.channel, ring, kept_for)
        line = Line(name, visit.channel, longest_idle=circle.method == "longest_idle")
        step = _Step(circle, ring, visit, line)
        self._steps[name] = step
        if kept_for is not None:
            self._kept_for.setdefault(kept_for, []).append(step)
            candidates = {kept_for} & self._known.keys()
        else:
            overflow = circle.rings[ring].overflow
            queues = [visit.queue] if overflow is None else [visit.queue, overflow]
            for queue in queues:
                self._of_queue.setdefault(queue, []).append(step)
            candidates = set[StaffId]().union(*(self._serving.get(queue, ()) for queue in queues))
        for agent in candidates:
            self._let_in(step, agent)
        return step

    def _leaves(self, visit: VisitId) -> None:
        """A visit is in no line any more; a line that is kept for one agent goes with its last visit."""
        line = self._index.leave(visit)
        if line is None or line.size or line.refused:
            return
        kept_for = line.name[-1]
        if kept_for is None:
            return
        del self._steps[line.name]
        self._kept_for[kept_for] = [step for step in self._kept_for[kept_for] if step.line is not line]
        if (known := self._known.get(kept_for)) is not None:
            self._index.part(known.hand, line)
