"""May an interaction enter a queue now, and is the emergency switch thrown?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Conflict, Refused
from interlock.routing import entering, load_queue
from interlock.routing.entry import NOT_STARTED, enter, evolve
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId, QueueName, SessionId
from interlock.vocabulary.interactions import (
    AgentJoined,
    HandedBack,
    HandOverFailed,
    InteractionEnded,
    InteractionReopened,
)
from interlock.vocabulary.routing import (
    CloseQueue,
    EnterQueue,
    OpenQueue,
    Presence,
    QueueClosed,
    QueueOpened,
    SetPresence,
    VisitEntered,
)
from tests.routing.floor import AMARA, CARE, RETURNS, SPECS, Floor


def _why(facts: tuple[object, ...]) -> str:
    (failed,) = facts
    assert isinstance(failed, HandOverFailed)
    assert failed.run == "run_1"
    return failed.why


def test_an_interaction_enters_with_its_channel_and_its_wait_counts_from_now() -> None:
    floor = Floor()
    floor.available(AMARA)
    (entered,) = floor.enters(floor.customer("ada"))
    assert isinstance(entered, VisitEntered)
    assert (entered.queue, entered.since, entered.person, entered.run) == (CARE, floor.now, "p_ada", "run_1")
    assert entered.channel.value == "chat"


def test_an_interaction_never_waits_twice() -> None:
    floor = Floor()
    floor.available(AMARA)
    ada = floor.customer("ada")
    decider = entering(SPECS[CARE], None, {Channel.CHAT}, 0)
    one = floor.prepare(EnterQueue(interaction=ada, queue=CARE), decider)
    other = floor.prepare(EnterQueue(interaction=ada, queue=RETURNS), decider)
    floor.commit(one)
    with pytest.raises(Conflict):
        floor.commit(other)
    assert floor.enters(ada, RETURNS) == ()


def test_an_interaction_that_a_person_has_or_that_is_over_does_not_enter() -> None:
    floor = Floor()
    floor.available(AMARA)
    ada, person, session = floor.customer("ada"), PersonId("p_ada"), SessionId("se_ada")
    floor.happens(AgentJoined(interaction=ada, person=person, agent=AMARA, visit="v_1"))
    assert floor.enters(ada) == ()
    floor.happens(HandedBack(interaction=ada, person=person, agent=AMARA))
    floor.happens(InteractionEnded(interaction=ada, person=person, session=session, reason="inactivity"))
    assert floor.enters(ada) == ()
    floor.happens(InteractionReopened(interaction=ada, person=person, session=session))
    assert len(floor.enters(ada)) == 1
    with pytest.raises(Refused, match="interaction_unknown"):
        floor.enters(InteractionId("i_nobody"))


def test_with_nobody_on_shift_the_hand_over_fails() -> None:
    floor = Floor()
    assert _why(floor.enters(floor.customer("ada"))) == "unstaffed"
    floor.available(AMARA, queues=(RETURNS,))
    assert _why(floor.enters(floor.customer("bob"))) == "unstaffed"
    floor.do(SetPresence(agent=AMARA, presence=Presence.BREAK, queues=(CARE,)))
    assert len(floor.enters(floor.customer("cleo"))) == 1
    floor.do(SetPresence(agent=AMARA, presence=Presence.OFFLINE))
    assert _why(floor.enters(floor.customer("dan"))) == "unstaffed"


def test_who_does_not_respond_is_not_counted_on() -> None:
    floor = Floor()
    floor.available(AMARA)
    floor.waiting("ada")
    floor.settle()
    floor.wait(seconds=30)
    assert _why(floor.enters(floor.customer("bob"))) == "unstaffed"


def test_a_full_queue_takes_nobody() -> None:
    floor = Floor()
    floor.available(AMARA)
    for name in ("ada", "bob"):
        assert isinstance(floor.enters(floor.customer(name), RETURNS)[0], VisitEntered)
    assert _why(floor.enters(floor.customer("cleo"), RETURNS)) == "full"


def test_a_queue_that_no_definition_has_is_closed() -> None:
    floor = Floor()
    assert _why(floor.enters(floor.customer("ada"), QueueName("gone"))) == "closed"


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-03-02T06:59:59Z", False),  # a Monday, 07:59:59 in Berlin
        ("2026-03-02T07:00:00Z", True),
        ("2026-03-02T17:00:00Z", False),
        ("2026-07-06T06:00:00Z", True),  # summer time
        ("2026-03-07T11:00:00Z", False),  # a Saturday
        ("2026-12-24T10:59:59Z", True),  # a Thursday, and a special day
        ("2026-12-24T11:00:00Z", False),
        ("2026-12-25T10:00:00Z", False),
    ],
)
def test_a_queue_takes_nobody_outside_its_hours(moment: str, open_: bool) -> None:
    spec = load_queue(
        """
queue: returns
title: Returns
channels: { chat: { answered_within: 60s, target: 80% } }
hours:
  timezone: Europe/Berlin
  weekly: { monday: [08:00-18:00], thursday: [08:00-18:00], friday: [08:00-18:00] }
  special: { 2026-12-24: [08:00-12:00], 2026-12-25: [] }
""",
        "returns.yaml",
    )
    floor = Floor()
    ada = floor.customer("ada")
    standing = evolve(NOT_STARTED, floor.log[-1])
    now = datetime.fromisoformat(moment).astimezone(UTC)
    command = EnterQueue(interaction=ada, queue=RETURNS)
    fact = enter(command, standing, spec, None, {Channel.CHAT}, 0, Moment(now, lambda prefix: f"{prefix}_1"))
    assert isinstance(fact, VisitEntered if open_ else HandOverFailed)


def test_the_emergency_switch_shuts_a_queue_at_once_and_who_waits_is_still_served() -> None:
    floor = Floor()
    floor.available(AMARA)
    visit = floor.waiting("ada")
    close = CloseQueue(queue=CARE, message=" Fire drill. ", by="s_sofia")
    assert floor.do(close) == (QueueClosed(queue=CARE, message="Fire drill.", by="s_sofia"),)
    assert floor.do(close) == ()
    assert _why(floor.enters(floor.customer("bob"))) == "closed"
    floor.settle()
    assert floor.board.visits[visit].offer is not None
    assert floor.do(OpenQueue(queue=CARE, by="s_sofia")) == (QueueOpened(queue=CARE, by="s_sofia"),)
    assert floor.do(OpenQueue(queue=CARE, by="s_sofia")) == ()
    assert len(floor.enters(floor.customer("cleo"))) == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (CloseQueue(queue=QueueName("gone"), message="x", by="s_sofia"), "queue_unknown"),
        (OpenQueue(queue=QueueName("gone"), by="s_sofia"), "queue_unknown"),
        (CloseQueue(queue=CARE, message=" ", by="s_sofia"), "message_missing"),
        (CloseQueue(queue=CARE, message="x" * 501, by="s_sofia"), "message_missing"),
    ],
)
def test_a_switch_that_cannot_be_is_refused_by_name(command: CloseQueue | OpenQueue, code: str) -> None:
    assert Floor().refusal(command) == code
