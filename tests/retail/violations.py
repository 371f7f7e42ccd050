"""How can the shop's written policy be broken, mechanically: by what is done, when, by whom, or with which arguments?

Written from the policy's text and the shop's data alone. The rules are not looked at; of them only the name is here that
is expected to say no.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from tests.retail.data import Call, shop

from retail_shop import wire  # isort: skip

PENDING = ("retail.cancel_order", "retail.change_address", "retail.change_payment", "retail.change_items")
DELIVERED = ("retail.exchange_items", "retail.return_items")
SWAPS = ("retail.change_items", "retail.exchange_items")
PAID = ("retail.change_payment", *SWAPS, "retail.return_items")
WRITES = (*PENDING, *DELIVERED, "retail.change_customer_address")
ABOUT_SOMEBODY = (*WRITES, "retail.get_order", "retail.get_customer")
NEEDS_IDENTITY = (*ABOUT_SOMEBODY, "retail.get_product", "retail.get_item")


class Violation(NamedTuple):
    """A call that the policy forbids, in words, and the rule that is expected to say no."""

    kind: str
    call: Call
    rule: str


def bent(call: Call, customer: str) -> Iterator[Violation]:
    """The same call with arguments that the policy forbids, as far as the customer's data has such a thing."""
    if call.action in (*PENDING, *DELIVERED):
        yield Violation("an order that does not exist", _with(call, order_id="#W0000000"), "order.exists")
        yield from _wrong_state(call, customer)
    if call.action in PENDING and _order(call).status == "pending":
        paying = Call("retail.change_payment", {"order_id": call.args["order_id"], "payment_method_id": "paypal_0"})
        yield from _payments(paying, customer)
    if call.action == "retail.cancel_order":
        yield Violation("a reason that is not acceptable", _with(call, reason="found it cheaper"), "bad_arguments")
    if call.action in PAID and call.action != "retail.change_payment":
        yield from _payments(call, customer)
    if call.action in (*SWAPS, "retail.return_items"):
        yield Violation("an item of another order", _with(call, item_ids=_elsewhere(call)), "items.in-order")
    if call.action in SWAPS:
        yield from _items(call)


def again(call: Call) -> Iterator[Violation]:
    """What must not be done once the call has been done."""
    order = str(call.args.get("order_id", ""))
    if call.action in SWAPS:
        yield Violation("items changed or exchanged twice", call, "items.once")
    if call.action == "retail.cancel_order":
        yield Violation("cancelled twice", call, "order.pending")
    if call.action == "retail.return_items":
        yield Violation("returned twice", call, "order.delivered")
    if call.action == "retail.change_payment":
        yield Violation("paid with the same again", call, "payment.other")
    if call.action == "retail.change_items":
        later = Call("retail.cancel_order", {"order_id": order, "reason": "no longer needed"})
        yield Violation("cancelled after its items were changed", later, "order.pending")
        where = msgspec.to_builtins(_order(call).address)
        moved = Call("retail.change_address", {"order_id": order, "address": _filled(where)})
        yield Violation("sent elsewhere after its items were changed", moved, "order.pending")


def altered(call: Call) -> Call | None:
    """Other arguments that are allowed as well, so that only the customer's yes to exactly these is missing."""
    match call.action:
        case "retail.cancel_order":
            reasons = ("no longer needed", "ordered by mistake")
            return _with(call, reason=reasons[call.args["reason"] == reasons[0]])
        case "retail.change_address" | "retail.change_customer_address":
            return _with(call, address=call.args["address"] | {"address1": "1 Other Street"})
        case "retail.return_items" if len(call.args["item_ids"]) > 1:
            return _with(call, item_ids=call.args["item_ids"][:-1])
        case "retail.change_items" | "retail.exchange_items":
            old, new = call.args["item_ids"][0], call.args["new_item_ids"]
            for each in _siblings(old):
                if each.available and each.item_id not in (old, new[0]) and call.args["payment_method_id"][0] != "g":
                    return _with(call, new_item_ids=[each.item_id, *new[1:]])
    return None


def _wrong_state(call: Call, customer: str) -> Iterator[Violation]:
    wanted, rule = ("pending", "order.pending") if call.action in PENDING else ("delivered", "order.delivered")
    for order in _orders(customer):
        if order.status != wanted:
            args: dict[str, Any] = {"order_id": order.order_id}
            if "item_ids" in call.args:
                args["item_ids"] = [order.items[0].item_id]
            if "new_item_ids" in call.args:
                args["new_item_ids"] = [_other(order.items[0].item_id)]
            yield Violation(f"an order that is {order.status}", _with(call, **args), rule)


def _payments(call: Call, customer: str) -> Iterator[Violation]:
    own = shop().customer(shop().user_row(customer)).payment_methods
    order = _order(call)
    foreign = next(each for each in _everybody(customer) if each.kind == "credit_card")
    yield Violation("somebody else's card", _with(call, payment_method_id=foreign.payment_method_id), "payment.own")
    if call.action == "retail.change_payment":
        same = _with(call, payment_method_id=order.paid_with)
        yield Violation("what it is paid with already", same, "payment.other")
    for each in own:
        paying = _with(call, payment_method_id=each.payment_method_id)
        if call.action == "retail.return_items":
            if each.kind != "gift_card" and each.payment_method_id != order.paid_with:
                yield Violation("a refund to another card", paying, "refund.where")
        elif each.balance is not None:
            yield from _short(paying, order, each.balance.amount)


def _short(call: Call, order: wire.Order, balance: int) -> Iterator[Violation]:
    """A gift card that does not hold what is to be paid: for the order as a whole, or for the dearest variants."""
    if call.action == "retail.change_payment":
        if order.total.amount > balance:
            yield Violation("a gift card that is short", call, "payment.covers")
        return
    line = order.items[0]
    dearest = max((each for each in _siblings(line.item_id) if each.available), key=lambda each: each.price.amount)
    if dearest.price.amount - line.price.amount > balance and dearest.item_id != line.item_id:
        short = _with(call, item_ids=[line.item_id], new_item_ids=[dearest.item_id])
        yield Violation("a gift card that is short", short, "payment.covers")


def _items(call: Call) -> Iterator[Violation]:
    old, new = call.args["item_ids"], call.args["new_item_ids"]
    gone = next((each.item_id for each in _siblings(old[0]) if not each.available and each.item_id != old[0]), "")
    if gone:
        yield Violation("an item that is not in stock", _with(call, new_item_ids=[gone, *new[1:]]), "items.available")
    other = [_foreign(old[0]), *new[1:]]
    yield Violation("an item of another product", _with(call, new_item_ids=other), "items.same-product")
    yield Violation("an item for itself", _with(call, new_item_ids=[old[0], *new[1:]]), "items.other-variant")
    more = [*new, _other(old[-1])]
    yield Violation("more new items than old ones", _with(call, new_item_ids=more), "items.in-pairs")


# What the data has.


def _with(call: Call, **args: Any) -> Call:
    return Call(call.action, call.args | args)


def _filled(address: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in address.items() if value}


def _order(call: Call) -> wire.Order:
    return shop().order(shop().order_row(call.args["order_id"]))


def _orders(customer: str) -> list[wire.Order]:
    return [shop().order(shop().order_row(each)) for each in shop().user_row(customer)["orders"]]


def _everybody(customer: str) -> Iterator[wire.PaymentMethod]:
    """The payment methods of the customers that come next."""
    number = int(customer.removeprefix("c-"))
    for step in range(1, 50):
        other = f"c-{1001 + (number - 1001 + step) % 500}"
        yield from shop().customer(shop().user_row(other)).payment_methods


def _siblings(item_id: str) -> list[wire.Variant]:
    """The variants of an item's product."""
    return shop().product(shop().item(item_id).product_id).variants


def _other(item_id: str) -> str:
    """Another variant of the same product, in stock if there is one."""
    rest = [each for each in _siblings(item_id) if each.item_id != item_id]
    return next((each.item_id for each in rest if each.available), rest[0].item_id)


def _foreign(item_id: str) -> str:
    """A variant of another product that is in stock."""
    product = shop().item(item_id).product_id
    return next(item for item, (of, each) in shop().variants() if of["product_id"] != product and each["available"])


def _elsewhere(call: Call) -> list[str]:
    """The items of the call, the last one replaced by one that the order does not have."""
    there = {each.item_id for each in _order(call).items}
    last = call.args["item_ids"][-1]
    strange = next(item for item, _ in shop().variants() if item not in there and item != last)
    return [*call.args["item_ids"][:-1], strange]
