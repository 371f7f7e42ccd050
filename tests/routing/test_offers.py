"""Who gets a waiting visit, and what follows when he takes it, does not, or does not answer?"""

from __future__ import annotations

import pytest

from interlock.kernel.errors import Conflict
from interlock.routing import choose
from interlock.vocabulary.ids import InteractionId, OfferId, PersonId, SessionId
from interlock.vocabulary.interactions import AgentJoined, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    AcceptOffer,
    OfferAccepted,
    OfferClosed,
    OfferVisit,
    Presence,
    RejectOffer,
    SetPresence,
    VisitEnded,
    VisitOffered,
)
from tests.routing.floor import AMARA, BEN, CARE, RETURNS, SETTINGS, SPECS, Floor


def _offer(floor: Floor) -> VisitOffered:
    offered = floor.facts(VisitOffered)[-1]
    assert isinstance(offered, VisitOffered)
    return offered


def _ended(name: str) -> InteractionEnded:
    return InteractionEnded(
        interaction=InteractionId(f"i_{name}"),
        person=PersonId(f"p_{name}"),
        session=SessionId(f"se_{name}"),
        reason="customer_left",
    )


def _wrapped(name: str, agent: str = AMARA) -> WrappedUp:
    return WrappedUp(interaction=f"i_{name}", person=f"p_{name}", agent=agent, disposition="solved")


def test_a_waiting_visit_is_offered_for_as_long_as_the_tenant_says() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    (offered,) = floor.do(OfferVisit(visit=visit, agent=AMARA))
    assert isinstance(offered, VisitOffered)
    assert (offered.agent, offered.queue, offered.interaction) == (AMARA, CARE, "i_ada")
    assert offered.expires_at == floor.now + SETTINGS.offer_timeout
    assert floor.do(OfferVisit(visit=visit, agent=AMARA)) == ()


def test_a_visit_is_offered_to_one_agent_at_a_time() -> None:
    floor = Floor()
    floor.available(AMARA, BEN)
    visit = floor.waiting("ada")
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    assert floor.refusal(OfferVisit(visit=visit, agent=BEN)) == "visit_offered"


def test_an_agent_is_offered_one_visit_at_a_time() -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = floor.waiting("ada"), floor.waiting("bob", RETURNS)
    floor.do(OfferVisit(visit=first, agent=AMARA))
    assert floor.refusal(OfferVisit(visit=second, agent=AMARA)) == "agent_offered"


def test_two_nodes_that_offer_two_visits_of_two_queues_to_one_agent_at_once_do_not_both_succeed() -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = floor.waiting("ada"), floor.waiting("bob", RETURNS)
    one = floor.prepare(OfferVisit(visit=first, agent=AMARA))
    other = floor.prepare(OfferVisit(visit=second, agent=AMARA))
    floor.commit(one)
    with pytest.raises(Conflict):
        floor.commit(other)


def test_an_agent_who_goes_on_a_break_meanwhile_is_not_offered_anything() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    offering = floor.prepare(OfferVisit(visit=visit, agent=AMARA))
    floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    with pytest.raises(Conflict):
        floor.commit(offering)
    assert floor.refusal(OfferVisit(visit=visit, agent=AMARA)) == "agent_not_available"


def test_an_agent_gets_no_more_than_he_can_take_and_only_from_his_queues() -> None:
    floor = Floor()
    floor.available(AMARA, queues=(CARE,), capacity=1)
    first, second, other = floor.waiting("ada"), floor.waiting("bob"), floor.waiting("cleo", RETURNS)
    assert floor.refusal(OfferVisit(visit=other, agent=AMARA)) == "agent_not_in_queue"
    floor.do(OfferVisit(visit=first, agent=AMARA))
    floor.do(AcceptOffer(visit=first, offer=_offer(floor).offer, agent=AMARA))
    assert floor.refusal(OfferVisit(visit=second, agent=AMARA)) == "agent_at_capacity"
    floor.happens(WrapUpStarted(interaction=InteractionId("i_ada"), person=PersonId("p_ada"), agent=AMARA))
    assert floor.refusal(OfferVisit(visit=second, agent=AMARA)) == "agent_at_capacity"
    floor.happens(_wrapped("ada"))
    assert floor.do(OfferVisit(visit=second, agent=AMARA))


def test_accepting_ends_the_visit_as_answered_with_its_whole_wait_and_the_agent_joins() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.wait(seconds=42.5)
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    floor.wait(seconds=2)
    accepted, ended, joined = floor.do(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA))
    assert isinstance(accepted, OfferAccepted)
    assert isinstance(ended, VisitEnded)
    assert (ended.how, ended.waited_ms, ended.agent) == ("answered", 44_500, AMARA)
    assert joined == AgentJoined(interaction=InteractionId("i_ada"), person=PersonId("p_ada"), agent=AMARA, visit=visit)
    assert floor.do(AcceptOffer(visit=visit, offer=accepted.offer, agent=AMARA)) == ()


def test_only_the_agent_who_was_asked_can_answer_an_offer() -> None:
    floor = Floor()
    floor.available(AMARA, BEN)
    visit = floor.waiting("ada")
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    offer = _offer(floor).offer
    assert floor.refusal(AcceptOffer(visit=visit, offer=offer, agent=BEN)) == "offer_not_yours"
    assert floor.refusal(RejectOffer(visit=visit, offer=offer, agent=BEN, reason="no")) == "offer_not_yours"
    assert floor.refusal(AcceptOffer(visit=visit, offer=OfferId("of_x"), agent=AMARA)) == "offer_closed"
    assert floor.refusal(AcceptOffer(visit="v_x", offer=offer, agent=AMARA)) == "visit_unknown"


def test_an_offer_cannot_be_accepted_once_it_has_run_out_even_before_the_timer_says_so() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    floor.timers.clear()
    floor.wait(seconds=SETTINGS.offer_timeout.total_seconds())
    assert floor.refusal(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA)) == "offer_expired"


def test_an_unanswered_offer_goes_to_the_next_agent_and_the_wait_goes_on_counting() -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.wait(seconds=1)
    floor.available(BEN)
    visit = floor.waiting("ada")
    floor.settle()
    assert _offer(floor).agent == AMARA
    floor.wait(seconds=30)
    assert floor.board.agent(AMARA).presence is Presence.NOT_RESPONDING
    assert floor.board.agent(AMARA).queues == (CARE, RETURNS)
    assert _offer(floor).agent == BEN
    floor.wait(seconds=5)
    floor.do(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=BEN))
    (ended,) = floor.facts(VisitEnded)
    assert isinstance(ended, VisitEnded)
    assert ended.waited_ms == 35_000


def test_a_timer_that_comes_after_the_answer_changes_nothing() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    late = floor.timers[f"offer:{_offer(floor).offer}"][1]
    floor.do(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA))
    assert not floor.timers
    assert floor.do(late) == ()


def test_a_rejected_visit_goes_to_somebody_else_and_back_only_after_a_pause_when_nobody_else_is_there() -> None:
    floor = Floor()
    floor.available(AMARA, BEN)
    visit = floor.waiting("ada")
    floor.settle()
    for agent in (AMARA, BEN):
        assert _offer(floor).agent == agent
        floor.do(RejectOffer(visit=visit, offer=_offer(floor).offer, agent=agent, reason="not my language"))
        floor.settle()
    assert len(floor.facts(VisitOffered)) == 2
    floor.wait(seconds=29)
    assert len(floor.facts(VisitOffered)) == 2
    floor.wait(seconds=1)
    assert len(floor.facts(VisitOffered)) == 3
    assert _offer(floor).agent == AMARA


def test_a_visit_that_was_rejected_waits_for_a_colleague_who_is_busy_until_he_leaves() -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.available(BEN, capacity=1)
    first = floor.waiting("bob")
    floor.do(OfferVisit(visit=first, agent=BEN))
    floor.do(AcceptOffer(visit=first, offer=_offer(floor).offer, agent=BEN))
    visit = floor.waiting("ada")
    floor.settle()
    floor.do(RejectOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA, reason="busy"))
    floor.wait(minutes=2)
    assert choose(floor.board, SPECS, floor.now) == []
    floor.do(SetPresence(agent=BEN, presence=Presence.OFFLINE))
    assert floor.board.agent(BEN).pending is Presence.OFFLINE
    floor.settle()
    assert (_offer(floor).visit, _offer(floor).agent) == (visit, AMARA)


def test_rejecting_needs_a_reason_and_is_told_twice_without_harm() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.do(OfferVisit(visit=visit, agent=AMARA))
    offer = _offer(floor).offer
    assert floor.refusal(RejectOffer(visit=visit, offer=offer, agent=AMARA, reason=" ")) == "reason_missing"
    assert floor.refusal(RejectOffer(visit=visit, offer=offer, agent=AMARA, reason="x" * 201)) == "reason_missing"
    (closed,) = floor.do(RejectOffer(visit=visit, offer=offer, agent=AMARA, reason=" in a meeting "))
    assert isinstance(closed, OfferClosed)
    assert (closed.how, closed.reason) == ("rejected", "in a meeting")
    assert floor.do(RejectOffer(visit=visit, offer=offer, agent=AMARA, reason="in a meeting")) == ()
    assert floor.refusal(AcceptOffer(visit=visit, offer=offer, agent=AMARA)) == "offer_closed"


@pytest.mark.parametrize(("waited", "how"), [(4.999, "short_abandoned"), (5, "abandoned")])
def test_who_leaves_while_waiting_abandons_and_an_open_offer_is_withdrawn(waited: float, how: str) -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.waiting("ada")
    floor.settle()
    floor.wait(seconds=waited)
    floor.happens(_ended("ada"))
    floor.settle()
    (closed,) = floor.facts(OfferClosed)
    (ended,) = floor.facts(VisitEnded)
    assert isinstance(closed, OfferClosed)
    assert isinstance(ended, VisitEnded)
    assert (closed.how, ended.how, ended.agent) == ("withdrawn", how, "")
    assert floor.board.agent(AMARA).free
    floor.settle()
    assert not floor.timers


def test_who_leaves_after_he_was_answered_abandons_nothing() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.settle()
    floor.do(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA))
    floor.happens(_ended("ada"))
    floor.settle()
    assert [each.how for each in floor.facts(VisitEnded)] == ["answered"]


def test_a_customer_who_left_cannot_be_accepted_any_more() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.settle()
    accepting = floor.prepare(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA))
    floor.happens(_ended("ada"))
    floor.settle()
    with pytest.raises(Conflict):
        floor.commit(accepting)
    assert floor.refusal(AcceptOffer(visit=visit, offer=_offer(floor).offer, agent=AMARA)) == "visit_ended"


def test_an_agent_with_room_for_more_gets_the_next_visit_as_soon_as_he_has_taken_one() -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = floor.waiting("ada"), floor.waiting("bob")
    floor.settle()
    assert _offer(floor).visit == first
    floor.do(AcceptOffer(visit=first, offer=_offer(floor).offer, agent=AMARA))
    floor.settle()
    assert _offer(floor).visit == second
