"""How is the real routing driven without a log: its deciders, its matching and its timers on facts in memory and virtual time?

A decision is made on what its own queries would find, which is kept folded: the visit, and the agent (see
``tests/simulation/floor/test_routed.py``). Facts are folded and forgotten, so memory holds what is open, and no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from interlock.kernel.deciders import Decider, Moment, SetTimer
from interlock.kernel.errors import Refused
from interlock.kernel.events import START, Command, Event, Recorded
from interlock.routing import Matching, Specs, board, entering, subject
from interlock.routing.entry import Standing as Interaction
from interlock.routing.queues import circle_of
from interlock.routing.visits import NOT_ENTERED, VISIT_EVENTS, Standing, evolve
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import HandOverFailed, InteractionEnded, InteractionStarted
from interlock.vocabulary.routing import (
    CloseQueue,
    EndVisit,
    EnterQueue,
    OfferVisit,
    OpenQueue,
    RouteAgent,
    RouteQueue,
    VisitEntered,
)
from interlock.vocabulary.settings import TenantSettings

Act = Callable[[], None]
Watcher = Callable[[Event], None]

NOBODY: Final = StaffId("")
_OCCASIONS: Final = (RouteQueue, RouteAgent)
_SWITCHES: Final = (CloseQueue, OpenQueue)


class Floor:
    """Queues, visits and agents of one tenant, as routing sees them.

    Attributes:
        now: the virtual time, an aware one.
        board: the floor, as a node folds it.
        watchers: told of every fact, once it is folded.
    """

    def __init__(self, specs: Specs, settings: TenantSettings, starts: datetime) -> None:
        self.specs = specs
        self.now = starts
        self.watchers: list[Watcher] = []
        routing = subject(settings, specs)
        self._deciders: dict[type[Command], Decider[Any, Any]] = {each.command: each for each in routing.deciders}
        self._reactions, self._timers = routing.reactions, routing.timers
        self._projection = board(specs)
        self.board = self._projection.initial()
        self._matching = Matching(self.board, specs)
        self._visits: dict[str, Standing] = {}
        self._visit_of: dict[InteractionId, VisitId] = {}
        self._heap: list[tuple[datetime, int, str, Act | Command]] = []
        self._set: dict[str, int] = {}
        self._due: deque[Command] = deque()
        self._look = False
        self._numbers = count(1)

    # Time.

    def at(self, when: datetime, act: Act) -> None:
        """Have something done at a time; what is due at the same time is done in the order in which it was said."""
        heappush(self._heap, (when, next(self._numbers), "", act))

    def run(self, until: datetime) -> None:
        """Let time pass up to a moment, inclusive."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            when, number, key, what = heappop(heap)
            if key:
                if self._set.get(key) != number:
                    continue
                del self._set[key]
            if when > self.now:
                self.now = when
            if isinstance(what, Command):
                self._follow(what)
            else:
                what()
            self.settle()
        self.now = max(self.now, until)

    # Facts.

    def happens(self, *facts: Event) -> None:
        """Facts, with all that follows from them; what becomes due is done by ``settle``."""
        for fact in facts:
            recorded = Recorded(START, "", self.now, fact, "")
            if isinstance(fact, VISIT_EVENTS):
                self._keep(fact, recorded)
            self._projection.fold(self.board, recorded)
            self._matching.saw(fact)
            for react in self._reactions:
                for command in react(fact):
                    self._follow(command)
            for timers in self._timers:
                for each in timers(fact, self.now):
                    if isinstance(each, SetTimer):
                        number = self._set[each.key] = next(self._numbers)
                        heappush(self._heap, (each.at, number, each.key, each.command))
                    else:
                        self._set.pop(each.key, None)
            for watch in self.watchers:
                watch(fact)

    def _follow(self, command: Command) -> None:
        if isinstance(command, _OCCASIONS):
            self._look = True  # the command is only the occasion for all that has changed
        else:
            self._due.append(command)

    def _keep(self, fact: Event, recorded: Recorded) -> None:
        visit: VisitId = fact.visit  # type: ignore[attr-defined]  # every one of VISIT_EVENTS names its visit
        standing = self._visits[visit] = evolve(self._visits.get(visit, NOT_ENTERED), recorded)
        if isinstance(fact, VisitEntered):
            self._visit_of[fact.interaction] = visit
        elif standing.ended and standing.visit is not None:
            del self._visits[visit], self._visit_of[standing.visit.interaction]

    def settle(self) -> None:
        """Carry out all that is due now, and offer what can be offered."""
        while self._due or self._look:
            while self._due:
                try:
                    self.do(self._due.popleft())
                except Refused:
                    continue
            self._look = False
            for visit, agent in self._matching.pairs(self.now):
                try:
                    self.do(OfferVisit(visit=visit, agent=agent))
                except Refused:
                    continue
                finally:
                    self._matching.answered(visit)

    # Decisions.

    def do(self, command: Command) -> Sequence[Event]:
        """Decide a command by its real decider, and have its facts happen. Raises Refused."""
        decider = self._deciders[type(command)]
        facts = decider.decide(command, self.state(command), self._moment())
        self.happens(*facts)
        return facts

    def state(self, command: Any) -> Any:
        """What the decision on a command knows."""
        if isinstance(command, _SWITCHES):
            return self.board.closed_message(command.queue) or ""
        if isinstance(command, EndVisit):
            visit = self._visit_of.get(command.interaction)
            return NOT_ENTERED if visit is None else self._visits.get(visit, NOT_ENTERED)
        standing = self._visits.get(command.visit, NOT_ENTERED) if hasattr(command, "visit") else NOT_ENTERED
        return Standing(
            standing.visit,
            standing.person,
            standing.ended,
            standing.accepted,
            standing.closed,
            {command.agent: self.board.agent(command.agent)},
        )

    def begins(self, interaction: InteractionId, channel: Channel) -> None:
        """A customer begins an interaction with the virtual agent."""
        self.happens(
            InteractionStarted(
                interaction=interaction,
                person=PersonId(interaction),
                session=SessionId(interaction),
                channel=channel,
                release="",
            )
        )

    def enters(
        self,
        interaction: InteractionId,
        queue: QueueName,
        channel: Channel,
        *,
        priority: int = 0,
        last_agent: StaffId = NOBODY,
    ) -> VisitEntered | HandOverFailed | None:
        """Somebody who talks to the virtual agent is to wait for a person; gives the entry, or why it failed."""
        spec, floor = self.specs.get(queue), self.board
        helpers = circle_of(self.specs, queue).helpers
        decider = entering(
            spec, floor.closed_message(queue), floor.staffed(queue, *helpers), floor.waiting(queue), last_agent
        )
        command = EnterQueue(interaction=interaction, queue=queue, priority=priority)
        standing = Interaction(channel, PersonId(interaction), open=True)
        facts = decider.decide(command, standing, self._moment())
        self.happens(*facts)
        found = facts[0] if facts else None
        return found if isinstance(found, (VisitEntered, HandOverFailed)) else None

    def ends(self, interaction: InteractionId, reason: Any) -> None:
        """The interaction is over."""
        self.happens(
            InteractionEnded(
                interaction=interaction,
                person=PersonId(interaction),
                session=SessionId(interaction),
                reason=reason,
            )
        )

    def _moment(self) -> Moment:
        return Moment(self.now, self._new_id)

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):010}"
