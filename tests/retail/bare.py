"""The shop without anything before it, and as a connector's other end: the same program as behind HTTP, called directly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from interlock.connectors.contract import Answer, Authorised, Declined, Done
from interlock.control.actions import Action, request_of
from interlock.kernel.errors import Refused
from tests.retail.data import Call, shop

from retail_shop import changes, wire  # isort: skip
from retail_shop.api import transferred, variants_of  # isort: skip
from retail_shop.calculator import calculated  # isort: skip
from retail_shop.problems import Problem  # isort: skip

Given = Mapping[str, Any]


def _address(given: Given) -> wire.Address:
    return msgspec.convert(given["address"], wire.Address)


def _reason(given: Given) -> str:
    return msgspec.convert({"reason": given["reason"]}, wire.Cancellation).reason


def _swap(given: Given) -> tuple[str, list[str], list[str], str]:
    return given["order_id"], given["item_ids"], given["new_item_ids"], given["payment_method_id"]


OPERATIONS: dict[str, Callable[[Given], Any]] = {
    "findByEmail": lambda given: shop().match(given),
    "findByName": lambda given: shop().match(given),
    "getCustomer": lambda given: shop().customer(shop().user_row(given["customer_id"])),
    "getOrder": lambda given: shop().order(shop().order_row(given["order_id"])),
    "getProduct": lambda given: shop().product(given["product_id"]),
    "getItem": lambda given: shop().item(given["item_id"]),
    "getVariants": lambda given: variants_of(shop(), given["item_ids"]),
    "calculate": lambda given: wire.Calculation(calculated(given["expression"])),
    "cancelOrder": lambda given: changes.cancel(shop(), given["order_id"], _reason(given)),
    "changeOrderAddress": lambda given: changes.change_address(shop(), given["order_id"], _address(given)),
    "changeOrderPayment": lambda given: changes.change_payment(shop(), given["order_id"], given["payment_method_id"]),
    "changeOrderItems": lambda given: changes.change_items(shop(), *_swap(given)),
    "exchangeItems": lambda given: changes.exchange(shop(), *_swap(given)),
    "returnItems": lambda given: changes.give_back(
        shop(), given["order_id"], given["item_ids"], given["payment_method_id"]
    ),
    "changeCustomerAddress": lambda given: changes.move(shop(), given["customer_id"], _address(given)),
    "transfer": lambda given: transferred(shop()),
}
"""What the shop does, by operationId."""


def accepts(operation: str, call: Call) -> bool:
    """Whether the shop alone does what is asked; it does it."""
    try:
        OPERATIONS[operation](call.args)
    except (Problem, msgspec.ValidationError):
        return False
    return True


class Shop:
    """``interlock.connectors.contract.Connection``: it believes nobody who brings no allowed judgement."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def read(self, operation: str, parameters: Given) -> dict[str, Any] | None:
        """Read something for a judgement."""
        try:
            return dict(msgspec.to_builtins(OPERATIONS[operation](parameters)))
        except Problem:
            return None

    async def perform(self, authorised: Authorised, action: Action, args: Given, key: str) -> Answer:
        """Do what was allowed."""
        if not authorised.covers(action.name, args, key):
            raise Refused("not_authorised", "This was not allowed.", status=403)
        try:
            result = OPERATIONS[action.operation](request_of(action, args, key))
        except Problem as problem:
            return Declined(problem.code, problem.detail)
        self.done.append(key)
        return Done(msgspec.to_builtins(result))

    async def look_up(self, action: Action, args: Given, key: str) -> Any:
        """Nothing here has a look-up."""
        raise AssertionError(action.name)

    async def aclose(self) -> None:
        """There is nothing to close."""
