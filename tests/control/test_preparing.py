"""Done first, waited for, sent by a person, withdrawn: how are remedies met that are nobody's answer to a card?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from interlock.control import Bundle, load_bundle, preparing, remedies
from interlock.control.effects import succeeded
from interlock.control.met import Done
from interlock.control.proposals import fold
from interlock.control.subject import react, standing, subject
from interlock.control.timing import times
from interlock.kernel.deciders import SetTimer
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event
from interlock.vocabulary.calendars import Calendar, Opening
from interlock.vocabulary.channels import SYSTEM, VIRTUAL_AGENT, Principal
from interlock.vocabulary.ids import SessionId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined, AskCustomer, HandedBack
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectSucceeded,
    ExpireRemedy,
    JudgeProposal,
    ProposalJudged,
    Remedy,
    RemedyMet,
    RemedyRefused,
)
from interlock.vocabulary.remedies import DiscardDraft, EndWait, NoteDone, SendDraft, Withdraw
from tests.control.given import (
    AMARA,
    BEN,
    EVA,
    NOW,
    PR,
    SETTINGS,
    SOFIA,
    STARTED,
    I,
    P,
    S,
    after,
    decide,
    demo_files,
    euros,
    judged,
    order,
    proposed,
    recorded,
    remedy_met,
)

RULES = """
@id("zz.look-first") @remedy("do:shop.get_order") @reason("The order is looked at first.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "damaged" }
unless { context.met.done.contains("shop.get_order") };

@id("zz.cool-down") @remedy("wait:24h") @reason("What did not arrive is waited for a day longer.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "not_received" }
unless { context.met.waited.contains("24h") };

@id("zz.open") @remedy("wait:open") @reason("Only while somebody is there.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "wrong_item" && !context.time.open };

@id("zz.goodwill") @remedy("draft") @reason("A person sends what is goodwill.")
forbid (principal, action == Action::"shop.refund_item", resource)
when { context.args has reason && context.args.reason == "goodwill" }
unless { context.met.draft };

@id("zz.stubborn") @remedy("wait:1h") @reason("Never looks whether the hour is over.")
forbid (principal, action == Action::"shop.refund_item_plain", resource);
"""
OMAR = Principal(kind="agent", id="omar", roles=("supervisor",))
EVES = Principal(kind="customer", id=P, roles=("customer",))
HERS = AgentJoined(interaction=I, person=P, agent=StaffId("amara"), visit=VisitId("v_1"))
DAY = Calendar(
    timezone="UTC", weekly={"tuesday": (Opening(datetime(1, 1, 1, 9).time(), datetime(1, 1, 1, 17).time()),)}
)

Given = list[Event | tuple[Event, datetime]]


@cache
def strict() -> Bundle:
    return load_bundle(demo_files() | {"policies/zz.cedar": RULES}, "r2")


def refund(reason: str, proposal: str = PR, principal: Principal = VIRTUAL_AGENT, **more: Any) -> ActionProposed:
    args = {"order_id": "A-1042", "item_id": "i-1", "amount": euros(1840), "reason": reason}
    return proposed(args=args, proposal=proposal, principal=principal, bundle=strict(), **more)


def ask(of: ActionProposed, *met: str, **more: Any) -> ProposalJudged:
    return judged(of, *(remedy_met(of, each) for each in ("confirm", *met)), bundle=strict(), **more)


def waiting(of: ActionProposed, **more: Any) -> Given:
    """Proposed, confirmed, and waiting for what others do."""
    return [of, remedy_met(of, "confirm"), ask(of, **more)]


def looked_up() -> tuple[ActionProposed, EffectSucceeded]:
    of = proposed(action="shop.get_order", args={"order_id": "A-1042"}, proposal="pr_look", bundle=strict())
    state = fold(recorded(of, judged(of, bundle=strict())))
    return of, succeeded(state, strict().action("shop.get_order"), order())


def test_what_comes_first_is_named_and_asked_for_after_the_customer_s_part() -> None:
    of = refund("damaged")
    first = judged(of, bundle=strict())
    assert [str(each) for each in first.needs] == ["confirm", "do:shop.get_order"]
    assert list(react(ask(of))) == [AdvanceJourney(interaction=I, what="do_first", ref=PR)]
    assert ask(of, "do:shop.get_order").verdict == "allowed"


def test_an_action_that_succeeded_takes_every_proposal_on_that_waits_for_it() -> None:
    look, done = looked_up()
    control = subject(strict(), SETTINGS)
    (note,) = [command for reaction in control.reactions for command in reaction(done) if isinstance(command, NoteDone)]
    others = [refund("damaged", "pr_2"), refund("goodwill", "pr_3")]
    given = [*waiting(refund("damaged")), *waiting(others[0]), *waiting(others[1]), look, judged(look), done]
    met = decide(preparing.note_done(SETTINGS), note, given)
    assert [(each.proposal, str(each.remedy), each.by) for each in met if isinstance(each, RemedyMet)] == [
        (PR, "do:shop.get_order", VIRTUAL_AGENT),
        ("pr_2", "do:shop.get_order", VIRTUAL_AGENT),
    ]
    assert react(met[0]) == [JudgeProposal(proposal=PR)]


def test_what_was_done_for_somebody_else_takes_nothing_on() -> None:
    look, done = looked_up()
    command = NoteDone(interaction=I, action="shop.get_order", done=done.proposal)
    given = [*waiting(refund("damaged")), look, judged(look), msgspec.structs.replace(done, customer="c-117")]
    assert decide(preparing.note_done(SETTINGS), command, given) == []
    with pytest.raises(Refused, match="not_done"):
        decide(preparing.note_done(SETTINGS), command, [*waiting(refund("damaged")), look, judged(look)])


def test_what_was_done_before_anybody_asked_counts_for_a_day_and_for_this_customer() -> None:
    of = refund("damaged")
    done = Done("shop.get_order", EVA, NOW, AMARA)
    assert ask(of, done=[done]).verdict == "allowed"
    assert ask(of, done=[done]).facts["met"][-1] == {
        "remedy": "do:shop.get_order",
        "at": NOW.isoformat().replace("+00:00", "Z"),
        "by": "amara",
        "kind": "agent",
    }
    assert ask(of, done=[done._replace(customer=strict().release)]).verdict == "needs"
    assert ask(of, done=[done._replace(at=after(hours=-25))]).verdict == "needs"


def test_no_rule_that_asks_for_something_first_makes_no_extra_work() -> None:
    _, done = looked_up()
    quiet = subject(load_bundle(demo_files(), "r1"), SETTINGS)
    assert not any(isinstance(each, NoteDone) for reaction in quiet.reactions for each in reaction(done))


def test_a_wait_is_over_by_itself_and_judged_again_then() -> None:
    of = refund("not_received")
    asked = ask(of)
    assert asked.waits == {"wait:24h": after(hours=24)}
    assert react(asked) == [
        AskCustomer(interaction=I, proposal=PR),
        AdvanceJourney(interaction=I, what="waiting", ref=PR),
    ]
    (timers,) = subject(strict(), SETTINGS).timers
    end = EndWait(proposal=PR, remedy=Remedy("wait", "24h"))
    assert timers(asked, NOW) == [SetTimer(f"remedy:{PR}", after(hours=24), end)]
    (over,) = decide(preparing.end_wait(SETTINGS), end, waiting(of), now=after(hours=24))
    assert isinstance(over, RemedyMet)
    assert over.by == SYSTEM
    assert ask(of, "wait:24h", now=after(minutes=10)).verdict == "allowed"
    assert decide(preparing.end_wait(SETTINGS), end, [*waiting(of), over]) == []


def test_what_the_customer_gave_outlasts_the_wait() -> None:
    of = refund("not_received")
    confirm = remedies.answer_confirmation(SETTINGS)
    command = remedies.AnswerConfirmation(proposal=PR, session=S, args_hash=of.args_hash, yes=True)
    (met,) = decide(confirm, command, [of, judged(of, bundle=strict())])
    assert isinstance(met, RemedyMet)
    assert met.valid_until > after(hours=24, minutes=30)


def test_business_hours_are_waited_for_and_recorded() -> None:
    of = refund("wrong_item")
    night = times(NOW, hours=DAY, proposed_at=NOW)  # a Monday
    asked = ask(of, when=night)
    assert asked.waits == {"wait:open": datetime.fromisoformat("2026-03-03T09:00:00+00:00")}
    assert asked.facts["time"] == {
        "now_s": 1772445600, "hour": 10, "weekday": 1, "open": False, "opens_s": 1772528400, "proposed_s": 1772445600
    }  # fmt: skip
    assert ask(of, when=times(after(hours=24), hours=DAY)).verdict == "allowed"


def test_a_wait_that_would_cure_nothing_is_a_denial_and_no_endless_loop() -> None:
    plain = proposed(action="shop.refund_item_plain", bundle=strict())
    assert ask(plain).verdict == "needs"
    assert ask(plain, now=after(hours=1)).verdict == "denied"
    closed_for_good = times(NOW, hours=Calendar(timezone="UTC", weekly={}))
    assert ask(refund("wrong_item"), when=closed_for_good).verdict == "denied"


@pytest.mark.parametrize("by", [AMARA, OMAR])
def test_a_draft_is_sent_by_who_has_the_interaction_or_has_the_role(by: Principal) -> None:
    of = refund("goodwill")
    given = [STARTED, HERS, *waiting(of)]
    send = SendDraft(proposal=PR, interaction=I, by=by, args_hash=of.args_hash)
    (met,) = decide(preparing.send_draft(SETTINGS), send, given)
    assert isinstance(met, RemedyMet)
    assert (met.by, str(met.remedy)) == (by, "draft")
    assert decide(preparing.send_draft(SETTINGS), send, [*given, met]) == []
    with pytest.raises(Refused, match="already_answered"):
        decide(preparing.send_draft(SETTINGS), msgspec.structs.replace(send, by=SOFIA), [*given, met])
    assert ask(of, "draft").verdict == "allowed"


@pytest.mark.parametrize(
    ("given", "changes", "code"),
    [
        ((), {}, "not_handling"),
        ((HERS, HandedBack(interaction=I, person=P, agent=StaffId("amara"))), {}, "not_handling"),
        ((HERS,), {"by": BEN}, "not_handling"),
        ((HERS,), {"by": VIRTUAL_AGENT}, "not_a_person"),
        ((HERS,), {"args_hash": "0" * 64}, "args_changed"),
        ((HERS,), {"interaction": "i_9"}, "proposal_unknown"),
    ],
)
def test_a_draft_that_is_not_one_s_to_send_stays(given: Sequence[Event], changes: dict[str, Any], code: str) -> None:
    of = refund("goodwill")
    send = msgspec.structs.replace(SendDraft(proposal=PR, interaction=I, by=AMARA, args_hash=of.args_hash), **changes)
    with pytest.raises(Refused, match=code):
        decide(preparing.send_draft(SETTINGS), send, [STARTED, *given, *waiting(of)])


def test_a_draft_can_be_discarded_with_reasons_and_the_journey_hears_it() -> None:
    of = refund("goodwill")
    given = [STARTED, HERS, *waiting(of)]
    command = DiscardDraft(
        proposal=PR, interaction=I, by=AMARA, customer_reason="We sent you a voucher.", file_reason="Voucher instead."
    )
    (refused,) = decide(preparing.discard_draft(SETTINGS), command, given)
    assert isinstance(refused, RemedyRefused)
    assert (refused.how, refused.customer_reason) == ("discarded", "We sent you a voucher.")
    assert list(react(refused)) == [AdvanceJourney(interaction=I, what="draft_discarded", ref=PR)]
    with pytest.raises(Refused, match="bad_reason"):
        decide(preparing.discard_draft(SETTINGS), msgspec.structs.replace(command, file_reason=""), given)
    with pytest.raises(Refused, match="already_answered"):
        send = SendDraft(proposal=PR, interaction=I, by=AMARA, args_hash=of.args_hash)
        decide(preparing.send_draft(SETTINGS), send, [*given, refused])


def test_a_waiting_proposal_is_withdrawn_by_its_customer_its_proposer_or_who_has_it() -> None:
    of = refund("not_received")
    given = [STARTED, HERS, *waiting(of)]
    hers = Withdraw(proposal=PR, interaction=I, by=EVES, session=S)
    for command in (hers, msgspec.structs.replace(hers, by=AMARA, session=SessionId(""))):
        (refused,) = decide(preparing.withdraw(), command, given)
        assert isinstance(refused, RemedyRefused)
        assert refused.how == "withdrawn"
        assert list(react(refused)) == [AdvanceJourney(interaction=I, what="declined", ref=PR)]
        assert decide(preparing.withdraw(), command, [*given, refused]) == []
    own = refund("not_received", principal=BEN)
    assert decide(preparing.withdraw(), Withdraw(proposal=PR, interaction=I, by=BEN), [STARTED, *waiting(own)])


def test_nobody_else_withdraws_and_nothing_is_withdrawn_that_is_decided() -> None:
    of = refund("not_received")
    given = [STARTED, HERS, *waiting(of)]
    with pytest.raises(Refused, match="not_yours"):
        decide(preparing.withdraw(), Withdraw(proposal=PR, interaction=I, by=BEN), given)
    with pytest.raises(Refused, match="proposal_unknown"):
        decide(preparing.withdraw(), Withdraw(proposal=PR, interaction=I, by=EVES, session=SessionId("s_2")), given)
    allowed = ask(of, "wait:24h", now=after(minutes=1))
    with pytest.raises(Refused, match="too_late"):
        decide(preparing.withdraw(), Withdraw(proposal=PR, interaction=I, by=AMARA), [*given, allowed])


def test_what_nobody_does_or_sends_in_time_ends_the_proposal() -> None:
    for reason, remedy in (("damaged", Remedy("do", "shop.get_order")), ("goodwill", Remedy("draft"))):
        (refused,) = decide(remedies.expire_remedy(), ExpireRemedy(proposal=PR, remedy=remedy), waiting(refund(reason)))
        assert list(react(refused)) == [AdvanceJourney(interaction=I, what="not_in_time", ref=PR)]


def test_a_journey_that_looks_again_hears_how_its_proposal_stands() -> None:
    of = refund("damaged")
    waits = waiting(of)

    def news(*facts: Event) -> str:
        return standing(fold(recorded(*waits, *facts)))

    assert news() == "do_first"
    assert news(remedy_met(of, "do:shop.get_order")) == ""
    allowed = ask(of, "do:shop.get_order")
    assert news(allowed) == ""
    done = succeeded(fold(recorded(of, allowed)), strict().action("shop.refund_item"), {})
    assert news(allowed, done) == "succeeded"
    withdrawn = decide(preparing.withdraw(), Withdraw(proposal=PR, interaction=I, by=EVES, session=S), waits)
    assert news(*withdrawn) == "declined"


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ('@remedy("do:shop.get_ordr") {head} unless {{ true }}', "shop.get_ordr", "did you mean 'do:shop.get_order'?"),
        ('@remedy("do:shop.get_order") {head}', "never looks whether", 'context.met.done.contains("shop.get_order")'),
        ('@remedy("do:shop.refund_item") {head} unless {{ context.met.done.isEmpty() }}', "before itself", "comes first"),
        ('@remedy("draft") {head}', "never looks whether", "context.met.draft"),
        ('@remedy("draft:agent") {head}', "'draft:agent' is no remedy", 'write "draft" alone'),
        ('@remedy("do") {head}', "'do' is no remedy", "do:shop.check_stock"),
        ('@remedy("wait:24") {head}', "'wait:24'", "write its unit: 24s, 24m, 24h or 24d"),
        ('@remedy("wait:91d") {head}', "'wait:91d'", "at most 90 days"),
        ('@remedy("wait:opne") {head}', "'wait:opne'", "wait:open"),
        ('@remedy("wait:context.facts.free_at") {head}', "no fact 'free_at'", "declare it in the manifest"),
        ('@remedy("wait:context.time.now_s") {head}', "'wait:context.time.now_s'", "path of a fact"),
        ('@remedy("aprove:supervisor") {head}', "'aprove:supervisor'", "did you mean 'approve'?"),
    ],
)  # fmt: skip
def test_a_remedy_that_cannot_be_met_is_told_with_its_mend(text: str, what: str, mend: str) -> None:
    head = 'forbid (principal, action == Action::"shop.refund_item", resource)'
    rule = f'@id("zz.rule") @reason("Because.") {text.format(head=head)};'

    with pytest.raises(DefinitionError) as found:
        load_bundle(demo_files() | {"policies/zz.cedar": rule}, "r2")
    (told, *_) = [str(each) for each in found.value.problems]
    assert what in told and mend in told
