"""A floor on which anything happens: seeded facts about agents and visits, and what has to hold after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

from interlock.kernel.events import Cursor, Event, Recorded
from interlock.routing import Matching, QueueSpec, Specs, board, choose
from interlock.routing.choose import HEAD_START
from interlock.routing.queues import circle_of
from interlock.routing.rings import Circle, Method, Ring
from interlock.routing.visits import Visit
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, OfferId, PersonId, QueueName, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    OfferAccepted,
    OfferClosed,
    Presence,
    PresencePended,
    PresenceSet,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)
from interlock.vocabulary.skills import Skill
from tests.routing.floor import MONDAY

QUEUES = tuple(QueueName(name) for name in ("care", "returns", "sales", "deleted"))
SKILLS = ("german", "returns", "insurance")
CHANNELS = (Channel.CHAT, Channel.CHAT, Channel.EMAIL, Channel.VOICE)
METHODS: tuple[Method, ...] = ("least_occupied", "longest_idle", "best_skilled")


class AnyFloor:
    """Queues, agents and customers by chance; the same seed is the same story."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.now = MONDAY
        self._arrivals = [self._enters] * self.chance.choice([1, 2, 3])
        self.specs = self._queues()
        self.agents = [StaffId(f"s_{number}") for number in range(self.chance.randint(3, 12))]
        self._projection = board(self.specs)
        self.board = self._projection.initial()
        self.matching = Matching(self.board, self.specs)
        self._number = count(1)

    def happens(self, fact: Event) -> None:
        position = next(self._number)
        self._projection.fold(self.board, Recorded(Cursor(position, position), f"e_{position}", self.now, fact, "any"))
        self.matching.saw(fact)

    def step(self) -> None:
        """One more thing happens; then what can be offered is, most of the time."""
        act = self.chance.choice(
            [self._presence, self._answers, self._answers, self._answers, self._finishes, self._finishes, self._leaves,
             self._time_passes, *self._arrivals]
        )  # fmt: skip
        act()
        if self.chance.random() < 0.8:
            self.routes()

    def routes(self) -> None:
        """The pairs are those of the plain rule, and once they are offered nothing more can be."""
        expected = choose(self.board, self.specs, self.now)
        found = self.matching.pairs(self.now)
        assert found == expected
        assert len({visit for visit, _ in found}) == len({agent for _, agent in found}) == len(found)
        assert self.matching.pairs(self.now) == [], "what is being offered is not proposed again"
        self._nobody_is_passed(found)
        refused = self.chance.random() < 0.1
        for visit, agent in found:
            if not refused:
                self._is_offered(self.board.visits[visit], agent)
            self.matching.answered(visit)
        if not refused:
            assert self.matching.pairs(self.now) == []
            waiting = [visit for visit in self.board.visits.values() if visit.offer is None]
            assert not [(visit.visit, agent) for visit in waiting for agent in self._could_take(visit)]

    def _nobody_is_passed(self, pairs: list[tuple[VisitId, StaffId]]) -> None:
        """A visit that goes away empty-handed began to wait later, its head start counted, than those who got its agents."""
        taken = {visit for visit, _ in pairs}
        for name, agent in pairs:
            served = self.board.visits[name]
            for visit in self.board.visits.values():
                if visit.offer is None and visit.visit not in taken and agent in self._could_take(visit):
                    ahead = (served.priority - visit.priority) * HEAD_START
                    assert served.since <= visit.since + ahead, f"{visit.visit} was passed by {name}"

    def _could_take(self, visit: Visit) -> Iterator[StaffId]:
        circle = circle_of(self.specs, visit.queue)
        ring = circle.ring(visit, self.board.agents, self.now)
        for name, agent in self.board.agents.items():
            if not agent.free or not agent.takes(visit.channel):
                continue
            if not circle.lets_in(ring, visit, name, agent, self.now) and not visit.refused_by(name):
                yield name

    def _is_offered(self, visit: Visit, agent: StaffId) -> None:
        self.happens(
            VisitOffered(
                visit=visit.visit,
                offer=OfferId(f"of_{next(self._number)}"),
                interaction=visit.interaction,
                queue=visit.queue,
                agent=agent,
                expires_at=self.now + timedelta(seconds=20),
                channel=visit.channel,
            )
        )

    # What happens.

    def _presence(self) -> None:
        name = self.chance.choice(self.agents)
        agent = self.board.agent(name)
        if agent.presence is Presence.AVAILABLE and self.chance.random() < 0.2:
            self.happens(PresencePended(agent=name, presence=Presence.BREAK, reason=""))
            return
        presence = self.chance.choice(
            [Presence.AVAILABLE] * 3 + [Presence.BREAK, Presence.OFFLINE, Presence.NOT_RESPONDING]
        )
        anew = not agent.queues or self.chance.random() < 0.3
        skills = tuple(
            Skill(skill, self.chance.randint(1, 5), self._until()) for skill in SKILLS if self.chance.random() < 0.6
        )
        self.happens(
            PresenceSet(
                agent=name,
                presence=presence,
                reason="",
                queues=tuple(self.chance.sample(QUEUES, self.chance.randint(1, 4))) if anew else agent.queues,
                capacity=self.chance.randint(1, 3) if anew else agent.capacity,
                skills=skills if anew else agent.skills,
                shares=self._shares() if self.chance.random() < 0.3 else agent.shares,
            )
        )

    def _shares(self) -> tuple[Share, ...]:
        """Any channel; or those that he takes, a mail perhaps waiting for a call."""
        if self.chance.random() < 0.5:
            return ()
        aside = self.chance.choice([(), (Channel.VOICE,)])
        shares = (
            Share(Channel.CHAT, most=self.chance.choice([None, 1])),
            Share(Channel.EMAIL, weight=self.chance.randint(1, 2), put_aside_for=aside),
            Share(Channel.VOICE, weight=self.chance.randint(1, 2)),
        )
        return tuple(self.chance.sample(shares, self.chance.randint(1, 3)))

    def _until(self) -> datetime | None:
        return self.now + timedelta(seconds=self.chance.randint(1, 200)) if self.chance.random() < 0.3 else None

    def _enters(self) -> None:
        number = next(self._number)
        queue = self.chance.choice(QUEUES)
        usual = self.specs[queue].priority if queue in self.specs else 0
        self.happens(
            VisitEntered(
                visit=VisitId(f"v_{self.chance.randint(0, 9)}_{number}"),
                interaction=InteractionId(f"i_{number}"),
                person=PersonId("p"),
                queue=queue,
                channel=self.chance.choice(CHANNELS),
                priority=self.chance.choice([usual, usual, self.chance.randint(-2, 2)]),
                since=self.now - timedelta(seconds=self.chance.choice([0, 0, 1, 45])),
                last_agent=self.chance.choice([StaffId(""), StaffId("s_unknown"), *self.agents]),
            )
        )

    def _answers(self) -> None:
        offers = [agent.offer for agent in self.board.agents.values() if agent.offer is not None]
        if not offers:
            return
        offer = self.chance.choice(offers)
        about = {"visit": offer.visit, "interaction": offer.interaction, "queue": offer.queue}
        how = self.chance.choice(["accepted", "accepted", "rejected", "timed_out", "withdrawn"])
        if how == "accepted":
            self.happens(OfferAccepted(offer=offer.offer, agent=offer.agent, channel=offer.channel, **about))
            self.happens(VisitEnded(how="answered", waited_ms=0, agent=offer.agent, **about))
            self.happens(
                AgentJoined(interaction=offer.interaction, person=PersonId("p"), agent=offer.agent, visit=offer.visit)
            )
            return
        self.happens(OfferClosed(offer=offer.offer, agent=offer.agent, how=how, reason="", **about))
        if how == "timed_out":
            self._is_set(offer.agent, Presence.NOT_RESPONDING)

    def _is_set(self, name: StaffId, presence: Presence) -> None:
        self.happens(self.board.agent(name).is_set(name, presence))

    def _finishes(self) -> None:
        work = [(name, work) for name, agent in self.board.agents.items() for work in agent.work]
        if work:
            name, one = self.chance.choice(work)
            if self.chance.random() < 0.3:
                self.happens(
                    InteractionEnded(
                        interaction=one.interaction,
                        person=PersonId("p"),
                        session=SessionId("se"),
                        reason="customer_left",
                    )
                )
                return
            self.happens(WrapUpStarted(interaction=one.interaction, person=PersonId("p"), agent=name))
            if self.chance.random() < 0.9:
                self.happens(
                    WrappedUp(interaction=one.interaction, person=PersonId("p"), agent=name, disposition="solved")
                )

    def _leaves(self) -> None:
        if self.board.visits:
            visit = self.chance.choice(list(self.board.visits.values()))
            about = {"visit": visit.visit, "interaction": visit.interaction, "queue": visit.queue}
            if visit.offer is not None:
                offer = visit.offer
                self.happens(OfferClosed(offer=offer.offer, agent=offer.agent, how="withdrawn", reason="", **about))
            self.happens(VisitEnded(how="abandoned", waited_ms=0, **about))

    def _time_passes(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([0.000001, 0.5, 3, 10, 30, 45]))
        if self.chance.random() < 0.03:
            self.now -= timedelta(hours=1)
        elif self.chance.random() < 0.01:
            self.now += timedelta(hours=1)

    def _queues(self) -> Specs:
        return {
            name: QueueSpec(name, name, {}, priority=self.chance.choice([0, 0, 1]), circle=self._circle(name))
            for name in QUEUES[:3]
        }

    def _circle(self, name: QueueName) -> Circle:
        chance = self.chance
        if chance.random() < 0.3:
            return Circle(preferred=self._levels(0.2), method=chance.choice(METHODS))
        rings = [
            Ring(
                lasts=timedelta(seconds=chance.choice([5, 30, 60])),
                agents=chance.choice(["everyone", "last_agent", "last_agent"]),
                skills=self._levels(0.3),
                overflow=chance.choice([None, *(other for other in QUEUES[:3] if other != name)]),
            )
            for _ in range(chance.choice([0, 0, 1, 2, 3]))
        ]
        last = Ring(
            skills=self._levels(0.1), overflow=chance.choice([None, None, "returns" if name != "returns" else "care"])
        )
        return Circle(self._levels(0.2), self._levels(0.4), (*rings, last), chance.choice(METHODS))

    def _levels(self, share: float) -> dict[str, int]:
        return {skill: self.chance.randint(1, 4) for skill in SKILLS if self.chance.random() < share}
