"""Whatever happens in any order: is nobody offered twice, no visit lost, and nobody left waiting for nothing?"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Event
from interlock.routing import choose, from_snapshot, to_snapshot
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, SessionId, StaffId
from interlock.vocabulary.interactions import AgentJoined, HandedBack, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    AcceptOffer,
    OfferAccepted,
    OfferClosed,
    OfferVisit,
    Presence,
    RejectOffer,
    SetPresence,
    VisitEnded,
    VisitEntered,
    VisitOffered,
)
from tests.routing.floor import CARE, RETURNS, SPECS, Floor, Prepared

AGENTS = tuple(StaffId(f"s_{number}") for number in range(4))
CAPACITY = {agent: 1 + number % 3 for number, agent in enumerate(AGENTS)}
QUEUES = {agent: ((CARE, RETURNS), (CARE,), (RETURNS,), (CARE, RETURNS))[number] for number, agent in enumerate(AGENTS)}

SETTABLE = (Presence.AVAILABLE, Presence.AVAILABLE, Presence.BREAK, Presence.OTHER_WORK, Presence.OFFLINE)

agents = st.sampled_from(AGENTS)
picks = st.integers(0, 30)


class AnyOrder(RuleBasedStateMachine):
    """Customers and agents act at random, nodes race with old boards; the oracle counts the facts by itself."""

    @initialize(on_shift=st.sets(agents, min_size=2))
    def opens(self, on_shift: set[StaffId]) -> None:
        self.floor = Floor()
        self.customers = 0
        self.ended: set[str] = set()
        for agent in sorted(on_shift):
            self.sets_presence(agent, Presence.AVAILABLE, True)
        self.old = to_snapshot(self.floor.board)

    @rule(agent=agents, presence=st.sampled_from(SETTABLE), settle=st.booleans())
    def sets_presence(self, agent: StaffId, presence: Presence, settle: bool) -> None:
        self.floor.do(SetPresence(agent=agent, presence=presence, queues=QUEUES[agent], capacity=CAPACITY[agent]))
        self._perhaps(settle)

    @rule(queues=st.lists(st.sampled_from([CARE, RETURNS]), min_size=1, max_size=4), settle=st.booleans())
    def customers_ask_for_a_person(self, queues: list[QueueName], settle: bool) -> None:
        for queue in queues:
            self.customers += 1
            self.floor.enters(self.floor.customer(f"c{self.customers}"), queue)
        self._perhaps(settle)

    @rule(pick=picks)
    def asks_again(self, pick: int) -> None:
        if self.customers:
            self.floor.enters(InteractionId(f"i_c{1 + pick % self.customers}"), RETURNS)

    @rule(pick=picks)
    def leaves(self, pick: int) -> None:
        name = f"c{1 + pick % self.customers}" if self.customers else ""
        if not name or name in self.ended:
            return
        self.ended.add(name)
        self.floor.happens(
            InteractionEnded(
                interaction=InteractionId(f"i_{name}"),
                person=PersonId(f"p_{name}"),
                session=SessionId(f"se_{name}"),
                reason="customer_left",
            )
        )

    @precondition(lambda self: self._offers())
    @rule(pick=picks, takes=st.sampled_from([True, True, False]), settle=st.booleans())
    def an_agent_answers(self, pick: int, takes: bool, settle: bool) -> None:
        offers = self._offers()
        offer = offers[pick % len(offers)]
        try:
            if takes:
                self.floor.do(AcceptOffer(visit=offer.visit, offer=offer.offer, agent=offer.agent))
            else:
                self.floor.do(RejectOffer(visit=offer.visit, offer=offer.offer, agent=offer.agent, reason="no"))
        except Refused as refused:
            assert refused.code in ("visit_ended", "offer_closed")
        self._perhaps(settle)

    @precondition(lambda self: self._work())
    @rule(pick=picks, how=st.sampled_from([HandedBack, WrapUpStarted, WrappedUp, WrappedUp]), settle=st.booleans())
    def an_agent_finishes(self, pick: int, how: type[Event], settle: bool) -> None:
        work = self._work()
        agent, interaction = work[pick % len(work)]
        rest = {"disposition": "solved"} if how is WrappedUp else {}
        self.floor.happens(how(interaction=interaction, person=PersonId("p"), agent=agent, **rest))
        self._perhaps(settle)

    @rule(seconds=st.sampled_from([1, 10, 31, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.floor.wait(seconds=seconds)

    @rule()
    def another_node_falls_behind(self) -> None:
        self.old = to_snapshot(self.floor.board)

    @rule(backwards=st.booleans())
    def two_nodes_race_with_old_boards(self, backwards: bool) -> None:
        prepared: list[Prepared] = []
        for board in (from_snapshot(self.old), self.floor.board):
            for visit, agent in choose(board, SPECS, self.floor.now):
                try:
                    prepared.append(self.floor.prepare(OfferVisit(visit=visit, agent=agent)))
                except Refused:
                    continue
        for each in reversed(prepared) if backwards else prepared:
            try:
                self.floor.commit(each)
            except Conflict:
                continue

    @rule()
    def everything_due_is_done(self) -> None:
        self.floor.settle()
        assert choose(self.floor.board, SPECS, self.floor.now) == [], (
            "somebody waits, somebody is free, and nothing is under way"
        )
        # Nothing can be stuck either: what waits has an offer, or nobody who could take it without a pause.
        for visit in self.floor.board.visits.values():
            if visit.offer is None:
                assert not [
                    name
                    for name, agent in self.floor.board.agents.items()
                    if agent.free and visit.queue in agent.queues and visit.refused_by(name) is None
                ]

    @invariant()
    def nobody_is_offered_two_things_and_nothing_to_two(self) -> None:
        offers = self._offers()
        assert len({each.agent for each in offers}) == len(offers)
        assert len({each.visit for each in offers}) == len(offers)

    @invariant()
    def no_visit_is_lost_or_ends_twice(self) -> None:
        entered = [each.visit for each in self.floor.facts(VisitEntered)]  # type: ignore[attr-defined]
        ended = [each.visit for each in self.floor.facts(VisitEnded)]  # type: ignore[attr-defined]
        assert len(set(entered)) == len(entered)
        assert len(set(ended)) == len(ended)
        assert set(self.floor.board.visits) == set(entered) - set(ended)
        waiting = [visit.interaction for visit in self.floor.board.visits.values()]
        assert len(set(waiting)) == len(waiting), "an interaction waits twice"

    @invariant()
    def nobody_has_more_than_he_can_take(self) -> None:
        for agent in AGENTS:
            assert self._in_hand(agent) <= CAPACITY[agent]

    @invariant()
    def an_open_offer_has_a_timer_and_a_closed_one_has_none(self) -> None:
        assert {key for key in self.floor.timers if key.startswith("offer:")} == {
            f"offer:{each.offer}" for each in self._offers()
        }

    def teardown(self) -> None:
        if hasattr(self, "floor"):
            assert self.floor.rebuilt() == self.floor.board
            assert from_snapshot(to_snapshot(self.floor.board)) == self.floor.board

    def _offers(self) -> list[VisitOffered]:
        """The open offers, by the facts alone."""
        open_: dict[str, VisitOffered] = {}
        for event in self.floor.facts(VisitOffered, OfferAccepted, OfferClosed):
            if isinstance(event, VisitOffered):
                open_[event.offer] = event
            else:
                assert isinstance(event, (OfferAccepted, OfferClosed))
                del open_[event.offer]
        return list(open_.values())

    def _in_hand(self, agent: StaffId) -> int:
        """An agent's interactions and offer, by the facts alone."""
        has: set[str] = set()
        for event in self.floor.facts(AgentJoined, WrappedUp):
            assert isinstance(event, (AgentJoined, WrappedUp))
            if event.agent == agent:
                (has.add if isinstance(event, AgentJoined) else has.discard)(event.interaction)
        return len(has) + sum(each.agent == agent for each in self._offers())

    def _work(self) -> list[tuple[StaffId, InteractionId]]:
        """Who has which interaction."""
        return [(name, work.interaction) for name in AGENTS for work in self.floor.board.agent(name).work]

    def _perhaps(self, settle: bool) -> None:
        if settle:
            self.floor.settle()


AnyOrder.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_any_order = AnyOrder.TestCase
