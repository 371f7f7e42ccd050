"""Which model is asked about a message, what did that take, and what is suggested where none may be asked?"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog

from interlock.connectors.builtin_model import BuiltinModel, Model, NoAnswer, Question, Suggested, Usage
from interlock.control import budgets
from interlock.control.budget_files import Budget
from interlock.control.budgets import Spent
from interlock.journeys import Conversation, expected, slots_of
from interlock.journeys.model import models_of
from interlock.journeys.turn import journey_of
from interlock.kernel.errors import Unavailable
from interlock.runtime.knowledge import CHOSEN_FROM
from interlock.runtime.spending import AskedFor
from interlock.vocabulary.ids import MessageId, RunId
from interlock.vocabulary.knowledge import Found
from interlock.vocabulary.models import ModelUsed

if TYPE_CHECKING:
    from interlock.runtime.app import App
    from interlock.runtime.definitions import Definitions

NO_MODEL: Final = "none"
"""What stands in a model's place in the log where none may be asked."""

MODELS_KEPT: Final = 4
"""Releases whose built-in models are at hand."""

UNDERSTAND: Final = "understand"
"""What a model is asked for: what a message means."""

logger = structlog.get_logger(__name__)


class Asked(NamedTuple):
    """What came of asking: suggestions, whose they are, and what it took (where somebody counts that)."""

    suggestions: tuple[Any, ...]
    model: str
    used: tuple[ModelUsed, ...] = ()


class Allowed(NamedTuple):
    """The first model of a chain that may be asked, and the budget that is used up for one before it."""

    model: Model | None
    over: Budget | None


class Asking:
    """Asks models: those that the definitions name, in their order, and the built-in one last."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._builtin: dict[str, BuiltinModel] = {}

    async def ask(self, message: MessageId, state: Conversation, text: str, spent: Spent) -> Asked:
        """Ask about a message, within what switches and budgets allow; never fails. ``spent`` is what was used before."""
        app = self._app
        waits = expected(state, app.releases.journey, app.tenant)
        stands = state.foreground
        asked_for = AskedFor(state.interaction, message, RunId(""), spent=spent)
        named: tuple[str, ...] = ()
        if stands is not None:
            asked_for = AskedFor(state.interaction, message, stands.run, stands.path, spent=spent)
            named = models_of(journey_of(stands, app.releases.journey), stands.path)
        definitions = app.releases.of(state.release)
        builtin = self._builtin_model(definitions)
        chain: tuple[Model, ...] = (*app.asked(named), builtin)
        model, over = await self.allowed(asked_for, chain, builtin)
        if waits.silent:
            return Asked((), NO_MODEL if model is None else model.name)
        if model is None:
            asked = any(each.journey == app.tenant.human_journey for each in state.runs)
            refused = over is not None and over.then == "refuse"
            why = "No model may be asked." if over is None else f"More than {budgets.told(over)}."
            return Asked((() if asked or refused else ({"type": "hand_over", "reason": why},)), NO_MODEL)
        question = Question(
            text=text,
            expected=waits,
            slots_of={name: slots_of(journey) for name, journey in definitions.journeys.items()},
            today=app.clock().astimezone(app.tenant.zone).date(),
            language=state.language or app.tenant.language,
            passages=await self._passages(state, text) if model is not builtin else (),
        )
        used: list[ModelUsed] = []
        while True:
            answer, usage = await self.answered(model.name, model.suggest(question))
            if model is not builtin or app.definitions.budgets.count_every_call:
                used.append(app.spending.used(asked_for, model.name, UNDERSTAND, usage))
            chain = chain[chain.index(model) + 1 :]
            if answer is not None or not chain:
                break
            following, _ = await self.allowed(asked_for, chain, builtin)
            if following is None:
                break
            model = following
        return Asked(answer or (), model.name, tuple(used))

    async def _passages(self, state: Conversation, text: str) -> tuple[Found, ...]:
        """Among which passages a language model may choose the answer. That none can be searched is no error."""
        if state.holder != "virtual_agent":
            return ()
        try:
            return await self._app.knowledge.passages(text, state.channel, surer_than=CHOSEN_FROM)
        except Unavailable as error:
            logger.warning("no article could be searched", error=error.reason)
            return ()

    async def answered(self, model: str, asking: Awaitable[object]) -> tuple[tuple[Any, ...] | None, Usage]:
        """What a model suggests, and what that took; None where it failed: then the next one is asked."""
        try:
            answer: object = await asking
        except Exception as error:
            # Whatever a model trips over becomes a repair step in the end, never an error. What it says of it may repeat the
            # customer's words.
            failed = error.__cause__ if isinstance(error, NoAnswer) and error.__cause__ is not None else error
            logger.warning("the model failed", model=model, error=type(failed).__name__)
            return None, error.usage if isinstance(error, NoAnswer) else Usage()
        told = answer if isinstance(answer, Suggested) else Suggested(answer, Usage())
        several = told.suggestions
        return (tuple(several) if isinstance(several, list | tuple) else (several,)), told.usage

    async def allowed(self, asked_for: AskedFor, chain: Sequence[Model], builtin: Model | None = None) -> Allowed:
        """The first model of a chain that may be asked; None where all are halted, or a budget that is used up says so.

        Args:
            builtin: the one that a budget may fall back to; nobody where nothing but a language model will do.
        """
        app = self._app
        switches = await app.switchboard.now()
        over = None
        for model in chain:
            if switches.on_model(model.name) is not None:
                continue
            over = await app.spending.over_model(model.name, asked_for.interaction, asked_for.run, asked_for.spent)
            if over is None:
                return Allowed(model, None)
            app.metrics.stops.labels(over.rule).inc()
            if over.then != "fallback":
                return Allowed(None, over)
            if builtin is not None and model is not builtin and switches.on_model(builtin.name) is None:
                return Allowed(builtin, None)  # it costs nothing: the budget that is used up says that it answers
        return Allowed(None, over)

    def _builtin_model(self, definitions: Definitions) -> BuiltinModel:
        """The model that was trained from a release's own examples."""
        found = self._builtin.get(definitions.release)
        if found is None:
            found = self._builtin[definitions.release] = BuiltinModel(definitions.intents)
            while len(self._builtin) > MODELS_KEPT:
                del self._builtin[next(iter(self._builtin))]
        return found
