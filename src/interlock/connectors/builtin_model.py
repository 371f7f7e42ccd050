"""The model that needs no download and no key: intents from the journeys' examples, slots from typed parsers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

import msgspec

from interlock.dialogue.intents import Ambiguous, IntentModel, Recognised
from interlock.dialogue.repair import is_courtesy, universal_intent
from interlock.dialogue.slots import Context, SlotSpec, extract
from interlock.journeys.expected import Expected, ExpectedSlot
from interlock.journeys.turns import INTENT
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.money import Money

Suggestion = dict[str, Any]

_SURE: Final = ExpectedSlot("sure", True, {"type": "yes_no"})
"""What a card asks: "okay, please" is an answer to that, and no subject."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked about a message.

    Attributes:
        expected: what the conversation waits for.
        slots_of: by journey, the slots that any message may give.
        today: the date where the tenant is.
        passages: of articles, among which a model may choose the one that answers.
    """

    text: str
    expected: Expected
    slots_of: Mapping[str, tuple[ExpectedSlot, ...]]
    today: date
    language: str
    passages: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking a model took; ``cost_micro`` in millionths of the tenant's currency."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a model answers that reports what it took: its suggestions, and that."""

    suggestions: object
    usage: Usage


class NoAnswer(RuntimeError):
    """A model did not answer, or not with suggestions.

    Attributes:
        usage: what it took nevertheless.
    """

    def __init__(self, why: str, usage: Usage) -> None:
        super().__init__(why)
        self.usage = usage


class Model(Protocol):
    """Whatever suggests: this one, a language model, or a fuzzer. It decides nothing."""

    @property
    def name(self) -> str:
        """What it is called in the log."""
        ...

    async def suggest(self, question: Question) -> object:
        """Suggestions about a message; anything that is not one is left out by whoever gets them.

        A model that costs something answers with ``Suggested``: its budgets are counted by what it reports.
        """
        ...


class BuiltinModel:
    """Deterministic, in process; well under a millisecond for a few journeys, by their words."""

    name: Final = "builtin"

    def __init__(self, intents: IntentModel) -> None:
        self._intents = intents

    async def suggest(self, question: Question) -> list[Suggestion]:
        """What the message most likely means."""
        found: list[Suggestion] = []
        universal = wish(question.text)
        if universal is not None:
            found.append(universal)
        asked = next((slot for slot in question.expected.slots if slot.wanted), None)
        values = _values(question, question.expected.slots, asked.name if asked else None)
        answers = asked is not None and asked.name != INTENT and asked.name in values
        if universal is None and not answers and not _agrees(question):
            found.extend(await self._intent(question, values))
        begun = next((each["journey"] for each in found if each["type"] == "start_journey"), values.get(INTENT))
        # What the first message tells beside the matter itself need not be asked again.
        for name, value in _values(question, question.slots_of.get(str(begun), ()), None).items():
            values.setdefault(name, value)
        found.extend({"type": "set_slot", "name": name, "value": value} for name, value in values.items())
        return found

    async def _intent(self, question: Question, values: dict[str, Any]) -> list[Suggestion]:
        if self._intents.meanings is None:
            understood = self._intents.understand(question.text)
        else:  # reading a meaning takes many times as long, and others wait for this loop
            understood = await asyncio.to_thread(self._intents.understand, question.text)
        if isinstance(understood, Recognised):
            values.pop(INTENT, None)
            return [{"type": "start_journey", "journey": understood.intent, "confidence": understood.probability}]
        if isinstance(understood, Ambiguous) and INTENT not in values:
            return [{"type": "clarify", "options": [understood.first.intent, understood.second.intent]}]
        return []


def _agrees(question: Question) -> bool:
    """Whether a message is a mere courtesy, or a yes or no while a card is open: no subject, whatever it resembles."""
    answered = bool(question.expected.needs) and typed(question.text, _SURE, question) is not None
    return answered or is_courtesy(question.text)


def wish(text: str) -> Suggestion | None:
    """What a message says that holds in any journey, above all that she wants a person; None where it is another matter."""
    universal = universal_intent(text)
    if universal == "human":
        return {"type": "hand_over", "reason": "The customer asked for a person."}
    return {"type": universal} if universal is not None else None


def typed(text: str, slot: ExpectedSlot, question: Question) -> Any:
    """A text as the value of a slot, read as an answer to its question; None where it is none."""
    wanted = {slot.name: msgspec.convert(slot.spec, SlotSpec)}
    read = extract(text, wanted, Context(question.today, question.language), asked=slot.name)
    return _plain(read[slot.name].value) if slot.name in read else None


def _values(question: Question, slots: tuple[ExpectedSlot, ...], asked: str | None) -> dict[str, Any]:
    wanted = {slot.name: msgspec.convert(slot.spec, SlotSpec) for slot in slots}
    if not wanted:
        return {}
    read = extract(question.text, wanted, Context(question.today, question.language), asked=asked)
    return {name: _plain(parsed.value) for name, parsed in read.items()}


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value) if isinstance(value, Money | date) else value
