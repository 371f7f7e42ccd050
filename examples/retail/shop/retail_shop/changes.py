"""What changes an order or a customer, and when does the shop itself refuse it?

It checks what any order system would: that things exist, their state, what is on file, what is in stock, what a card
holds. Who asks, what was agreed, and what the house's rules are besides, is not its affair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .problems import Problem
from .state import Row, State, paid_with, total_of, usd
from .wire import Address, Customer, Order


def cancel(state: State, order_id: str, reason: str) -> Order:
    """Cancel a pending order and pay it back. Raises Problem."""
    order = _in_state(state, order_id, "pending")
    order = state.change_order(order)
    order["status"], order["cancel_reason"] = "cancelled", reason
    for each in [each for each in order["payment_history"] if each["transaction_type"] == "payment"]:
        _give_back(state, order, each["payment_method_id"], each["amount"])
    return state.order(order)


def change_address(state: State, order_id: str, address: Address) -> Order:
    """Send a pending order elsewhere. Raises Problem."""
    order = state.change_order(_in_state(state, order_id, "pending", "pending_items_changed"))
    order["address"] = _plain(address)
    return state.order(order)


def change_payment(state: State, order_id: str, method_id: str) -> Order:
    """Pay a pending order with something else; what it was paid with gets its money back. Raises Problem."""
    order = _in_state(state, order_id, "pending", "pending_items_changed")
    method = _on_file(state, order, method_id)
    amount = total_of(order)
    _refuse_if_short(method, amount)
    order = state.change_order(order)
    before = paid_with(order)
    _take(state, order, method_id, amount)
    _give_back(state, order, before, amount)
    return state.order(order)


def change_items(state: State, order_id: str, old: Sequence[str], new: Sequence[str], method_id: str) -> Order:
    """Put other variants of the same products into a pending order; it cannot be changed again. Raises Problem."""
    order = _in_state(state, order_id, "pending")
    difference = _swapped(state, order, old, new, method_id)
    order = state.change_order(order)
    for was, becomes in zip(old, new, strict=True):
        found = state.variant(becomes)
        line = next(each for each in order["items"] if each["item_id"] == was)
        if found is not None:
            line |= {"item_id": becomes, "price": found[1]["price"], "options": found[1]["options"]}
    order["status"] = "pending_items_changed"
    if difference > 0:
        _take(state, order, method_id, difference)
    elif difference < 0:
        _give_back(state, order, method_id, -difference)
    return state.order(order)


def exchange(state: State, order_id: str, old: Sequence[str], new: Sequence[str], method_id: str) -> Order:
    """Exchange items of a delivered order for other variants of the same products. Raises Problem."""
    order = _in_state(state, order_id, "delivered")
    difference = _swapped(state, order, old, new, method_id)
    return _requested(state, order, "exchange_requested", old, new, method_id, difference)


def give_back(state: State, order_id: str, items: Sequence[str], method_id: str) -> Order:
    """Take items of a delivered order back. Raises Problem."""
    order = _in_state(state, order_id, "delivered")
    _refuse_unless_in(order, items)
    _on_file(state, order, method_id)
    price = sum(_line(order, each)["price"] for each in items)
    return _requested(state, order, "return_requested", items, (), method_id, -price)


def move(state: State, customer_id: str, address: Address) -> Customer:
    """Change where a customer lives. Raises Problem."""
    user = state.change_user(state.user_row(customer_id))
    user["address"] = _plain(address)
    return state.customer(user)


def _in_state(state: State, order_id: str, *allowed: str) -> Row:
    order = state.order_row(order_id)
    if order["status"] not in allowed:
        raise Problem(422, "wrong-state", f"The order is {order['status'].replace('_', ' ')}.")
    return order


def _on_file(state: State, order: Row, method_id: str) -> Row:
    found: Row | None = state.buyer_of(order)["payment_methods"].get(method_id)
    if found is None:
        raise Problem(422, "no-such-payment-method", "The customer of this order has no such payment method.")
    return found


def _refuse_if_short(method: Row, amount: float) -> None:
    if method["source"] == "gift_card" and round(method["balance"] - amount, 2) < 0:
        raise Problem(422, "gift-card-short", "There is not enough on this gift card.")


def _refuse_unless_in(order: Row, items: Sequence[str]) -> None:
    there = Counter(each["item_id"] for each in order["items"])
    if Counter(items) - there:
        raise Problem(422, "not-in-order", "Not all of these items are in the order.")


def _line(order: Row, item_id: str) -> Row:
    line: Row = next(each for each in order["items"] if each["item_id"] == item_id)
    return line


def _swapped(state: State, order: Row, old: Sequence[str], new: Sequence[str], method_id: str) -> float:
    """What is still to be paid for an exchange; negative where it is given back."""
    _refuse_unless_in(order, old)
    if len(old) != len(new):
        raise Problem(422, "not-in-pairs", "There have to be as many new items as old ones.")
    difference = 0.0
    for was, becomes in zip(old, new, strict=True):
        found, line = state.variant(becomes), _line(order, was)
        if found is None or found[0]["product_id"] != line["product_id"]:
            raise Problem(422, "other-product", "The new item is no variant of the same product.")
        if not found[1]["available"]:
            raise Problem(422, "not-available", "The new item is not in stock.")
        difference += found[1]["price"] - line["price"]
    difference = round(difference, 2)
    _refuse_if_short(_on_file(state, order, method_id), difference)
    return difference


def _requested(
    state: State, order: Row, status: str, old: Sequence[str], new: Sequence[str], method_id: str, difference: float
) -> Order:
    order = state.change_order(order)
    order["status"] = status
    order["change"] = {
        "item_ids": list(old),
        "new_item_ids": list(new),
        "payment_method_id": method_id,
        "difference": usd(difference),
    }
    return state.order(order)


def _take(state: State, order: Row, method_id: str, amount: float) -> None:
    _move_money(state, order, method_id, -amount)
    order["payment_history"].append({"transaction_type": "payment", "amount": amount, "payment_method_id": method_id})


def _give_back(state: State, order: Row, method_id: str, amount: float) -> None:
    _move_money(state, order, method_id, amount)
    order["payment_history"].append({"transaction_type": "refund", "amount": amount, "payment_method_id": method_id})


def _move_money(state: State, order: Row, method_id: str, amount: float) -> None:
    """A gift card's balance changes at once; everything else takes days and happens elsewhere."""
    method = state.buyer_of(order)["payment_methods"].get(method_id)
    if method is not None and method["source"] == "gift_card":
        method = state.change_user(state.buyer_of(order))["payment_methods"][method_id]
        method["balance"] = round(method["balance"] + amount, 2)


def _plain(address: Address) -> Row:
    return {name: getattr(address, name) for name in address.__struct_fields__}
