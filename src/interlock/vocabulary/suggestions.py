"""Suggestions to the agent who has an interaction: which were shown, what became of each, and what a tenant wants of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from interlock.kernel.events import Command, Event
from interlock.vocabulary.ids import InteractionId, MessageId, StaffId, tags

Kind = Literal["article", "action", "step", "reply", "tip"]
"""A passage of an article, an action with what the gate would say, what a journey would do next, a draft, a private tip."""

Answer = Literal["taken", "edited", "dismissed"]
"""What an agent did with a suggestion; one with which he did nothing was ignored."""


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """One suggestion as it was shown; only names and numbers, nothing that anybody wrote.

    Attributes:
        of: the article, action, journey, tip or model that it comes from; ``version`` of an article.
        score: how sure its source was, from 0 to 1; ``confidence`` is the same after what agents did with such ones before.
        about: the message that it is about; empty where it is about the whole interaction.
        verdict: what the gate would say to an action: ``allowed``, ``needs``, ``denied``, or ``open`` where something is missing.
    """

    suggestion: str
    kind: Kind
    of: str
    score: float
    confidence: float
    about: MessageId = MessageId("")
    version: int = 0
    verdict: str = ""


class SuggestionsShown(Event, frozen=True, kw_only=True):
    """Suggestions stood on the desk of the agent who has the interaction, for the first time."""

    interaction: InteractionId
    agent: StaffId
    suggestions: tuple[Shown, ...]

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class SuggestionAnswered(Event, frozen=True, kw_only=True):
    """The agent took a suggestion as it was, changed it first, or did not want it; ``after_ms`` since it was shown."""

    interaction: InteractionId
    agent: StaffId
    suggestion: str
    how: Answer
    after_ms: int

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)


class ShowSuggestions(Command, frozen=True, kw_only=True):
    """Record which suggestions an agent sees."""

    interaction: InteractionId
    agent: StaffId
    suggestions: tuple[Shown, ...]

    def lane(self) -> str:
        return self.interaction


class AnswerSuggestion(Command, frozen=True, kw_only=True):
    """Record what an agent did with a suggestion."""

    interaction: InteractionId
    agent: StaffId
    suggestion: str
    how: Answer

    def lane(self) -> str:
        return self.interaction


class AssistSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is suggested to agents.

    Attributes:
        surer_than: the confidence from 0 to 1 below which nothing is suggested; at 1 nothing ever is.
    """

    surer_than: Annotated[float, Meta(ge=0, le=1)] = 0.5
