"""What comes of it when a model calls tools through the gate's toolset?"""

from __future__ import annotations

from typing import Any

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from interlock.client import Case, Client
from interlock.toolset import Confirm, GateToolset


async def run_model(
    client: Client, case: Case, prompt: str, *calls: tuple[str, dict[str, Any]], confirm: Confirm | None = None
) -> tuple[str, list[Any]]:
    """Run a model that makes these calls one after the other, whatever it is told; gives its last word and what it was told."""
    told: list[Any] = []
    left = [ToolCallPart(name, args) for name, args in calls]

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        told.extend(part.content for part in messages[-1].parts if isinstance(part, ToolReturnPart))
        return ModelResponse(parts=[left.pop(0)] if left else [TextPart("done")])

    toolset = GateToolset(client, case, confirm=confirm)
    result = await Agent(FunctionModel(answer), toolsets=[toolset]).run(prompt)
    return result.output, told
