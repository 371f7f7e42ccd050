"""Models: what asking one took."""

from __future__ import annotations

from interlock.kernel.events import Event
from interlock.vocabulary.ids import InteractionId, MessageId, RunId, tags


class ModelUsed(Event, frozen=True, kw_only=True):
    """A model was asked about a message, on behalf of ``run``; whether it answered is told by ``SuggestionsMade``.

    ``cost_micro`` is in millionths of the tenant's currency. What the built-in model took is recorded where a budget counts.
    """

    interaction: InteractionId
    message: MessageId
    run: RunId
    model: str
    purpose: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0
    step: str = ""
    """The step that it was asked for, as in the file (``3``, ``4.on.denied.0``)."""
    round: str = ""
    """In an agent step, what it was asked for; empty where a message was."""
    of_day: tuple[tuple[str, int], ...] = ()
    """What it takes from the budgets of the day, by their names."""

    def tags(self) -> tuple[str, ...]:
        return tags(interaction=self.interaction)
