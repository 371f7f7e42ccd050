"""Who may write, hand back and wrap up; when does silence end an interaction; what did it come to?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from interlock.interactions import subject
from interlock.kernel.deciders import ClearTimer, SetTimer
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.channels import VIRTUAL_AGENT, Author, Channel, Choice, Principal
from interlock.vocabulary.ids import CustomerId, MessageId, ProposalId, RunId, StaffId
from interlock.vocabulary.interactions import (
    AskCustomer,
    CloseInteraction,
    EndForSilence,
    HandBack,
    HandedBack,
    InteractionEnded,
    InteractionReopened,
    MessagePosted,
    PostMessage,
    SilenceWarned,
    StartWrapUp,
    WarnSilence,
    WrappedUp,
    WrapUp,
    WrapUpStarted,
)
from interlock.vocabulary.journeys import HANDED_OVER, JourneyEnded, JourneyStarted, TakeTurn
from interlock.vocabulary.matters import MatterRecognised
from interlock.vocabulary.outcomes import OutcomeRecorded
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectSucceeded,
    ProposalJudged,
    Remedy,
    RemedyMet,
    Verdict,
)
from tests.interactions.given import (
    AGENT,
    AMARA,
    BOT,
    CUSTOMER,
    LEFT,
    NOW,
    OPENED,
    QUEUED,
    SETTINGS,
    STARTED,
    WITH_AMARA,
    I,
    P,
    S,
    message,
    when,
)

BACK = HandedBack(interaction=I, person=P, agent=AMARA)
WRAPPING = WrapUpStarted(interaction=I, person=P, agent=AMARA)
WRAPPED = WrappedUp(interaction=I, person=P, agent=AMARA, disposition="solved")
BEGUN = JourneyStarted(interaction=I, person=P, run=RunId("run_1"), journey="order_status", release="r_1")
DONE = JourneyEnded(interaction=I, person=P, run=RunId("run_1"), journey="order_status", outcome="told")
PROPOSAL = ProposalId("pr_1")

DISTRESS = MatterRecognised(
    interaction=I, person=P, message=MessageId("m_1"), matter="vulnerable", kind="self_harm", rule="self_harm"
)


def kinds(facts: Sequence[object]) -> list[type]:
    return [type(fact) for fact in facts]


def post(author: Author = AGENT) -> PostMessage:
    return PostMessage(interaction=I, message=MessageId("m_2"), author=author, text="Good morning")


def wrap_up(disposition: str = "solved") -> WrapUp:
    return WrapUp(interaction=I, agent=AMARA, disposition=disposition, note=" called back ")


def refused(given: Sequence[Event], command: object) -> str:
    with pytest.raises(Refused) as caught:
        when(given, command)  # type: ignore[arg-type]
    return caught.value.code


def test_an_agent_writes_while_he_has_the_interaction_and_only_he():
    (posted,) = when(WITH_AMARA, post())
    assert isinstance(posted, MessagePosted) and posted.author == AGENT
    assert refused(WITH_AMARA, post(Author(kind="agent", id="ben"))) == "not_your_interaction"
    assert refused((OPENED, STARTED), post()) == "not_your_interaction"
    assert refused((*WITH_AMARA, BACK), post()) == "not_your_interaction"
    assert refused((*WITH_AMARA, LEFT), post()) == "interaction_ended"
    assert refused((), post()) == "interaction_unknown"


def test_nobody_writes_in_the_name_of_a_customer_or_of_the_virtual_agent():
    assert refused(WITH_AMARA, post(CUSTOMER)) == "not_for_this_author"
    assert refused(WITH_AMARA, post(BOT)) == "not_for_this_author"


def test_handing_back_is_for_the_agent_who_has_it():
    assert when(WITH_AMARA, HandBack(interaction=I, agent=AMARA)) == [BACK]
    assert refused((*WITH_AMARA, BACK), HandBack(interaction=I, agent=AMARA)) == "not_your_interaction"
    assert refused((*WITH_AMARA, LEFT), HandBack(interaction=I, agent=AMARA)) == "interaction_ended"


def test_wrap_up_begins_once_and_for_who_had_it():
    assert when(WITH_AMARA, StartWrapUp(interaction=I, agent=AMARA)) == [WRAPPING]
    assert when((*WITH_AMARA, WRAPPING), StartWrapUp(interaction=I, agent=AMARA)) == []
    assert refused(WITH_AMARA, StartWrapUp(interaction=I, agent=StaffId("ben"))) == "not_your_interaction"


def test_a_disposition_ends_the_interaction_and_says_how_it_came_out():
    wrapping, wrapped, ended, outcome = when((*WITH_AMARA, BEGUN), wrap_up())
    assert wrapping == WRAPPING
    assert isinstance(wrapped, WrappedUp) and (wrapped.disposition, wrapped.note) == ("solved", "called back")
    assert isinstance(ended, InteractionEnded) and ended.reason == "wrapped_up"
    assert isinstance(outcome, OutcomeRecorded)
    assert (outcome.contained, outcome.resolution, outcome.journey) == (False, "resolved", "order_status")
    assert refused(WITH_AMARA, wrap_up("excellent")) == "disposition_unknown"
    assert when((*WITH_AMARA, WRAPPED, LEFT), wrap_up()) == []


def test_after_handing_back_a_disposition_leaves_the_interaction_open():
    assert kinds(when((*WITH_AMARA, BACK), wrap_up())) == [WrappedUp]


def test_a_disposition_after_the_customer_left_says_how_it_came_out():
    assert kinds(when((*WITH_AMARA, LEFT, WRAPPING), wrap_up())) == [WrappedUp, OutcomeRecorded]


def test_a_disposition_of_an_earlier_part_does_not_end_what_was_reopened():
    reopened = InteractionReopened(interaction=I, person=P, session=S)
    assert kinds(when((*WITH_AMARA, LEFT, WRAPPING, reopened), wrap_up())) == [WrappedUp]


def test_when_the_customer_leaves_the_agent_goes_into_wrap_up():
    assert when((*WITH_AMARA, LEFT), CloseInteraction(interaction=I)) == [WRAPPING]
    assert when((*WITH_AMARA, LEFT, WRAPPING), CloseInteraction(interaction=I)) == []


def test_an_end_without_a_person_is_contained_and_not_therefore_resolved():
    (outcome,) = when((OPENED, STARTED, BEGUN, DONE, LEFT), CloseInteraction(interaction=I))
    assert isinstance(outcome, OutcomeRecorded)
    assert (outcome.contained, outcome.resolution, outcome.detail) == (True, "unknown", "told")
    assert when((OPENED, STARTED, BEGUN, DONE, LEFT, outcome), CloseInteraction(interaction=I)) == []
    assert when((OPENED, STARTED), CloseInteraction(interaction=I)) == []


def test_a_silent_customer_is_asked_and_then_the_interaction_ends():
    said = (OPENED, STARTED, message(CUSTOMER), message(BOT))
    asked, warned = when(said, WarnSilence(interaction=I))
    assert isinstance(asked, MessagePosted) and asked.author.kind == "system"
    assert isinstance(warned, SilenceWarned)
    told, ended = when((*said, asked, warned), EndForSilence(interaction=I))
    assert isinstance(told, MessagePosted) and isinstance(ended, InteractionEnded) and ended.reason == "inactivity"
    assert when((*said, asked, warned, message(CUSTOMER)), EndForSilence(interaction=I)) == []
    assert when((*said, asked, warned, LEFT), EndForSilence(interaction=I)) == []


def test_who_waits_for_us_is_not_asked_whether_she_is_there_unless_she_waits_in_a_queue():
    assert when((*WITH_AMARA, message(CUSTOMER)), WarnSilence(interaction=I)) == []
    assert kinds(when((OPENED, STARTED, QUEUED, message(CUSTOMER)), WarnSilence(interaction=I)))[-1] is SilenceWarned


def test_when_everything_is_settled_the_interaction_ends_without_a_word():
    (ended,) = when((OPENED, STARTED, message(CUSTOMER), BEGUN, DONE, message(BOT)), WarnSilence(interaction=I))
    assert isinstance(ended, InteractionEnded) and ended.reason == "journey_ended"


def test_what_an_agent_hands_back_is_not_settled_by_the_journey_that_had_brought_it_to_him():
    handed_over = JourneyEnded(
        interaction=I, person=P, run=RunId("run_1"), journey="talk_to_human", outcome=HANDED_OVER
    )
    back = (OPENED, STARTED, message(CUSTOMER), BEGUN, *WITH_AMARA[2:], message(AGENT), BACK, message(BOT), handed_over)
    asked, warned = when(back, WarnSilence(interaction=I))
    assert isinstance(warned, SilenceWarned)
    *_, ended = when((*back, asked, warned), EndForSilence(interaction=I))
    assert isinstance(ended, InteractionEnded) and ended.reason == "inactivity"


def test_a_word_of_an_agent_after_the_warning_takes_it_back():
    warned = SilenceWarned(interaction=I, person=P)
    assert when((*WITH_AMARA, message(AGENT), warned, message(AGENT)), EndForSilence(interaction=I)) == []


def test_who_waits_for_an_approval_is_not_asked_either():
    waiting = (
        OPENED,
        STARTED,
        message(CUSTOMER),
        BEGUN,
        message(BOT),
        judged("needs", Remedy("approve", "supervisor")),
    )
    (ended,) = when(waiting, WarnSilence(interaction=I))
    assert isinstance(ended, InteractionEnded) and ended.reason == "inactivity"


def judged(verdict: Verdict, *needs: Remedy, principal: Principal = VIRTUAL_AGENT) -> ProposalJudged:
    return ProposalJudged(
        proposal=PROPOSAL,
        interaction=I,
        person=P,
        customer=CustomerId("c-1"),
        principal=principal,
        action="shop.refund_item",
        args_hash="h",
        verdict=verdict,
        policy="r_1",
        rulings=(),
        needs=needs,
        facts={},
        says="Refund €18.40 for Kettle to Visa ending 4242",
        shows=(Choice(value="€18.40", label="Amount"),),
    )


def proposed(run: str, principal: Principal = VIRTUAL_AGENT) -> ActionProposed:
    return ActionProposed(
        proposal=PROPOSAL,
        interaction=I,
        person=P,
        session=S,
        channel=Channel.CHAT,
        customer=CustomerId("c-1"),
        principal=principal,
        action="shop.refund_item",
        args={},
        args_hash="h",
        run=run,
    )


ASK = AskCustomer(interaction=I, proposal=PROPOSAL)
CONFIRMED = RemedyMet(
    proposal=PROPOSAL,
    interaction=I,
    person=P,
    remedy=Remedy("confirm"),
    by=Principal(kind="customer", id=P),
    args_hash="h",
    valid_until=NOW,
)
SUCCEEDED = EffectSucceeded(
    proposal=PROPOSAL, interaction=I, person=P, customer=CustomerId("c-1"), action="shop.refund_item", result={}
)


def test_a_confirmation_card_is_bound_to_the_arguments():
    given = (OPENED, STARTED, proposed("run_1"), judged("needs", Remedy("confirm")))
    (posted,) = when(given, ASK)
    assert isinstance(posted, MessagePosted) and posted.card is not None
    assert posted.author.kind == "virtual_agent"
    card = posted.card
    assert (card.kind, card.proposal, card.args_hash) == ("confirm", PROPOSAL, "h")
    assert card.title == "Refund €18.40 for Kettle to Visa ending 4242"
    assert card.lines == (Choice(value="€18.40", label="Amount"),)


def test_a_card_is_put_only_while_a_confirmation_is_what_is_needed_first():
    for last in (judged("allowed"), judged("denied"), judged("needs", Remedy("step_up", "2"), Remedy("confirm"))):
        assert when((OPENED, STARTED, proposed("run_1"), last), ASK) == []
    assert refused((OPENED, STARTED), ASK) == "proposal_unknown"


def test_the_card_for_an_agents_proposal_does_not_come_from_the_virtual_agent():
    agent = Principal(kind="agent", id=AMARA, roles=("agent",))
    given = (*WITH_AMARA, proposed("", agent), judged("needs", Remedy("confirm"), principal=agent))
    (posted,) = when(given, ASK)
    assert isinstance(posted, MessagePosted) and posted.author.kind == "system"


def test_what_she_confirmed_for_an_agent_gets_a_receipt_and_for_a_journey_it_tells_her_itself():
    needs = judged("needs", Remedy("confirm"))
    with_agent = (*WITH_AMARA, proposed(""), needs, CONFIRMED, judged("allowed"), SUCCEEDED)
    (posted,) = when(with_agent, ASK)
    assert isinstance(posted, MessagePosted) and posted.card is not None and posted.card.kind == "receipt"
    assert when((OPENED, STARTED, proposed("run_1"), needs, CONFIRMED, SUCCEEDED), ASK) == []
    assert when((*WITH_AMARA, proposed(""), judged("allowed"), SUCCEEDED), ASK) == []


def test_what_waits_for_its_time_is_told_by_the_journey_that_proposed_it_and_otherwise_by_the_card():
    until = {"wait:PT1H": NOW + timedelta(hours=1)}
    waits = msgspec.structs.replace(judged("needs", Remedy("wait", "PT1H")), waits=until)
    (by_journey,) = when((OPENED, STARTED, proposed("run_1"), waits), ASK)
    (by_card,) = when((*WITH_AMARA, proposed(""), waits), ASK)
    assert isinstance(by_journey, MessagePosted) and isinstance(by_card, MessagePosted)
    assert by_journey.card is not None and by_card.card is not None
    assert by_journey.card.kind == by_card.card.kind == "waiting"
    assert (by_journey.text, by_card.text) == ("", SETTINGS.texts.wait_ask)


def test_who_falls_silent_in_the_middle_of_a_matter_is_told_that_she_can_go_on_elsewhere():
    begun = (OPENED, STARTED, message(CUSTOMER), BEGUN, message(BOT))
    asked, offered, warned = when(begun, WarnSilence(interaction=I))
    assert isinstance(asked, MessagePosted) and isinstance(offered, MessagePosted) and isinstance(warned, SilenceWarned)
    assert "Go on elsewhere" in str(offered.text) and offered.author.kind == "system"
    calls = (OPENED, msgspec.structs.replace(STARTED, channel=Channel.VOICE), message(CUSTOMER), BEGUN, message(BOT))
    assert kinds(when(calls, WarnSilence(interaction=I))) == [MessagePosted, SilenceWarned]
    with_her = (*WITH_AMARA, BEGUN, message(CUSTOMER), message(AGENT))
    assert not [
        each for each in when(with_her, WarnSilence(interaction=I)) if "elsewhere" in str(getattr(each, "text", ""))
    ]


def test_silence_is_counted_from_the_last_word_and_a_notice_is_none():
    timers, *_ = subject(SETTINGS).timers
    (set_timer,) = timers(message(BOT), NOW)
    assert isinstance(set_timer, SetTimer)
    assert (set_timer.at, set_timer.command) == (NOW + timedelta(minutes=3), WarnSilence(interaction=I))
    assert timers(message(Author(kind="system")), NOW) == ()
    (then,) = timers(SilenceWarned(interaction=I, person=P), NOW)
    assert isinstance(then, SetTimer)
    assert (then.key, then.at) == (set_timer.key, NOW + timedelta(minutes=2))
    assert timers(LEFT, NOW) == (ClearTimer(set_timer.key),)


def test_a_customers_message_is_answered_and_nobody_elses():
    (react,) = subject(SETTINGS).reactions
    assert react(message(CUSTOMER)) == (TakeTurn(interaction=I, message=MessageId("m_1")),)
    assert react(message(BOT)) == react(message(AGENT)) == ()
    assert react(LEFT) == (CloseInteraction(interaction=I),)


def test_somebody_in_distress_is_not_asked_whether_she_is_there_and_has_a_day():
    said = (OPENED, STARTED, message(CUSTOMER), DISTRESS, message(BOT))
    (warned,) = when(said, WarnSilence(interaction=I))
    assert isinstance(warned, SilenceWarned) and warned.quiet
    (ended,) = when((*said, warned), EndForSilence(interaction=I))
    assert isinstance(ended, InteractionEnded) and ended.reason == "inactivity"
    timers, *_ = subject(SETTINGS).timers
    (then,) = timers(warned, NOW)
    assert isinstance(then, SetTimer) and then.at == NOW + timedelta(hours=24)
    assert when((*said, warned, message(CUSTOMER)), EndForSilence(interaction=I)) == []
    assert when((*said, QUEUED), WarnSilence(interaction=I)) == []
    assert when((*said, warned, QUEUED), EndForSilence(interaction=I)) == []
    assert when((*WITH_AMARA, DISTRESS, message(AGENT)), WarnSilence(interaction=I)) == []
