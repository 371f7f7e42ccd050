"""When and how is a customer reminded of what a journey waits for?"""

from __future__ import annotations

from interlock.journeys.reminders import Remind
from interlock.journeys.state import Run
from interlock.journeys.steps import ask_again
from interlock.journeys.turn import Turn
from interlock.vocabulary.channels import Channel
from interlock.vocabulary.journeys import CustomerReminded

OF_HER = ("slot", "choice")
"""What a run waits for that is a question to her, which is put once more."""


def remind(turn: Turn, ref: str) -> None:
    """Remind her of what a run waits for, if it still waits there and the virtual agent may speak; otherwise nothing."""
    run = turn.state.run(ref)
    if run is None or run.remind is None or turn.moment.now < run.remind:
        return
    written: Remind | None = getattr(turn.journey(run).steps.get(run.path), "remind", None)
    if written is None or not _heard(turn, run):
        return
    try:
        words = turn.render(written.say, run)
    except ValueError:
        return  # what cannot be said is left out: it is a reminder and no more
    turn.say(words)
    turn.add(
        CustomerReminded(
            interaction=turn.state.interaction,
            person=turn.state.person,
            run=run.run,
            path=run.path,
            next=turn.reminder_at(run, run.path, run.reminded + 1),
        )
    )
    if run.waits_for in OF_HER:
        ask_again(turn, turn.current(run), not_understood=False)


def _heard(turn: Turn, run: Run) -> bool:
    """Whether she would hear it: nobody else has the conversation, it is about what she talks of, and no call that is over.

    Whoever is in distress is not pressed.
    """
    state = turn.state
    if "vulnerable" in state.matters:
        return False
    if not state.may_speak or (state.channel is Channel.VOICE and not state.open):
        return False
    return not run.waits_for_customer or state.foreground == run
