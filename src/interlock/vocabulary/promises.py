"""Promises: what somebody told a customer that will be done, until when, and whether it was."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from interlock.kernel.events import Command, Event, PersonalText
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import CustomerId, InteractionId, PersonId, PromiseId, ProposalId, tags
from interlock.vocabulary.money import Money

Source = Literal["agent", "journey", "policy"]
"""Who made it: a person, a journey, or a rule of the house (another program, in its own name)."""


class PromiseMade(Event, frozen=True, kw_only=True):
    """A customer was promised something; rules can honour it until it is kept or its time is over."""

    promise: PromiseId
    kind: str
    """The promise by its name in ``promises/``."""
    interaction: InteractionId
    person: PersonId
    customer: CustomerId
    by: Principal
    source: Source
    about: str
    """What it is about, such as an order's number; empty where its kind is about nothing in particular."""
    value: Money | None
    valid_until: datetime
    words: PersonalText = ""
    """What the customer was told."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, customer=self.customer, promise=self.promise)


class PromiseWanted(Event, frozen=True, kw_only=True):
    """A journey wants to promise something, and waits for the answer."""

    promise: PromiseId
    kind: str
    interaction: InteractionId
    person: PersonId
    about: str
    value: Money | None
    days: int
    words: PersonalText = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person)


class PromiseRefused(Event, frozen=True, kw_only=True):
    """A journey may not promise this; it takes its branch ``denied``."""

    promise: PromiseId
    interaction: InteractionId
    person: PersonId
    kind: str
    reason: str

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person)


class PromiseKept(Event, frozen=True, kw_only=True):
    """What was promised was done, by this proposal."""

    promise: PromiseId
    interaction: InteractionId
    customer: CustomerId
    proposal: ProposalId
    moved: Money | None = None

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer, promise=self.promise)


class PromiseBroken(Event, frozen=True, kw_only=True):
    """Its time is over, and it was not kept."""

    promise: PromiseId
    interaction: InteractionId
    customer: CustomerId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, customer=self.customer, promise=self.promise)


class MakePromise(Command, frozen=True, kw_only=True):
    """Promise the customer of an interaction something."""

    promise: PromiseId
    kind: str
    interaction: InteractionId
    by: Principal
    about: str = ""
    value: Money | None = None
    days: int = 0
    """For how many days; 0 for as long as its kind allows."""
    words: PersonalText = ""

    def lane(self) -> str:
        return self.interaction


class KeepPromises(Command, frozen=True, kw_only=True):
    """Something was done for a customer: see whether it had been promised."""

    customer: CustomerId
    proposal: ProposalId

    def lane(self) -> str:
        return f"promises:{self.customer}"


class BreakPromise(Command, frozen=True, kw_only=True):
    """The time of a promise is over."""

    customer: CustomerId
    promise: PromiseId

    def lane(self) -> str:
        return f"promises:{self.customer}"
