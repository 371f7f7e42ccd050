"""How much can an agent have in hand at once: units, weights, channels that wait for others, wrap-up that runs out?"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from interlock.kernel.documents import DefinitionError
from interlock.routing import choose, from_snapshot, load_capacities, to_snapshot, why_waiting
from interlock.routing.agents import Agent
from interlock.vocabulary.capacity import Capacity
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import InteractionId, PersonId
from interlock.vocabulary.interactions import HandedBack, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.routing import (
    EndWrapUpTime,
    OfferVisit,
    Presence,
    RejectOffer,
    SetPresence,
    VisitOffered,
    WorkState,
    WrapUpRanOut,
)
from tests.routing.floor import AMARA, BEN, CARE, MONDAY, Floor

CHAT, VOICE, EMAIL, TASK = Channel.CHAT, Channel.VOICE, Channel.EMAIL, Channel.TASK
TEXT = """
capacities:
  mixed:
    units: 6
    channels:
      chat: { weight: 2, wrap_up: 2m }
      voice: { weight: 6, wrap_up: 0s }
      email: { weight: 3, most: 1, put_aside_for: [voice] }
"""
MIXED = load_capacities({"capacities.yaml": TEXT})["mixed"]


def floor(capacity: Capacity = MIXED) -> Floor:
    """Amara with that capacity, and available."""
    of = Floor()
    of.available(AMARA, queues=(CARE,), capacity=capacity.units, shares=capacity.shares)
    return of


def amara(of: Floor) -> Agent:
    assert of.board.agents == of.rebuilt().agents
    return of.board.agent(AMARA)


def takes(of: Floor) -> set[Channel]:
    return {channel for channel in Channel if amara(of).takes(channel)}


def states(of: Floor) -> list[tuple[str, WorkState]]:
    return [(one.interaction, one.state) for one in amara(of).work]


def person(interaction: InteractionId) -> PersonId:
    return PersonId(interaction.replace("i_", "p_"))


def talks_no_more(of: Floor, interaction: InteractionId) -> None:
    of.happens(WrapUpStarted(interaction=interaction, person=person(interaction), agent=AMARA))
    of.settle()


def wraps_up(of: Floor, interaction: InteractionId) -> None:
    of.happens(WrappedUp(interaction=interaction, person=person(interaction), agent=AMARA, disposition="done"))
    of.settle()


def test_three_chats_or_one_call_fill_six_units_by_their_weights() -> None:
    of = floor()
    assert takes(of) == {CHAT, VOICE, EMAIL}
    for number, name in enumerate(("ada", "bob", "cem"), 1):
        of.taken(name, AMARA)
        assert amara(of).load == 2 * number and VOICE not in takes(of)
    assert takes(of) == set() and not amara(of).free
    of = floor()
    of.taken("dan", AMARA, VOICE)
    assert takes(of) == set()


def test_an_offer_takes_its_units_before_it_is_accepted() -> None:
    of = floor()
    of.taken("ada", AMARA)
    call = of.waiting("bob", channel=VOICE)
    assert of.refusal(OfferVisit(visit=call, agent=AMARA)) == "agent_at_capacity"
    of.do(OfferVisit(visit=of.waiting("cem"), agent=AMARA))
    assert (amara(of).load, amara(of).taken) == (4, 2)


def test_a_channel_has_its_own_most_however_many_units_are_left() -> None:
    of = floor()
    of.taken("ada", AMARA, EMAIL)
    assert takes(of) == {CHAT, VOICE}
    second = of.waiting("bob", channel=EMAIL)
    assert choose(of.board, of.specs, of.now) == []
    assert of.refusal(OfferVisit(visit=second, agent=AMARA)) == "agent_at_capacity"


def test_a_channel_that_an_agent_does_not_take_is_neither_chosen_nor_offered_nor_held_back_for_him() -> None:
    of = floor()
    of.available(BEN, queues=(CARE,))
    task = of.waiting("ada", channel=TASK)
    assert of.refusal(OfferVisit(visit=task, agent=AMARA)) == "agent_not_in_channel"
    assert choose(of.board, of.specs, of.now) == [(task, BEN)]
    (made,) = of.do(OfferVisit(visit=task, agent=BEN))
    assert isinstance(made, VisitOffered)
    of.do(RejectOffer(visit=task, offer=made.offer, agent=BEN, reason="busy"))
    of.now += timedelta(seconds=30)
    assert choose(of.board, of.specs, of.now) == [(task, BEN)], "Amara, who is free, could never take it"
    assert {one.agent: one.reason for one in why_waiting(of.board, of.specs, of.board.visits[task], of.now).candidates} == {
        AMARA: "other_channel",
        BEN: "next",
    }  # fmt: skip


def test_nobody_who_takes_the_channel_on_shift_is_nobody_on_shift() -> None:
    of = floor()
    assert of.board.staffed(CARE) == {CHAT, VOICE, EMAIL}
    (failed,) = of.enters(of.customer("ada", TASK))
    assert getattr(failed, "why", "") == "unstaffed"
    (entered,) = of.enters(of.customer("bob", EMAIL))
    assert type(entered).__name__ == "VisitEntered"


def test_an_e_mail_waits_for_a_call_and_goes_on_after_it_and_its_time_apart_is_no_handling() -> None:
    of = floor()
    mail = of.taken("ada", AMARA, EMAIL)
    of.now += timedelta(minutes=1)
    call = of.taken("bob", AMARA, VOICE)
    assert states(of) == [(mail, WorkState.PARKED), (call, WorkState.HANDLING)]
    assert (amara(of).load, takes(of)) == (6, set()), "what waits takes no units, and nothing else is let in for it"
    of.now += timedelta(minutes=5)
    talks_no_more(of, call)
    assert states(of) == [(mail, WorkState.HANDLING), (call, WorkState.WRAP_UP)], "a call's wrap-up keeps no units"
    wraps_up(of, call)
    of.now += timedelta(minutes=2)
    talks_no_more(of, mail)
    wraps_up(of, mail)
    counts = of.board.queues[CARE].intervals.since(MONDAY)
    assert (counts.handled, counts.handled_ms) == (2, (5 + 3) * 60_000)


def test_a_call_beside_an_e_mail_that_both_fit_puts_nothing_aside() -> None:
    text = TEXT.replace("units: 6", "units: 9")
    of = floor(load_capacities({"capacities.yaml": text})["mixed"])
    mail, call = of.taken("ada", AMARA, EMAIL), of.taken("bob", AMARA, VOICE)
    assert states(of) == [(mail, WorkState.HANDLING), (call, WorkState.HANDLING)]


def test_an_e_mail_that_waits_keeps_out_what_it_would_not_wait_for() -> None:
    text = TEXT.replace("voice: { weight: 6", "voice: { weight: 4")
    of = floor(load_capacities({"capacities.yaml": text})["mixed"])
    of.taken("ada", AMARA, EMAIL)
    of.taken("bob", AMARA, VOICE)
    assert amara(of).load == 4
    assert of.refusal(OfferVisit(visit=of.waiting("cem"), agent=AMARA)) == "agent_at_capacity", "3 + 4 + 2 > 6"


def test_a_wrap_up_keeps_its_units_for_its_channels_time_and_is_still_wrapped_up() -> None:
    of = floor()
    chats = [of.taken(name, AMARA) for name in ("ada", "bob", "cem")]
    late = of.waiting("dan")
    talks_no_more(of, chats[0])
    assert amara(of).work[0].until == MONDAY + timedelta(minutes=2)
    of.wait(seconds=119)
    assert takes(of) == set()
    of.wait(seconds=1)
    assert of.facts(WrapUpRanOut) == [WrapUpRanOut(agent=AMARA, interaction=chats[0])]
    assert amara(of).offer is not None and amara(of).offer.visit == late  # type: ignore[union-attr]  # asserted before
    assert amara(of).work[0].over and amara(of).busy
    wraps_up(of, chats[0])
    assert len(amara(of).work) == 2


def test_a_wrap_up_that_is_done_in_time_leaves_no_timer_and_a_late_one_changes_nothing() -> None:
    of = floor()
    chat = of.taken("ada", AMARA)
    of.happens(HandedBack(interaction=chat, person=person(chat), agent=AMARA))
    of.settle()
    assert f"wrap_up:{chat}:{AMARA}" in of.timers
    wraps_up(of, chat)
    assert f"wrap_up:{chat}:{AMARA}" not in of.timers
    assert of.do(EndWrapUpTime(agent=AMARA, interaction=chat)) == ()
    again = of.taken("bob", AMARA, EMAIL)
    talks_no_more(of, again)
    assert f"wrap_up:{again}:{AMARA}" not in of.timers, "an e-mail is in wrap-up until it is wrapped up"


def test_an_end_of_the_interaction_is_a_wrap_up_as_well() -> None:
    of = floor()
    mail, call = of.taken("ada", AMARA, EMAIL), of.taken("bob", AMARA, VOICE)
    of.happens(InteractionEnded(interaction=call, person=person(call), session="se_bob", reason="customer_left"))  # type: ignore[arg-type]  # a name will do
    assert states(of) == [(mail, WorkState.PARKED), (call, WorkState.WRAP_UP)]


def test_another_profile_counts_at_once_for_what_is_in_hand_and_a_presence_alone_leaves_it() -> None:
    of = floor()
    mail = of.taken("ada", AMARA, EMAIL)
    of.do(SetPresence(agent=AMARA, presence=Presence.BREAK))
    assert amara(of).shares == MIXED.shares
    of.available(AMARA, queues=(CARE,), capacity=1)
    assert (amara(of).load, amara(of).shares, states(of)) == (1, (), [(mail, WorkState.HANDLING)])


def test_a_snapshot_of_the_board_keeps_channels_and_capacity() -> None:
    of = floor()
    of.taken("ada", AMARA, EMAIL)
    of.taken("bob", AMARA, VOICE)
    assert from_snapshot(to_snapshot(of.board)) == of.board


def test_agents_of_a_log_from_before_take_everything_with_one_unit_each() -> None:
    from interlock.vocabulary.routing import PresenceSet

    old = msgspec.json.decode(
        b'{"agent":"s_amara","presence":"available","queues":["care"],"capacity":2}', type=PresenceSet
    )
    assert (old.capacity, old.shares) == (2, ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("      chat: { weight: 7 }", "5:23: one chat takes 7 units, and there are 6: none would ever be offered; give it less"),
        ("      chat: { weight: 2, most: 4 }", "5:32: 3 of this channel fit anyway, so 4 limits nothing; write less"),
        ("      chat: { put_aside_for: [voice] }", "5:31: the profile does not take voice; add voice to its channels"),
        ("      chat: { put_aside_for: [chat] }", "5:31: it waits for itself; say it in one direction only"),
        (
            "      chat: { put_aside_for: [voice] }\n      voice: { put_aside_for: [email] }\n"
            "      email: { put_aside_for: [chat] }",
            "5:31: chat and voice would each wait for the other; say it in one direction only",
        ),
        ("      chat: { wrap_up: 9h }", "5:24: a wrap-up lasts from 0s to 8h; write for example `wrap_up: 2m`"),
        ("      chat: { weight: 0 }", "5:23: "),
        ("      fax: {}", "fax"),
        ("      chat: { wieght: 1 }", "did you mean 'weight'"),
        ("      {}", "channels"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_meant_is_told_with_its_mend(line: str, told: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        load_capacities({"capacities.yaml": f"capacities:\n  mixed:\n    units: 6\n    channels:\n{line}"})
    assert told in str(wrong.value)
