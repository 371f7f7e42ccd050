"""Agents of other vendors: programs that propose from outside, and the cases that they work on."""

from __future__ import annotations

from typing import Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.ids import (
    NOBODY,
    CustomerId,
    ExternalAgentId,
    InteractionId,
    PersonId,
    ProposalId,
    SessionId,
    tags,
)

Tier = Literal["low", "medium", "high"]
"""A risk tier; whoever has one has the lower ones too."""


class ExternalAgentAdded(Event, frozen=True, kw_only=True):
    """Another vendor's agent was given an account. Its name and the digest of its key are in the account, not in the log."""

    agent: ExternalAgentId
    roles: tuple[str, ...]
    scope: Tier
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(external_agent=self.agent)


class ExternalAgentRevoked(Event, frozen=True, kw_only=True):
    """The account was ended: its key and its tokens are refused from now on."""

    agent: ExternalAgentId
    by: str

    def tags(self) -> tuple[str, ...]:
        return tags(external_agent=self.agent)


class CaseOpened(Event, frozen=True, kw_only=True):
    """An agent from outside may propose in this interaction.

    ``opened``: it began the interaction itself, so the customer speaks through it. ``joined``: the customer's own session was
    handed to it, and she answers there herself.
    """

    interaction: InteractionId
    person: PersonId
    session: SessionId
    agent: ExternalAgentId
    how: Literal["opened", "joined"]

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, session=self.session, external_agent=self.agent)


class OutsideMatchFailed(Event, frozen=True, kw_only=True):
    """What an agent from outside gave as proof matched nobody; too many of these within an hour and it opens no case."""

    interaction: InteractionId
    agent: ExternalAgentId

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, external_agent=self.agent)


class OpenCase(Command, frozen=True, kw_only=True):
    """Begin an interaction of the channel ``api`` for an agent from outside."""

    interaction: InteractionId
    person: PersonId
    session: SessionId
    agent: ExternalAgentId

    def lane(self) -> str:
        return self.interaction


class JoinCase(Command, frozen=True, kw_only=True):
    """Let an agent from outside propose in the interaction of a customer's own session."""

    session: SessionId
    agent: ExternalAgentId

    def lane(self) -> str:
        return self.session


class SettleMatch(Command, frozen=True, kw_only=True):
    """Record whom the proof that an agent from outside gave belongs to; nobody, where it matched none."""

    interaction: InteractionId
    agent: ExternalAgentId
    by: str
    customer: CustomerId = NOBODY
    name: str = ""
    proposal: ProposalId = ProposalId("")

    def lane(self) -> str:
        return self.interaction


class CloseCase(Command, frozen=True, kw_only=True):
    """End an interaction that an agent from outside opened; ``quiet``: because nothing was proposed in it for long."""

    interaction: InteractionId
    agent: ExternalAgentId
    quiet: bool = False

    def lane(self) -> str:
        return self.interaction
