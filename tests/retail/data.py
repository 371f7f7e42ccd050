"""Where is the outside data, and what do its tasks ask for? Nothing of it is in this repository."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
RETAIL = ROOT / "examples" / "retail"
sys.path.insert(0, str(RETAIL / "shop"))

from retail_shop.state import State  # noqa: E402

FOLDER = "shared/data/tau2-retail"


def folder() -> Path | None:
    """The folder of the data: beside the repository, or where INTERLOCK_TAU2_RETAIL says."""
    named = os.environ.get("INTERLOCK_TAU2_RETAIL")
    places = [Path(named)] if named else [ROOT.parent / FOLDER, ROOT.parents[1] / FOLDER]
    return next((each for each in places if (each / "db.json").is_file()), None)


needs_data = pytest.mark.skipif(folder() is None, reason="the outside data (tau2-retail) is not here")


class Call(NamedTuple):
    """One action of the connector with its arguments."""

    action: str
    args: dict[str, Any]


class Task(NamedTuple):
    """One customer's request: who it is, and what somebody does for him who does it right."""

    name: str
    customer: str
    calls: tuple[Call, ...]


@cache
def shop() -> State:
    """The shop with the data, for this process; whoever changes something resets it first."""
    found = folder()
    assert found is not None
    return State(found / "db.json")


@cache
def raw() -> dict[str, Any]:
    """The file itself."""
    found = folder()
    assert found is not None
    return dict(msgspec.json.decode((found / "db.json").read_bytes()))


@cache
def tasks() -> tuple[Task, ...]:
    """All tasks, in the words of the connector."""
    found = folder()
    assert found is not None
    listed = msgspec.json.decode((found / "tasks.json").read_bytes())
    return tuple(_task(each["id"], each["evaluation_criteria"]["actions"] or []) for each in listed)


NAMES = {
    "find_user_id_by_email": "find_by_email",
    "find_user_id_by_name_zip": "find_by_name",
    "get_user_details": "get_customer",
    "get_order_details": "get_order",
    "get_product_details": "get_product",
    "get_item_details": "get_item",
    "calculate": "calculate",
    "cancel_pending_order": "cancel_order",
    "modify_pending_order_address": "change_address",
    "modify_pending_order_payment": "change_payment",
    "modify_pending_order_items": "change_items",
    "exchange_delivered_order_items": "exchange_items",
    "return_delivered_order_items": "return_items",
    "modify_user_address": "change_customer_address",
    "transfer_to_human_agents": "transfer",
}
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


def _task(name: str, actions: list[dict[str, Any]]) -> Task:
    calls = tuple(Call(f"retail.{NAMES[each['name']]}", _args(each["arguments"])) for each in actions)
    owners = {owner for call in calls if (owner := _owner(call))}
    assert len(owners) <= 1, (name, owners)
    return Task(name, next(iter(owners), ""), calls)


def _args(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments as the connector takes them: an address in one, a customer by his number, nothing empty."""
    args = {name: value for name, value in arguments.items() if name not in ADDRESS or "address1" not in arguments}
    if "address1" in arguments:
        args["address"] = {name: arguments[name] for name in ADDRESS if arguments.get(name)}
    if user := args.pop("user_id", ""):
        args["customer_id"] = shop().number_of(user)
    return args


def _owner(call: Call) -> str:
    """Whose affair a call is, if it says so and there is such a thing."""
    if "customer_id" in call.args:
        return str(call.args["customer_id"])
    order = raw()["orders"].get(call.args.get("order_id"))
    return shop().number_of(order["user_id"]) if order is not None else ""
