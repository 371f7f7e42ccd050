"""How do journeys stack: one interrupts another, which goes on afterwards; and what is said when none is left?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from interlock.journeys.agent_work import ASKED, REPLY
from interlock.journeys.leaving import close
from interlock.journeys.model import Journey
from interlock.journeys.state import FROM_CUSTOMER, Run
from interlock.journeys.steps import ask_again, proceed, return_to_callers
from interlock.journeys.turn import Turn
from interlock.vocabulary.journeys import JourneyEnded

CLOSING = "closing"
NOTHING: Final[Mapping[str, Any]] = {}


def begin(turn: Turn, journey: Journey, given: Mapping[str, Any] = NOTHING) -> None:
    """Begin a journey on top of what is running; ``given`` are slots that are known already."""
    run = turn.start(journey)
    for name, value in given.items():
        turn.fill(run, name, value, FROM_CUSTOMER)
    proceed(turn, run, journey.order[0])


def go_on(turn: Turn, run: Run) -> None:
    """Come back to a run that was interrupted, with the question that it waits with."""
    if run.waits_for not in ("slot", "choice", ASKED, REPLY) and not run.needs:
        return
    turn.resumed = True
    turn.say(turn.about(turn.settings.texts.back_to, run))
    if run.waits_for in (ASKED, REPLY):
        turn.ask_model(run, run.path)
    elif run.waits_for == "slot" and run.ref in run.values:  # answered by the message that interrupted it
        proceed(turn, run, run.path)
    elif run.waits_for in ("slot", "choice"):
        ask_again(turn, run, not_understood=False)
    else:
        texts = turn.settings.texts
        turn.say(texts.use_confirm_card if run.needs == "confirm" else texts.use_code_card)


def go_on_below(turn: Turn) -> None:
    """After the end of a run: on with the one below it, or, once in an interaction, is there anything else?"""
    return_to_callers(turn)
    ended = any(isinstance(each, JourneyEnded) and each.run not in turn.called for each in turn.facts)
    if not ended or turn.resumed or not turn.state.open or not turn.state.may_speak:
        return
    run = turn.state.foreground
    if turn.steps_aside:  # she is neither brought back nor asked for more
        if run is None:
            turn.stand("intent", 0)
    elif run is not None:
        go_on(turn, run)
    else:
        if not turn.state.closing_said:
            turn.say(turn.settings.texts.anything_else)
        turn.stand(CLOSING, 0)


def say_goodbye(turn: Turn) -> None:
    """The customer wants nothing else: the interaction is over, unless a run still waits for somebody."""
    turn.say(turn.settings.texts.goodbye)
    close(turn)  # unless she has left already, before her message was answered
