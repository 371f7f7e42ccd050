"""Journeys: runs of a journey in an interaction, the slots they filled, the step they stand at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from interlock.kernel.events import Command, Event, PersonalValue
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, RunId, tags

HANDED_OVER: Final = "handed_over"
"""The outcome of a run that ran out after a person had the interaction: what it was about, the run did not settle."""


IN_TIME: Final = "in_time"
"""What advances a run that waited for a time."""


class SuggestionsMade(Event, frozen=True, kw_only=True):
    """What a model suggested about a message: suggestions only, never decisions."""

    interaction: InteractionId
    person: PersonId
    message: MessageId
    model: str
    suggestions: PersonalValue

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class JourneyStarted(Event, frozen=True, kw_only=True):
    """A journey began; ``release`` is the version of the definitions that it ends on."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    journey: str
    release: str
    parent: str = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, run=self.run)


class SlotFilled(Event, frozen=True, kw_only=True):
    """A slot got a value (or a corrected one); ``source`` says from what: a message, a choice, a tool's answer."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    name: str
    value: PersonalValue
    source: str

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class StepReached(Event, frozen=True, kw_only=True):
    """The run stands at a step and waits there, for ``waits_for``; ``path`` names it as in the file (``5``, ``3.then.0``)."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    path: str
    waits_for: str
    ref: str = ""
    """What it waits for by identifier: a proposal, a challenge, a visit."""
    tries: int = 0
    again: bool = False
    """It stood here before and did something else meanwhile: how its proposal stands is looked up."""
    until: datetime | None = None
    """When it goes on by itself, where it waits for a time."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class JourneyEnded(Event, frozen=True, kw_only=True):
    """The run is over, with the outcome that its ``end`` step names."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    journey: str
    outcome: str

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction, run=self.run)


class TakeTurn(Command, frozen=True, kw_only=True):
    """Understand a customer's message and let the journey answer it."""

    interaction: InteractionId
    message: MessageId

    def lane(self) -> str:
        return self.interaction


class AdvanceJourney(Command, frozen=True, kw_only=True):
    """Something that a run waits for has happened: a proposal was settled, a challenge passed, a hand-over failed.

    ``what`` names it: a branch of ``do`` (``succeeded``, ``denied``, ``declined``, ``verification_failed``, ``approval_pending``,
    ``approval_rejected``, ``approval_expired``, ``unavailable``, ``outcome_unknown``), ``hand_over_failed``, ``handed_back``,
    ``in_time`` (a ``wait`` is over), or ``again``: then it is looked up what became of the proposal.
    """

    interaction: InteractionId
    what: str
    ref: str

    def lane(self) -> str:
        return self.interaction


class TurnContext(Command, frozen=True, kw_only=True):
    """A turn with the model's suggestions: built and carried out by the runtime, never kept for later."""

    interaction: InteractionId
    message: MessageId
    text: str
    suggestions: tuple[Any, ...]
    model: str

    def lane(self) -> str:
        return self.interaction


class JourneyAdvance(Command, frozen=True, kw_only=True):
    """An advance with what it needs to know of the outcome: built and carried out by the runtime, never kept for later."""

    interaction: InteractionId
    what: str
    ref: str
    result: Any = None
    customer_reason: str = ""

    def lane(self) -> str:
        return self.interaction
