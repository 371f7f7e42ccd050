"""Journeys: runs of a journey in an interaction, the slots they filled, the step they stand at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from interlock.kernel.events import Command, Event, PersonalText, PersonalValue
from interlock.vocabulary.ids import InteractionId, MessageId, PersonId, RunId, tags
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.models import ModelUsed

HANDED_OVER: Final = "handed_over"
"""The outcome of a run that ran out after a person had the interaction: what it was about, the run did not settle."""


REMIND: Final = "remind"
"""What advances a run that waits, so that the customer is reminded of it."""


IN_TIME: Final = "in_time"
"""What advances a run that waited for a time."""

LET_GO: Final = "let_go"
"""What advances the runs whose news had to wait for a queue or an agent: the one was left, the other is done."""


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


class ProfileApplied(Event, frozen=True, kw_only=True):
    """Something was said or offered to a customer for her profile: words, and nothing that may be done."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    profile: str
    place: str
    """Where that stands in the journey's file: ``steps.7.to.loyal``, ``slots.stay.options.2.to``."""

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
    remind: datetime | None = None
    """When the customer is reminded of it, if it still waits then."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class CustomerReminded(Event, frozen=True, kw_only=True):
    """The customer was reminded of what a run waits for; ``next`` is when she is once more."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    path: str
    next: datetime | None = None

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


class AgentAnswerRefused(Event, frozen=True, kw_only=True):
    """An answer of a model in an agent step was not taken: ``why`` says what was wrong; ``text`` is what it would have said."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    path: str
    model: str
    why: str
    text: PersonalText = ""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class AgentStepLeft(Event, frozen=True, kw_only=True):
    """An agent step is over: by an ``exit``, its ``until``, or in its scripted branch (``otherwise``); with what it took."""

    interaction: InteractionId
    person: PersonId
    run: RunId
    path: str
    how: str
    """The name of the exit, ``until``, ``done`` or ``otherwise``."""
    why: str = ""
    """Why the scripted branch is taken."""
    turns: int = 0
    actions: int = 0
    tokens: int = 0
    cost_micro: int = 0

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class ClaimsContradicted(Event, frozen=True, kw_only=True):
    """A model told a customer something that contradicts what was told to her earlier in the same interaction."""

    interaction: InteractionId
    person: PersonId
    message: MessageId
    earlier: MessageId
    said: PersonalText
    before: PersonalText

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class AgentAnswer(msgspec.Struct, frozen=True):
    """What a model answered in an agent step: suggestions that may be anything.

    Attributes:
        run: the run that stands there; ``round`` is what it was asked for, empty where a message was.
        failed: why there is no answer; empty where there is one.
        message: the customer's latest.
        passages: of articles, which the model was told and which may still be said.
        used: what asking took, of every model that was asked.
    """

    run: RunId
    round: str
    suggestions: tuple[Any, ...] = ()
    model: str = ""
    failed: str = ""
    used: tuple[ModelUsed, ...] = ()
    message: MessageId = MessageId("")
    passages: tuple[Found, ...] = ()


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
    ``in_time`` (a ``wait`` is over), ``remind`` (the customer is reminded of what it waits for), ``let_go`` (a queue was left, an
    agent is done), or ``again``: then it is looked up what became of the proposal.
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
    answer: AgentAnswer | None = None
    """In an agent step, what its model makes of the message."""
    article: Found | None = None
    """What an article says to it, if one does."""
    chosen: bool = False
    """Whether a model chose that among what may be said."""
    matter: str = ""
    """What the rules for matters recognised (see ``vocabulary.matters``); ``kind`` of it, and the ``rule``."""
    kind: str = ""
    rule: str = ""
    denies: bool = False
    """Whether the message takes anything back, or says that something is not so."""

    def lane(self) -> str:
        return self.interaction


class AskAgent(Command, frozen=True, kw_only=True):
    """Ask the model of an agent step how it goes on: at its beginning, and after an action of its own."""

    interaction: InteractionId
    run: RunId
    round: str

    def lane(self) -> str:
        return self.interaction


class TakeAgentAnswer(Command, frozen=True, kw_only=True):
    """What the model of an agent step answered: built and carried out by the runtime, never kept for later."""

    interaction: InteractionId
    message: MessageId
    answer: AgentAnswer

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
