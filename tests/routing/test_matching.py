"""Does the index find what the plain rule finds, whatever has happened, and without looking at everybody?"""

from __future__ import annotations

import pytest

from interlock.routing import load_queues
from interlock.routing.index import Hand, Index, Line
from interlock.vocabulary.capacity import Share
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import InteractionEnded
from interlock.vocabulary.routing import Presence, SetPresence, VisitEnded
from tests.routing.any_floor import AnyFloor
from tests.routing.floor import AMARA, BEN, CARE, MONDAY, Floor

CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% } }"


@pytest.mark.parametrize("seed", range(60))
def test_the_index_gives_the_pairs_of_the_plain_rule_whatever_happens(seed: int) -> None:
    floor = AnyFloor(seed)
    for _ in range(120):
        floor.step()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 2_000))
def test_the_index_gives_the_pairs_of_the_plain_rule_through_a_million_events(seed: int) -> None:
    floor = AnyFloor(seed)
    for _ in range(1_000):
        floor.step()


def test_what_is_kept_for_somebody_waits_for_him_from_when_he_comes_to_when_he_goes() -> None:
    file = f"queue: care\ntitle: Care\n{CHANNELS}\nrings: [{{ for: 60s, agents: last_agent }}, {{}}]"
    of = Floor(load_queues({"care.yaml": file}))
    of.available(AMARA, queues=(CARE,))
    of.do(SetPresence(agent=AMARA, presence=Presence.BREAK, queues=(CARE,), capacity=3))
    of.waiting("ada", last_agent=AMARA)
    of.available(BEN, queues=(CARE,))
    assert of.board.agent(BEN).offer is None, "it is kept for Amara"
    of.do(SetPresence(agent=AMARA, presence=Presence.OFFLINE, queues=(CARE,), capacity=3))
    of.routes()
    assert of.board.agent(BEN).offer is not None
    of.waiting("bob", last_agent=AMARA)
    of.routes()
    of.do(SetPresence(agent=AMARA, presence=Presence.BREAK, queues=(CARE,), capacity=3))
    of.available(StaffId("s_cleo"), queues=(CARE,))
    assert of.board.agent(StaffId("s_cleo")).offer is None, "she is back"


def test_a_call_is_not_offered_once_the_mail_that_would_have_waited_for_it_is_wound_up() -> None:
    of = Floor()
    mail = Share(Channel.EMAIL, weight=1, put_aside_for=(Channel.VOICE,))
    of.available(AMARA, capacity=2, shares=(mail, Share(Channel.VOICE, weight=2)))
    of.taken("mail", AMARA, Channel.EMAIL)
    of.routes()
    of.happens(
        InteractionEnded(
            interaction=InteractionId("i_mail"),
            person=PersonId("p_mail"),
            session=SessionId("se_mail"),
            reason="customer_left",
        )
    )
    of.waiting("call", channel=Channel.VOICE)
    of.routes()
    assert of.board.agent(AMARA).offer is None


def test_what_is_being_offered_is_proposed_again_only_when_it_is_known_what_became_of_it() -> None:
    of = Floor()
    of.available(AMARA)
    visit = of.waiting("ada")
    assert of.matching.pairs(of.now) == [(visit, AMARA)]
    of.do(SetPresence(agent=AMARA, presence=Presence.AVAILABLE, queues=(CARE,), capacity=2))
    assert of.matching.pairs(of.now) == []
    of.matching.answered(visit)
    assert of.matching.pairs(of.now) == [(visit, AMARA)]


def test_a_floor_that_nobody_asked_about_for_long_is_looked_at_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.routing.matching.MOST_NAMED", 3)
    of = Floor()
    of.routes()
    of.available(AMARA, BEN)
    visits = [of.waiting(name) for name in ("ada", "bob", "cleo", "dan", "eve")]
    assert of.matching.pairs(of.now) == [(visits[0], AMARA), (visits[1], BEN)]


def test_among_equals_the_one_who_was_idle_longest_comes_before_the_least_loaded_where_the_line_says_so() -> None:
    for longest_idle, first in ((True, "s_idle"), (False, "s_light")):
        index, line = Index(), Line(longest_idle=longest_idle)
        for name, load, idle in (("s_idle", 2, 1), ("s_light", 1, 2)):
            hand = Hand(StaffId(name))
            index.serve(hand, [(line, 0)])
            index.stands(hand, ready=True, free=True, load=load, idle=idle)
        index.place(VisitId("v_1"), 0.0, line)
        assert index.pairs(MONDAY) == [("v_1", first)]


def test_the_heaps_do_not_grow_with_what_holds_no_more() -> None:
    """An agent who serves a queue that nobody comes to, and customers who leave before anybody is there."""
    index, quiet, busy = Index(), Line(), Line()
    hand = Hand(AMARA)
    index.serve(hand, [(quiet, 0), (busy, 0)])
    for number in range(2_000):
        visit = VisitId(f"v_{number}")
        index.stands(hand, ready=True, free=True, load=0, idle=number)
        index.pairs(MONDAY)
        index.place(visit, float(number), busy)
        assert index.pairs(MONDAY) == [(visit, AMARA)]
        index.stands(hand, ready=True, free=False, load=1, idle=number)
        index.place(visit, float(number), busy)
        index.leave(visit)
    assert len(quiet.free) < 200 and len(busy.waiting) < 200 and len(index) == 0


def test_a_line_that_was_kept_for_an_agent_goes_with_its_last_visit() -> None:
    file = f"queue: care\ntitle: Care\n{CHANNELS}\nrings: [{{ for: 60s, agents: last_agent }}, {{}}]"
    of = Floor(load_queues({"care.yaml": file}))
    of.available(AMARA, queues=(CARE,), capacity=1)
    of.waiting("busy", last_agent=AMARA)
    of.routes()
    hand = of.matching._known[AMARA].hand
    for number in range(5):
        visit = of.waiting(f"c{number}", last_agent=AMARA)
        of.routes()
        interaction = of.board.visits[visit].interaction
        of.happens(VisitEnded(visit=visit, interaction=interaction, queue=CARE, how="abandoned", waited_ms=0))
        of.routes()
    assert len(hand.lines) == 0
