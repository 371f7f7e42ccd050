"""Do all scenarios hold whichever model reads the messages: a language model that is right, or one that is of no use?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic_ai import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from interlock.connectors import language_model
from interlock.connectors.builtin_model import BuiltinModel, Question
from interlock.connectors.language_model import LanguageModel
from interlock.dialogue.model_files import ModelSpec
from interlock.journeys.scenario_checks import read_scenarios
from interlock.kernel.documents import Duration
from interlock.runtime.definitions import Definitions
from interlock.simulation.scenarios import play, surroundings

Answering = Callable[[list[dict[str, Any]], str], ModelResponse]
"""What a scripted model answers: given what would be right, and the name of the tool that it is offered."""

PLAYED = 12
"""Scenarios for a model that is of no use: whatever it does, the built-in one answers."""


def right(suggestions: list[dict[str, Any]], tool: str) -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart(tool, {"suggestions": suggestions})])


def broken(suggestions: list[dict[str, Any]], tool: str) -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart(tool, json.dumps({"suggestions": suggestions})[:-3])])


def chatting(suggestions: list[dict[str, Any]], tool: str) -> ModelResponse:
    return ModelResponse(parts=[TextPart("I am sorry, but I cannot help with that.")])


def with_tools_of_its_own(suggestions: list[dict[str, Any]], tool: str) -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart("shop.refund_item", {"order_id": "A-1042", "amount": 500})])


def of_no_kind(suggestions: list[dict[str, Any]], tool: str) -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart(tool, {"suggestions": [{"type": "propose_action", "name": "refund"}]})])


class Scripted(LanguageModel):
    """A language model whose answers a script makes; they go through everything that those of a real one do."""

    def __init__(self, definitions: Definitions, answering: Answering, late_s: float = 0.0) -> None:
        known = {name: (journey.title, journey.examples) for name, journey in definitions.journeys.items()}
        spec = ModelSpec(provider="openai", model="scripted", timeout=Duration(timedelta(seconds=4)))
        self._question: Question | None = None
        self._right = BuiltinModel(definitions.intents)
        self.read = 0

        async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            assert self._question is not None
            await asyncio.sleep(late_s)
            self.read += 1
            return answering(await self._right.suggest(self._question), info.output_tools[0].name)

        super().__init__("scripted", spec, "", known, FunctionModel(answer))

    async def suggest(self, question: Question) -> Any:
        self._question = question
        return await super().suggest(question)


def all_held(definitions: Definitions, model: Scripted, most: int | None = None) -> None:
    scenarios = read_scenarios(definitions.files, surroundings(definitions))[:most]
    assert len(scenarios) >= (most or 30)
    failures = [str(each) for one in scenarios for each in play(one, definitions, model)]
    assert failures == []


def test_every_scenario_holds_with_a_language_model_that_understands(definitions: Definitions) -> None:
    model = Scripted(definitions, right)
    all_held(definitions, model)
    assert model.read > 50


@pytest.mark.parametrize("answering", [broken, chatting, with_tools_of_its_own, of_no_kind])
def test_scenarios_hold_with_one_whose_answers_are_none(
    definitions: Definitions, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language_model, "PAUSE_S", 0.0)  # it is asked again and again
    model = Scripted(definitions, answering)
    all_held(definitions, model, PLAYED)
    assert model.read > PLAYED


def test_scenarios_hold_with_one_that_never_answers_in_time(definitions: Definitions) -> None:
    all_held(definitions, Scripted(definitions, right, late_s=60.0), PLAYED)
