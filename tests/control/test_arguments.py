"""Which arguments fit an action, and what is said to those that do not?"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.control.actions import all_args, request_of, visible_fields
from interlock.kernel.errors import Refused
from interlock.vocabulary.money import Money
from tests.control.given import demo, euros

REFUND = demo().action("shop.refund_item")
SEND = demo().action("mail.send")

GOOD: dict[str, Any] = {"order_id": "A-1042", "item_id": "i-1", "amount": euros(1840)}


def test_arguments_that_fit_are_frozen_with_a_hash_that_does_not_depend_on_their_order() -> None:
    one = REFUND.check(GOOD)
    other = REFUND.check(dict(reversed(GOOD.items())))
    assert one.args == GOOD
    assert one.private_args is None
    assert one.args_hash == other.args_hash


def test_every_changed_argument_changes_the_hash() -> None:
    variants = [GOOD, GOOD | {"amount": euros(1841)}, GOOD | {"item_id": "i-2"}, GOOD | {"reason": "damaged"}]
    plain = demo().action("shop.refund_item_plain")
    hashes = {REFUND.check(each).args_hash for each in variants} | {plain.check(GOOD).args_hash}
    assert len(hashes) == 5


def test_the_hash_of_short_personal_arguments_needs_the_tenant_s_secret() -> None:
    code = demo().action("mail.send_code")
    raw = {"to": "eva@example.com", "code": "123456"}
    assert code.check(raw, b"one").args_hash != code.check(raw, b"two").args_hash
    assert code.check(raw, b"one").args_hash != code.check(raw).args_hash


def test_what_is_personal_is_kept_apart() -> None:
    checked = SEND.check({"reply_to": "eva@example.com", "message": "Call me."})
    assert checked.args == {}
    assert checked.private_args == {"reply_to": "eva@example.com", "message": "Call me."}


def test_money_may_come_as_money_and_letters_of_either_case_mean_the_same_order() -> None:
    checked = REFUND.check({"order_id": " a-1042 ", "item_id": "i-1", "amount": Money(1840, "EUR")})
    assert checked == REFUND.check(GOOD)


@pytest.mark.parametrize(
    ("change", "names", "mend"),
    [
        ({"amount": euros(-1840)}, "amount", "€0.01 to €5,000.00"),
        ({"amount": euros(0)}, "amount", "€0.01"),
        ({"amount": euros(10**30)}, "amount", "€5,000.00"),
        ({"amount": {"amount": 18.4, "currency": "EUR"}}, "amount", "minor units"),
        ({"amount": {"amount": math.nan, "currency": "EUR"}}, "amount", "minor units"),
        ({"amount": {"amount": True, "currency": "EUR"}}, "amount", "minor units"),
        ({"amount": {"amount": "1840", "currency": "EUR"}}, "amount", "minor units"),
        ({"amount": {"amount": 1840, "currency": "USD"}}, "amount", "another currency"),
        ({"amount": {"amount": 1840}}, "amount", "currency"),
        ({"amount": {"amount": 1840, "currency": "EUR", "note": "x"}}, "amount", "minor units"),
        ({"amount": 1840}, "amount", "minor units"),
        ({"amount": None}, "amount", "missing"),
        ({"order_id": "A-1042; drop"}, "order_id", "A-1042"),
        ({"order_id": "A-" + "1" * 5000}, "order_id", "shorten"),
        ({"order_id": ["A-1042"]}, "order_id", "A-1042"),
        ({"item_id": ""}, "item_id", "identifier"),
        ({"item_id": "i-1\x00"}, "item_id", "identifier"),
        ({"item_id": "\ud800"}, "item_id", "identifier"),
        ({"item_id": "../i-1"}, "item_id", "identifier"),
        ({"reason": "because"}, "reason", "damaged"),
        ({"ammount": euros(1)}, "ammount", "did you mean 'amount'?"),
    ],
)
def test_an_argument_that_does_not_fit_is_refused_by_name_with_what_to_write(
    change: dict[str, Any], names: str, mend: str
) -> None:
    with pytest.raises(Refused) as refusal:
        REFUND.check(GOOD | change)
    assert (refusal.value.code, refusal.value.status) == ("bad_arguments", 422)
    assert f"'{names}'" in refusal.value.reason
    assert mend in refusal.value.reason


@pytest.mark.parametrize("raw", [None, [], "A-1042", 3, {1: 2}, {"\ud800": 1}])
def test_arguments_that_are_no_mapping_of_names_are_refused(raw: object) -> None:
    with pytest.raises(Refused, match="bad_arguments"):
        REFUND.check(raw)


@pytest.mark.parametrize(
    "address", ["eva", "eva@", "@example.com", "a@b@example.com", "eva@example", "e va@example.com"]
)
def test_what_is_no_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(Refused) as refusal:
        SEND.check({"reply_to": address, "message": "Call me."})
    assert "eva@example.com" in refusal.value.reason
    assert address not in refusal.value.reason.replace("eva@example.com", "")


def test_the_request_is_made_from_the_arguments_and_an_absent_optional_one_leaves_its_parameter_out() -> None:
    plain = demo().action("shop.refund_item_plain")
    checked = plain.check(GOOD)
    assert request_of(plain, checked.args, "pr_1") == {**GOOD, "reference": "pr_1"}
    sent = SEND.check({"reply_to": "eva@example.com", "message": "Call {me}."})
    request = request_of(SEND, all_args(sent.args, sent.private_args), "pr_2")
    assert request["text"] == "Call {me}.\n\nAnswer to: eva@example.com"
    assert request["to"] == "service@kettle-crane.example"


def test_only_the_fields_that_an_action_names_are_seen_of_an_answer() -> None:
    action = demo().action("shop.get_order")
    answer = {
        "order_id": "A-1042",
        "customer_id": "c-104",
        "payment": {"method": "card", "label": "Visa"},
        "carrier": None,
    }
    assert visible_fields(action, answer) == {"order_id": "A-1042", "carrier": None, "payment": {"label": "Visa"}}
    assert visible_fields(action, "nonsense") == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "order_id": st.just("A-1042") | JSON,
        "item_id": st.just("i-1") | JSON,
        "amount": JSON | st.fixed_dictionaries({"amount": JSON | st.integers(), "currency": st.just("EUR") | JSON}),
        "reason": st.just("damaged") | JSON,
        "extra": JSON,
    },
)


@settings(max_examples=150, deadline=None)
@given(JSON | NEARLY)
def test_whatever_is_proposed_is_either_refused_or_fits_exactly(raw: object) -> None:
    try:
        checked = REFUND.check(raw)
    except Refused as refusal:
        assert refusal.code == "bad_arguments"
        return
    assert set(checked.args) <= {"order_id", "item_id", "amount", "reason"}
    assert type(checked.args["amount"]["amount"]) is int
    assert 1 <= checked.args["amount"]["amount"] <= 500_000
    assert checked.args["amount"]["currency"] == "EUR"
