"""How fast is a pair found on the floor of a large centre: by the index alone, with all that a floor has, by a plain scan?

The centre has 5,000 agents, each with skills of his own out of 50 and one to five of 300 queues. Half of the decisions are
for a customer who comes while agents are free, half for an agent who becomes free while customers wait.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import msgspec
import psutil

from interlock.cli.bench.result import percentile
from interlock.kernel.documents import Duration
from interlock.kernel.garbage import left_alone
from interlock.routing import Board, Matching, QueueSpec, choose
from interlock.routing.agents import Agent, Work
from interlock.routing.index import Hand, Index, Line
from interlock.routing.rings import EVERYONE, Circle, Ring
from interlock.routing.visits import Visit
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, QueueName, StaffId, VisitId
from interlock.vocabulary.routing import Presence, PresencePended, VisitEnded, WorkState
from interlock.vocabulary.skills import Skill

AGENTS: Final = 5_000
SKILLS: Final = 50
QUEUES: Final = 300
WAITING: Final = 500_000
BEGIN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAPACITY: Final = 3


def index_figures(assignments: int = 100_000) -> dict[str, float]:
    """``assignments_per_s`` and ``decision_p99_us``: the index alone, told of customers and agents by their lines.

    An assignment is a customer who comes, an agent who becomes free, and the decision that brings one of each together.
    """
    rates: list[float] = []
    decisions: list[float] = []
    for waiting in (0, AGENTS):
        rate = _index_run(assignments // 2, waiting, None)
        _index_run(assignments // 10, waiting, decisions)
        rates.append(rate)
    harmonic = len(rates) / sum(1 / rate for rate in rates)
    return {
        "assignments_per_s": round(harmonic),
        "decision_p50_us": round(percentile(decisions, 0.5), 1),
        "decision_p99_us": round(percentile(decisions, 0.99), 1),
    }


def _index_run(assignments: int, waiting: int, decisions: list[float] | None) -> float:
    """Assignments a second, with so many who wait before (none: so many agents are idle); the time of each decision if asked."""
    chance, index = Random(1), Index()  # noqa: S311 - a centre, no secrets
    lines = [Line(number) for number in range(QUEUES)]
    hands = {}
    for number in range(AGENTS):
        hand = hands[StaffId(f"s_{number}")] = Hand(StaffId(f"s_{number}"))
        index.serve(hand, [(line, -chance.randint(0, 3)) for line in chance.sample(lines, chance.randint(1, 5))])
    for number in range(waiting):
        index.place(VisitId(f"v_{number}"), number / 100, chance.choice(lines))
    for number, hand in enumerate(hands.values()):
        index.stands(hand, ready=True, free=True, load=0, idle=number)
    busy = [agent for _, agent in index.pairs(BEGIN)]
    comes = [(VisitId(f"c_{number}"), chance.choice(lines), chance.random()) for number in range(assignments)]
    most = AGENTS if waiting else AGENTS * 4 // 5
    done, at, clock = 0, float(AGENTS), time.perf_counter
    with left_alone():
        began = clock()
        for visit, line, lot in comes:
            at += 0.01
            first = clock()
            index.place(visit, at, line)
            pairs = index.pairs(BEGIN)
            second = clock()
            if len(busy) + len(pairs) >= most and busy:
                which = int(lot * len(busy))
                busy[which], busy[-1] = busy[-1], busy[which]
                hand = hands[busy.pop()]
                third = clock()
                index.stands(hand, ready=True, free=True, load=0, idle=int(at * 1e6))
                pairs += index.pairs(BEGIN)
                if decisions is not None:
                    decisions.append((clock() - third) * 1e6)
            if decisions is not None:
                decisions.append((second - first) * 1e6)
            done += len(pairs)
            busy += [agent for _, agent in pairs]
        took = clock() - began
    return done / took


class Floor:
    """A board as facts would have left it, without the facts: agents and visits are put there as they would stand then."""

    def __init__(self) -> None:
        self.chance = Random(1)  # noqa: S311 - a centre, no secrets
        self.board, self.now, self._count = Board(), BEGIN, 0
        self._queues = [self._queue(QueueName(f"q_{number}")) for number in range(QUEUES)]
        self.specs = {queue.queue: queue for queue in self._queues}
        self.matching = Matching(self.board, self.specs)
        self.work: list[StaffId] = []
        for number in range(AGENTS):
            skills = self.chance.sample(range(SKILLS), 20)
            serves = self.chance.sample(self._queues, self.chance.randint(1, 5))
            self.board.agents[StaffId(f"s_{number}")] = Agent(
                presence=Presence.AVAILABLE,
                queues=tuple(queue.queue for queue in serves),
                capacity=CAPACITY,
                skills=tuple(Skill(f"skill_{each}", self.chance.randint(1, 5)) for each in skills),
                idle_since=BEGIN + timedelta(microseconds=number),
            )

    def _queue(self, name: QueueName) -> QueueSpec:
        """One that asks for a skill, prefers another, and lets in everybody in the end."""
        asked, liked = (f"skill_{each}" for each in self.chance.sample(range(SKILLS), 2))
        rings = (
            Ring(lasts=Duration(timedelta(seconds=20)), skills={asked: 3}),
            Ring(lasts=Duration(timedelta(seconds=40)), skills={asked: 1}),
            EVERYONE,
        )
        circle = Circle(preferred={liked: 2}, rings=rings)
        return QueueSpec(name, name, {}, priority=self.chance.randint(0, 2), circle=circle)

    def comes(self, since: datetime) -> VisitEnded:
        """Somebody begins to wait in a queue by chance; gives a fact that names the visit."""
        self._count += 1
        visit, queue = VisitId(f"v_{self._count}"), self.chance.choice(self._queues)
        interaction = InteractionId(f"i_{self._count}")
        self.board.visits[visit] = Visit(
            visit, interaction, queue.queue, Channel.CHAT, queue.priority, since, entered_at=since
        )
        return VisitEnded(visit=visit, interaction=interaction, queue=queue.queue, how="abandoned", waited_ms=0)

    def ends(self) -> PresencePended:
        """Somebody who has something in hand is done with it; gives a fact that names the agent."""
        which = self.chance.randrange(len(self.work))
        self.work[which], self.work[-1] = self.work[-1], self.work[which]
        name = self.work.pop()
        agent = self.board.agents[name]
        self.board.agents[name] = msgspec.structs.replace(agent, work=agent.work[1:], idle_since=self.now)
        return PresencePended(agent=name, presence=Presence.BREAK, reason="")

    def takes(self, pairs: list[tuple[VisitId, StaffId]]) -> int:
        """Each visit is taken by whom it is offered to, at once."""
        for visit, name in pairs:
            agent, taken = self.board.agents[name], self.board.visits.pop(visit)
            work = Work(taken.interaction, taken.queue, WorkState.HANDLING, self.now, self.now)
            self.board.agents[name] = msgspec.structs.replace(agent, work=(*agent.work, work), idle_since=self.now)
            self.work.append(name)
        return len(pairs)

    def routes(self) -> int:
        """What the index finds is taken; how many that are."""
        pairs = self.matching.pairs(self.now)
        self.takes(pairs)
        for visit, _ in pairs:
            self.matching.answered(visit)
        return len(pairs)


def floor_figures(assignments: int = 40_000, scanned: int = 5) -> tuple[dict[str, float], dict[str, float]]:
    """``full_assignments_per_s``: with rings, priorities and capacity, the board kept too; and that of a plain scan.

    The scan is measured while hardly anybody waits, which is the kinder half for it: it takes minutes where many do.
    """
    calm, crowded = Floor(), Floor()
    rates = (
        _floor_run(calm, assignments // 2, customers=AGENTS * CAPACITY // 2),
        _floor_run(crowded, assignments // 2, customers=AGENTS * (CAPACITY + 1)),
    )
    together = round(len(rates) / sum(1 / rate for rate in rates))
    return {"full_assignments_per_s": together}, {"full_assignments_per_s": round(_scan_run(calm, scanned), 3)}


def _floor_run(floor: Floor, assignments: int, customers: int) -> float:
    """Assignments a second by the index, where so many have come before: one comes and one is done, one after another."""
    for _ in range(customers):
        floor.comes(BEGIN)
    floor.now += timedelta(minutes=1)
    while floor.routes():
        pass
    done, clock = 0, time.perf_counter
    with left_alone():
        began = clock()
        for _ in range(assignments):
            floor.now += timedelta(milliseconds=10)
            floor.matching.saw(floor.comes(floor.now))
            done += floor.routes()
            floor.matching.saw(floor.ends())
            done += floor.routes()
        return done / (clock() - began)


def _scan_run(floor: Floor, assignments: int) -> float:
    """Assignments a second by a plain scan of the same floor; as if it were one where there is none in so few steps."""
    done, clock = 0, time.perf_counter
    began = clock()
    for _ in range(assignments):
        floor.now += timedelta(milliseconds=10)
        floor.comes(floor.now)
        done += floor.takes(choose(floor.board, floor.specs, floor.now))
        floor.ends()
        done += floor.takes(choose(floor.board, floor.specs, floor.now))
    return max(done, 1) / (clock() - began)


def crowd_figures(waiting: int = WAITING, decisions: int = 2_000) -> dict[str, float]:
    """While so many wait: the time in which an agent who becomes free gets one, and the memory of all.

    ``waiting_500k_mb`` is what the visits take on the board and in the index.
    """
    floor, clock, took = Floor(), time.perf_counter, list[float]()
    floor.routes()
    apart = timedelta(milliseconds=5)
    before = psutil.Process().memory_info().rss
    for number in range(waiting):
        floor.matching.saw(floor.comes(BEGIN + number * apart))
    floor.now = BEGIN + waiting * apart
    while floor.routes():
        pass
    size = psutil.Process().memory_info().rss - before
    with left_alone():
        for _ in range(decisions):
            floor.now += apart
            floor.matching.saw(floor.comes(floor.now))
            floor.routes()
            fact = floor.ends()
            first = clock()
            floor.matching.saw(fact)
            pairs = floor.matching.pairs(floor.now)
            took.append((clock() - first) * 1000)
            floor.takes(pairs)
            for visit, _ in pairs:
                floor.matching.answered(visit)
    return {
        "waiting_500k_p50_ms": round(percentile(took, 0.5), 3),
        "waiting_500k_p99_ms": round(percentile(took, 0.99), 3),
        "waiting_500k_mb": round(size / 1024 / 1024),
    }
