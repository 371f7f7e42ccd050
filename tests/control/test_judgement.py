"""What does the gate answer, and on what?"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.control import Met, ResourceRead, assemble, customer_reason, judge, load_bundle, resource_request
from interlock.control.bundle import Bundle
from interlock.control.met import met
from interlock.control.past import Past, past_of
from interlock.control.proposals import MetAt
from interlock.kernel.events import ERASED
from interlock.vocabulary.channels import Channel, Principal
from interlock.vocabulary.ids import NOBODY, CustomerId, SessionId
from interlock.vocabulary.proposals import ProposalJudged, Remedy
from tests.control.given import (
    AMARA,
    EVA,
    HELD,
    NOW,
    SETTINGS,
    Entry,
    after,
    demo,
    demo_files,
    euros,
    judged,
    known,
    order,
    proposed,
    remedy_met,
)
from tests.control.test_arguments import JSON, NEARLY


def rules(answer: ProposalJudged) -> list[str]:
    return [each.rule for each in answer.rulings]


def with_rules(text: str) -> Bundle:
    """The demo with further rules."""
    return load_bundle(demo_files() | {"policies/zz.cedar": text}, "r2")


def test_an_allowance_names_the_permit_the_version_and_what_it_holds_in_the_ledger() -> None:
    refund = proposed()
    answer = judged(refund, remedy_met(refund, "confirm"))
    assert (answer.verdict, rules(answer), answer.policy) == ("allowed", ["refund.who"], "r1")
    assert answer.reservations == HELD
    assert answer.says == "Refund €18.40 for Copper kettle to Visa ending 4242"


def test_what_is_needed_is_told_at_once_in_the_order_in_which_it_is_asked_for() -> None:
    answer = judged(proposed(42_000))
    assert answer.verdict == "needs"
    assert answer.needs == (Remedy("step_up", "2"), Remedy("confirm"), Remedy("approve", "supervisor"))
    assert answer.reservations == ()
    assert [(each.label, each.value) for each in answer.shows] == [  # type: ignore[union-attr]
        ("Amount", "€420.00"),
        ("Item", "Copper kettle, order A-1042"),
        ("Paid back to", "Visa ending 4242"),
    ]


def test_a_remedy_counts_for_exactly_its_arguments_and_only_while_it_is_valid() -> None:
    refund, other = proposed(1840), proposed(1841)
    assert judged(refund, remedy_met(other, "confirm")).verdict == "needs"
    assert judged(refund, remedy_met(refund, "confirm"), now=after(minutes=14)).verdict == "allowed"
    assert judged(refund, remedy_met(refund, "confirm"), now=after(minutes=16)).verdict == "needs"


def test_one_no_without_a_cure_outweighs_every_remedy_and_all_reasons_are_told() -> None:
    answer = judged(proposed(42_000), record=order(status="shipped"))
    assert answer.verdict == "denied"
    assert answer.needs == ()
    assert rules(answer) == ["refund.delivered", "refund.code", "refund.confirm", "refund.supervisor"]


def test_nobody_learns_whether_a_stranger_s_order_exists() -> None:
    strangers = judged(proposed(), record=order(owner="c-117"))
    nowhere = judged(proposed(), missing=True)
    assert (strangers.verdict, nowhere.verdict) == ("denied", "denied")
    assert rules(strangers)[0] == "refund.own-order"
    assert rules(nowhere)[0] == "refund.exists"
    assert customer_reason(strangers) == customer_reason(nowhere) == "I cannot find that order under your name."
    assert strangers.says == nowhere.says == "Refund an item"


def test_a_stranger_s_order_sounds_the_same_whatever_else_is_wrong_with_it() -> None:
    variants: list[dict[str, object]] = [{"status": "shipped"}, {"items": []}, {"payment": None}]
    for record in (order(owner="c-117", left=1, **each) for each in variants):  # type: ignore[arg-type]
        assert customer_reason(judged(proposed(), record=record)) == "I cannot find that order under your name."


def test_a_rule_about_a_resource_that_is_not_there_says_nothing() -> None:
    assert rules(judged(proposed(), missing=True)) == ["refund.exists", "refund.confirm"]


def test_a_fact_that_is_missing_is_a_denial_that_names_it() -> None:
    refund = proposed(args={"order_id": "A-1042", "item_id": "i-9", "amount": euros(100)})
    answer = judged(refund, remedy_met(refund, "confirm"))
    assert answer.verdict == "denied"
    assert {each.rule for each in answer.rulings} >= {"fact-missing"}
    assert any("'refundable_remainder'" in each.reason and "i-9" in each.reason for each in answer.rulings)


@pytest.mark.parametrize(
    "record",
    [
        {"order_id": "A-1042"},
        order(status=3),  # type: ignore[arg-type]
        order(items="none"),
        order(items=[{"id": "i-1", "name": "Kettle", "refundable": "a lot"}]),
        order(items=[{"id": "i-1", "refundable": {"amount": 2**70, "currency": "EUR"}, "name": "Kettle"}]),
        order(payment={}),
    ],
)
def test_a_system_that_answers_nonsense_gets_nothing_allowed(record: dict[str, object]) -> None:
    refund = proposed()
    answer = judged(refund, remedy_met(refund, "confirm"), record=record)
    assert answer.verdict == "denied"
    assert "fact-missing" in rules(answer)


def test_a_resource_that_could_not_be_read_is_not_told_as_one_that_does_not_exist() -> None:
    answer = judged(proposed(), failure="the shop did not answer")
    assert answer.verdict == "denied"
    assert "refund.exists" not in rules(answer)
    assert any("the shop did not answer" in each.reason for each in answer.rulings)
    assert customer_reason(answer) == "I cannot look that up at the moment."


def test_without_a_permit_it_is_denied_by_that_name() -> None:
    stranger = Principal(kind="customer", id="x", roles=("customer",))
    refund = proposed(principal=stranger)
    answer = judged(refund, remedy_met(refund, "confirm"))
    assert (answer.verdict, rules(answer)) == ("denied", ["no-permit"])


def test_a_role_that_nobody_gave_grants_nothing() -> None:
    answer = judged(proposed(principal=Principal(kind="agent", id="agent", roles=())))
    assert "no-permit" in rules(answer)


def test_what_was_established_in_another_session_or_channel_or_for_another_customer_does_not_count() -> None:
    refund = proposed()
    confirm = remedy_met(refund, "confirm")
    here = known()
    elsewhere = here._replace(assurance=msgspec.structs.replace(here.assurance, session=SessionId("s_2")))
    by_mail = here._replace(assurance=msgspec.structs.replace(here.assurance, channel=Channel.EMAIL))
    for who in (elsewhere, by_mail, known(customer=CustomerId("c-117"))):
        assert rules(judged(refund, confirm, who=who)) == ["refund.matched"]


def test_a_customer_who_is_matched_after_the_proposal_was_made_is_whose_affair_it_is() -> None:
    refund = msgspec.structs.replace(proposed(), customer=NOBODY)
    answer = judged(refund, remedy_met(refund, "confirm"))
    assert (answer.verdict, answer.customer) == ("allowed", EVA)


def test_where_nobody_is_matched_a_ledger_by_customer_cannot_be_read_and_nothing_is_allowed() -> None:
    refund = msgspec.structs.replace(proposed(), customer=NOBODY)
    answer = judged(refund, who=known(level=0, customer=NOBODY))
    assert answer.verdict == "denied"
    assert any("ledger.refunds_per_customer" in each.reason for each in answer.rulings)


def test_reservations_in_flight_count_but_not_the_proposal_s_own_and_not_what_is_older_than_the_window() -> None:
    refund = proposed(30_000)
    cures = [remedy_met(refund, each) for each in ("step_up:2", "confirm", "approve:supervisor")]
    in_flight = Entry("pr_other", 30_000, after(hours=-1), False)
    own = Entry(refund.proposal, 30_000, after(hours=-1), False)
    old = Entry("pr_old", 60_000, after(hours=-24), True)
    assert judged(refund, *cures, entries=[in_flight, own, old]).verdict == "allowed"
    answer = judged(refund, *cures, entries=[in_flight, Entry("pr_third", 1, after(hours=-2), True)])
    assert (answer.verdict, rules(answer)) == ("denied", ["refund.daily-limit"])


def test_an_agent_s_proposal_asks_the_customer_first_too() -> None:
    answer = judged(proposed(15_000, principal=AMARA))
    assert answer.needs == (Remedy("step_up", "2"), Remedy("confirm"), Remedy("approve", "supervisor"))
    assert rules(answer) == ["refund.code", "refund.confirm", "refund.agent-limit"]


def test_everything_that_it_was_judged_on_is_recorded_and_nothing_personal() -> None:
    refund = proposed(14_000)
    answer = judged(refund, remedy_met(refund, "step_up:2"))
    facts = answer.facts
    assert facts["resource"] == {"type": "Order", "exists": True, "id": "A-1042", "owner": EVA, "status": "delivered"}
    assert facts["facts"] == {"refundable_remainder": 50_000, "address_settled_s": 0, "guarantee_ends_s": 0}
    assert facts["ledger"] == {"refunds_per_customer": 0, "refunds_this_month": 0, "refunds_this_year": 0}
    assert facts["assurance"] == {"level": 1, "age_s": 0}
    assert facts["met"][0]["remedy"] == "step_up:2"
    assert msgspec.json.decode(msgspec.json.encode(facts)) == facts
    message = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Call me."})
    assert b"eva@example.com" not in msgspec.json.encode(judged(message).facts)


def test_arguments_that_came_another_way_and_do_not_fit_are_denied() -> None:
    negative = msgspec.structs.replace(proposed(), args={"order_id": "A-1042", "item_id": "i-1", "amount": euros(-5)})
    answer = judged(negative, remedy_met(negative, "confirm"))
    assert (answer.verdict, rules(answer)) == ("denied", ["bad-arguments"])


def test_a_personal_copy_of_an_argument_does_not_replace_the_open_one() -> None:
    twice = msgspec.structs.replace(proposed(1), private_args={"amount": euros(1840)})
    assert rules(judged(twice, remedy_met(twice, "confirm"))) == ["bad-arguments"]


def test_what_was_erased_since_cannot_be_carried_out() -> None:
    message = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Call me."})
    assert rules(judged(msgspec.structs.replace(message, private_args=ERASED))) == ["bad-arguments"]


def test_an_action_that_this_release_does_not_know_any_more_is_denied() -> None:
    about_mail = ("mail", "news", "answers_per", "carries_per")
    files = {path: text for path, text in demo_files().items() if not any(word in path for word in about_mail)}
    files["policies/identity.cedar"] = files["policies/identity.cedar"].split('@id("code.who")')[0]
    bundle = load_bundle(files, "r2")
    message = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Call me."})
    facts_of_any = judged(message)
    assert facts_of_any.verdict == "allowed"
    facts = assemble(demo().action("mail.send"), message, known(), None, NOW)
    assert rules(judge(bundle, message, facts, Met(), Past(), NOW)) == ["no-such-action"]


def test_a_rule_that_cannot_be_evaluated_is_a_denial() -> None:
    bundle = with_rules(
        '@id("zz.overflow") @reason("Cannot be computed.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource)\n'
        "when { context.args.amount + 9223372036854775807 > 0 && false };"
    )
    refund = proposed()
    answer = judged(refund, remedy_met(refund, "confirm"), bundle=bundle)
    assert (answer.verdict, rules(answer)) == ("denied", ["evaluation-error"])
    assert "zz.overflow" in answer.rulings[0].reason


def test_a_shadow_rule_is_evaluated_and_recorded_and_holds_nobody_up() -> None:
    bundle = with_rules(
        '@id("zz.strict") @mode("shadow") @reason("Refunds over 10.00 look odd.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource)\n'
        "when { context.args.amount > 1000 };"
    )
    refund, small = proposed(), proposed(900)
    answer = judged(refund, remedy_met(refund, "confirm"), bundle=bundle)
    assert (answer.verdict, answer.shadow, rules(answer)) == ("allowed", ("zz.strict",), ["refund.who"])
    assert judged(small, remedy_met(small, "confirm"), bundle=bundle).shadow == ()


def test_a_shadow_rule_that_cannot_be_evaluated_is_told_and_holds_nobody_up() -> None:
    head = '@id("zz.broken") @mode("shadow") @reason("Nobody refunds that much.")\n'
    rule = "forbid (principal, action, resource) when { context.args.amount * 9000000000000000 > 1 };"
    bundle = with_rules(head + rule.replace("action,", 'action == Action::"shop.refund_item",'))
    refund = proposed(2000)
    answer = judged(refund, remedy_met(refund, "confirm"), bundle=bundle)
    assert (answer.verdict, answer.shadow) == ("allowed", ())
    (told,) = answer.shadow_errors
    assert told.startswith("zz.broken: ") and "overflow" in told


def test_a_grant_holds_through_its_last_day_and_no_longer() -> None:
    files = demo_files()
    ending = files["policies/mail.cedar"].replace('@id("mail.who")', '@id("mail.who") @expires("2026-03-02")')
    bundle = load_bundle(files | {"policies/mail.cedar": ending}, "r2")
    mail = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Hello"}, bundle=bundle)
    assert judged(mail, bundle=bundle, now=NOW.replace(hour=23)).verdict == "allowed"
    answer = judged(mail, bundle=bundle, now=NOW.replace(hour=0) + timedelta(days=1))
    assert (answer.verdict, rules(answer)) == ("denied", ["no-permit"])
    assert "'mail.who' granted it until 2026-03-02" in answer.rulings[0].reason


def test_the_risk_tier_adds_what_the_author_s_rules_do_not_say() -> None:
    files = demo_files()
    manifest = files["connectors/mail/manifest.yaml"]
    medium = load_bundle(files | {"connectors/mail/manifest.yaml": manifest.replace("risk: low", "risk: medium")}, "r2")
    high = load_bundle(files | {"connectors/mail/manifest.yaml": manifest.replace("risk: low", "risk: high")}, "r2")
    message = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "Call me."})
    assert judged(message).verdict == "allowed"
    assert rules(judged(message, bundle=medium)) == ["default.mail.send.confirm"]
    assert judged(message, bundle=high).needs == (Remedy("step_up", "2"), Remedy("confirm"))
    assert not any(rule.id.startswith("default.shop.refund") for rule in demo().rules)


@settings(max_examples=150, deadline=None)
@given(
    cents=st.integers(1, 500_000),
    owner=st.sampled_from([EVA, "c-117", ""]),
    status=st.sampled_from(["delivered", "shipped", "cancelled", ""]),
    left=st.integers(0, 500_000),
    spent=st.integers(0, 100_000),
    level=st.integers(0, 3),
    cures=st.sets(st.sampled_from(["step_up:2", "confirm", "approve:supervisor"])),
    agent=st.booleans(),
    exists=st.booleans(),
)
def test_whatever_is_true_nothing_is_allowed_that_the_story_forbids(
    cents: int, owner: str, status: str, left: int, spent: int, level: int, cures: set[str], agent: bool, exists: bool
) -> None:
    refund = proposed(cents, principal=AMARA) if agent else proposed(cents)
    answer = judged(
        refund,
        *[remedy_met(refund, each) for each in sorted(cures)],
        record=order(owner=owner, status=status, left=left),
        missing=not exists,
        who=known(level),
        entries=[Entry("pr_before", spent, after(hours=-2), True)],
    )
    may = exists and owner == EVA and status == "delivered" and level >= 1 and cents <= left and spent + cents <= 60_000
    wanted = {"confirm"} | ({"step_up:2"} if cents > 2500 else set())
    wanted |= {"approve:supervisor"} if cents > (10_000 if agent else 20_000) else set()
    expected = "denied" if not may else "allowed" if wanted <= cures else "needs"
    assert answer.verdict == expected
    assert {str(each) for each in answer.needs} == (wanted - cures if expected == "needs" else set())
    assert bool(answer.reservations) == (expected == "allowed")


@settings(max_examples=200, deadline=None)
@given(args=NEARLY, private=JSON)
def test_a_proposal_with_any_arguments_whatever_is_judged_without_a_crash_and_allowed_only_if_they_fit(
    args: dict[str, object], private: object
) -> None:
    raw = msgspec.structs.replace(proposed(), args=args, private_args=private)
    action = demo().action(raw.action)
    resource_request(action, raw)
    facts = assemble(action, raw, known(), ResourceRead(at=NOW, record=order()), NOW)
    agreed = met(
        raw, [MetAt(remedy_met(raw, each), NOW) for each in ("confirm", "step_up:2", "approve:supervisor")], NOW
    )
    ledgers, subjects = demo().ledgers_of(raw.action), demo().subjects(raw, facts, SETTINGS.secret)
    answer = judge(demo(), raw, facts, agreed, past_of(ledgers, subjects, {}, NOW), NOW)
    if answer.verdict == "allowed":
        amount = args["amount"]["amount"]  # type: ignore[index]
        assert 1 <= amount <= 50_000
    msgspec.json.encode(answer)
