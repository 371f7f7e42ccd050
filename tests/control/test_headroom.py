"""What do rules leave of a line of a ledger?"""

from __future__ import annotations

import pytest

from interlock.control import load_bundle
from interlock.control.headroom import headroom, limits_of
from interlock.control.ledgers import line_of
from tests.control.given import demo, demo_files

HEAD = '@id("zz.limit") @reason("Enough.") forbid (principal, action == Action::"shop.refund_item", resource)'
SUM = "context.ledger.refunds_per_customer + context.args.amount"


def limits(rule: str, amount: int = 0) -> list[tuple[int, int, bool]]:
    bundle = load_bundle(demo_files() | {"policies/zz.cedar": rule}, "r2")
    found = limits_of(bundle, bundle.ledgers["refunds_per_customer"], amount)
    return [(each.most, each.left, each.always) for each in found if each.rule == "zz.limit"]


def test_what_is_left_is_counted_to_the_nearest_limit_that_nothing_cures() -> None:
    ledger = demo().ledgers["refunds_per_customer"]
    found = limits_of(demo(), ledger, 45_000)
    assert [(each.rule, each.most, each.left, each.remedy, each.always) for each in found] == [
        ("refund.daily-limit", 60_000, 15_000, "", True)
    ]
    assert headroom(found) == 15_000
    assert headroom(limits_of(demo(), ledger, 61_000)) == 0


def test_a_limit_that_an_approval_lifts_is_told_and_leaves_no_end() -> None:
    found = limits_of(demo(), demo().ledgers["refunds_this_month"], 100_000)
    assert [(each.most, each.left, each.remedy) for each in found] == [(150_000, 50_000, "approve:supervisor")]
    assert headroom(found) is None


@pytest.mark.parametrize(
    ("condition", "most", "always"),
    [
        (f"when {{ {SUM} > 500 }}", 500, True),
        (f"when {{ {SUM} >= 500 }}", 499, True),
        (f"when {{ 500 < {SUM} }}", 500, True),
        (f"unless {{ {SUM} <= 500 }}", 500, True),
        (f"unless {{ {SUM} < 500 }}", 499, True),
        (f"when {{ !({SUM} <= 500) }}", 500, True),
        ("when { context.ledger.refunds_per_customer >= 500 }", 500, True),
        ("when { context.ledger.refunds_per_customer > 500 }", 501, True),
        (f'when {{ context.channel == "api" && {SUM} > 500 }}', 500, False),
        (f'when {{ context.channel == "api" || {SUM} > 500 }}', 500, True),
        (f"unless {{ {SUM} <= 500 && context.time.open }}", 500, True),
        (f"unless {{ {SUM} <= 500 || context.time.open }}", 500, False),
        (f"when {{ {SUM} > 500 }} unless {{ context.time.open }}", 500, False),
    ],
)
def test_a_comparison_with_a_number_is_a_limit(condition: str, most: int, always: bool) -> None:
    assert limits(f"{HEAD} {condition};", 100) == [(most, most - 100, always)]


def test_a_rule_for_some_principals_is_a_limit_that_does_not_always_hold() -> None:
    head = HEAD.replace("(principal,", '(principal in Role::"agent",')
    assert limits(f"{head} when {{ {SUM} > 500 }};") == [(500, 500, False)]


@pytest.mark.parametrize("condition", [f"{SUM} < 500", f"{SUM} > context.facts.refundable_remainder", f"{SUM} == 500"])
def test_what_is_no_upper_bound_is_no_limit(condition: str) -> None:
    assert limits(f"{HEAD} when {{ {condition} }};") == []


def test_a_line_is_found_by_its_values_and_what_is_personal_by_its_hash() -> None:
    ledger, actions = demo().ledgers["refunds_per_customer"], demo().actions
    assert line_of(ledger, actions, "c-104", b"s") == "c-104"
    with pytest.raises(ValueError, match="kept by customer; name customer"):
        line_of(ledger, actions, "c-104|i_1", b"s")
    with pytest.raises(ValueError, match="kept by customer"):
        line_of(ledger, actions, "", b"s")
