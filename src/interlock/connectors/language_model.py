"""How is a language model asked about a message, through pydantic-ai, and what if it is late, broken or absurd?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import httpx2
import structlog
from pydantic import BaseModel, Field
from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput, UsageLimits
from pydantic_ai.models import Model as Reached
from pydantic_ai.models import infer_model
from pydantic_ai.providers import infer_provider_class
from pydantic_ai.usage import RunUsage

from interlock.connectors.addresses import Target, public_address, resolve_by_system
from interlock.connectors.builtin_model import Question, Suggested, Usage, wish
from interlock.connectors.prompting import INSTRUCTIONS, told, usable
from interlock.dialogue.model_files import ModelSpec

Journeys = Mapping[str, tuple[str, tuple[str, ...]]]
"""Title and examples of each journey by its name."""

MOST: Final = 8
"""Suggestions about one message."""

ANSWER_TOKENS: Final = 800
"""Tokens of an answer."""

FAILURES: Final = 3
"""Failures in a row after which a model is left alone for PAUSE_S."""

PAUSE_S: Final = 30.0
"""For how long."""

logger = structlog.get_logger(__name__)


class One(BaseModel):
    """One suggestion."""

    type: Literal[
        "start_journey", "set_slot", "correct_slot", "clarify", "hand_over", "cancel", "repeat", "back", "recap"
    ]
    journey: str = ""
    name: str = ""
    value: str | bool | int | float | None = None
    options: list[str] = []


class Understanding(BaseModel):
    """What the message means: nothing, one thing, or several."""

    suggestions: list[One] = Field(default=[], max_length=MOST)


class Paused(RuntimeError):
    """The model failed several times in a row and is not asked for a while."""


class LanguageModel:
    """One language model, as the conversation asks it.

    Attributes:
        name: what it is called in the log.
    """

    def __init__(
        self,
        name: str,
        spec: ModelSpec,
        key: str,
        journeys: Journeys,
        reached: Reached | None = None,
        *,
        unchecked: Target | None = None,
    ) -> None:
        """
        Args:
            key: for the provider; empty where it needs none.
            reached: the model, where it is not reached as ``spec`` says.
            unchecked: an address that nobody allowed: it has to be a public one whenever it is asked, like a connector's.

        Raises:
            ImportError: what the provider needs is not installed.
        """
        self.name = name
        self._spec = spec
        self._unchecked = unchecked
        self._journeys = journeys
        self._failures, self._paused_until = 0, 0.0
        self._http = httpx2.AsyncClient()
        form: Callable[[type[Understanding]], Any] = _FORMS[spec.output]
        self._agent = Agent(
            reached or _reach(spec, key, self._http),
            output_type=form(Understanding),
            instructions=[INSTRUCTIONS, *([spec.instructions] if spec.instructions else [])],
            model_settings={"temperature": 0.0, "max_tokens": ANSWER_TOKENS, "max_retries": 0},
            retries=spec.retries,
        )

    async def suggest(self, question: Question) -> Suggested:
        """Suggestions about a message, and what they took.

        Raises:
            Exception: it did not answer in time, or not with suggestions; then somebody else is asked.
        """
        if (universal := wish(question.text)) is not None:  # nobody has to be asked for what every message can say
            return Suggested([universal], Usage())
        now = asyncio.get_running_loop().time()
        if now < self._paused_until:
            raise Paused(f"{self.name} failed {FAILURES} times in a row")
        try:
            async with asyncio.timeout(self._spec.timeout.total_seconds()):
                if self._unchecked is not None:
                    await public_address(self._unchecked, resolve_by_system)
                limits = UsageLimits(request_limit=1 + self._spec.retries)
                answer = await self._agent.run(told(question, self._journeys), usage_limits=limits)
        except BaseException as error:
            self._failed(now, error)
            raise
        self._failures = 0
        suggestions = [one.model_dump() for one in answer.output.suggestions]
        return Suggested(usable(suggestions, question), self._used(answer.usage))

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def _failed(self, now: float, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError):
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._paused_until = now + PAUSE_S
            logger.warning("a model is left alone for a while", model=self.name, for_s=PAUSE_S)

    def _used(self, usage: RunUsage) -> Usage:
        price = self._spec.price
        cost = usage.input_tokens * price.input + usage.output_tokens * price.output
        return Usage(usage.input_tokens, usage.output_tokens, int(cost.to_integral_value()) if cost else 0)


def _reach(spec: ModelSpec, key: str, http: httpx2.AsyncClient) -> Reached:
    given: dict[str, Any] = {}
    if spec.provider != "bedrock":  # that is reached with the machine's own credentials, by the library of its vendor
        given = {"api_key": key or "none", "http_client": http}
    if spec.url:
        given["base_url"] = spec.url
    # By its own name openai would be asked for "responses", which other servers do not know.
    provider = "openai-chat" if spec.provider == "openai" else spec.provider
    return infer_model(f"{provider}:{spec.model}", lambda name: infer_provider_class(name)(**given))


_FORMS: Final[Mapping[str, Callable[[type[Understanding]], Any]]] = {
    "tool": ToolOutput,
    "native": NativeOutput,
    "prompted": PromptedOutput,
}
