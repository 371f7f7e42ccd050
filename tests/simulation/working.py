"""A language model that works in agent steps by a script; what it answers goes through all that a real one's answers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic_ai import ModelMessage
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from interlock.connectors.builtin_model import BuiltinModel, Question
from interlock.connectors.language_model import LanguageModel
from interlock.dialogue.model_files import ModelSpec, Price
from interlock.kernel.documents import Duration
from interlock.runtime.definitions import Definitions

Line = list[dict[str, Any]] | str | float
"""One answer: suggestions, something that is none, or for how many seconds nothing comes."""


class Working(LanguageModel):
    """Understands like the built-in model, and works as ``script`` says; the last line is said again and again.

    Attributes:
        heard: what it was told, in each round.
    """

    def __init__(self, definitions: Definitions, *script: Line, retries: int = 0) -> None:
        self._script = list(script)
        self._reads = BuiltinModel(definitions.intents)
        self.heard: list[str] = []

        async def answer(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[DeltaToolCalls]:
            self.heard.append("\n".join(str(part.content) for part in messages[-1].parts if hasattr(part, "content")))
            line = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            if isinstance(line, float):
                await asyncio.sleep(line)
            text = (
                line if isinstance(line, str) else json.dumps({"suggestions": line if isinstance(line, list) else []})
            )
            yield {0: DeltaToolCall(name=info.output_tools[0].name, json_args="")}
            for start in range(0, len(text), 12):
                yield {0: DeltaToolCall(json_args=text[start : start + 12])}

        spec = ModelSpec(
            provider="openai",
            model="scripted",
            timeout=Duration(timedelta(seconds=4)),
            price=Price(Decimal(1), Decimal(2)),
            retries=retries,
        )
        super().__init__("scripted", spec, "", {}, FunctionModel(stream_function=answer))

    async def suggest(self, question: Question) -> Any:
        """What the message means, at no cost."""
        return await self._reads.suggest(question)


def say(text: str) -> dict[str, Any]:
    """Something for the customer."""
    return {"type": "say", "text": text}


def propose(action: str, **args: Any) -> dict[str, Any]:
    """An action with its arguments."""
    return {"type": "propose_action", "action": action, "args": args}


def done(exit: str) -> dict[str, Any]:
    """The job is over."""
    return {"type": "done", "exit": exit}
