"""What would a journey do next: only what is known is said, and what nobody can tell is not guessed?"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from interlock.journeys import Conversation, Journey, under_way
from interlock.journeys.state import Run
from interlock.runtime.definitions import Definitions, check, read_folder
from interlock.vocabulary.ids import CustomerId, RunId

DEMO = Path(__file__).parents[2] / "examples" / "demo"
ORDER = {"order_id": "A-1042", "status": "delivered", "items": []}
ITEM = {"id": "i-1", "name": "Kettle", "refundable": {"amount": 1840, "currency": "EUR"}}


@cache
def definitions() -> Definitions:
    return check(read_folder(DEMO))


def journey(name: str) -> Journey:
    return definitions().journeys.journeys[name]


def path_of(verb: str) -> str:
    """Where the step of the demo's refund with that verb stands."""
    steps = journey("damaged_item").steps
    return next(path for path in steps if path.isdigit() and hasattr(steps[path], verb))


def at(path: str, waits_for: str, **values: Any) -> Conversation:
    run = Run(run=RunId("run_1"), journey="damaged_item", release="r", values=values, path=path, waits_for=waits_for)
    human = Run(run=RunId("run_2"), journey="talk_to_human", release="r", path="1", waits_for="hand_over")
    return Conversation(release="r", runs=(run, human), holder="agent")


def told(state: Conversation) -> tuple[str, str, str, dict[str, Any]] | None:
    found = under_way(state, lambda release, name: journey(name), definitions().tenant)
    return None if found is None else (found.kind, found.name, found.action, dict(found.args))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (at("0", "slot"), ("ask", "order_no", "shop.refund_item", {"reason": "damaged"})),
        (
            at("0", "slot", order_no="A-1042"),
            ("verify", "email", "shop.refund_item", {"order_id": "A-1042", "reason": "damaged"}),
        ),
        (
            replace(at("0", "slot", order_no="A-1042"), customer=CustomerId("c-1")),
            ("look_up", "shop.get_order", "shop.get_order", {"order_id": "A-1042"}),
        ),
        (
            at(path_of("choose"), "choice", order_no="A-1042", order=ORDER, item=ITEM),
            (
                "do",
                "shop.refund_item",
                "shop.refund_item",
                {"order_id": "A-1042", "item_id": "i-1", "amount": ITEM["refundable"], "reason": "damaged"},
            ),
        ),
        (at(path_of("do"), "proposal", order_no="A-1042", order=ORDER, item=ITEM), None),
    ],
)
def test_the_first_step_that_is_not_done_and_the_action_on_the_way(state: Conversation, expected: object) -> None:
    assert told(state) == expected


def test_a_condition_on_what_is_not_known_yet_ends_the_way_and_one_that_is_known_is_followed() -> None:
    when = path_of("when")
    assert told(at(when, "")) is None
    found = under_way(
        at(when, "", order={**ORDER, "status": "sent"}), lambda release, name: journey(name), definitions().tenant
    )
    assert found is not None and found.kind == "say" and found.says.startswith("The order A-1042 has not reached you")
