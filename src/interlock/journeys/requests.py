"""What does a step ask of the gate: that something be done, whether it could be, that something be promised?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from interlock.journeys.language import DoStep, ForeseeStep, LookUpStep, PromiseStep
from interlock.journeys.model import called
from interlock.journeys.state import Run
from interlock.journeys.turn import Turn
from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.foresights import ForesightWanted
from interlock.vocabulary.ids import ForesightId, PromiseId, ProposalId
from interlock.vocabulary.money import Money
from interlock.vocabulary.promises import PromiseWanted
from interlock.vocabulary.proposals import ActionProposed

ONWARD: Final = "onward"
"""What is given where there is nothing to wait for."""

FORESEEN: Final = "foreseen"
"""The source of what the gate would say: nothing was done."""

IMPOSSIBLE: Final[Mapping[str, Any]] = {"possible": False, "by_customer": False, "needs": []}
"""What a journey is told of an action that the gate would deny."""

# Each of these gives the branch that is taken because the gate could not even be asked; empty where it was, and the run waits.


def ask_gate(turn: Turn, run: Run, path: str, step: LookUpStep | DoStep | ForeseeStep) -> str:
    """Propose a step's action, or ask what would be said to it. Raises TemplateError where an argument has no value."""
    _, action, args = called(step)
    values = turn.values(run)
    raw = {name: text.value(values) for name, text in args.items()}
    if isinstance(step, ForeseeStep):
        return foresee(turn, run, path, step, raw)
    return propose(turn, run, path, action, raw, step.purpose)


def propose(turn: Turn, run: Run, path: str, action: str, raw: Mapping[str, Any], purpose: str = "") -> str:
    """Propose the step's own action; arguments that do not fit its schema are a failure of the step."""
    if turn.keeps_off(action):
        return _left_to_people(turn, run, path)
    try:
        args, private_args, args_hash = turn.propose(action, raw)
    except Refused:
        return "failed"
    proposal = ProposalId(turn.moment.new_id("pr"))
    turn.add(
        ActionProposed(
            proposal=proposal,
            interaction=turn.state.interaction,
            person=turn.state.person,
            session=turn.state.session,
            channel=turn.state.channel,
            customer=turn.state.customer,
            principal=VIRTUAL_AGENT,
            action=action,
            args=args,
            private_args=private_args,
            args_hash=args_hash,
            purpose=purpose,
            run=run.run,
        )
    )
    turn.wait(run, path, "proposal", proposal)
    return ""


def foresee(turn: Turn, run: Run, path: str, step: ForeseeStep, raw: Mapping[str, Any]) -> str:
    """Ask what would be said to an action now, and wait for the answer; what does not even fit its schema is not possible."""
    action = step.foresee
    if turn.keeps_off(action):
        turn.fill(run, step.result or "result", IMPOSSIBLE, FORESEEN)
        return ONWARD
    try:
        args, private_args, args_hash = turn.propose(action, raw)
    except Refused:
        turn.fill(run, step.result or "result", IMPOSSIBLE, FORESEEN)
        return ONWARD
    foresight = ForesightId(turn.moment.new_id("fs"))
    turn.add(
        ForesightWanted(
            foresight=foresight,
            interaction=turn.state.interaction,
            person=turn.state.person,
            session=turn.state.session,
            channel=turn.state.channel,
            customer=turn.state.customer,
            action=action,
            args=args,
            private_args=private_args,
            args_hash=args_hash,
            purpose=step.purpose,
        )
    )
    turn.wait(run, path, "proposal", foresight)
    return ""


def promise(turn: Turn, run: Run, path: str, step: PromiseStep) -> str:
    """Ask for the promise to be made, and wait for the answer. Raises TemplateError where a part of it has no value."""
    if turn.keeps_off():
        return _left_to_people(turn, run, path)
    value = step.value.value(turn.values(run))
    if not isinstance(value, Mapping) or value.keys() != {"amount", "currency"}:
        return "denied"
    wanted = PromiseId(turn.moment.new_id("pm"))
    turn.add(
        PromiseWanted(
            promise=wanted,
            kind=step.promise,
            interaction=turn.state.interaction,
            person=turn.state.person,
            about=turn.render(step.about, run),
            value=Money(value["amount"], value["currency"]),
            days=step.days or 0,
            words=turn.render(step.words, run) if step.words is not None else "",
        )
    )
    turn.wait(run, path, "proposal", wanted)
    return ""


def _left_to_people(turn: Turn, run: Run, path: str) -> str:
    """Money is not moved by a machine for somebody in distress: as if it had been denied."""
    step, reason = turn.journey(run).steps[path], turn.settings.matters.texts.vulnerable_money
    turn.fill(run, getattr(step, "result", None) or "result", {"customer_reason": reason}, "denied")
    return "denied"
