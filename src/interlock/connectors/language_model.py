"""How is a language model asked about a message, through pydantic-ai, and what if it is late, broken or absurd?"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Final, Literal

import httpx2
import structlog
from pydantic import BaseModel, Field
from pydantic_ai import Agent, NativeOutput, PromptedOutput, ToolOutput, UsageLimits
from pydantic_ai.models import Model as Reached
from pydantic_ai.models import infer_model
from pydantic_ai.providers import Provider, infer_provider_class
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage

from interlock.connectors.addresses import Target, public_address, resolve_by_system
from interlock.connectors.agent_model import INSTRUCTIONS as IN_STEP
from interlock.connectors.agent_model import Acts, Brief, heard
from interlock.connectors.agent_model import told as told_in_step
from interlock.connectors.builtin_model import NoAnswer, Question, Suggested, Usage, wish
from interlock.connectors.drafting_model import INSTRUCTIONS as DRAFTING
from interlock.connectors.drafting_model import DraftBrief, Drafted
from interlock.connectors.drafting_model import told as told_for_draft
from interlock.connectors.prompting import INSTRUCTIONS, told, usable
from interlock.connectors.streaming import Streaming
from interlock.dialogue.model_files import ModelSpec
from interlock.kernel.errors import Refused

Journeys = Mapping[str, tuple[str, tuple[str, ...]]]
"""Title and examples of each journey by its name."""

MOST: Final = 8
"""Suggestions about one message."""

ANSWER_TOKENS: Final = 800
"""Tokens of an answer about a message."""

STEP_TOKENS: Final = 2_000
"""Tokens of an answer in an agent step."""

CHARACTERS_A_TOKEN: Final = 4
"""Characters of a prompt that make a token, where nobody tells how many it took."""

FAILURES: Final = 3
"""Failures in a row after which a model is left alone for PAUSE_S."""

PAUSE_S: Final = 30.0
"""For how long."""

_LIVELY: Final[ModelSettings] = {"temperature": 0.7, "max_tokens": ANSWER_TOKENS}
"""For words that should differ from one time to the next."""

logger = structlog.get_logger(__name__)


class One(BaseModel):
    """One suggestion."""

    type: Literal[
        "start_journey",
        "set_slot",
        "correct_slot",
        "answer",
        "clarify",
        "hand_over",
        "cancel",
        "repeat",
        "back",
        "recap",
    ]
    journey: str = ""
    name: str = ""
    value: str | bool | int | float | None = None
    options: list[str] = []
    article: str = ""
    version: int = 0
    passage: int = 0


class Understanding(BaseModel):
    """What the message means: nothing, one thing, or several."""

    suggestions: list[One] = Field(default=[], max_length=MOST)


class Paused(NoAnswer):
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
        self._http = httpx2.AsyncClient(verify=_trusted())
        form = _FORMS[spec.output]
        reached = reached or _reach(spec, key, self._http)
        besides = [spec.instructions] if spec.instructions else []
        self._limits = UsageLimits(request_limit=1 + spec.retries)
        self._reached = reached
        self._agent = Agent(
            reached,
            output_type=form(Understanding),
            instructions=[INSTRUCTIONS, *besides],
            model_settings={"temperature": 0.0, "max_tokens": ANSWER_TOKENS},
            retries=spec.retries,
        )
        self._drafting = Agent(
            reached,
            output_type=form(Drafted),
            instructions=[DRAFTING, *besides],
            model_settings={"temperature": 0.0, "max_tokens": ANSWER_TOKENS},
            retries=spec.retries,
        )
        self._acting = Streaming(reached, Acts, spec.output, "\n\n".join([IN_STEP, *besides]), STEP_TOKENS)

    async def suggest(self, question: Question) -> Suggested:
        """Suggestions about a message, and what they took.

        Raises:
            NoAnswer: it did not answer in time, or not with suggestions; then somebody else is asked.
        """
        if (universal := wish(question.text)) is not None:  # nobody has to be asked for what every message can say
            return Suggested([universal], Usage())
        prompt, usage = told(question, self._journeys), RunUsage()
        async with self._trying(prompt, usage):
            async with asyncio.timeout(self._spec.timeout.total_seconds()):
                await self._check_address()
                answer = await self._agent.run(prompt, usage_limits=self._limits, usage=usage)
        suggestions = [one.model_dump() for one in answer.output.suggestions]
        return Suggested(usable(suggestions, question), self._used(usage))

    async def draft(self, brief: DraftBrief) -> Suggested:
        """A draft of a reply, and what it took.

        Raises:
            NoAnswer: it did not answer within ``answer_within``, or not with a draft.
        """
        prompt, usage = told_for_draft(brief), RunUsage()
        async with self._trying(prompt, usage):
            async with asyncio.timeout(self._spec.answer_within.total_seconds()):
                await self._check_address()
                answer = await self._drafting.run(prompt, usage_limits=self._limits, usage=usage)
        return Suggested([answer.output.model_dump()], self._used(usage))

    async def write(self, instructions: str, prompt: str) -> str:
        """Plain words, nothing of which is a suggestion: what a simulated customer says.

        Raises:
            NoAnswer: it did not answer within ``answer_within``.
        """
        agent, usage = Agent(self._reached, instructions=instructions, model_settings=_LIVELY), RunUsage()
        async with self._trying(prompt, usage):
            async with asyncio.timeout(self._spec.answer_within.total_seconds()):
                await self._check_address()
                answer = await agent.run(prompt, usage_limits=self._limits, usage=usage)
        return answer.output

    async def act(self, brief: Brief, hear: Callable[[str], None]) -> Suggested:
        """Suggestions in an agent step, and what they took; ``hear`` is told all that it says so far while it comes.

        Raises:
            NoAnswer: its first word or its end did not come in time, or it is no list of suggestions.
        """
        prompt, usage = told_in_step(brief), RunUsage()
        async with self._trying(prompt, usage):
            async with asyncio.timeout(self._spec.timeout.total_seconds()) as limit:
                await self._check_address()
                within = asyncio.get_running_loop().time() + self._spec.answer_within.total_seconds()

                def coming(text: str) -> None:
                    limit.reschedule(within)
                    hear(heard(text))

                answer = await self._acting.ask(prompt, self._spec.retries, usage, coming)
        return Suggested([one.model_dump(exclude_defaults=True) for one in answer.suggestions], self._used(usage))

    @asynccontextmanager
    async def _trying(self, prompt: str, usage: RunUsage) -> AsyncIterator[None]:
        """Count failures, and tell what they took; nobody is asked who failed several times in a row."""
        now = asyncio.get_running_loop().time()
        if now < self._paused_until:
            raise Paused(f"{self.name} failed {FAILURES} times in a row", Usage())
        try:
            yield
        except Refused as error:
            self._failed(now)
            raise NoAnswer(error.reason, Usage()) from error
        except Exception as error:
            self._failed(now)
            # What was asked before the answer broke off is not told by anybody, so it is estimated.
            if not usage.input_tokens:
                usage.input_tokens = len(prompt) // CHARACTERS_A_TOKEN
            raise NoAnswer(type(error).__name__, self._used(usage)) from error
        self._failures = 0

    async def _check_address(self) -> None:
        if self._unchecked is not None:
            await public_address(self._unchecked, resolve_by_system)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def _failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._paused_until = now + PAUSE_S
            logger.warning("a model is left alone for a while", model=self.name, for_s=PAUSE_S)

    def _used(self, usage: RunUsage) -> Usage:
        price = self._spec.price
        cost = usage.input_tokens * price.input + usage.output_tokens * price.output
        return Usage(usage.input_tokens, usage.output_tokens, int(cost.to_integral_value()) if cost else 0)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; they are read once, for reading them takes 60 ms."""
    return httpx2.create_ssl_context()


def _reach(spec: ModelSpec, key: str, http: httpx2.AsyncClient) -> Reached:
    given: dict[str, Any] = {}
    if spec.provider != "bedrock":  # that is reached with the machine's own credentials, by the library of its vendor
        given = {"api_key": key or "none", "http_client": http}
    if spec.url:
        given["base_url"] = spec.url
    # By its own name openai would be asked for "responses", which other servers do not know.
    provider = "openai-chat" if spec.provider == "openai" else spec.provider
    return infer_model(f"{provider}:{spec.model}", lambda name: _asked_once(infer_provider_class(name)(**given)))


def _asked_once(provider: Provider[Any]) -> Provider[Any]:
    """A provider whose client repeats nothing by itself: told so with each request, it would be copied for each of them."""
    if hasattr(provider.client, "max_retries"):
        provider.client.max_retries = 0
    return provider


_FORMS: Final[Mapping[str, Callable[[type[BaseModel]], Any]]] = {
    "tool": ToolOutput,
    "native": NativeOutput,
    "prompted": PromptedOutput,
}
