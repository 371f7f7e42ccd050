"""What has the model of an agent step done so far, and what came of it, as the facts tell?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from interlock.kernel.events import Event
from interlock.vocabulary.journeys import AgentAnswerRefused, SlotFilled, StepReached
from interlock.vocabulary.models import ModelUsed

OUTCOME: Final = "@agent"
"""The name under which the outcome of an agent's action is kept; no slot and no result can be called so."""

MOST_NOTES: Final = 16
"""Outcomes that a model is reminded of; earlier ones it is not."""

ASKED: Final = "agent"
"""What a run waits for while its model is asked."""

REPLY: Final = "reply"
"""What it waits for when the model has spoken."""


class Note(NamedTuple):
    """Something that happened in the step: an action and how it turned out, or an answer that was not taken."""

    about: str
    how: str
    value: Any


class AgentWork(msgspec.Struct, frozen=True):
    """What the model of one agent step has used and found out.

    Attributes:
        action: of the proposal that it waits for.
        notes: what came of its actions and answers, the latest last.
    """

    path: str
    turns: int = 0
    actions: int = 0
    tokens: int = 0
    cost_micro: int = 0
    action: str = ""
    notes: tuple[Note, ...] = ()

    def noted(self, about: str, how: str, value: Any) -> AgentWork:
        """With one note more."""
        return replace(self, notes=(*self.notes, Note(about, how, value))[-MOST_NOTES:])


def worked(work: AgentWork | None, event: Event) -> AgentWork | None:
    """The work of a run after one of its facts."""
    if (
        isinstance(event, StepReached)
        and event.waits_for in (ASKED, REPLY)
        and (work is None or work.path != event.path)
    ):
        work = AgentWork(event.path)
    if work is None:
        return None
    match event:
        case StepReached(waits_for="reply"):
            return replace(work, turns=work.turns + 1)
        case StepReached(waits_for="proposal" | "call") if event.path == work.path and not event.again:
            return replace(work, actions=work.actions + 1)
        case SlotFilled() if event.name == OUTCOME and isinstance(event.value, Mapping):
            return work.noted(str(event.value.get("action")), event.value.get("how", ""), event.value.get("result"))
        case AgentAnswerRefused():
            return work.noted("answer", "refused", event.why)
        case ModelUsed():
            tokens = work.tokens + event.tokens_in + event.tokens_out
            return replace(work, tokens=tokens, cost_micro=work.cost_micro + event.cost_micro)
    return work
