"""Consents: what a customer has agreed to be written to about, and that she no longer does."""

from __future__ import annotations

from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import CustomerId, tags


class ConsentGiven(Event, frozen=True, kw_only=True):
    """A customer agreed to be written to for a purpose."""

    customer: CustomerId
    purpose: str
    """By its name in ``consent_purposes`` of ``tenant.yaml``."""
    by: Principal
    """Who recorded it."""
    how: str = ""
    """Where she said so, such as ``checkout``; nothing personal."""

    def tags(self) -> tuple[str, ...]:
        return tags(customer=self.customer)


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """A customer no longer agrees."""

    customer: CustomerId
    purpose: str
    by: Principal
    how: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(customer=self.customer)


class RecordConsent(Command, frozen=True, kw_only=True):
    """Record that a customer agrees to be written to for a purpose, or no longer does."""

    customer: CustomerId
    purpose: str
    given: bool
    by: Principal
    how: str = ""

    def lane(self) -> str:
        return f"consents:{self.customer}"
