"""Is what programs are told about an action what its arguments are really checked by?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import jsonschema
import pytest

from interlock.control.arguments import ArgSpec, Kind, check_args
from interlock.control.tools import argument_schema, arguments_schema, permitted, tools
from interlock.kernel.errors import Refused
from tests.control.given import demo

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
