"""How does an agent step go on: by its model's answer, by an outcome of its action, or in its scripted branch?"""

from __future__ import annotations

from typing import Final

from interlock.journeys.agent_answer import Answer, Unusable, read_answer
from interlock.journeys.agent_leaving import leave, left, reached
from interlock.journeys.agent_work import ASKED, OUTCOME, REPLY
from interlock.journeys.answering import answer_from, cite
from interlock.journeys.claims import contradicted
from interlock.journeys.correcting import correct
from interlock.journeys.filling import passed_on, rewind
from interlock.journeys.language import AgentStep
from interlock.journeys.requests import propose
from interlock.journeys.stack import begin
from interlock.journeys.state import Run
from interlock.journeys.steps import call, proceed
from interlock.journeys.turn import Turn
from interlock.vocabulary.channels import Choice
from interlock.vocabulary.journeys import (
    AgentAnswer,
    AgentAnswerRefused,
    ClaimsContradicted,
    JourneyAdvance,
)

TRIES: Final = 3
"""Answers in a row that are not taken, after which the scripted branch is."""


def take_answer(turn: Turn, run: Run, answer: AgentAnswer) -> None:
    """What a model answered in the agent step at which a run stands."""
    step = turn.journey(run).steps[run.path]
    if not isinstance(step, AgentStep):
        return
    if answer.failed:
        otherwise(turn, run, answer.failed)
        return
    try:
        found = read_answer(turn, run, step, answer)
    except Unusable as wrong:
        _refuse(turn, run, answer, wrong)
        return
    _act(turn, run, step, found, answer)


def otherwise(turn: Turn, run: Run, why: str) -> None:
    """Take the scripted branch."""
    left(turn, run, "otherwise", why)
    proceed(turn, run, f"{turn.current(run).path}.otherwise.0")


def acted(turn: Turn, run: Run, command: JourneyAdvance) -> None:
    """Keep what came of an agent's action, for its model and for whoever asks whether anything was done."""
    action = run.work.action if run.work is not None else ""
    done = command.what == "succeeded"
    reason = command.customer_reason or turn.settings.texts.no_reason
    result = command.result if done else {"customer_reason": reason}
    outcome = {"action": action, "how": command.what, "result": result}
    turn.fill(run, OUTCOME, outcome, action if done and action else command.what)


def come_to(turn: Turn, run: Run) -> None:
    """What an agent's action came to is known: the step is over, or its model is asked how to go on."""
    proceed(turn, run, turn.current(run).path)


def _act(turn: Turn, run: Run, step: AgentStep, found: Answer, answer: AgentAnswer) -> None:
    path = turn.current(run).path
    before = turn.current(run).values
    for name, value in found.fills.items():
        turn.fill(run, name, value, f"model {answer.model}")
    corrected = frozenset(name for name, value in found.fills.items() if before.get(name, value) != value)
    if corrected and _was_used(turn, run, corrected):
        if not correct(turn, run, corrected, before):
            what = ", ".join(sorted(corrected))
            _refuse(
                turn, run, answer, Unusable(f"what was done with the old value of {what} is done already, so it stays")
            )
        return
    if found.say:
        _say(turn, found, answer.model)
    for source in found.sources:
        cite(turn, answer.message, source, answer.model)
    if found.article is not None:
        answer_from(turn, answer.message, found.article)
    if found.exit:
        proceed(turn, run, leave(turn, run, found.exit))
    elif reached(turn, run, step):
        proceed(turn, run, leave(turn, run, "until"))
    elif found.hand_over or found.journey:
        journey = turn.offered(found.journey or turn.settings.human_journey)
        turn.wait(run, path, REPLY, answer.model)
        if journey is not None:
            begin(turn, journey)
    elif found.action and (called := turn.resolve(run.release, found.action)) is not None:
        call(turn, run, path, called, found.args)
    elif found.action:
        propose(turn, run, path, found.action, found.args)
    elif found.says:
        turn.wait(run, path, REPLY, answer.model)
    else:
        _refuse(
            turn, run, answer, Unusable("that does not end the step yet: say something, propose an action, or be done")
        )


def _was_used(turn: Turn, run: Run, corrected: frozenset[str]) -> bool:
    """Whether a step before this one, or the caller of its journey, went by the old value of a slot."""
    back = rewind(turn, run, corrected)
    return back.too_late or back.path != turn.current(run).path or bool(passed_on(turn, run, corrected)[1])


def _say(turn: Turn, found: Answer, model: str) -> None:
    against = contradicted(found.say, turn.state.told)
    turn.say(found.say, tuple(Choice(value=each, label=each) for each in found.options), model=model)
    if against is not None:
        said, before = against
        turn.add(
            ClaimsContradicted(
                interaction=turn.state.interaction,
                person=turn.state.person,
                message=turn.last_message,
                earlier=before.message,
                said=said,
                before=before.sentence,
            )
        )


def _refuse(turn: Turn, run: Run, answer: AgentAnswer, wrong: Unusable) -> None:
    """An answer that is not taken: its model is told why, and asked again a few times."""
    now = turn.current(run)
    turn.add(
        AgentAnswerRefused(
            interaction=turn.state.interaction,
            person=turn.state.person,
            run=run.run,
            path=now.path,
            model=answer.model,
            why=str(wrong),
            text=wrong.text,
        )
    )
    tries = (now.tries if now.waits_for == ASKED else 0) + 1
    if tries >= TRIES:
        otherwise(turn, run, f"{tries} answers in a row could not be taken")
    else:
        turn.ask_model(run, now.path, tries)
