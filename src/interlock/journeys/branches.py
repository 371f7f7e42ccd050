"""Which branches can a step take, and which of them does somebody have to write?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from interlock.journeys.language import (
    ACTION_BRANCHES,
    DO_FIRST,
    OVER_BUDGET,
    READ_BRANCHES,
    REMEDY_BRANCHES,
    WAITING,
    AgentStep,
    AskStep,
    ChooseStep,
    DoStep,
    HandOverStep,
    LookUpStep,
    PromiseStep,
    Step,
    VerifyStep,
)


def required(step: Step, remedies: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The branches that a step can take as the rules are now; ``remedies`` are their kinds by action."""
    if isinstance(step, AgentStep):
        return _of_agent(step, {kind for action in step.agent.may for kind in remedies.get(action, ())})
    if not isinstance(step, LookUpStep | DoStep):
        return _own(step)
    kinds = remedies.get(step.do if isinstance(step, DoStep) else step.look_up, ())
    return (
        *_own(step),
        *dict.fromkeys(name for kind in REMEDY_BRANCHES if kind in kinds for name in REMEDY_BRANCHES[kind]),
    )


def _of_agent(step: AgentStep, kinds: Collection[str]) -> tuple[str, ...]:
    """The branches that say something while an action of an agent waits; of how it turned out, its model is told."""
    of_kinds = {"do": DO_FIRST, "wait": "waiting", "draft": "draft_pending", "approve": "approval_pending"}
    return tuple(name for kind, name in of_kinds.items() if kind in kinds)


def possible(step: Step) -> tuple[str, ...]:
    """The branches that a step could take under other rules and budgets."""
    if isinstance(step, VerifyStep):
        return (OVER_BUDGET,)
    if isinstance(step, AgentStep) and step.agent.actions:
        return (DO_FIRST, *sorted(WAITING))
    if isinstance(step, LookUpStep | DoStep):
        return (OVER_BUDGET, *(name for names in REMEDY_BRANCHES.values() for name in names))
    return ()


def _own(step: Step) -> tuple[str, ...]:
    match step:
        case AskStep():
            return ("no_match",)
        case ChooseStep():
            return ("no_match", "empty")
        case VerifyStep():
            return ("verification_failed", "unavailable", "no_match")
        case LookUpStep():
            return READ_BRANCHES
        case DoStep():
            return ACTION_BRANCHES
        case PromiseStep():
            return ("denied",)
        case HandOverStep():
            return ("hand_over_failed",)
    return ()
