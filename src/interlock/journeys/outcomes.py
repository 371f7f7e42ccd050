"""How does a run go on when what it waited for has happened: an action's outcome, a failed hand-over, a hand-back?"""

from __future__ import annotations

from collections.abc import Mapping

from interlock.journeys.agent_turns import acted, come_to
from interlock.journeys.language import (
    ACTION_BRANCHES,
    DO_FIRST,
    OVER_BUDGET,
    REMEDY_BRANCHES,
    WAITING,
    AgentStep,
    DoStep,
    ForeseeStep,
    LookUpStep,
    SayStep,
    VerifyStep,
)
from interlock.journeys.model import called
from interlock.journeys.reminding import remind
from interlock.journeys.requests import FORESEEN
from interlock.journeys.stack import go_on, go_on_below
from interlock.journeys.state import Run
from interlock.journeys.steps import come_back, proceed, take_branch
from interlock.journeys.turn import Turn
from interlock.journeys.wording import worded
from interlock.vocabulary.ids import CustomerId, ProposalId
from interlock.vocabulary.journeys import IN_TIME, LET_GO, REMIND, JourneyAdvance
from interlock.vocabulary.people import CustomerMatched, MatchFailed

AWAITED = frozenset(
    {"succeeded", OVER_BUDGET, *ACTION_BRANCHES, *(name for names in REMEDY_BRANCHES.values() for name in names)}
)
"""What can become of a proposal that a run waits for."""

PENDING = WAITING | {DO_FIRST}
"""What leaves the run waiting for the same proposal."""


def advance(turn: Turn, command: JourneyAdvance) -> None:
    """Let the run that waits for this go on; nothing where none does any more."""
    if command.what == "handed_back":
        if turn.state.open and turn.state.holder == "virtual_agent":
            _handed_back(turn)
        return
    if command.what == REMIND:
        remind(turn, command.ref)
        return
    if command.what == LET_GO:
        # What came out while others had it is told now, as it is told after any other end.
        if turn.state.may_speak:
            resume_floor(turn)
        return
    run = turn.state.waiting_for(command.ref)
    if run is None or not _awaited(turn, run, command.what):
        return
    if command.what != IN_TIME:
        _record(turn, run, command)
    if turn.state.may_speak:
        settle(turn, run, command.what)
        go_on_below(turn)
    elif command.what in PENDING:
        turn.wait(run, run.path, "approval", run.ref)
    else:
        turn.wait(run, run.path, "floor", command.what)


def settle(turn: Turn, run: Run, what: str) -> None:
    """Take the branch of an outcome, whose result is recorded already."""
    path = turn.current(run).path
    journey = turn.journey(run)
    step = journey.steps[path]
    if what == OVER_BUDGET and not isinstance(step, AgentStep) and not journey.branch(path, OVER_BUDGET):
        what = "denied"
    if isinstance(step, AgentStep) and what not in PENDING:
        come_to(turn, run)
    elif what in ("hand_over_failed", OVER_BUDGET):
        take_branch(turn, run, path, what)
    elif what in ("handed_back", IN_TIME):
        proceed(turn, run, journey.follows[path])
    elif isinstance(step, VerifyStep):
        _verified(turn, run, path, what)
    elif what == "succeeded":
        proceed(turn, run, journey.follows[path])
    elif what == DO_FIRST and (first := journey.branch(path, what)):
        proceed(turn, run, first)
    elif what in PENDING:
        _keep_waiting(turn, run, path, what)
    else:
        take_branch(turn, run, path, what)


def resume_floor(turn: Turn) -> None:
    """Let the runs go on whose news had to wait because somebody else had the interaction."""
    for run in turn.state.runs:
        if run.waits_for == "floor":
            settle(turn, run, run.ref)
        elif run.waits_for == "approval" and run.pending == (run.path, run.ref):
            come_back(turn, run)


def _awaited(turn: Turn, run: Run, what: str) -> bool:
    if run.waits_for == "hand_over":
        return what == "hand_over_failed"
    if run.waits_for == "time":
        return what == IN_TIME
    return what in AWAITED and not (run.waits_for == "approval" and what in PENDING)


def _record(turn: Turn, run: Run, command: JourneyAdvance) -> None:
    """Keep what came of it: the result under the step's name, or what the customer may be told."""
    step = turn.journey(run).steps[run.path]
    if isinstance(step, AgentStep):
        if command.what not in PENDING:
            acted(turn, run, command)
    elif command.what == "succeeded" and isinstance(step, LookUpStep | DoStep):
        turn.fill(run, step.result or "result", command.result, called(step)[1])
    elif isinstance(step, ForeseeStep):
        turn.fill(run, step.result or "result", command.result, FORESEEN)
    elif command.what == "succeeded" and isinstance(step, VerifyStep):
        _record_match(turn, run, step, command)
    elif command.what == "failed" and isinstance(step, VerifyStep):
        _match_failed(turn, step, command.ref)
    elif command.what not in PENDING:
        name = getattr(step, "result", None) or "result"
        reason = turn.settings.told(command.customer_reason) or turn.settings.texts.no_reason
        turn.fill(run, name, {"customer_reason": reason}, command.what)


def _record_match(turn: Turn, run: Run, step: VerifyStep, command: JourneyAdvance) -> None:
    method, result = turn.settings.verification[step.verify.by], command.result
    found = result.get(method.customer) if isinstance(result, Mapping) else None
    if not isinstance(found, str) or not found:
        _match_failed(turn, step, command.ref)
        return
    name = result.get(method.name)
    turn.add(
        CustomerMatched(
            interaction=turn.state.interaction,
            person=turn.state.person,
            session=turn.state.session,
            channel=turn.state.channel,
            customer=CustomerId(found),
            by=step.verify.by,
            name=name if isinstance(name, str) else "",
        )
    )


def _match_failed(turn: Turn, step: VerifyStep, proposal: str) -> None:
    state = turn.state
    turn.add(
        MatchFailed(
            interaction=state.interaction,
            person=state.person,
            session=state.session,
            by=step.verify.by,
            proposal=ProposalId(proposal),
        )
    )


def _verified(turn: Turn, run: Run, path: str, what: str) -> None:
    """On with a match; asked again after a failed one, a few times."""
    journey = turn.journey(run)
    if turn.state.customer:
        proceed(turn, run, journey.follows[path])
    elif what in ("unavailable", "outcome_unknown"):
        take_branch(turn, run, path, "unavailable")
    elif what not in ("succeeded", "failed") or turn.current(run).match_failures >= turn.settings.match_tries:
        take_branch(turn, run, path, "verification_failed")
    else:
        step = journey.steps[path]
        if isinstance(step, VerifyStep):
            for name in dict.fromkeys(turn.settings.verification[step.verify.by].args.values()):
                if name in turn.current(run).values:
                    turn.fill(run, name, None, "not_matched")
        turn.say(turn.settings.texts.match_failed)
        turn.once_more = True
        proceed(turn, run, path)


def _keep_waiting(turn: Turn, run: Run, path: str, what: str) -> None:
    """Say what the branch says; the step itself goes on waiting for the same proposal."""
    journey = turn.journey(run)
    at = journey.branch(path, what) or ""
    while at:
        step = journey.take(at)
        if isinstance(step, SayStep):
            try:
                turn.say(turn.render(worded(turn, run, step.say, step.to, f"steps.{at}"), run))
            except ValueError:
                break  # What cannot be said is left out; the wait is the point.
        at = journey.follows[at]
    turn.wait(run, path, "approval", turn.current(run).ref)


def _handed_back(turn: Turn) -> None:
    turn.say(turn.settings.texts.handed_back)
    resume_floor(turn)
    for run in turn.state.runs:
        if run.waits_for == "hand_over":
            settle(turn, run, "handed_back")
    above = turn.state.foreground
    if above is None:
        turn.say(turn.settings.texts.go_on)
        turn.stand("intent", 0)
    else:
        go_on(turn, above)
