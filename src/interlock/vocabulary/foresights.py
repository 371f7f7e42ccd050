"""Foresights: a journey asks what the gate would say to an action, before anything is offered to anybody."""

from __future__ import annotations

from typing import Any

from interlock.kernel.events import Command, Event, PersonalValue
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.ids import CustomerId, ForesightId, InteractionId, PersonId, SessionId, tags
from interlock.vocabulary.proposals import Remedy, Ruling, Verdict


class ForesightWanted(Event, frozen=True, kw_only=True):
    """A journey asks what would be said if this were proposed now, and waits for the answer. Nothing is proposed by it.

    ``args`` and ``private_args`` are divided as in ``ActionProposed``.
    """

    foresight: ForesightId
    interaction: InteractionId
    person: PersonId
    session: SessionId
    channel: Channel
    customer: CustomerId
    action: str
    args: dict[str, Any]
    private_args: PersonalValue = None
    args_hash: str
    purpose: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, foresight=self.foresight)


class Foreseen(Event, frozen=True, kw_only=True):
    """What the gate would have said just then: nothing was reserved, and no later judgement is bound by it."""

    foresight: ForesightId
    interaction: InteractionId
    person: PersonId
    action: str
    args_hash: str
    verdict: Verdict
    policy: str
    rulings: tuple[Ruling, ...] = ()
    needs: tuple[Remedy, ...] = ()

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, person=self.person, foresight=self.foresight)


class Foresee(Command, frozen=True, kw_only=True):
    """Answer a journey's question."""

    foresight: ForesightId
    interaction: InteractionId

    def lane(self) -> str:
        return self.foresight
