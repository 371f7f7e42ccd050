"""Who may promise what, what does a promise let through, and is it kept once, or broken?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from interlock.control import load_bundle
from interlock.control.facts import Promised
from interlock.control.honouring import CLOSED, promised
from interlock.control.judgement import judge
from interlock.control.ledgers import postings
from interlock.control.met import met
from interlock.control.past import Past, past_of, windows_of
from interlock.control.promises import break_promise, keep_promises, make_promise
from interlock.control.proposals import fold
from interlock.control.replay import again, past_judgement
from interlock.control.subject import subject
from interlock.kernel.documents import DefinitionError
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, sealed_fields
from interlock.kernel.log import Total
from interlock.vocabulary.channels import VIRTUAL_AGENT, Principal
from interlock.vocabulary.ids import InteractionId, PromiseId, StaffId, VisitId
from interlock.vocabulary.interactions import AgentJoined
from interlock.vocabulary.journeys import AdvanceJourney
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import (
    BreakPromise,
    KeepPromises,
    MakePromise,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseRefused,
    PromiseWanted,
)
from interlock.vocabulary.proposals import EffectSucceeded, ProposalJudged
from tests.control.given import (
    AMARA,
    EVA,
    MATCHED,
    NOW,
    PR,
    SETTINGS,
    SOFIA,
    STARTED,
    I,
    P,
    after,
    decide,
    demo,
    demo_files,
    proposed,
    recorded,
    remedy_met,
)
from tests.control.test_ledgers import facts_of

SPECS = demo().promises
PM = PromiseId("pm_1")
MADE = PromiseMade(
    promise=PM,
    kind="late_refund",
    interaction=I,
    person=P,
    customer=EVA,
    by=AMARA,
    source="agent",
    about="A-1042",
    value=Money(2000, "EUR"),
    valid_until=NOW + timedelta(days=14),
    words="We refund it nevertheless.",
)
HAS_IT = AgentJoined(interaction=I, person=P, agent=StaffId("amara"), visit=VisitId("v_1"))
OUT_OF_GUARANTEE = int(NOW.timestamp()) - 1


def make(by: Principal = AMARA, cents: int = 2000, *before: Event, **changes: Any) -> Sequence[Event]:
    wish = MakePromise(
        promise=PM, kind="late_refund", interaction=I, by=by, about="A-1042", value=Money(cents, "EUR"), days=14
    )
    command = msgspec.structs.replace(wish, words="We refund it nevertheless.", **changes)
    joined = msgspec.structs.replace(HAS_IT, agent=StaffId(by.id))
    return decide(make_promise(demo()), command, before or [STARTED, MATCHED, joined])


def test_a_promise_says_who_promised_what_to_whom_until_when_and_its_words_are_sealed() -> None:
    assert make() == (MADE,)
    assert "words" in sealed_fields(PromiseMade) and "words" in sealed_fields(PromiseWanted)
    assert make(AMARA, 2000, STARTED, MATCHED, HAS_IT, MADE) == (), "the same again changes nothing"
    assert make(about=" a-1042 ") == (MADE,), "what it is about is read as the action reads it"
    (as_long_as_it_may,) = make(days=0)
    assert isinstance(as_long_as_it_may, PromiseMade)
    assert as_long_as_it_may.valid_until == NOW + SPECS["late_refund"].valid


def test_each_role_promises_up_to_its_own_amount() -> None:
    assert make(AMARA, 5000) and make(SOFIA, 20_000)
    for by, cents in ((AMARA, 5001), (SOFIA, 20_001)):
        with pytest.raises(Refused, match="beyond_authority"):
            make(by, cents)
    with pytest.raises(Refused, match="role_missing"):
        make(Principal(kind="agent", id="x", roles=("admin",)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "late_refnd"}, "promise_unknown"),
        ({"value": None}, "bad_value"),
        ({"value": Money(2000, "USD")}, "bad_value"),
        ({"about": ""}, "bad_about"),
        ({"about": "my kettle"}, "bad_about"),
        ({"days": 31}, "bad_days"),
        ({"words": "x" * 1001}, "bad_words"),
    ],
)
def test_what_is_no_promise_is_told_with_what_is(changes: dict[str, Any], code: str) -> None:
    wish = MakePromise(
        promise=PM, kind="late_refund", interaction=I, by=AMARA, about="A-1042", value=Money(1, "EUR"), days=1
    )
    with pytest.raises(Refused, match=code):
        decide(make_promise(demo()), msgspec.structs.replace(wish, **changes), [STARTED, MATCHED, HAS_IT])


def test_nothing_is_promised_to_nobody_by_somebody_else_or_twice() -> None:
    with pytest.raises(Refused, match="not_handling"):
        make(SOFIA, 2000, STARTED, MATCHED, HAS_IT)
    with pytest.raises(Refused, match="nobody_matched"):
        make(AMARA, 2000, STARTED, HAS_IT)
    with pytest.raises(Refused, match="promised_already"):
        make(AMARA, 2000, STARTED, MATCHED, HAS_IT, msgspec.structs.replace(MADE, promise=PromiseId("pm_0")))
    kept = PromiseKept(promise=PromiseId("pm_0"), interaction=I, customer=EVA, proposal=PR)
    assert make(AMARA, 2000, STARTED, MATCHED, HAS_IT, msgspec.structs.replace(MADE, promise=PromiseId("pm_0")), kept)


def test_a_journey_is_answered_whatever_the_answer_is_and_no_due_command_holds_its_words() -> None:
    wanted = PromiseWanted(
        promise=PM,
        kind="late_refund",
        interaction=I,
        person=P,
        about="A-1042",
        value=Money(1000, "EUR"),
        days=14,
        words="We refund it nevertheless.",
    )
    reactions = subject(demo(), SETTINGS).reactions

    def follows(event: Event) -> list[Any]:
        return [command for reaction in reactions for command in reaction(event)]

    (wish,) = follows(wanted)
    assert isinstance(wish, MakePromise) and (wish.by, wish.words) == (VIRTUAL_AGENT, "")
    (made,) = decide(make_promise(demo()), wish, [STARTED, MATCHED, wanted])
    assert isinstance(made, PromiseMade) and (made.source, made.words) == ("journey", wanted.words)
    assert follows(made) == [AdvanceJourney(interaction=I, what="succeeded", ref=PM)]
    too_much = msgspec.structs.replace(wish, value=Money(1001, "EUR"))
    (refused,) = decide(make_promise(demo()), too_much, [STARTED, MATCHED, wanted])
    assert isinstance(refused, PromiseRefused) and "up to" in refused.reason
    assert follows(refused) == [AdvanceJourney(interaction=I, what="denied", ref=PM)]


def seen(past: Past = Past(), now: datetime = NOW, **args: Any) -> dict[str, Any]:  # noqa: B008  never written to
    refund = proposed()
    changed = msgspec.structs.replace(refund, args={**refund.args, **args})
    return promised(SPECS, changed, [Promised(MADE, NOW)], past, now)["late_refund"]


def test_a_promise_is_seen_by_what_it_is_about_while_it_holds_and_nobody_honours_it() -> None:
    held = {"open": True, "amount": 2000, "until_s": int(MADE.valid_until.timestamp())}
    assert seen() == held
    assert seen(order_id="A-1043") == CLOSED
    assert seen(now=MADE.valid_until) == CLOSED
    assert seen(Past(promised={"late_refund": Total(1, in_flight=("pr_0",))})) == CLOSED
    at_once, before = NOW + timedelta(milliseconds=1), NOW - timedelta(milliseconds=1)
    assert seen(Past(promised={"late_refund": Total(1, 1, at_once)}), after(minutes=5)) == CLOSED
    earlier = Past(promised={"late_refund": Total(1, 1, before)})
    assert seen(earlier, after(minutes=5)) == held, "what was done before it was promised does not count"
    assert promised(SPECS, proposed(), [], Past(), NOW) == dict.fromkeys(SPECS, CLOSED)


NO_LINES = Total()


def judged_with(promises: Sequence[Promised], total: Total = NO_LINES, cents: int = 1840) -> ProposalJudged:
    """A refund after the guarantee, to which the customer has agreed."""
    refund = proposed(cents)
    facts = facts_of(refund, EVA)
    facts = facts._replace(
        promises=tuple(promises),
        missing={},
        facts={"refundable_remainder": 50_000, "address_settled_s": 0, "guarantee_ends_s": OUT_OF_GUARANTEE},
        words={**facts.words, "item": {"name": "Kettle"}},
    )
    ledgers, subjects = demo().ledgers_of(refund.action), demo().subjects(refund, facts, SETTINGS.secret)
    assert [one.ledger for one in windows_of(ledgers, subjects, PR, NOW)][-1] == "promise.late_refund"
    totals = {("promise.late_refund", subjects["promise.late_refund"]): total}
    cured = met(refund, fold(recorded(refund, remedy_met(refund, "confirm"))).met, NOW, customer=EVA)
    return judge(demo(), refund, facts, cured, past_of(ledgers, subjects, totals, NOW), NOW)


def test_a_rule_honours_a_promise_once_and_a_replay_says_the_same() -> None:
    assert [each.rule for each in judged_with([]).rulings] == ["refund.guarantee"]
    honoured = judged_with([Promised(MADE, after(days=-1))])
    assert honoured.verdict == "allowed"
    assert [each.ledger for each in postings(honoured, NOW)][-1] == "promise.late_refund"
    in_flight = judged_with([Promised(MADE, after(days=-1))], Total(in_flight=("pr_0",)))
    done = judged_with([Promised(MADE, after(days=-1))], Total(1, 1, after(minutes=-1)))
    too_much = judged_with([Promised(MADE, after(days=-1))], cents=2001)
    for answer in (in_flight, done, too_much):
        assert [each.rule for each in answer.rulings] == ["refund.guarantee"]
    back = msgspec.json.decode(msgspec.json.encode(honoured), type=ProposalJudged)
    assert again(demo(), past_judgement(back, NOW)).flip is None
    blind = demo_files()
    blind["policies/refund.cedar"] = blind["policies/refund.cedar"].replace("context.promises.late_refund.open && ", "")
    assert again(load_bundle(blind, "r2"), past_judgement(back, NOW)).unknown == ""


def keep(*before: Event, order: str = "A-1042") -> Sequence[Event]:
    refund = proposed(args={"order_id": order, "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}})
    done = EffectSucceeded(
        proposal=PR,
        interaction=I,
        person=P,
        customer=EVA,
        action=refund.action,
        result={},
        moved=Money(1840, "EUR"),
    )
    return decide(keep_promises(SPECS), KeepPromises(customer=EVA, proposal=PR), [*before, refund, done])


def test_what_is_done_keeps_what_was_promised_about_it() -> None:
    kept = PromiseKept(promise=PM, interaction=I, customer=EVA, proposal=PR, moved=Money(1840, "EUR"))
    assert keep(MADE) == (kept,)
    assert keep(MADE, kept) == keep() == keep(MADE, order="A-1043") == ()


def test_what_is_done_keeps_the_same_promise_of_two_interactions() -> None:
    twice = msgspec.structs.replace(MADE, promise=PromiseId("pm_2"), interaction=InteractionId("i_2"))
    kept = [(each.promise, each.interaction) for each in keep(MADE, twice) if isinstance(each, PromiseKept)]
    assert kept == [(PM, I), ("pm_2", "i_2")]


def test_what_is_not_kept_in_time_is_broken() -> None:
    command = BreakPromise(customer=EVA, promise=PM)
    broken = PromiseBroken(promise=PM, interaction=I, customer=EVA)
    assert decide(break_promise(), command, [MADE]) == (broken,)
    kept = PromiseKept(promise=PM, interaction=I, customer=EVA, proposal=PR)
    assert decide(break_promise(), command, [MADE, kept]) == decide(break_promise(), command, [MADE, broken]) == ()
    timers = [timer for each in subject(demo(), SETTINGS).timers for timer in each(MADE, NOW)]
    assert [(timer.at, timer.command) for timer in timers] == [(MADE.valid_until, command)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("shop.refund_item,", "shop.refund_itm,", "there is no action 'shop.refund_itm'"),
        ("about: order_id", "about: order", "no argument 'order' that is always given"),
        ("agent: 50.00", "agnt: 50.00", "there is no role 'agnt'"),
        ("agent: 50.00", "agent: much", "makers"),
        ("valid: 30d", "valid: 1000d", "at most 730d"),
    ],
)
def test_a_mistake_in_a_promise_is_told_with_its_place(old: str, new: str, says: str) -> None:
    files = demo_files()
    files["promises/late_refund.yaml"] = files["promises/late_refund.yaml"].replace(old, new)
    with pytest.raises(DefinitionError) as raised:
        load_bundle(files, "r2")
    assert "promises/late_refund.yaml:" in str(raised.value)
    assert says in str(raised.value) or "much" in str(raised.value)
