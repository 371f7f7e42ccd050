"""Is nothing carried out but exactly what was allowed?"""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import pytest

from interlock.connectors.contract import authorise
from interlock.kernel.errors import Refused
from interlock.kernel.events import ERASED
from tests.connectors.shop import REFUND, SECRET, action, allowed, judged, mocked, proposed


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "denied"},
        {"verdict": "needs"},
        {"proposal": "pr_2"},
        {"action": "shop.refund_item_plain"},
        {"args_hash": "another"},
    ],
)
def test_a_judgement_that_allows_something_else_authorises_nothing(changes: dict[str, Any]) -> None:
    event = proposed()
    with pytest.raises(Refused, match="not_authorised"):
        authorise(judged(event, **changes), event)


def test_arguments_that_are_not_those_that_were_hashed_authorise_nothing() -> None:
    event = proposed(args={**REFUND, "item_id": "i-2"}, args_hash=proposed().args_hash)
    with pytest.raises(Refused, match="not those that were judged"):
        authorise(judged(event), event, SECRET)


def test_arguments_that_were_erased_authorise_nothing() -> None:
    event = proposed(private_args=ERASED, args_hash="of more than is left")
    with pytest.raises(Refused, match="were erased"):
        authorise(judged(event), event, SECRET)


def test_an_authorisation_cannot_be_changed_into_another() -> None:
    with pytest.raises(Refused, match="not_authorised"):
        dataclasses.replace(allowed(), judged=judged(proposed(), verdict="denied"), secret=None)


@pytest.mark.parametrize(
    ("name", "args", "key"),
    [
        ("shop.refund_item", {**REFUND, "amount": {"amount": 999_999, "currency": "EUR"}}, "pr_1"),
        ("shop.refund_item", {**REFUND, "reason": "goodwill"}, "pr_1"),
        ("shop.refund_item", REFUND, "pr_2"),
        ("shop.refund_item_plain", REFUND, "pr_1"),
    ],
)
async def test_a_connector_refuses_a_call_that_was_not_allowed(name: str, args: dict[str, Any], key: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("it was called")

    connector = mocked(never)
    with pytest.raises(Refused, match="not_authorised"):
        await connector.perform(allowed(), action(name), args, key)
