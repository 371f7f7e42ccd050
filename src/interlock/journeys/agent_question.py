"""What is the model of an agent step asked: its job, what it may do and see, and what came of what it did?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from interlock.journeys.agent_work import ASKED, REPLY, AgentWork, Note
from interlock.journeys.expected import ExpectedSlot
from interlock.journeys.language import AgentStep
from interlock.journeys.model import Journey, models_of
from interlock.journeys.state import Conversation, Run
from interlock.journeys.turn import Resolve, journey_of, known_values, menu_of
from interlock.journeys.values import spoken
from interlock.kernel.template import Template, TemplateError
from interlock.vocabulary.settings import TenantSettings

GIVEN: Final = "known, and not told to you"
"""What a model is told in the place of a personal value."""


@dataclass(frozen=True, slots=True)
class AgentQuestion:
    """What a model is asked in an agent step.

    Attributes:
        path: of the step; ``models`` are the names that it chooses, none where those of the tenant are asked.
        over: what of its budget is used up, so that nobody is asked; empty while there is something left.
        goal: as it is written; what its placeholders stand for is told beside it, as data.
        facts: what it is told of what is known, by name.
        notes: what came of its earlier actions and answers.
        knowledge: the articles of which it may be told, by their names or how these begin.
        actions_left: how many actions it may still propose.
        journeys: the titles of those that it may suggest to begin, by name.
    """

    run: Run
    journey: str
    path: str
    models: tuple[str, ...]
    over: str
    goal: str
    may: tuple[str, ...]
    sets: tuple[ExpectedSlot, ...]
    say: bool
    exits: Mapping[str, str]
    facts: Mapping[str, Any]
    notes: tuple[Note, ...]
    knowledge: tuple[str, ...]
    actions_left: int
    journeys: Mapping[str, str]


def agent_question(state: Conversation, resolve: Resolve, settings: TenantSettings) -> AgentQuestion | None:
    """What to ask now; None where no agent step waits for its model or for the customer's answer to it."""
    run = state.foreground
    if run is None or run.waits_for not in (ASKED, REPLY):
        return None
    journey = journey_of(run, resolve)
    step = journey.steps[run.path]
    if not isinstance(step, AgentStep):
        return None
    work, job = run.work or AgentWork(run.path), step.agent
    values = known_values(run, journey, settings, state)
    facts = _of_goal(job.goal, journey, spoken(values, settings.zone))
    facts |= {name: _told(name, journey, run) for name in (*job.sees, *job.sets) if name in run.values}
    return AgentQuestion(
        run=run,
        journey=journey.title,
        path=run.path,
        models=models_of(journey, run.path),
        over=over(step, work, asked_by_message=run.waits_for == REPLY),
        goal="".join(part if isinstance(part, str) else f"{{{part.path}}}" for part in job.goal.parts),
        may=job.may,
        sets=tuple(ExpectedSlot(name, False, journey.slots[name].spec(())) for name in job.sets),
        say=job.say,
        exits=job.exits,
        facts=facts,
        notes=work.notes,
        knowledge=job.knowledge if job.say else (),
        actions_left=max(job.budget.actions - work.actions, 0) if job.may else 0,
        journeys=menu_of(state, resolve, settings) if job.say else {},
    )


def over(step: AgentStep, work: AgentWork, *, asked_by_message: bool) -> str:
    """What of a step's budget is used up, in words."""
    budget = step.agent.budget
    if asked_by_message and work.turns >= budget.turns:
        return f"{budget.turns} turns"
    if work.tokens >= budget.tokens:
        return f"{budget.tokens} tokens"
    return ""


def _of_goal(goal: Template, journey: Journey, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a goal's placeholders stand for, as it is told; those without a value are left out."""
    found: dict[str, Any] = {}
    for reference in goal.references:
        if _personal(reference.path.partition(".")[0], journey):
            found[reference.path] = GIVEN
            continue
        with suppress(TemplateError):
            found[reference.path] = Template("", (reference,)).render(values)
    return found


def _told(name: str, journey: Journey, run: Run) -> Any:
    return GIVEN if _personal(name, journey) else run.values[name]


def _personal(name: str, journey: Journey) -> bool:
    slot = journey.slots.get(name)
    return slot is not None and slot.privacy == "personal"
