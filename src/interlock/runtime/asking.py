"""Which model is asked about a message, what did that take, and what is suggested where none may be asked?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import structlog

from interlock.connectors.builtin_model import BuiltinModel, Model, Question, Suggested, Usage
from interlock.control import budgets
from interlock.control.budget_files import Budget
from interlock.journeys import Conversation, expected, slots_of
from interlock.vocabulary.ids import InteractionId, MessageId, RunId
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


class Asking:
    """Asks models: those that the definitions name, in their order, and the built-in one last."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._builtin: dict[str, BuiltinModel] = {}

    async def ask(self, interaction: InteractionId, message: MessageId, state: Conversation, text: str) -> Asked:
        """Ask about a message, within what switches and budgets allow; never fails."""
        app = self._app
        waits = expected(state, app.releases.journey, app.tenant)
        run = state.foreground.run if state.foreground is not None else RunId("")
        definitions = app.releases.of(state.release)
        chain = (*app.asked, self._builtin_model(definitions))
        model, over = await self._allowed(interaction, run, chain)
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
            language=app.tenant.language,
        )
        answer = await self._suggested(model, question)
        while answer is None and (chain := chain[chain.index(model) + 1 :]):
            following, _ = await self._allowed(interaction, run, chain)
            if following is None:
                break
            model = following
            answer = await self._suggested(model, question)
        suggested, usage = answer if answer is not None else ((), Usage())
        counted = model.name != BuiltinModel.name or app.definitions.budgets.count_every_call
        used = app.spending.used(interaction, message, run, model.name, UNDERSTAND, usage) if counted else None
        return Asked(suggested, model.name, () if used is None else (used,))

    async def _suggested(self, model: Model, question: Question) -> tuple[tuple[Any, ...], Usage] | None:
        """What a model suggests, and what that took; None where it failed: then the next one is asked."""
        try:
            answer: object = await model.suggest(question)
        except Exception as error:
            # Whatever a model trips over becomes a repair step in the end, never an error. What it says of it may repeat the
            # customer's words.
            logger.warning("the model failed", model=model.name, error=type(error).__name__)
            return None
        told = answer if isinstance(answer, Suggested) else Suggested(answer, Usage())
        several = told.suggestions
        return (tuple(several) if isinstance(several, list | tuple) else (several,)), told.usage

    async def _allowed(
        self, interaction: InteractionId, run: str, chain: tuple[Model, ...]
    ) -> tuple[Model | None, Budget | None]:
        """The first model of a chain that may be asked; None where all are halted, or a budget that is used up says so."""
        app, builtin = self._app, chain[-1]
        switches = await app.switchboard.now()
        over = None
        for model in chain:
            if switches.on_model(model.name) is not None:
                continue
            over = await app.spending.over_model(model.name, interaction, run)
            if over is None:
                return model, None
            app.metrics.stops.labels(over.rule).inc()
            if over.then != "fallback":
                return None, over
            if model is not builtin and switches.on_model(builtin.name) is None:
                return builtin, None  # it costs nothing: the budget that is used up says that it answers
        return None, over

    def _builtin_model(self, definitions: Definitions) -> BuiltinModel:
        """The model that was trained from a release's own examples."""
        found = self._builtin.get(definitions.release)
        if found is None:
            found = self._builtin[definitions.release] = BuiltinModel(definitions.intents)
            while len(self._builtin) > MODELS_KEPT:
                del self._builtin[next(iter(self._builtin))]
        return found
