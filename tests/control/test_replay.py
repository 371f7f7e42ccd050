"""What would other rules have said to what was judged before, and what cannot be known?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from interlock.control import load_bundle
from interlock.control.bundle import Bundle
from interlock.control.replay import (
    ERASED_ARGUMENTS,
    NO_FACTS,
    PastJudgement,
    again,
    looks_at_personal,
    past_judgement,
    replayed,
)
from interlock.kernel.events import ERASED
from interlock.vocabulary.ids import CustomerId
from interlock.vocabulary.proposals import ProposalJudged
from tests.control.given import (
    AMARA,
    NOW,
    SOFIA,
    after,
    demo,
    demo_files,
    judged,
    known,
    order,
    proposed,
    remedy_met,
)


def changed(old: str, new: str, path: str = "policies/refund.cedar") -> Bundle:
    files = demo_files()
    assert old in files[path]
    return load_bundle(files | {path: files[path].replace(old, new)}, "r2")


def with_rule(text: str, **more: str) -> Bundle:
    return load_bundle(demo_files() | {"policies/zz.cedar": text} | more, "r2")


def stored(answer: ProposalJudged, at: datetime = NOW, private: object = None) -> PastJudgement:
    """A judgement as it comes back from the log, and as it goes to another process."""
    back = msgspec.json.decode(msgspec.json.encode(answer), type=ProposalJudged)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(past_judgement(back, at, private)), type=PastJudgement)


def decisions(cents: int, number: int = 1, **given: Any) -> list[PastJudgement]:
    """A refund as it goes: asked, stepped up and confirmed, approved where that is needed."""
    refund = proposed(cents, proposal=f"pr_{number}", **given)
    steps = [judged(refund)]
    met = []
    for remedy in ("step_up:2", "confirm", "approve:supervisor"):
        if any(str(need) == remedy for need in steps[0].needs):
            met.append(remedy_met(refund, remedy, SOFIA if remedy.startswith("approve") else None))
            steps.append(judged(refund, *met))
    return [stored(answer, after(minutes=minute)) for minute, answer in enumerate(steps)]


def many() -> list[PastJudgement]:
    """Judgements of every kind: allowed, denied, unread, missing, by people and by the machine."""
    found = [
        one for number, cents in enumerate((900, 2600, 14_000, 18_000, 42_000)) for one in decisions(cents, number)
    ]
    refund = proposed(1840, proposal="pr_x")
    plain = judged(proposed(1840, proposal="pr_p", action="shop.refund_item_plain"))
    for answer in (
        judged(refund, record=order(owner="c-117")),
        judged(refund, missing=True),
        judged(refund, failure="the shop did not answer"),
        judged(refund, record=order(left=100)),
        judged(refund, who=known(level=0)),
        judged(proposed(12_000, principal=AMARA, proposal="pr_a")),
        judged(proposed(action="shop.get_order", args={"order_id": "A-1042"}, proposal="pr_o")),
        judged(
            proposed(action="shop.match_customer", args={"order_id": "A-1042", "email": "e@example.com"}), who=known(0)
        ),
        plain,
    ):
        found.append(stored(answer))
    return found


def test_replayed_under_the_same_rules_every_decision_comes_out_the_same() -> None:
    report = replayed(demo(), many())
    assert (report.flipped.flips, report.not_replayable) == ([], [])
    assert (report.judgements, report.same) == (len(many()), report.proposals)
    assert report.proposals < report.judgements


def test_a_lower_limit_flips_what_lay_between_with_money_customers_and_links() -> None:
    lower = changed("context.args.amount > 20000", "context.args.amount > 10000")
    report = replayed(lower, many(), since=after(days=-30))
    assert report.flipped.changes == {"allowed→needs": 2}
    assert [(one.rule, one.proposals, one.customers) for one in report.flipped.rules] == [("refund.supervisor", 2, 1)]
    assert [str(each) for each in report.flipped.money] == ["€320.00"]
    assert [(flip.proposal, flip.interaction, str(flip.amount)) for flip in report.flipped.flips] == [
        ("pr_2", "i_1", "€140.00"),
        ("pr_3", "i_1", "€180.00"),
    ]
    assert [(one.customer, one.proposals) for one in report.flipped.by_customer] == [("c-104", 2)]
    assert report.same == report.proposals - 2


def test_a_higher_limit_flips_what_was_denied_by_the_rule_that_no_longer_stands_in_the_way() -> None:
    both = 'resource.status == "delivered" || resource.status == "shipped"'
    looser = changed('resource.status == "delivered"', both)
    refund = proposed()
    report = replayed(looser, [stored(judged(refund, remedy_met(refund, "confirm"), record=order(status="shipped")))])
    assert report.flipped.changes == {"denied→allowed": 1}
    assert [one.rule for one in report.flipped.rules] == ["refund.delivered"]


def test_the_last_judgement_of_a_proposal_is_the_one_that_counts() -> None:
    no_code = changed("context.args.amount > 2500", "context.args.amount > 250000")
    asked, stepped_up, done = decisions(2600)
    assert replayed(no_code, [asked, stepped_up, done]).flipped.changes == {}
    assert replayed(no_code, [asked]).flipped.changes == {}, "it still needs the yes"
    no_yes = load_bundle(
        demo_files()
        | {
            "policies/refund.cedar": demo_files()["policies/refund.cedar"]
            .replace("context.args.amount > 2500", "context.args.amount > 250000")
            .replace("unless { context.met.confirm }", "when { false }")
        },
        "r2",
    )
    assert replayed(no_yes, [asked]).flipped.changes == {"needs→allowed": 1}
    assert replayed(no_yes, [asked, stepped_up, done]).flipped.changes == {}


def test_a_rule_less_by_a_permit_taken_back_is_told_as_no_permit() -> None:
    without = changed('principal in Role::"virtual_agent" || principal in Role::"agent"', 'principal in Role::"agent"')
    report = replayed(without, decisions(900))
    assert report.flipped.changes == {"allowed→denied": 1}
    assert [one.rule for one in report.flipped.rules] == ["no-permit"]


def test_a_grant_that_had_ended_by_then_permits_nothing() -> None:
    ending = changed('@id("refund.who")', '@id("refund.who") @expires("2026-03-01")')
    assert replayed(ending, decisions(900)).flipped.changes == {"allowed→denied": 1}
    later = changed('@id("refund.who")', '@id("refund.who") @expires("2026-03-02")')
    assert replayed(later, decisions(900)).flipped.changes == {}


LEDGER = "ledger: mails\nactions: [shop.refund_item]\ncount: proposals\nby: customer\nwindow: { rolling: 24h }\n"
OVER = 'forbid (principal, action == Action::"shop.refund_item", resource)'


def test_what_was_not_recorded_then_is_not_guessed() -> None:
    text = f'@id("zz.count") @reason("Often.")\n{OVER} when {{ context.ledger.mails > 3 }};'
    report = replayed(with_rule(text, **{"ledgers/mails.yaml": LEDGER}), decisions(900))
    (unknown,) = report.not_replayable
    assert (unknown.reason, unknown.proposals, unknown.examples) == (
        "'context.ledger.mails' was not recorded then", 1, ["pr_1"],
    )  # fmt: skip
    assert (report.same, report.flipped.flips) == (0, [])


def test_an_action_that_other_definitions_do_not_know_is_told() -> None:
    past = msgspec.structs.replace(decisions(900)[-1], action="shop.cancel")
    assert again(demo(), past).unknown == "these policies know no action 'shop.cancel'"


def test_what_was_refused_before_any_facts_were_established_is_told() -> None:
    spoilt = msgspec.structs.replace(proposed(), args={"order_id": 7})
    assert again(demo(), stored(judged(spoilt))).unknown == NO_FACTS


MAIL = (
    '@id("zz.mail") @reason("Not there.")\nforbid (principal, action == Action::"mail.send", resource)\n'
    'when { context.args.message like "*refund*" };'
)


def test_a_personal_argument_is_looked_at_where_it_can_be_read_and_told_where_it_was_erased() -> None:
    bundle = with_rule(MAIL)
    mail = proposed(action="mail.send", args={"reply_to": "eva@example.com", "message": "My refund, please"})
    answer = judged(mail)
    assert answer.verdict == "allowed" and looks_at_personal(bundle) == {"mail.send"} and not looks_at_personal(demo())
    flip = again(bundle, stored(answer, private=mail.private_args)).flip
    assert flip is not None and flip.rules == ("zz.mail",)
    assert again(bundle, past_judgement(answer, NOW, ERASED)).unknown == ERASED_ARGUMENTS
    assert again(demo(), past_judgement(answer, NOW, ERASED)).unknown == "", "no rule looks at it"


def test_a_customer_who_was_not_known_is_no_customer_of_a_report() -> None:
    nobody = proposed(action="shop.match_customer", args={"order_id": "A-1042", "email": "e@example.com"})
    answer = msgspec.structs.replace(judged(nobody, who=known(0)), customer=CustomerId(""))
    locked = changed(
        "context.session.failed_matches >= 5", "context.session.failed_matches >= 0", "policies/identity.cedar"
    )
    report = replayed(locked, [stored(answer)])
    assert (report.flipped.changes, report.flipped.customers) == ({"allowed→denied": 1}, 0)


@pytest.mark.parametrize("cents", [900, 2600, 14_000, 42_000])
def test_remedies_that_were_met_then_are_met_again(cents: int) -> None:
    last = decisions(cents)[-1]
    assert last.verdict == "allowed"
    assert again(demo(), last).flip is None


def test_a_wait_that_is_over_or_still_to_come_is_weighed_as_it_was_then() -> None:
    wait = (
        '@id("zz.wait") @remedy("wait:1h") @reason("Large refunds wait an hour.")\n'
        f'{OVER} when {{ context.args.amount > 10000 }} unless {{ context.met.waited.contains("1h") }};'
    )
    bundle = with_rule(wait)
    report = replayed(bundle, decisions(14_000))
    assert report.flipped.changes == {"allowed→needs": 1}
    refund = proposed(14_000)
    own = [
        stored(judged(refund, bundle=bundle)),
        stored(
            judged(refund, *(remedy_met(refund, one) for one in ("wait:1h", "step_up:2", "confirm")), bundle=bundle)
        ),
    ]
    assert [one.verdict for one in own] == ["needs", "allowed"]
    assert replayed(bundle, own).flipped.changes == {}
    late = msgspec.structs.replace(own[0], at=after(hours=2), waits=())
    assert again(bundle, late).flip is not None, (
        "two hours later nothing is waited for any more, and the rule still stands"
    )
