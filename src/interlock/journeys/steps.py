"""What does each step of a journey do, and where does the run wait next?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from interlock.journeys.agent_leaving import leave, reached
from interlock.journeys.agent_work import OUTCOME
from interlock.journeys.choices import item_choices
from interlock.journeys.language import (
    AgentStep,
    AskStep,
    CallStep,
    ChooseStep,
    DoStep,
    EndStep,
    ForeseeStep,
    HandOverStep,
    LookUpStep,
    PromiseStep,
    RecordStep,
    SayStep,
    VerifyStep,
    WaitStep,
    WhenStep,
)
from interlock.journeys.leaving import close, given, record
from interlock.journeys.model import AGAIN, DEFAULT, Journey, reason_of
from interlock.journeys.requests import ONWARD, ask_gate, promise, propose
from interlock.journeys.slots import Slot
from interlock.journeys.state import Run
from interlock.journeys.turn import ACTED, Returned, Turn
from interlock.journeys.values import accepted, moment_of
from interlock.journeys.wording import options_for, worded
from interlock.vocabulary.channels import Choice
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.interactions import HandOverRequested
from interlock.vocabulary.journeys import HANDED_OVER

RAN: Final = "called "
"""Before the name of a journey that a model had run: the source of what came of it, where it has done nothing."""


def proceed(turn: Turn, run: Run, path: str) -> None:
    """Take the steps from a path on until the run waits or is over; then those of the run that called it."""
    _take_all(turn, run, path)
    return_to_callers(turn)


def return_to_callers(turn: Turn) -> None:
    """Let the runs go on that called one which is over by now."""
    while turn.returned:
        back = turn.returned.pop(0)
        caller = turn.state.caller_of(back.run)
        step = turn.journey(caller).steps[caller.path] if caller else None
        if caller is not None and isinstance(step, CallStep):
            _return_to(turn, caller, step, back)
        elif caller is not None and isinstance(step, AgentStep):
            _return_to_model(turn, caller, back)


def _return_to(turn: Turn, caller: Run, step: CallStep, back: Returned) -> None:
    journey, path = turn.journey(caller), caller.path
    branch = f"{path}.on.{back.outcome}.0"
    if back.gives is not None:
        source = f"{ACTED if back.acted else ''}{step.call}"
        turn.fill(caller, step.result or "result", {**back.gives, "outcome": back.outcome}, source)
        proceed(turn, caller, journey.follows[path])
    elif branch in journey.steps:
        reason = back.reason or turn.settings.texts.no_reason
        turn.fill(caller, step.result or "result", {"customer_reason": reason}, back.outcome)
        proceed(turn, caller, branch)
    else:
        turn.end(caller, back.outcome)


def _return_to_model(turn: Turn, caller: Run, back: Returned) -> None:
    """The model that had a journey run is told what came of it, however it ended, and goes on."""
    reason = {"customer_reason": back.reason} if back.reason and back.gives is None else {}
    result = {**(back.gives or reason), "outcome": back.outcome}
    how = back.outcome if back.gives is None else "succeeded"
    source = f"{ACTED if back.acted else RAN}{back.journey}"
    turn.fill(caller, OUTCOME, {"action": back.journey, "how": how, "result": result}, source)
    proceed(turn, caller, turn.current(caller).path)


def _take_all(turn: Turn, run: Run, path: str) -> None:
    if turn.state.run(run.run) is None:
        return
    journey = turn.journey(run)
    while path:
        if path == AGAIN:
            come_back(turn, run)
            return
        try:
            onward = _take(turn, run, journey, path)
        except ValueError:
            onward = _without_value(turn, run, journey, path)
        if onward is None:
            return
        path = onward
        if turn.state.run(run.run) is None:
            return
    turn.end(run, "failed" if turn.current(run).reason else HANDED_OVER)


def come_back(turn: Turn, run: Run) -> None:
    """What had to be done first is over: the run waits for its proposal again, and looks how that stands by now."""
    path, proposal = turn.current(run).pending
    turn.wait(run, path, "proposal", proposal, again=True)


def take_branch(turn: Turn, run: Run, path: str, name: str) -> None:
    """Go on in a step's branch, or in the tenant's default for it."""
    proceed(turn, run, turn.journey(run).branch(path, name) or _ends_badly(turn, run, name))


def ask_again(turn: Turn, run: Run, *, not_understood: bool, invalid: bool = False) -> None:
    """Put the question that a run waits with once more; ``invalid`` where it was answered as it may not be."""
    try:
        ask(turn, run, again=not_understood, invalid=invalid)
    except ValueError:
        proceed(turn, run, _failing(turn.journey(run), turn.current(run).path))


def ask(turn: Turn, run: Run, *, again: bool = False, invalid: bool = False) -> None:
    """Put the question that a run waits with; nothing where it does not wait for an answer. Raises TemplateError."""
    now = turn.current(run)
    journey = turn.journey(run)
    step = journey.steps[now.path]
    if isinstance(step, ChooseStep):
        choices = item_choices(step, turn.values(run), turn.settings)
        _question(turn, run, step.ask, choices, turn.settings.texts.not_understood if again else "")
        return
    slot = journey.slots.get(now.ref)
    if slot is None or slot.ask is None:
        return
    buttons = _buttons(turn, run, now.ref, slot)
    if invalid and slot.wrong is not None:
        _question(turn, run, slot.wrong, buttons, "")
    elif (again or turn.once_more) and slot.again is not None:
        _question(turn, run, slot.again, buttons, "")
    else:
        asked = worded(turn, run, slot.ask, slot.to, f"slots.{now.ref}")
        _question(turn, run, asked, buttons, turn.settings.texts.not_understood if again else "")


def _take(turn: Turn, run: Run, journey: Journey, path: str) -> str | None:
    """Take one step: the path that follows, or None where the run waits or is over."""
    step = journey.take(path)
    match step:
        case SayStep(say=text):
            turn.say(turn.render(worded(turn, run, text, step.to, f"steps.{path}"), run))
            return journey.follows[path]
        case WhenStep(when=condition):
            return journey.enters(f"{path}.{'then' if condition.holds(turn.values(run)) else 'else'}", path)
        case AskStep(ask=name):
            if _known(turn, run, name):
                return journey.follows[path]
            _wait_for_slot(turn, run, path, name)
            return None
        case ChooseStep():
            return _choose(turn, run, journey, path, step)
        case VerifyStep():
            return _verify(turn, run, journey, path, step)
        case LookUpStep() | DoStep() | ForeseeStep():
            return _asked(turn, run, path, ask_gate(turn, run, path, step))
        case PromiseStep():
            return _asked(turn, run, path, promise(turn, run, path, step))
        case CallStep():
            return _call(turn, run, path, step)
        case WaitStep():
            return _wait(turn, run, journey, path, step)
        case HandOverStep(hand_over=queue, priority=priority):
            reason = turn.render(reason_of(step, journey), run)
            turn.wait(run, path, "hand_over", run.run)
            turn.add(
                HandOverRequested(
                    interaction=turn.state.interaction,
                    person=turn.state.person,
                    queue=QueueName(queue),
                    reason=reason,
                    run=run.run,
                    priority=priority,
                )
            )
            return None
        case AgentStep():
            if turn.current(run).path == path and reached(turn, run, step):
                return leave(turn, run, "until")
            turn.introduce()  # what a model says may be seen while it is written, so that it is a machine comes first
            turn.ask_model(run, path)
            return None
        case EndStep(end=outcome, gives=gives):
            turn.end(run, outcome, None if gives is None else given(turn, run, gives))
            if step.closes:
                close(turn)
            return None
        case RecordStep():
            record(turn, run, step)
            return journey.follows[path]


def _known(turn: Turn, run: Run, name: str) -> bool:
    """Whether a slot has a value, perhaps one that was given earlier in the interaction."""
    if name in turn.current(run).values:
        return True
    slot = turn.journey(run).slots[name]
    if not slot.remember or name not in turn.state.given:
        return False
    turn.fill(run, name, turn.state.given[name], "earlier")
    return True


def _wait_for_slot(turn: Turn, run: Run, path: str, name: str) -> None:
    turn.wait(run, path, "slot", name)
    ask(turn, run)


def _choose(turn: Turn, run: Run, journey: Journey, path: str, step: ChooseStep) -> str | None:
    if step.choose in turn.current(run).values:
        return journey.follows[path]
    if not item_choices(step, turn.values(run), turn.settings):
        return journey.branch(path, "empty") or _ends_badly(turn, run, "empty")
    turn.wait(run, path, "choice", step.choose)
    ask(turn, run)
    return None


def _verify(turn: Turn, run: Run, journey: Journey, path: str, step: VerifyStep) -> str | None:
    if turn.state.customer:
        return journey.follows[path]
    failed = journey.branch(path, "verification_failed") or _ends_badly(turn, run, "verification_failed")
    if turn.state.match_failures >= turn.settings.max_match_failures:
        return failed
    method = turn.settings.verification[step.verify.by]
    for name in dict.fromkeys(method.args.values()):
        if not _known(turn, run, name):
            _wait_for_slot(turn, run, path, name)
            return None
    values = turn.current(run).values
    raw = {arg: values[name] for arg, name in method.args.items()}
    return _asked(turn, run, path, propose(turn, run, path, method.action, raw))


def _asked(turn: Turn, run: Run, path: str, unable: str) -> str | None:
    """Wait for the gate's answer; where it could not even be asked, the path of what is done then."""
    if not unable:
        return None
    journey = turn.journey(run)
    if unable == ONWARD:
        return journey.follows[path]
    if unable == "failed":
        return _failing(journey, path)
    return journey.branch(path, unable) or _ends_badly(turn, run, unable)


def _call(turn: Turn, run: Run, path: str, step: CallStep) -> str | None:
    """Begin the called journey with what it is given; what does not fit a slot of it, it asks for itself."""
    called = turn.resolve(run.release, step.call)
    if called is None:
        return _failing(turn.journey(run), path)
    values = turn.values(run)
    call(turn, run, path, called, {name: text.value(values) for name, text in step.args.items()})
    return None


def call(turn: Turn, run: Run, path: str, called: Journey, args: Mapping[str, Any]) -> None:
    """Begin a journey for a step of another one; what does not fit a slot of it, it asks for itself."""
    passed = {name: accepted(called.slots[name], value) for name, value in args.items()}
    inner = turn.start(called, caller=run)
    turn.wait(run, path, "call", inner.run)
    for name, value in passed.items():
        if value is not None and turn.valid(inner, called.slots[name], value):
            turn.fill(inner, name, value, "call")
    proceed(turn, inner, called.order[0])


def _wait(turn: Turn, run: Run, journey: Journey, path: str, step: WaitStep) -> str | None:
    """Wait for a time, unless it has come. Raises ValueError where ``until`` is no time, or nobody ever opens."""
    now, settings = turn.moment.now, turn.settings
    until = now + step.wait
    if step.until is not None:
        until = min(until, moment_of(step.until.value(turn.values(run)), settings.zone))
    if step.open and settings.hours is not None:
        opening = settings.hours.calendar().next_opening(max(until, now))
        if opening is None:
            raise ValueError("the tenant never opens again")
        until = opening.astimezone(now.tzinfo)
    if until <= now:
        return journey.follows[path]
    turn.wait(run, path, "time", run.run, until=until)
    return None


def _without_value(turn: Turn, run: Run, journey: Journey, path: str) -> str:
    """A text or a condition met a value that is not there, which its author did not foresee: the step failed.

    But it is never told that nothing was changed when something was.
    """
    if turn.acted(turn.current(run)) and isinstance(journey.steps[path], SayStep):
        turn.say(turn.settings.texts.done_without_details)
        return journey.follows[path]
    return _failing(journey, path)


def _failing(journey: Journey, path: str) -> str:
    """Where a step leads that could not be taken; nowhere if it is itself part of telling about a failure."""
    if path.startswith(f"{DEFAULT}.failed"):
        return ""
    return journey.branch(path, "failed") or ""


def _ends_badly(turn: Turn, run: Run, name: str) -> str:
    """For a branch that nobody wrote, which publishing refuses: the run just ends there."""
    turn.end(run, name)
    return ""


def _question(turn: Turn, run: Run, text: Any, choices: tuple[Choice, ...], before: str) -> None:
    said = turn.render(text, run)
    turn.say(f"{before} {said}" if before else said, choices)


def _buttons(turn: Turn, run: Run, name: str, slot: Slot) -> tuple[Choice, ...]:
    texts = turn.settings.texts
    if slot.type == "yes_no":
        return (Choice(value="yes", label=texts.yes), Choice(value="no", label=texts.no))
    return tuple(Choice(value=option.value, label=option.label) for option in options_for(turn, run, name, slot))
