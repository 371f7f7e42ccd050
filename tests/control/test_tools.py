"""Is what programs are told about an action what its arguments are really checked by?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import jsonschema
import pytest

from interlock.control import load_bundle
from interlock.control.arguments import ArgSpec, Kind, check_args
from interlock.control.foreseen import Standing, known_ledgers, lines_of
from interlock.control.past import past_of
from interlock.control.timing import times
from interlock.control.tools import argument_schema, arguments_schema, permitted, tools
from interlock.kernel.errors import Refused
from interlock.kernel.log import Total
from interlock.vocabulary.channels import Channel, Principal
from tests.control.given import EVA, I, demo, demo_files

NOW = datetime(2026, 3, 1, tzinfo=UTC)

SPECS = (
    ArgSpec(name="order_id", kind="pattern", pattern="[Aa]-[0-9]{1,9}", upper=True, example="A-1042"),
    ArgSpec(name="item_id", kind="identifier"),
    ArgSpec(name="amount", kind="money", currency="EUR", minimum=1, maximum=500_000),
    ArgSpec(name="why", kind="choice", choices=("damaged", "late"), optional=True),
    ArgSpec(name="days", kind="integer", minimum=1, maximum=30, unit="days", optional=True),
    ArgSpec(name="gift", kind="boolean", optional=True),
    ArgSpec(name="note", kind="text", longest=20, optional=True),
    ArgSpec(name="items", kind="list", element=ArgSpec(name="items", kind="identifier"), most=3, optional=True),
    ArgSpec(name="to", kind="record", parts=(ArgSpec(name="to.zip", kind="text", longest=8),), optional=True),
    ArgSpec(name="mail", kind="email", optional=True),
)
GOOD: dict[str, Any] = {"order_id": "a-1042", "item_id": "i-1", "amount": {"amount": 1840, "currency": "EUR"}}
ODD: list[dict[str, Any]] = [
    {"order_id": "B-1"},
    {"item_id": "with blank"},
    {"item_id": None},
    {"amount": {"amount": 0, "currency": "EUR"}},
    {"amount": {"amount": 1840, "currency": "SEK"}},
    {"amount": {"amount": 1840}},
    {"amount": 18.4},
    {"why": "bored"},
    {"days": 31},
    {"days": "3"},
    {"gift": "yes"},
    {"note": "x" * 21},
    {"items": []},
    {"items": ["1", "2", "3", "4"]},
    {"items": ["with blank"]},
    {"to": {"zip": "12345", "street": "Long"}},
    {"to": {}},
    {"unknown": 1},
]


def test_every_kind_of_argument_has_a_schema() -> None:
    assert {spec.kind for spec in SPECS} == set(get_args(Kind))
    for spec in SPECS:
        jsonschema.Draft202012Validator.check_schema(argument_schema(spec))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"why": "late", "days": 3, "gift": True, "note": "fragile", "mail": "eva@example.com"},
        {"items": ["i-1", "i-2"], "to": {"zip": "28195"}},
    ],
)
def test_what_the_schema_takes_the_gate_takes(more: dict[str, Any]) -> None:
    jsonschema.validate({**GOOD, **more}, arguments_schema(SPECS))
    check_args("shop.do", SPECS, {**GOOD, **more})


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_the_gate_refuses_the_schema_refuses(odd: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check_args("shop.do", SPECS, {**GOOD, **odd})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**GOOD, **odd}, arguments_schema(SPECS))


def test_a_tool_is_listed_where_a_rule_permits_it_and_the_scope_covers_it() -> None:
    def names(role: str, covered: bool = True) -> list[str]:
        return [each.name for each in tools(demo(), [role], lambda risk: covered or risk == "low", NOW)]

    assert names("external_agent") == ["shop.match_customer", "shop.get_order", "shop.refund_item"]
    assert names("external_agent", covered=False) == ["shop.match_customer", "shop.get_order"]
    assert names("admin") == []
    assert not permitted(demo(), "shop.refund_item_plain", ["external_agent"], NOW)


def test_what_a_tool_does_is_told_truly() -> None:
    by_name = {each.name: each for each in tools(demo(), ["external_agent"], lambda risk: True, NOW)}
    read, refund = by_name["shop.get_order"], by_name["shop.refund_item"]
    assert (read.read_only, read.destructive) == (True, False)
    assert (refund.read_only, refund.destructive, refund.idempotent) == (False, True, True)


STEPS = """
@id("zz.step") @reason("Identify the order first.")
forbid (principal in Role::"external_agent", action == Action::"shop.refund_item", resource)
unless { context.steps.refunded.count < 2 };

@id("zz.mails") @reason("Enough for one customer.")
forbid (principal in Role::"external_agent", action == Action::"shop.get_order", resource)
when { context.ledger.refunds_per_customer > 50000 };

@id("zz.hours") @reason("By day only.")
forbid (principal in Role::"external_agent", action == Action::"shop.match_customer", resource)
unless { context.time.open };
"""
ACME = Principal(kind="external_agent", id="x_acme", roles=("external_agent",))


def offered(level: int = 1, refunds: int = 0, cents: int = 0, open_now: bool = True, rules: str = STEPS) -> list[str]:
    bundle = load_bundle(demo_files() | {"policies/zz.cedar": rules}, "r2")
    lines = lines_of(bundle, I, ACME, EVA)
    totals = {
        ("step.refunded", I): Total(refunds, refunds, NOW if refunds else None),
        ("refunds_per_customer", EVA): Total(cents),
    }
    standing = Standing(
        case=I,
        principal=ACME,
        customer=EVA,
        channel=Channel.API,
        level=level,
        age_s=10,
        failed_matches=0,
        codes_sent=0,
        time=times(NOW)._replace(open=open_now),
        past=past_of(known_ledgers(bundle, lines), lines, totals, NOW),
    )
    return [each.name for each in tools(bundle, ACME.roles, lambda _: True, NOW, standing)]


ALL_THREE = ["shop.match_customer", "shop.get_order", "shop.refund_item"]


def test_what_a_rule_denies_in_a_case_whatever_is_asked_for_is_no_tool_there() -> None:
    assert offered() == ALL_THREE
    assert offered(level=0) == ["shop.match_customer"], "nobody is known to be the customer"
    assert offered(refunds=1) == ALL_THREE
    assert offered(refunds=2) == ALL_THREE[:2], "what was done before stands in the way"
    assert offered(cents=50_001) == ["shop.match_customer", "shop.refund_item"], "a limit is reached"
    assert offered(open_now=False) == ALL_THREE[1:], "it is not the time for it"


@pytest.mark.parametrize(
    "more",
    [
        '@remedy("confirm")',
        '@overridable("supervisor")',
        '@mode("shadow")',
    ],
)
def test_what_can_be_cured_is_still_offered(more: str) -> None:
    assert offered(refunds=2, rules=STEPS.replace('@id("zz.step")', f'@id("zz.step") {more}')) == ALL_THREE


def test_a_rule_that_also_looks_at_arguments_decides_nothing_before_they_are_known() -> None:
    rule = STEPS.replace("refunded.count < 2", "refunded.count < 2 && context.args.amount > 0")
    assert offered(refunds=2, rules=rule) == ALL_THREE
