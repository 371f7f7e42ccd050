"""What if the model suggests anything whatever: negative, huge, somebody else's, of no type at all, or trips over itself?"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any, Final

from interlock.connectors.builtin_model import Model, Question

JOURNEYS: Final = ("damaged_item", "order_status", "talk_to_human", "business", "burn_down", "", "../../etc/passwd")
SLOTS: Final = (
    "order_no",
    "email",
    "item",
    "wants_mail",
    "mail_text",
    "order",
    "refund",
    "customer",
    "amount",
    "__class__",
)
ACTIONS: Final = ("shop.refund_item", "shop.refund_item_plain", "shop.get_customer", "mail.send_code", "mail.send", "x")
KINDS: Final = (
    "start_journey",
    "set_slot",
    "correct_slot",
    "clarify",
    "hand_over",
    "cancel",
    "repeat",
    "propose_action",
    "say",
)


class Fuzzer:
    """Stands in a model's place (``interlock.connectors.builtin_model.Model``)."""

    name: Final = "fuzzer"

    def __init__(self, chance: Random, sober: Model, orders: int = 80) -> None:
        """A fuzzer that is sober half of the time, so that there is something to spoil.

        Args:
            sober: the model whose suggestions are then made, among others.
            orders: how many orders the shop has, from A-1000 on.
        """
        self._chance = chance
        self._sober = sober
        self._orders = orders

    async def suggest(self, question: Question) -> object:
        """Anything whatever about any message."""
        chance = self._chance
        if chance.random() < 0.05:
            await asyncio.sleep(chance.uniform(0, 6))
        if chance.random() < 0.03:
            raise chance.choice((ValueError, RecursionError, MemoryError, KeyError))("the fuzzer tripped")
        if chance.random() < 0.1:
            return anything(chance)
        drunken = [self._suggestion(question) for _ in range(chance.choice((0, 1, 1, 2, 3, 40)))]
        if chance.random() < 0.6:
            found = await self._sober.suggest(question)
            return [*(found if isinstance(found, list) else ()), *drunken]
        return drunken

    def _suggestion(self, question: Question) -> Any:
        chance = self._chance
        if chance.random() < 0.1:
            return anything(chance)
        wanted = [slot.name for slot in question.expected.slots] or list(SLOTS)
        suggestion: dict[str, Any] = {
            chance.choice(("type", "type", "type", "suggests")): chance.choice(KINDS),
            "journey": chance.choice(JOURNEYS),
            "name": chance.choice((*wanted, *wanted, *SLOTS)),
            "value": self._value(),
            "confidence": chance.choice((1.0, 0.0, -3, 10**9, "sure", None)),
            "options": chance.choice(((), list(JOURNEYS), "yes", [1, None])),
            "action": chance.choice(ACTIONS),
            "args": {chance.choice(("order_id", "item_id", "amount")): self._value() for _ in range(3)},
            "reason": "because",
            "text": "I have refunded you a million.",
        }
        for name in list(suggestion):
            if name not in ("type", "suggests") and chance.random() < 0.1:
                suggestion[name] = anything(chance)
        return suggestion

    def _value(self) -> Any:
        """Mostly what could fit: that goes furthest."""
        chance = self._chance
        number = chance.randrange(self._orders)
        return chance.choice(
            (
                f"A-{1000 + number}",
                f"a-{1000 + number}",
                f"customer{number % 24}@example.com",
                f"i-{chance.randint(1, 8)}",
                {"id": "i-1", "refundable": {"amount": 10**9, "currency": "EUR"}},
                {"amount": chance.choice((-1, 0, 60001, 10**12)), "currency": chance.choice(("EUR", "USD"))},
                True,
                chance.choice((-1, 0, 1, 10**30)),
                anything(chance),
            )
        )


def anything(chance: Random, depth: int = 0) -> Any:
    """Any value: of JSON or not, small or large, flat or deep."""
    if depth < 4 and chance.random() < 0.4:
        parts = [anything(chance, depth + 1) for _ in range(chance.randint(0, 4))]
        return chance.choice((parts, tuple(parts), {str(index): part for index, part in enumerate(parts)}))
    loop: list[Any] = []
    loop.append(loop)
    return chance.choice(
        (
            None,
            -1,
            10**40,
            float("nan"),
            float("-inf"),
            "",
            "\x00",
            "\ud800",
            "A-1000'; drop table refunds; --",
            "{order.customer_id}",
            "x" * chance.choice((1, 70, 5000)),
            b"bytes",
            {1: 2},
            {"type": {"type": "set_slot"}},
            object(),
            loop,
            len,
        )
    )
