"""Outcomes: what an interaction came to, as facts that later measures are folded from."""

from __future__ import annotations

from typing import Literal

from interlock.kernel.events import Event
from interlock.vocabulary.ids import CustomerId, InteractionId, tags

Resolution = Literal["resolved", "unresolved", "unknown"]


class OutcomeRecorded(Event, frozen=True, kw_only=True):
    """How the interaction came out. ``contained`` means that no person took part; it does not mean resolved."""

    interaction: InteractionId
    customer: CustomerId
    contained: bool
    resolution: Resolution
    journey: str = ""
    detail: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer)


class RepeatContactFound(Event, frozen=True, kw_only=True):
    """The same customer came back about the same matter within the window."""

    interaction: InteractionId
    earlier: InteractionId
    customer: CustomerId
    journey: str

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer)
