"""A shop of one customer and two orders, made up: so that the example is tried where the outside data is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

HOME = {
    "address1": "1 Hill Road",
    "address2": "",
    "city": "Springfield",
    "state": "IL",
    "country": "USA",
    "zip": "62701",
}
COLOURS = {
    "11": ("red", 10.0, True),
    "12": ("blue", 12.5, True),
    "13": ("green", 99.0, True),
    "14": ("gold", 9.0, False),
}


def _line(item: str, price: float) -> dict[str, Any]:
    return {
        "name": "Mug",
        "product_id": "1",
        "item_id": item,
        "price": price,
        "options": {"colour": COLOURS[item][0]},
    }


def _order(number: str, status: str) -> dict[str, Any]:
    paid = {"transaction_type": "payment", "amount": 20.0, "payment_method_id": "credit_card_7"}
    lines = [_line("11", 10.0), _line("11", 10.0)]
    return {
        "order_id": number,
        "user_id": "ann_ash_1",
        "address": HOME,
        "items": lines,
        "status": status,
        "payment_history": [paid],
    }


def write(file: Path) -> Path:
    """Write the data; gives the file."""
    variants = {
        item: {"item_id": item, "options": {"colour": colour}, "available": there, "price": price}
        for item, (colour, price, there) in COLOURS.items()
    }
    cards = {
        "credit_card_7": {"source": "credit_card", "id": "credit_card_7"},
        "gift_card_8": {"source": "gift_card", "id": "gift_card_8", "balance": 5.0},
    }
    ann = {
        "user_id": "ann_ash_1",
        "name": {"first_name": "Ann", "last_name": "Ash"},
        "address": HOME,
        "email": "ann@example.com",
        "payment_methods": cards,
        "orders": ["#W1", "#W2"],
    }
    called = {"first_name": "Bob", "last_name": "Bay"}
    bob = ann | {
        "user_id": "bob_bay_2",
        "name": called,
        "email": "bob@example.com",
        "orders": [],
        "payment_methods": {},
    }
    data = {
        "users": {"ann_ash_1": ann, "bob_bay_2": bob},
        "orders": {"#W1": _order("#W1", "pending"), "#W2": _order("#W2", "delivered")},
        "products": {"1": {"name": "Mug", "product_id": "1", "variants": variants}},
    }
    file.write_bytes(msgspec.json.encode(data))
    return file
