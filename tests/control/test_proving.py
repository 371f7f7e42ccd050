"""What do cases prove about rules, and which rules are odd although they are valid?"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from interlock.control import load_bundle
from interlock.control.bundle import Bundle
from interlock.control.cases import read_cases
from interlock.control.history import History
from interlock.control.proving import prove, undecided
from interlock.control.soundness import Finding, findings
from interlock.vocabulary.ids import ProposalId, ReleaseId
from interlock.vocabulary.proposals import ProposalJudged
from interlock.vocabulary.releases import ReleasePublished
from tests.control.given import NOW, SOFIA, after, demo, demo_files, judged, proposed, recorded, remedy_met

NOTHING: frozenset[str] = frozenset()


def with_rules(text: str, **changed: str) -> Bundle:
    files = demo_files() | {"policies/zz.cedar": text} | changed
    return load_bundle(files, "r2")


def kinds(found: list[Finding], level: str = "warning") -> list[tuple[str, str]]:
    return [(each.kind, each.rule) for each in found if each.level == level]


def test_a_rule_more_lowers_the_score_until_a_case_needs_it() -> None:
    text = (
        '@id("zz.cap") @reason("Nobody is refunded more than 4,000.00 at once.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource) when { context.args.amount > 400000 };'
    )
    files = demo_files()
    bundle = with_rules(text)
    proof = prove(read_cases(files, bundle), bundle)
    assert (proof.unneeded, proof.holds, proof.failures) == (("zz.cap",), False, ())
    assert round(proof.score_percent, 2) == round(100 * (proof.enforced - 1) / proof.enforced, 2)
    case = """
  - case: 4,000.01 is too much for anybody
    args: { amount: 4000.01 }
    given: { facts: { refundable_remainder: 5000.00 }, met: ["step_up:2", confirm, "approve:supervisor"] }
    verdict: denied
    because: [zz.cap, refund.daily-limit]
"""
    cases = read_cases(files | {"cases/refund.yaml": files["cases/refund.yaml"] + case.lstrip("\n")}, bundle)
    again = prove(cases, bundle)
    assert (again.unneeded, again.score_percent, again.holds) == ((), 100.0, True)


def test_a_case_that_does_not_hold_needs_no_rule() -> None:
    files = demo_files()
    cases = read_cases(files, demo())
    wrong = [
        each._replace(verdict="denied", because=("refund.code",)) if "exactly 25.00" in each.name else each
        for each in cases
    ]
    proof = prove(wrong, demo())
    assert [failure.case.name for failure in proof.failures] == ["exactly 25.00 needs no code"]
    assert proof.unneeded == ()


def test_a_rule_that_decided_in_no_case_is_named_also_in_shadow() -> None:
    shadow = (
        '@id("zz.shadow") @mode("shadow") @reason("Refunds over 4,999.00 look odd.")\n'
        'forbid (principal, action == Action::"shop.refund_item", resource) when { context.args.amount > 499900 };'
    )
    bundle = with_rules(shadow)
    assert undecided(read_cases(demo_files(), bundle), bundle) == ["zz.shadow"]
    (never,) = [each for each in findings(bundle, NOW, frozenset({"zz.shadow"})) if each.kind == "never-decided"]
    assert str(never).startswith("policies/zz.cedar:1: 'zz.shadow' never decided in any case; write a case")


def test_an_action_that_no_rule_permits_is_told_and_so_is_one_whose_grant_has_ended() -> None:
    files = demo_files()
    mail = files["policies/mail.cedar"]
    without = load_bundle(files | {"policies/mail.cedar": mail[mail.index('@id("mail.limit")') :]}, "r2")
    assert ("nobody-permitted", "mail.send") in kinds(findings(without, NOW, NOTHING))
    ended = mail.replace('@id("mail.who")', '@id("mail.who") @expires("2026-03-01")')
    found = findings(load_bundle(files | {"policies/mail.cedar": ended}, "r2"), NOW, NOTHING)
    assert kinds(found) == [("nobody-permitted", "mail.send"), ("ended-grant", "mail.who")]
    assert "'mail.who' ended on 2026-03-01" in str(found)


def test_a_grant_without_end_is_a_note_and_to_outsiders_or_everybody_a_warning() -> None:
    grants = (
        '@id("zz.outside") permit (principal in Role::"external_agent", action == Action::"mail.send", resource);\n'
        '@id("zz.all") permit (principal, action == Action::"mail.send", resource);\n'
        '@id("zz.ends") @expires("2027-01-31")\n'
        'permit (principal in Role::"external_agent", action == Action::"mail.send", resource);'
    )
    found = findings(with_rules(grants), NOW, NOTHING)
    assert kinds(found) == [("endless-grant", "zz.outside"), ("endless-grant", "zz.all")]
    assert "zz.ends" not in str(found)
    assert ("endless-grant", "refund.who") in kinds(found, "note")


def past(*events: tuple[ProposalJudged, datetime]) -> History:
    history = History()
    rules = tuple(rule.id for rule in demo().rules)
    release = ReleasePublished(release=ReleaseId("r1"), by="cli", journeys=(), actions=(), rules=rules)
    for one in recorded((release, after(days=-90)), *events):
        history.fold(one)
    return history


def allowed(number: int, **given: object) -> ProposalJudged:
    refund = proposed(1840, proposal=f"pr_{number}", **given)  # type: ignore[arg-type]
    return judged(refund, remedy_met(refund, "confirm"))


def test_what_is_granted_and_not_used_for_thirty_days_is_told_by_action_and_role() -> None:
    history = past(
        (allowed(1), after(days=-80)), (allowed(2), after(days=-2)), (allowed(3, principal=SOFIA), after(days=-40))
    )
    told = [str(each) for each in findings(demo(), NOW, NOTHING, history) if each.rule == "refund.who"]
    assert "'refund.who' grants 'shop.refund_item' to agent, supervisor, and nobody used that for 30 days" in told[1]
    assert not any("virtual_agent" in each and "nobody used" in each for each in told)


def test_nothing_is_called_unused_while_less_than_thirty_days_are_recorded() -> None:
    history = past((allowed(2), after(days=-2)))
    assert [each for each in findings(demo(), NOW, NOTHING, history) if each.kind == "unused-grant"] == []


def test_a_rule_that_decided_in_what_is_recorded_is_not_called_idle() -> None:
    idle = frozenset({"refund.who", "refund.code"})
    found = findings(demo(), NOW, idle, past((allowed(1), after(days=-80))))
    assert [each.rule for each in found if each.kind == "never-decided"] == ["refund.code"]


SHADOW = (
    '@id("zz.low") @mode("shadow") @remedy("approve:supervisor") @reason("Refunds over 10.00 are approved.")\n'
    'forbid (principal, action == Action::"shop.refund_item", resource)\n'
    'when { context.args.amount > 1000 } unless { context.met.approvals.contains("supervisor") };\n'
    '@id("zz.never") @mode("shadow") @reason("No refunds over 15.00.")\n'
    'forbid (principal, action == Action::"shop.refund_item", resource) when { context.args.amount > 1500 };\n'
)


def test_what_rules_in_shadow_would_have_changed_is_told_by_rule_with_money_and_customers() -> None:
    bundle = with_rules(SHADOW)
    history = History()
    for number, cents in enumerate((900, 1200, 1840)):
        refund = proposed(cents, proposal=f"pr_{number}")
        asked, done = judged(refund, bundle=bundle), judged(refund, remedy_met(refund, "confirm"), bundle=bundle)
        assert (asked.verdict, done.verdict) == ("needs", "allowed")
        for one in recorded((asked, NOW), (done, after(minutes=1))):
            history.fold(one)
    low, never = history.shadow(bundle.rules, after(days=-30))
    assert (low.rule, low.report.changes, [str(each) for each in low.report.money]) == (
        "zz.low",
        {"allowed→needs": 2},
        ["€30.40"],
    )
    assert (never.rule, never.report.changes, never.report.customers) == ("zz.never", {"allowed→denied": 1}, 1)
    assert [flip.proposal for flip in never.report.flips] == [ProposalId("pr_2")]


def test_a_rule_in_shadow_that_could_not_be_evaluated_is_told_with_how_often_and_why() -> None:
    bundle = with_rules(SHADOW)
    refund = proposed(900)
    answer = msgspec.structs.replace(
        judged(refund, remedy_met(refund, "confirm"), bundle=bundle), shadow_errors=("zz.low: integer overflow",)
    )
    history = past((answer, after(days=-1)), (answer, after(hours=-1)))
    (told,) = [each for each in findings(bundle, NOW, NOTHING, history) if each.kind == "shadow-error"]
    assert "could not be evaluated 2 times: integer overflow" in str(told)


def test_history_older_than_it_is_kept_is_forgotten() -> None:
    history = past((allowed(1), after(days=-40)), (allowed(2), after(days=-1)))
    assert history.judged(after(days=-60)) == 2
    history.forget(after(days=-30))
    assert (history.judged(after(days=-60)), history.uses(after(days=-60))["refund.who"].decided) == (1, 1)
    assert history.granted(NOW - timedelta(days=60))["refund.who", "shop.refund_item", "virtual_agent"] == 1
