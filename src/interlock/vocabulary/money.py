"""Money: a whole number of minor units with its currency; never a float."""

from __future__ import annotations

from typing import Final

import msgspec

MINOR_DIGITS: Final = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
"""Digits after the point where they are not two (ISO 4217)."""

SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount in minor units (cents) of a currency (ISO 4217 code)."""

    amount: int
    currency: str

    @property
    def digits(self) -> int:
        """Digits after the decimal point."""
        return MINOR_DIGITS.get(self.currency, 2)

    def __str__(self) -> str:
        whole, rest = divmod(abs(self.amount), 10**self.digits)
        text = f"{'-' if self.amount < 0 else ''}{whole:,}" + (f".{rest:0{self.digits}}" if self.digits else "")
        sign = SIGNS.get(self.currency)
        return f"{sign}{text}" if sign else f"{text} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)
