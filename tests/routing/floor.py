"""How is routing driven without a server: facts in memory, a clock that is set, and a loop that does what is due?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from interlock.kernel.deciders import ClearTimer, Decider, Moment, SetTimer
from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Command, Cursor, Event, Recorded
from interlock.kernel.log import Query
from interlock.routing import Board, Matching, Specs, board, choose, entering, load_queue, subject
from interlock.routing.sla_policies import Policies
from interlock.routing.subject import NO_POLICIES
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.routing import (
    AcceptOffer,
    EnterQueue,
    OfferVisit,
    Presence,
    RouteAgent,
    RouteQueue,
    SetPresence,
    VisitEntered,
    VisitOffered,
)
from interlock.vocabulary.settings import TenantSettings
from interlock.vocabulary.skills import Skill
from interlock.vocabulary.urgency import PressQueue, RaisePriority

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CARE, RETURNS = QueueName("care"), QueueName("returns")
AMARA, BEN = StaffId("s_amara"), StaffId("s_ben")
NOBODY = StaffId("")
SETTINGS = TenantSettings()
SPECS = {
    spec.queue: spec
    for spec in (
        load_queue("queue: care\ntitle: Care\nchannels: { chat: { answered_within: 60s, target: 80% } }", "care.yaml"),
        load_queue(
            "queue: returns\ntitle: Returns\nchannels: { chat: { answered_within: 60s, target: 80% } }\nlimit: 2",
            "returns.yaml",
        ),
    )
}


class Prepared(NamedTuple):
    """A decision that is made and not yet in the log."""

    facts: tuple[Event, ...]
    guard: tuple[Query, ...]
    seen: int


class Floor:
    """A tenant's log in memory with routing on it. ``settle`` carries out what is due, as the runtime would."""

    def __init__(self, specs: Specs = SPECS, slas: Policies = NO_POLICIES) -> None:
        self.specs = specs
        self.now = MONDAY
        self.log: list[Recorded] = []
        self.due: deque[Command] = deque()
        self.timers: dict[str, tuple[datetime, Command]] = {}
        self.subject = subject(SETTINGS, specs, slas)
        self.deciders: dict[type, Decider[Any, Any]] = {each.command: each for each in self.subject.deciders}
        self.projection = board(specs)
        self.board = self.projection.initial()
        self.matching = Matching(self.board, specs)
        self._ids = count(1)

    def wait(self, **time: float) -> None:
        """Let time pass, carrying out each timer at its own time."""
        end = self.now + timedelta(**time)
        while True:
            ripe = [(at, key) for key, (at, _) in self.timers.items() if at <= end]
            if not ripe:
                break
            at, key = min(ripe)
            self.now = max(self.now, at)
            self.due.append(self.timers.pop(key)[1])
            self.settle()
        self.now = end

    def happens(self, *facts: Event) -> None:
        """Facts of other subjects."""
        for fact in facts:
            position = len(self.log) + 1
            recorded = Recorded(Cursor(position, position), f"e_{position}", self.now, fact, "test")
            self.log.append(recorded)
            self.projection.fold(self.board, recorded)
            self.matching.saw(fact)
            for react in self.subject.reactions:
                self.due.extend(react(fact))
            for timers in self.subject.timers:
                for each in timers(fact, self.now):
                    match each:
                        case SetTimer():
                            self.timers[each.key] = (each.at, each.command)
                        case ClearTimer():
                            self.timers.pop(each.key, None)

    def prepare(
        self, command: Command, decider: Decider[Any, Any] | None = None, *, seen: int | None = None
    ) -> Prepared:
        """Decide on what the log held at ``seen`` (now, unless it is named)."""
        decider = decider or self.deciders[type(command)]
        position = len(self.log) if seen is None else seen
        queries = tuple(decider.reads(command))
        events = [each for each in self.log[:position] if any(query.matches(each.event) for query in queries)]
        moment = Moment(self.now, lambda prefix: f"{prefix}_{next(self._ids)}")
        facts = tuple(decider.decide(command, decider.fold(events), moment))
        return Prepared(facts, tuple(decider.guards(command)) if decider.guards else queries, position)

    def commit(self, prepared: Prepared) -> tuple[Event, ...]:
        """Append, unless a fact that matters has appeared meanwhile."""
        if prepared.facts and any(
            query.matches(each.event) for each in self.log[prepared.seen :] for query in prepared.guard
        ):
            raise Conflict
        self.happens(*prepared.facts)
        return prepared.facts

    def do(self, command: Command, decider: Decider[Any, Any] | None = None) -> tuple[Event, ...]:
        """Decide and append."""
        return self.commit(self.prepare(command, decider))

    def refusal(self, command: Command) -> str:
        """The code with which the command is refused."""
        try:
            facts = self.do(command)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"not refused: {facts}")

    def settle(self) -> None:
        """Carry out everything that is due, in order."""
        while self.due:
            command = self.due.popleft()
            try:
                if isinstance(command, PressQueue):
                    for visit in [each for each in self.board.visits.values() if each.queue == command.queue]:
                        self.do(RaisePriority(interaction=visit.interaction, points=command.points))
                elif isinstance(command, (RouteQueue, RouteAgent)):
                    self.routes()
                else:
                    self.do(command)
            except Refused:
                continue

    def routes(self) -> None:
        """Offer what the index finds, which is what the plain rule says."""
        pairs = self.matching.pairs(self.now)
        assert pairs == choose(self.board, self.specs, self.now)
        self.offer(pairs)
        for visit, _ in pairs:
            self.matching.answered(visit)

    def offer(self, pairs: Iterable[tuple[VisitId, StaffId]]) -> None:
        for visit, agent in pairs:
            try:
                self.do(OfferVisit(visit=visit, agent=agent))
            except Refused:
                continue

    # What the stories are told with.

    def available(
        self,
        *agents: StaffId,
        queues: Sequence[QueueName] = (CARE, RETURNS),
        capacity: int = 3,
        skills: Sequence[Skill] = (),
        shares: Sequence[Share] = (),
    ) -> None:
        for agent in agents:
            self.do(
                SetPresence(
                    agent=agent,
                    presence=Presence.AVAILABLE,
                    queues=tuple(queues),
                    capacity=capacity,
                    skills=tuple(skills),
                    shares=tuple(shares),
                )
            )
            self.settle()

    def customer(self, name: str, channel: Channel = Channel.CHAT) -> InteractionId:
        """Somebody begins an interaction."""
        interaction = InteractionId(f"i_{name}")
        self.happens(
            InteractionStarted(
                interaction=interaction,
                person=PersonId(f"p_{name}"),
                session=SessionId(f"se_{name}"),
                channel=channel,
                release="r_1",
            )
        )
        return interaction

    def enters(self, interaction: InteractionId, queue: QueueName = CARE) -> tuple[Event, ...]:
        command = EnterQueue(interaction=interaction, queue=queue, run="run_1")
        board = self.board
        decider = entering(
            self.specs.get(queue), board.closed_message(queue), board.staffed(queue), board.waiting(queue)
        )
        facts = self.do(command, decider)
        return facts

    def waiting(
        self,
        name: str,
        queue: QueueName = CARE,
        last_agent: StaffId = NOBODY,
        channel: Channel = Channel.CHAT,
    ) -> VisitId:
        """A customer who waits, without anybody having been offered him yet."""
        interaction = self.customer(name, channel)
        visit = VisitId(f"v_{name}")
        self.happens(
            VisitEntered(
                visit=visit,
                interaction=interaction,
                person=PersonId(f"p_{name}"),
                queue=queue,
                channel=channel,
                priority=self.specs[queue].priority,
                since=self.now,
                last_agent=last_agent,
            )
        )
        return visit

    def taken(self, name: str, agent: StaffId, channel: Channel = Channel.CHAT) -> InteractionId:
        """An interaction that the agent is offered and takes."""
        visit = self.waiting(name, channel=channel)
        (made,) = self.do(OfferVisit(visit=visit, agent=agent))
        assert isinstance(made, VisitOffered)
        self.do(AcceptOffer(visit=visit, offer=made.offer, agent=agent))
        return made.interaction

    def rebuilt(self) -> Board:
        state = self.projection.initial()
        for recorded in self.log:
            state = self.projection.fold(state, recorded)
        return state

    def facts(self, *kinds: type[Event]) -> list[Event]:
        return [each.event for each in self.log if isinstance(each.event, kinds)]
