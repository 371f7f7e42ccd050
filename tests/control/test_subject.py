"""What follows from the gate's facts, and does a whole proposal go the way that the story tells?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pytest

from interlock.control import EffectSettings, effects, subject
from interlock.control.approvals import Approvals, approvals_view
from interlock.control.approvals_document import Words, approvals_document, proposals_shown
from interlock.control.proposals import fold
from interlock.control.subject import react
from interlock.kernel.deciders import ClearTimer, SetTimer
from interlock.kernel.events import Command, Event
from interlock.vocabulary.assurance import Level
from interlock.vocabulary.catalogue import COMMANDS
from interlock.vocabulary.channels import VIRTUAL_AGENT, Principal
from interlock.vocabulary.ids import ChallengeId
from interlock.vocabulary.interactions import AskCustomer
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.people import (
    AnswerChallenge,
    ChallengeFailed,
    ChallengeIssued,
    ChallengePassed,
    IssueChallenge,
)
from interlock.vocabulary.proposals import (
    ActionProposed,
    AnswerConfirmation,
    Approve,
    EffectFailed,
    EffectUnknown,
    ExpireRemedy,
    JudgeProposal,
    MeetStepUp,
    PerformEffect,
    ProposalJudged,
    RefuseStepUp,
    Reject,
    Remedy,
    RemedyMet,
    RemedyRefused,
    ResolveUnknown,
)
from interlock.vocabulary.switches import ReleaseSwitch, ThrowSwitch
from tests.control.given import (
    AMARA,
    NOW,
    PR,
    SETTINGS,
    SOFIA,
    I,
    P,
    S,
    after,
    decide,
    demo,
    judged,
    order,
    proposed,
    recorded,
    remedy_met,
)

CONTROL = subject(demo(), SETTINGS)
(TIMERS,) = CONTROL.timers
CUSTOMER = Principal(kind="customer", id=P, roles=("customer",))
SMALL, LARGE = proposed(1840), proposed(42_000)


def handle(command: Command, given: Sequence[Event | tuple[Event, datetime]], now: datetime = NOW) -> Sequence[Event]:
    (decider,) = [each for each in CONTROL.deciders if each.command is type(command)]
    return decide(decider, command, given, now)


def advance(what: str) -> list[Command]:
    return [AdvanceJourney(interaction=I, what=what, ref=PR)]


def refusal(remedy: str, how: Any) -> RemedyRefused:
    kind, _, argument = remedy.partition(":")
    return RemedyRefused(
        proposal=PR,
        interaction=I,
        person=P,
        remedy=Remedy(kind, argument),  # type: ignore[arg-type]
        by=CUSTOMER,
        how=how,
    )


def challenge(kind: type[Any], proposal: str = PR, **more: Any) -> Event:
    given = {"challenge": "ch_1", "interaction": I, "person": P, "session": S, "proposal": proposal, **more}
    event: Event = kind(**given)
    return event


def test_control_answers_every_command_about_proposals_that_needs_no_io() -> None:
    assert {each.command for each in CONTROL.deciders} >= {
        AnswerConfirmation,
        Approve,
        Reject,
        ResolveUnknown,
        AnswerChallenge,
        ThrowSwitch,
        ReleaseSwitch,
    }
    assert len({each.command for each in CONTROL.deciders}) == len(CONTROL.deciders)


def test_a_proposal_is_judged_and_judged_again_when_a_remedy_is_met() -> None:
    assert react(SMALL) == [JudgeProposal(proposal=PR)]
    assert react(remedy_met(SMALL, "confirm")) == [JudgeProposal(proposal=PR)]


def test_the_first_remedy_that_is_needed_is_asked_for() -> None:
    code, yes = remedy_met(LARGE, "step_up:2"), remedy_met(LARGE, "confirm")
    assert react(judged(LARGE)) == [
        IssueChallenge(interaction=I, level=Level.ONE_FACTOR, proposal=PR, asked_by=VIRTUAL_AGENT)
    ]
    assert react(judged(LARGE, code)) == [AskCustomer(interaction=I, proposal=PR)]
    assert react(judged(LARGE, code, yes)) == advance("approval_pending")
    assert react(judged(LARGE, code, yes, remedy_met(LARGE, "approve:supervisor"))) == [PerformEffect(proposal=PR)]
    assert react(judged(LARGE, missing=True)) == advance("denied")
    assert react(judged(LARGE, failure="the shop did not answer")) == advance("unavailable")


def test_an_agent_s_proposal_leaves_the_journey_alone_but_asks_the_customer() -> None:
    own = proposed(42_000, principal=AMARA)
    cures = [remedy_met(own, "step_up:2"), remedy_met(own, "confirm")]
    assert react(judged(own, missing=True)) == []
    assert react(judged(own, *cures)) == []
    assert isinstance(react(judged(own))[0], IssueChallenge)
    assert isinstance(react(judged(own, cures[0]))[0], AskCustomer)


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (refusal("confirm", "declined"), "declined"),
        (refusal("confirm", "expired"), "declined"),
        (refusal("step_up:2", "failed"), "verification_failed"),
        (refusal("step_up:2", "expired"), "verification_failed"),
        (refusal("approve:supervisor", "rejected"), "approval_rejected"),
        (refusal("approve:supervisor", "expired"), "approval_expired"),
        (EffectUnknown(proposal=PR, interaction=I, person=P, attempt=1, reason="?"), "outcome_unknown"),
    ],
)
def test_the_journey_goes_on_by_the_branch_that_fits(event: Event, what: str) -> None:
    assert list(react(event)) == advance(what)


def test_an_outcome_tells_the_journey_whether_the_system_refused_or_was_down() -> None:
    state = fold(recorded(SMALL, judged(SMALL, remedy_met(SMALL, "confirm"))))
    assert react(effects.succeeded(state, demo().action("shop.refund_item"), {})) == advance("succeeded")
    assert react(effects.failed(state, "no", "No.")) == advance("failed")
    assert react(effects.failed(state, "down", "Down.", unavailable=True)) == advance("unavailable")


def test_a_challenge_that_ends_is_told_to_its_proposal() -> None:
    more = {"channel": "chat", "customer": "c-104", "level": Level.ONE_FACTOR}
    assert react(challenge(ChallengePassed, **more)) == [MeetStepUp(proposal=PR, level=2, by=CUSTOMER)]
    assert react(challenge(ChallengePassed, "", **more)) == []
    assert react(challenge(ChallengeFailed, why="wrong", attempts_left=1)) == []
    for why in ("locked", "expired"):
        (command,) = react(challenge(ChallengeFailed, why=why, attempts_left=0))
        assert isinstance(command, RefuseStepUp)
    assert react(challenge(ChallengeFailed, "", why="locked", attempts_left=0)) == []


def test_commands_that_wait_are_known_and_hold_nothing_personal() -> None:
    for event in (SMALL, judged(SMALL), judged(LARGE), refusal("confirm", "declined")):
        for command in react(event):
            assert COMMANDS.named(type(command).__name__) is type(command)
            assert b"Refund" not in msgspec.json.encode(command)


def test_a_proposal_that_waits_has_one_timer_for_what_it_waits_for() -> None:
    key = f"remedy:{PR}"
    code = Remedy("step_up", "2")
    assert TIMERS(judged(LARGE), NOW) == [SetTimer(key, after(minutes=15), ExpireRemedy(proposal=PR, remedy=code))]
    waiting = judged(LARGE, remedy_met(LARGE, "step_up:2"), remedy_met(LARGE, "confirm"))
    (timer,) = TIMERS(waiting, NOW)
    assert isinstance(timer, SetTimer)
    assert timer.at == after(hours=72)
    for over in (remedy_met(LARGE, "confirm"), refusal("confirm", "declined"), judged(LARGE, missing=True)):
        assert TIMERS(over, NOW) == [ClearTimer(key)]
    issued = ChallengeIssued(
        challenge=ChallengeId("ch_1"),
        interaction=I,
        person=P,
        session=S,
        channel=SMALL.channel,
        customer=SMALL.customer,
        level=Level.ONE_FACTOR,
        proposal=PR,
        asked_by=VIRTUAL_AGENT,
        code_digest="x",
        masked_destination="e•••@example.com",
        expires_at=after(minutes=10),
    )
    assert TIMERS(issued, NOW) == [SetTimer(key, after(minutes=10), ExpireRemedy(proposal=PR, remedy=code))]
    assert TIMERS(SMALL, NOW) == []


class Story:
    """One large refund, step by step, each fact with its time."""

    def __init__(self) -> None:
        self.facts: list[tuple[Event, datetime]] = [(LARGE, NOW)]
        self.now = NOW

    def judge(self) -> ProposalJudged:
        state = fold(recorded(*self.facts))
        assert state.judgeable
        answer = judged(LARGE, *[each.event for each in state.met], now=self.now)
        self.facts.append((answer, self.now))
        return answer

    def do(self, command: Command) -> Event:
        (fact,) = handle(command, self.facts, self.now)
        self.facts.append((fact, self.now))
        return fact


def large_refund_waits_for_a_supervisor() -> Story:
    story = Story()
    assert story.judge().needs[0] == Remedy("step_up", "2")
    story.do(MeetStepUp(proposal=PR, level=2, by=CUSTOMER))
    assert story.judge().needs[0] == Remedy("confirm")
    story.do(AnswerConfirmation(proposal=PR, session=S, args_hash=LARGE.args_hash, yes=True))
    assert story.judge().needs == (Remedy("approve", "supervisor"),)
    story.now = after(hours=5)
    return story


def test_the_same_frozen_proposal_is_judged_again_hours_later_and_runs_once() -> None:
    story = large_refund_waits_for_a_supervisor()
    story.do(Approve(proposal=PR, by=SOFIA, args_hash=LARGE.args_hash))
    answer = story.judge()
    assert (answer.verdict, answer.args_hash) == ("allowed", LARGE.args_hash)
    state = fold(recorded(*story.facts))
    assert not state.judgeable
    action, quick = demo().action("shop.refund_item"), EffectSettings()
    begun = effects.start(state, story.now, quick)
    done = effects.succeeded(state, action, {"amount": {"amount": 42_000, "currency": "EUR"}})
    over = fold(recorded(*story.facts, begun, done))
    assert effects.next_step(over, action, after(days=9), quick) == effects.DONE


def test_what_became_false_meanwhile_is_denied_although_it_was_approved() -> None:
    story = large_refund_waits_for_a_supervisor()
    approved = story.do(Approve(proposal=PR, by=SOFIA, args_hash=LARGE.args_hash))
    assert isinstance(approved, RemedyMet)
    met = [each.event for each in fold(recorded(*story.facts)).met]
    answer = judged(LARGE, *met, record=order(left=100), now=story.now)
    assert answer.verdict == "denied"
    assert [each.rule for each in answer.rulings] == ["refund.remainder"]


VIEW = approvals_view(SETTINGS)


def view_of(facts: Sequence[Event | tuple[Event, datetime]]) -> Approvals:
    view = VIEW.initial()
    for each in recorded(*facts):
        view = VIEW.fold(view, each)
    return view


def document(facts: Sequence[Event | tuple[Event, datetime]]) -> dict[str, Any]:
    view = view_of(facts)
    words = {PR: Words("Refund €420.00 for Copper kettle", "Eva L.", "Third in a month.")}
    assert set(proposals_shown(view)) <= {PR}
    return approvals_document(view, demo(), words)


def test_a_supervisor_sees_what_waits_for_him_with_why_and_what_was_done_already() -> None:
    story = large_refund_waits_for_a_supervisor()
    (line,) = document(story.facts)["waiting"]
    assert (line["proposal"], line["title"], line["says"]) == (PR, "Refund an item", "Refund €420.00 for Copper kettle")
    assert line["amount"] == {"amount": 42_000, "currency": "EUR", "text": "€420.00"}
    assert (line["role"], line["args_hash"]) == ("supervisor", LARGE.args_hash)
    assert [each["rule"] for each in line["rulings"]] == ["refund.supervisor"]
    assert [each["remedy"] for each in line["met"]] == ["step_up:2", "confirm"]
    assert {"name": "refundable_remainder", "value": "€500.00", "at": "2026-03-02T10:00:00Z"} in line["facts"]
    assert line["expires_at"] == "2026-03-05T10:00:00Z"


def test_only_what_waits_for_an_approver_now_is_shown() -> None:
    assert document([SMALL, judged(SMALL)])["waiting"] == []
    assert document([LARGE, judged(LARGE)])["waiting"] == []


def test_what_was_decided_is_shown_by_whom_and_how() -> None:
    story = large_refund_waits_for_a_supervisor()
    approved = story.do(Approve(proposal=PR, by=SOFIA, args_hash=LARGE.args_hash))
    (line,) = document(story.facts)["decided"]
    assert (line["how"], line["by"], document(story.facts)["waiting"]) == (
        "approved",
        {"kind": "agent", "name": "sofia"},
        [],
    )
    assert isinstance(approved, RemedyMet)
    other = large_refund_waits_for_a_supervisor()
    other.do(Reject(proposal=PR, by=SOFIA, customer_reason="A photo, please.", file_reason="Third in a month."))
    (line,) = document(other.facts)["decided"]
    assert (line["how"], line["customer_reason"], line["file_reason"]) == (
        "rejected",
        "A photo, please.",
        "Third in a month.",
    )


def test_an_outcome_that_nobody_knows_is_shown_until_somebody_does() -> None:
    allowed = judged(SMALL, remedy_met(SMALL, "confirm"))
    lost = EffectUnknown(proposal=PR, interaction=I, person=P, attempt=1, reason="No answer.")
    (line,) = document([SMALL, allowed, lost])["unknown"]
    assert (line["reason"], line["amount"]["amount"]) == ("No answer.", 1840)
    (fact,) = handle(ResolveUnknown(proposal=PR, by=SOFIA, happened=False, note="Not there."), [SMALL, allowed, lost])
    assert isinstance(fact, EffectFailed)
    settled = document([SMALL, allowed, lost, fact])
    assert settled["unknown"] == []
    assert settled["decided"][0]["how"] == "did_not_happen"


def test_the_view_holds_nothing_personal_and_forgets_what_is_over() -> None:
    story = large_refund_waits_for_a_supervisor()
    assert b"kettle" not in msgspec.json.encode(view_of(story.facts))
    done = effects.failed(fold(recorded(SMALL, judged(SMALL, remedy_met(SMALL, "confirm")))), "no", "No.")
    assert view_of([SMALL, judged(SMALL), judged(SMALL, remedy_met(SMALL, "confirm")), done]) == Approvals()


def test_proposed_actions_are_frozen() -> None:
    assert isinstance(SMALL, ActionProposed)
    with pytest.raises(AttributeError):
        SMALL.action = "shop.get_order"  # type: ignore[misc]
