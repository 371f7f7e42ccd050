"""Is what an agent did told span by span, and summed as the field sums it?"""

from __future__ import annotations

from datetime import datetime, timedelta

from interlock.kernel.events import Recorded
from interlock.routing.agents import AGENT_EVENTS
from interlock.routing.timeline import Timeline, timeline
from interlock.vocabulary.ids import PersonId
from interlock.vocabulary.interactions import WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import Presence, SetPresence
from tests.routing.floor import AMARA, MONDAY, Floor


def of_amara(of: Floor, since: datetime = MONDAY) -> Timeline:
    facts: list[Recorded] = [
        one for one in of.log if isinstance(one.event, AGENT_EVENTS) and getattr(one.event, "agent", "") == AMARA
    ]
    return timeline(facts, since, of.now)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def a_morning() -> Floor:
    """Ten minutes free, two chats that overlap, a wrap-up, a break of a quarter of an hour, and five minutes free."""
    of = Floor()
    of.available(AMARA)
    of.now += minutes(10)
    first = of.taken("ada", AMARA)
    of.now += minutes(5)
    second = of.taken("bob", AMARA)
    of.now += minutes(5)
    for chat in (first, second):
        of.happens(WrapUpStarted(interaction=chat, person=PersonId("p"), agent=AMARA))
    of.now += minutes(2)
    of.do(SetPresence(agent=AMARA, presence=Presence.BREAK, reason="lunch"))
    for chat in (first, second):
        of.happens(WrappedUp(interaction=chat, person=PersonId("p"), agent=AMARA, disposition="done"))
    of.settle()
    of.now += minutes(15)
    of.available(AMARA)
    of.now += minutes(5)
    return of


def test_each_presence_offer_and_interaction_is_a_span_with_its_reason() -> None:
    told = of_amara(a_morning())
    presences = [(one.what, one.reason, one.until is None) for one in told.spans if one.kind == "presence"]
    assert presences == [("available", "", False), ("break", "lunch", False), ("available", "", True)]
    work = [(one.interaction, one.what, one.lasts(told.since, told.until)) for one in told.spans if one.kind == "work"]
    at = MONDAY + minutes(20)
    assert work == [
        ("i_ada", "handling", (MONDAY + minutes(10), at)),
        ("i_bob", "handling", (MONDAY + minutes(15), at)),
        ("i_ada", "wrap_up", (at, at + minutes(2))),
        ("i_bob", "wrap_up", (at, at + minutes(2))),
    ]


def test_two_chats_at_once_are_busy_once_and_a_break_is_neither_busy_nor_idle() -> None:
    told = of_amara(a_morning())
    assert told.presences == {"available": 27 * 60, "break": 15 * 60}
    assert (told.busy_s, told.idle_s) == (12 * 60, 15 * 60)
    assert told.occupancy == 12 / 27


def test_a_window_cuts_off_what_began_before_it_and_leaves_out_what_was_over() -> None:
    of = a_morning()
    told = of_amara(of, MONDAY + minutes(21))
    assert told.spans[0].begins == MONDAY and told.presences == {"available": 6 * 60, "break": 15 * 60}
    assert {one.what for one in told.spans if one.kind == "work"} == {"wrap_up"} and told.busy_s == 60


def test_who_was_never_there_has_nothing_to_tell() -> None:
    told = of_amara(Floor())
    assert (told.spans, told.presences, told.occupancy) == ((), {}, None)
