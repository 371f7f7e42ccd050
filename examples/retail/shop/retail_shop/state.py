"""What does the shop hold, and how does it begin anew? The data is read from a file and changed in memory only."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from .problems import Problem
from .wire import Address, Change, Customer, Health, Item, Match, Money, Order, Payment, PaymentMethod, Product, Variant

CURRENCY = "USD"
Row = dict[str, Any]


class CannotRead(Exception):
    """The data cannot be used; the message says why."""


class State:
    """Customers, orders and products.

    Customers are known outside by a number that says nothing about them; the file's own identifiers hold their names.

    Attributes:
        transfers: how many conversations were given to a person.
        answers: what was answered under an idempotency key.
    """

    def __init__(self, file: Path) -> None:
        try:
            data = msgspec.json.decode(file.read_bytes())
            self._users: dict[str, Row] = data["users"]
            self._orders: dict[str, Row] = data["orders"]
            self._products: dict[str, Row] = data["products"]
        except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
            raise CannotRead(f"{file} cannot be used ({error}). Name a file with users, orders and products.") from None
        self._numbers = {user: f"c-{number:04}" for number, user in enumerate(sorted(self._users), 1001)}
        self._by_number = {number: user for user, number in self._numbers.items()}
        self._variants = {
            item: (product, variant) for product in self._products.values() for item, variant in _variants(product)
        }
        self._before: dict[tuple[str, str], Row] = {}
        self.transfers = 0
        self.answers: dict[tuple[str, str], tuple[bytes, Any]] = {}

    def reset(self) -> None:
        """Begin as the file says."""
        tables = {"users": self._users, "orders": self._orders}
        for (table, key), row in self._before.items():
            tables[table][key] = row
        self._before.clear()
        self.answers.clear()
        self.transfers = 0

    def health(self) -> Health:
        """How much there is."""
        return Health(len(self._users), len(self._orders), len(self._products))

    def number_of(self, user: str) -> str:
        """The customer's number by the file's own identifier. Raises KeyError."""
        return self._numbers[user]

    def order_row(self, order_id: str) -> Row:
        """An order to look at. Raises Problem 404."""
        row = self._orders.get(order_id)
        if row is None:
            raise Problem(404, "no-such-order", "There is no order with this number.")
        return row

    def user_row(self, customer_id: str) -> Row:
        """A customer to look at. Raises Problem 404."""
        user = self._by_number.get(customer_id)
        if user is None:
            raise Problem(404, "no-such-customer", "There is no customer with this number.")
        return self._users[user]

    def buyer_of(self, order: Row) -> Row:
        """Whose order it is."""
        return self._users[order["user_id"]]

    def change_order(self, order: Row) -> Row:
        """The same order to change."""
        return self._change("orders", self._orders, order["order_id"])

    def change_user(self, user: Row) -> Row:
        """The same customer to change."""
        return self._change("users", self._users, user["user_id"])

    def _change(self, table: str, rows: dict[str, Row], key: str) -> Row:
        if (table, key) not in self._before:
            self._before[table, key] = rows[key]
            rows[key] = copy.deepcopy(rows[key])
        return rows[key]

    def variant(self, item_id: str) -> tuple[Row, Row] | None:
        """A variant with its product; None where there is none of that number."""
        return self._variants.get(item_id)

    def variants(self) -> Iterable[tuple[str, tuple[Row, Row]]]:
        """All variants with their products, by item number."""
        return self._variants.items()

    def match(self, by: Mapping[str, str]) -> Match:
        """Who has this address, or is called so and lives there. Raises Problem 404."""
        for user in self._users.values():
            said = {"email": user["email"], **user["name"], "zip": user["address"]["zip"]}
            if all(said[name].casefold() == value.strip().casefold() for name, value in by.items()):
                return Match(self._numbers[user["user_id"]], _name(user))
        raise Problem(404, "no-match", "Nobody was found.")

    def customer(self, row: Row) -> Customer:
        """A customer as told to other systems."""
        methods = [method_of(each) for each in row["payment_methods"].values()]
        number = self._numbers[row["user_id"]]
        return Customer(number, _name(row), row["email"], Address(**row["address"]), methods, list(row["orders"]))

    def order(self, row: Row) -> Order:
        """An order as told to other systems."""
        payments = [
            Payment(each["transaction_type"], usd(each["amount"]), each["payment_method_id"])
            for each in row["payment_history"]
        ]
        change = row.get("change")
        return Order(
            order_id=row["order_id"],
            customer_id=self._numbers[row["user_id"]],
            status=row["status"],
            address=Address(**row["address"]),
            items=[
                Item(each["item_id"], each["product_id"], each["name"], each["options"], usd(each["price"]))
                for each in row["items"]
            ],
            total=usd(total_of(row)),
            paid_with=paid_with(row),
            payments=payments,
            change=None if change is None else Change(**change),
            cancel_reason=row.get("cancel_reason", ""),
        )

    def product(self, product_id: str) -> Product:
        """A product. Raises Problem 404."""
        found = self._products.get(product_id)
        if found is None:
            raise Problem(404, "no-such-product", "There is no product with this number.")
        return Product(product_id, found["name"], [_variant(found, each) for _, each in _variants(found)])

    def item(self, item_id: str) -> Variant:
        """A variant. Raises Problem 404."""
        found = self.variant(item_id)
        if found is None:
            raise Problem(404, "no-such-item", "There is no item with this number.")
        return _variant(*found)


def usd(amount: float) -> Money:
    """The file's decimal amounts in minor units."""
    return Money(round(amount * 100), CURRENCY)


def total_of(order: Row) -> float:
    """The price of everything in an order."""
    return float(round(sum(each["price"] for each in order["items"]), 2))


def paid_with(order: Row) -> str:
    """The payment method of the latest payment."""
    paid = [each["payment_method_id"] for each in order["payment_history"] if each["transaction_type"] == "payment"]
    return str(paid[-1]) if paid else ""


def method_of(row: Row) -> PaymentMethod:
    """A payment method as told to other systems."""
    balance = usd(row["balance"]) if row["source"] == "gift_card" else None
    return PaymentMethod(row["id"], row["source"], balance)


def _variants(product: Row) -> list[tuple[str, Row]]:
    return list(product["variants"].items())


def _variant(product: Row, row: Row) -> Variant:
    return Variant(
        row["item_id"], product["product_id"], product["name"], row["options"], row["available"], usd(row["price"])
    )


def _name(user: Row) -> str:
    return f"{user['name']['first_name']} {user['name']['last_name']}"
