"""How is a model asked for an answer of one form, and heard while it answers? By a request of its own, without a loop of tools.

The library's agent costs several milliseconds before the first word, and more for each further piece, for what is not used here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_ai import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    PartDeltaEvent,
    PartStartEvent,
    RetryFeedbackPart,
    RetryInfo,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    ToolDefinition,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.direct import model_request_stream
from pydantic_ai.models import Model as Reached
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.usage import RunUsage

from interlock.dialogue.model_files import OutputForm

TOOL: Final = "final_result"
"""What a model calls to answer, where it answers by a call."""

_PROMPTED: Final = "Answer with one JSON object that fits this schema, and with nothing else:\n{schema}"
_FENCE: Final = "```"

T = TypeVar("T", bound=BaseModel)


class NotOfTheForm(ValueError):
    """What a model answered is no answer of the form that was asked for."""


class Streaming(Generic[T]):
    """Asks one model for answers of one form."""

    def __init__(self, reached: Reached, form: type[T], output: OutputForm, instructions: str, tokens: int) -> None:
        """
        Args:
            output: how it is asked for the form.
            tokens: of an answer at most.
        """
        self._reached, self._form = reached, form
        self._instructions = instructions
        self._settings = ModelSettings(max_tokens=tokens)
        self._parameters = _parameters(form, output)

    async def ask(self, prompt: str, retries: int, usage: RunUsage, hear: Callable[[str], None]) -> T:
        """The answer. ``hear`` is told all of its JSON that has come so far; it begins anew with each repetition.

        Args:
            retries: how often an answer that is not of the form is asked for again.
            usage: what asking took is added to it, also where it fails.

        Raises:
            NotOfTheForm: the last answer was not of the form, either.
        """
        messages: list[ModelMessage] = [ModelRequest(parts=[UserPromptPart(prompt)], instructions=self._instructions)]
        for left in range(retries, -1, -1):
            text, response = await self._once(messages, usage, hear)
            try:
                return self._form.model_validate_json(_bare(text))
            except ValidationError as error:
                if not left:
                    raise NotOfTheForm(f"{error.error_count()} mistakes") from error
                messages += [response, ModelRequest(parts=[_again(response, error)], instructions=self._instructions)]
        raise AssertionError("unreachable")

    async def _once(
        self, messages: list[ModelMessage], usage: RunUsage, hear: Callable[[str], None]
    ) -> tuple[str, ModelResponse]:
        coming, given = "", dict[str, Any]()
        request = model_request_stream(
            self._reached, messages, model_settings=self._settings, model_request_parameters=self._parameters
        )
        async with request as stream:
            try:
                async for event in stream:
                    more = _more(event)
                    if more is None:
                        continue
                    if isinstance(more, str):
                        coming += more
                    else:  # some providers give arguments as they are, and not as JSON
                        given |= more
                        coming = json.dumps(given)
                    hear(coming)
            finally:
                usage.incr(stream.usage)
        return coming, stream.get()


def _parameters(form: type[BaseModel], output: OutputForm) -> ModelRequestParameters:
    schema, said = form.model_json_schema(), form.__doc__ or ""
    if output == "tool":
        tool = ToolDefinition(name=TOOL, parameters_json_schema=schema, description=said, kind="output")
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(json_schema=schema, name=TOOL, description=said)
    template = _PROMPTED if output == "prompted" else None
    return ModelRequestParameters(output_mode=output, output_object=wanted, prompted_output_template=template)


def _more(event: object) -> str | dict[str, Any] | None:
    """The piece of an answer that an event brings: of its JSON, whether that is a tool's arguments or text, or of its fields."""
    match event:
        case PartStartEvent(part=ToolCallPart(args=args)) | PartDeltaEvent(delta=ToolCallPartDelta(args_delta=args)):
            return args if isinstance(args, str) else dict(args) if args is not None else ""
        case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
    return None


def _again(response: ModelResponse, error: ValidationError) -> ToolReturnPart | RetryFeedbackPart:
    """What is told of an answer that was not of the form."""
    details = error.errors(include_url=False, include_context=False)
    for part in response.parts:
        if isinstance(part, ToolCallPart):
            return ToolReturnPart(part.tool_name, details, part.tool_call_id, outcome="retried")
    return RetryFeedbackPart(content=details, retry=RetryInfo("validation_error"))


def _bare(text: str) -> str:
    """JSON without the fence that some models put around it."""
    inside = text.strip()
    if inside.startswith(_FENCE):
        inside = inside.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE)
    return inside
