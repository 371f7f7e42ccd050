"""Who should be offered which waiting visit, and how long will somebody in line still wait?"""

from __future__ import annotations

from datetime import timedelta

from interlock.routing import choose, place
from interlock.routing.choose import places
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, StaffId, VisitId
from interlock.vocabulary.interactions import WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import AcceptOffer, OfferVisit, RejectOffer, VisitEntered, VisitOffered
from tests.routing.floor import AMARA, BEN, CARE, RETURNS, SPECS, Floor


def _takes(floor: Floor, name: str, visit: VisitId, agent: StaffId) -> None:
    (offered,) = floor.do(OfferVisit(visit=visit, agent=agent))
    assert isinstance(offered, VisitOffered)
    floor.do(AcceptOffer(visit=visit, offer=offered.offer, agent=agent))


def _finishes(floor: Floor, name: str, agent: StaffId) -> None:
    interaction, person = InteractionId(f"i_{name}"), PersonId(f"p_{name}")
    floor.happens(
        WrapUpStarted(interaction=interaction, person=person, agent=agent),
        WrappedUp(interaction=interaction, person=person, agent=agent, disposition="solved"),
    )


def test_who_waited_longest_comes_first_and_nobody_is_proposed_twice() -> None:
    floor = Floor()
    floor.available(AMARA, BEN)
    visits = []
    for name in ("ada", "bob", "cleo"):
        visits.append(floor.waiting(name))
        floor.wait(seconds=1)
    assert choose(floor.board, SPECS, floor.now) == [(visits[0], AMARA), (visits[1], BEN)]


def test_a_point_of_priority_is_worth_a_minute_of_waiting_and_no_more() -> None:
    floor = Floor()
    floor.available(AMARA)

    def enters(name: str, priority: int) -> VisitId:
        visit = VisitId(f"v_{name}")
        entered = VisitEntered(
            visit=visit,
            interaction=floor.customer(name),
            person=PersonId("p"),
            queue=CARE,
            channel=Channel.CHAT,
            priority=priority,
            since=floor.now,
        )
        floor.happens(entered)
        return visit

    plain = enters("plain", 0)
    floor.wait(seconds=59)
    urgent = enters("urgent", 1)
    assert choose(floor.board, SPECS, floor.now) == [(urgent, AMARA)]
    floor.wait(seconds=2)
    enters("late", 1)
    floor.board.visits.pop(urgent)
    assert choose(floor.board, SPECS, floor.now) == [(plain, AMARA)]


def test_among_the_free_the_least_loaded_is_asked_and_then_the_one_who_was_idle_longest() -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.wait(seconds=10)
    floor.available(BEN)
    _takes(floor, "ada", floor.waiting("ada"), AMARA)
    floor.wait(seconds=10)
    visit = floor.waiting("bob")
    assert choose(floor.board, SPECS, floor.now) == [(visit, BEN)]
    _takes(floor, "bob", visit, BEN)
    floor.wait(seconds=10)
    visit = floor.waiting("cleo")
    assert choose(floor.board, SPECS, floor.now) == [(visit, AMARA)]
    _finishes(floor, "ada", AMARA)
    _finishes(floor, "bob", BEN)
    _takes(floor, "dan", floor.waiting("dan"), AMARA)
    _finishes(floor, "dan", AMARA)
    floor.wait(seconds=10)
    _takes(floor, "eve", floor.waiting("eve"), BEN)
    _finishes(floor, "eve", BEN)
    assert choose(floor.board, SPECS, floor.now) == [(visit, AMARA)]


def test_a_visit_is_only_proposed_to_who_serves_its_queue() -> None:
    floor = Floor()
    floor.available(AMARA, queues=(CARE,))
    floor.available(BEN, queues=(RETURNS,))
    visit = floor.waiting("ada", RETURNS)
    assert choose(floor.board, SPECS, floor.now) == [(visit, BEN)]
    floor.do(OfferVisit(visit=visit, agent=BEN))
    floor.waiting("bob", RETURNS)
    assert choose(floor.board, SPECS, floor.now) == []


def test_a_rejected_visit_does_not_keep_the_agent_from_the_next_one() -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = floor.waiting("ada"), floor.waiting("bob")
    (offered,) = floor.do(OfferVisit(visit=first, agent=AMARA))
    assert isinstance(offered, VisitOffered)
    floor.do(RejectOffer(visit=first, offer=offered.offer, agent=AMARA, reason="no"))
    assert choose(floor.board, SPECS, floor.now) == [(second, AMARA)]
    floor.board.visits.pop(second)
    assert choose(floor.board, SPECS, floor.now) == []
    assert choose(floor.board, SPECS, floor.now + timedelta(seconds=30)) == [(first, AMARA)]


def test_a_customer_sees_his_own_place_in_his_queue() -> None:
    floor = Floor()
    for name in ("ada", "bob"):
        floor.waiting(name)
        floor.wait(seconds=1)
    floor.waiting("cleo", RETURNS)
    found = place(floor.board, InteractionId("i_bob"))
    assert found is not None
    assert (found.queue, found.place, found.expected_s) == (CARE, 2, None)
    assert [each.place for each in places(floor.board, CARE).values()] == [1, 2]
    cleo = place(floor.board, InteractionId("i_cleo"))
    assert cleo is not None
    assert cleo.place == 1
    assert place(floor.board, InteractionId("i_nobody")) is None


def test_the_expected_wait_is_the_work_in_front_shared_by_the_hands_that_are_there() -> None:
    floor = Floor()
    floor.available(AMARA, capacity=2)
    _takes(floor, "ada", floor.waiting("ada"), AMARA)
    floor.wait(seconds=300)
    _finishes(floor, "ada", AMARA)
    for name in ("bob", "cleo", "dan"):
        floor.waiting(name)
    assert [each.expected_s for each in places(floor.board, CARE).values()] == [150, 300, 450]
    floor.available(BEN, capacity=1)
    assert places(floor.board, CARE)[InteractionId("i_dan")].expected_s == 300
