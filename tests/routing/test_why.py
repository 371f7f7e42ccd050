"""Is a supervisor told the same reasons for a wait that the choice goes by?"""

from __future__ import annotations

from datetime import timedelta

from interlock.routing import choose, load_queues, why_waiting
from interlock.routing.why import Why
from interlock.vocabulary.ids import StaffId, VisitId
from interlock.vocabulary.routing import AcceptOffer, OfferVisit, Presence, RejectOffer, SetPresence, VisitOffered
from interlock.vocabulary.skills import Skill
from tests.routing.floor import AMARA, BEN, CARE, RETURNS, Floor

CHANNELS = "channels: { chat: { answered_within: 60s, target: 80% } }"
CLEO, DAN, EVE = StaffId("s_cleo"), StaffId("s_dan"), StaffId("s_eve")
FILES = {
    "care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}\nskills: {{ required: {{ german: 2 }} }}\n"
    "rings:\n  - { for: 30s, agents: last_agent }\n  - { for: 30s, skills: { returns: 3 } }\n  - { overflow: returns }",
    "returns.yaml": f"queue: returns\ntitle: Returns\n{CHANNELS}",
}
GERMAN = (Skill("german", 3), Skill("returns", 3))


def why(of: Floor, visit: VisitId) -> Why:
    return why_waiting(of.board, of.specs, of.board.visits[visit], of.now)


def reasons(of: Floor, visit: VisitId) -> dict[StaffId, str]:
    return {one.agent: one.reason for one in why(of, visit).candidates}


def test_each_agent_on_shift_has_the_reason_that_the_choice_goes_by() -> None:
    of = Floor(load_queues(FILES))
    of.available(AMARA, queues=(CARE,), skills=GERMAN)
    of.available(BEN, queues=(CARE,), skills=GERMAN[:1])
    of.available(CLEO, queues=(RETURNS,), skills=GERMAN)
    of.do(SetPresence(agent=DAN, presence=Presence.BREAK, queues=(CARE,), skills=GERMAN))
    of.available(EVE, queues=(CARE,), skills=GERMAN, capacity=1)
    visit = of.waiting("ada", last_agent=AMARA)
    kept = reasons(of, visit)
    assert kept == {
        AMARA: "next",
        BEN: "not_last_agent",
        DAN: "not_last_agent",
        EVE: "not_last_agent",
        CLEO: "other_queue",
    }
    told = why(of, visit)
    assert (told.place, told.ring, told.rings, told.asks_for) == (1, 1, 3, {"german": 2})
    assert told.opens_at == told.since + timedelta(seconds=30)
    of.now += timedelta(seconds=30)
    assert reasons(of, visit) == {AMARA: "next", EVE: "next", DAN: "presence", BEN: "skill", CLEO: "other_queue"}
    assert why(of, visit).asks_for == {"german": 2, "returns": 3}
    assert next(one for one in why(of, visit).candidates if one.agent == BEN).skill == "returns"
    of.now += timedelta(seconds=30)
    assert reasons(of, visit)[CLEO] == "next" and why(of, visit).opens_at is None
    (pair,) = choose(of.board, of.specs, of.now)
    assert pair == (visit, why(of, visit).candidates[0].agent)


def test_who_is_asked_has_said_no_or_has_no_place_is_told_so() -> None:
    of = Floor(load_queues({"care.yaml": f"queue: care\ntitle: Care\n{CHANNELS}"}))
    of.available(AMARA, BEN, queues=(CARE,), capacity=1)
    first, second = of.waiting("ada"), of.waiting("bob")
    (made,) = of.do(OfferVisit(visit=first, agent=AMARA))
    assert isinstance(made, VisitOffered)
    assert reasons(of, first) == {AMARA: "offered", BEN: "next"}
    assert reasons(of, second) == {BEN: "next", AMARA: "has_offer"}
    of.do(RejectOffer(visit=first, offer=made.offer, agent=AMARA, reason="lunch"))
    assert reasons(of, first) == {BEN: "next", AMARA: "refused"}
    (made,) = of.do(OfferVisit(visit=first, agent=BEN))
    assert isinstance(made, VisitOffered)
    of.do(AcceptOffer(visit=first, offer=made.offer, agent=BEN))
    assert reasons(of, second) == {AMARA: "next", BEN: "at_capacity"}
