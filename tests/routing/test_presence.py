"""Is an agent there, and what waits until his work is done?"""

from __future__ import annotations

import pytest

from interlock.routing import choose
from interlock.vocabulary.ids import InteractionId, PersonId, StaffId
from interlock.vocabulary.interactions import AgentJoined, HandedBack, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    AcceptOffer,
    OfferClosed,
    OfferVisit,
    Presence,
    PresencePended,
    PresenceSet,
    SetPresence,
    SettlePresence,
    VisitOffered,
    WorkState,
)
from tests.routing.floor import AMARA, BEN, CARE, SPECS, Floor


def _taken(floor: Floor, name: str, agent: StaffId = AMARA) -> InteractionId:
    visit = floor.waiting(name)
    (offered,) = floor.do(OfferVisit(visit=visit, agent=agent))
    assert isinstance(offered, VisitOffered)
    floor.do(AcceptOffer(visit=visit, offer=offered.offer, agent=agent))
    return InteractionId(f"i_{name}")


def _wraps_up(floor: Floor, interaction: InteractionId) -> None:
    person = PersonId("p")
    floor.happens(WrapUpStarted(interaction=interaction, person=person, agent=AMARA))
    floor.happens(WrappedUp(interaction=interaction, person=person, agent=AMARA, disposition="solved"))
    floor.settle()


def test_an_idle_agent_goes_at_once() -> None:
    floor = Floor()
    floor.available(AMARA)
    assert floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK, reason="lunch")) == (
        PresenceSet(agent=AMARA, presence=Presence.BREAK, reason="lunch", queues=floor.board.agent(AMARA).queues),
    )
    assert floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK, reason="lunch")) == ()


@pytest.mark.parametrize("presence", [Presence.BREAK, Presence.OTHER_WORK, Presence.OFFLINE])
def test_who_is_busy_goes_when_his_last_interaction_is_wrapped_up_and_gets_nothing_new_before(
    presence: Presence,
) -> None:
    floor = Floor()
    floor.available(AMARA)
    first, second = _taken(floor, "ada"), _taken(floor, "bob")
    floor.settle()
    assert floor.do(SetPresence(agent=AMARA, presence=presence, reason="now")) == (
        PresencePended(agent=AMARA, presence=presence, reason="now"),
    )
    assert floor.do(SetPresence(agent=AMARA, presence=presence, reason="now")) == ()
    visit = floor.waiting("cleo")
    assert choose(floor.board, SPECS, floor.now) == []
    assert floor.refusal(OfferVisit(visit=visit, agent=AMARA)) == "agent_not_available"
    _wraps_up(floor, first)
    assert floor.board.agent(AMARA).presence is Presence.AVAILABLE
    _wraps_up(floor, second)
    agent = floor.board.agent(AMARA)
    assert (agent.presence, agent.reason, agent.pending, agent.capacity) == (presence, "now", None, 3)
    assert floor.do(SettlePresence(agent=AMARA)) == ()


def test_who_changes_his_mind_is_available_again() -> None:
    floor = Floor()
    floor.available(AMARA)
    _taken(floor, "ada")
    floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    floor.do(SetPresence(agent=AMARA, presence=Presence.AVAILABLE))
    assert floor.board.agent(AMARA).ready


def test_handing_back_leaves_the_agent_in_wrap_up_and_busy() -> None:
    floor = Floor()
    floor.available(AMARA)
    interaction = _taken(floor, "ada")
    floor.happens(HandedBack(interaction=interaction, person=PersonId("p"), agent=AMARA))
    (work,) = floor.board.agent(AMARA).work
    assert work.state is WorkState.WRAP_UP
    assert floor.board.interactions[interaction] == "virtual_agent"
    floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    assert floor.board.agent(AMARA).presence is Presence.AVAILABLE


def test_an_agent_can_get_back_an_interaction_that_he_is_still_wrapping_up() -> None:
    floor = Floor()
    floor.available(AMARA)
    interaction = _taken(floor, "ada")
    floor.happens(HandedBack(interaction=interaction, person=PersonId("p"), agent=AMARA))
    floor.happens(AgentJoined(interaction=interaction, person=PersonId("p"), agent=AMARA, visit="v_2"))
    (work,) = floor.board.agent(AMARA).work
    assert (work.state, work.queue) == (WorkState.HANDLING, CARE)


def test_who_goes_while_an_offer_is_open_does_not_keep_the_customer_waiting() -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.wait(seconds=1)
    floor.available(BEN)
    floor.waiting("ada")
    floor.settle()
    closed, gone = floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    assert isinstance(closed, OfferClosed)
    assert isinstance(gone, PresenceSet)
    assert (closed.how, closed.reason, closed.agent) == ("rejected", "break", AMARA)
    floor.settle()
    assert floor.board.agent(BEN).offer is not None


def test_an_agent_who_did_not_respond_says_that_he_is_back_and_is_asked_again() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    floor.settle()
    floor.wait(seconds=30)
    assert floor.board.agent(AMARA).presence is Presence.NOT_RESPONDING
    floor.do(SetPresence(agent=AMARA, presence=Presence.AVAILABLE))
    floor.settle()
    offer = floor.board.agent(AMARA).offer
    assert offer is not None
    assert offer.visit == visit


def test_who_names_no_queues_keeps_those_that_he_has() -> None:
    floor = Floor()
    floor.available(AMARA, queues=(CARE,), capacity=2)
    floor.do(SetPresence(agent=AMARA, presence=Presence.OFFLINE))
    floor.do(SetPresence(agent=AMARA, presence=Presence.AVAILABLE))
    agent = floor.board.agent(AMARA)
    assert (agent.queues, agent.capacity) == ((CARE,), 2)


def test_the_time_of_a_presence_counts_from_its_change_and_not_from_its_repetition() -> None:
    floor = Floor()
    floor.available(AMARA, capacity=2)
    since = floor.board.agent(AMARA).since
    floor.wait(minutes=1)
    floor.available(AMARA, capacity=3)
    agent = floor.board.agent(AMARA)
    assert (agent.since, agent.capacity) == (since, 3)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (SetPresence(agent=AMARA, presence=Presence.NOT_RESPONDING), "presence_not_settable"),
        (SetPresence(agent=AMARA, presence=Presence.AVAILABLE), "no_queues"),
        (SetPresence(agent=AMARA, presence=Presence.BREAK, reason="x" * 201), "reason_too_long"),
        (SetPresence(agent=AMARA, presence=Presence.BREAK, capacity=0), "capacity_out_of_range"),
        (SetPresence(agent=AMARA, presence=Presence.BREAK, capacity=51), "capacity_out_of_range"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(command: SetPresence, code: str) -> None:
    assert Floor().refusal(command) == code


def test_who_never_came_does_not_have_to_go() -> None:
    assert Floor().do(SetPresence(agent=AMARA, presence=Presence.OFFLINE)) == ()
