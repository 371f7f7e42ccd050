"""When is an agent step over, and where does its journey go on then?"""

from __future__ import annotations

from interlock.journeys.agent_work import AgentWork
from interlock.journeys.language import AgentStep
from interlock.journeys.state import Run
from interlock.journeys.turn import Turn
from interlock.kernel.cel import ExpressionError
from interlock.vocabulary.journeys import AgentStepLeft


def reached(turn: Turn, run: Run, step: AgentStep) -> bool:
    """Whether what the step is to reach holds by now."""
    if step.agent.until is None:
        return False
    try:
        return step.agent.until.holds(turn.values(run))
    except ExpressionError:
        return False


def leave(turn: Turn, run: Run, how: str) -> str:
    """Record that the step is over by one of its exits, or because of ``until``; gives the path that is taken then."""
    left(turn, run, how)
    journey, path = turn.journey(run), turn.current(run).path
    branch = f"{path}.on.{how}.0"
    return branch if branch in journey.steps else journey.follows[path]


def left(turn: Turn, run: Run, how: str, why: str = "") -> None:
    """Record that the step is over, and what its model has used."""
    now = turn.current(run)
    work = now.work or AgentWork(now.path)
    turn.add(
        AgentStepLeft(
            interaction=turn.state.interaction,
            person=turn.state.person,
            run=run.run,
            path=now.path,
            how=how,
            why=why,
            turns=work.turns,
            actions=work.actions,
            tokens=work.tokens,
            cost_micro=work.cost_micro,
        )
    )
