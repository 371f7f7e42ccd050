"""What has the virtual agent done so far, and how does a customer come back to the question before?"""

from __future__ import annotations

from interlock.journeys.filling import rewind
from interlock.journeys.language import AskStep, ChooseStep, VerifyStep
from interlock.journeys.model import DEFAULT
from interlock.journeys.state import Run
from interlock.journeys.steps import ask_again, proceed
from interlock.journeys.turn import Turn


def recap(turn: Turn) -> None:
    """Say what was done in this interaction, or that nothing was."""
    texts, done = turn.settings.texts, turn.state.done
    turn.say(texts.recap.replace("{done}", "; ".join(done)) if done else texts.recap_nothing)


def go_back(turn: Turn, run: Run) -> None:
    """Forget the answer that was given last and what followed from it, and put its question again."""
    texts = turn.settings.texts
    for name in reversed(turn.current(run).answered):
        path = _asked_at(turn, run, name)
        if not path:
            continue
        back = rewind(turn, run, frozenset({name}))
        if back.too_late:
            turn.say(texts.too_late)
            break
        for each in sorted(back.stale | {name}):
            turn.fill(run, each, None, "corrected")
        turn.say(texts.gone_back)
        proceed(turn, run, path)
        return
    else:
        turn.say(texts.nothing_before)
    ask_again(turn, run, not_understood=False)


def _asked_at(turn: Turn, run: Run, name: str) -> str:
    """Where the run asks for a slot; empty where it would not ask again, because the customer is known by now."""
    journey, block = turn.journey(run), turn.current(run).path.startswith(DEFAULT)
    for path in journey.order:
        if path.startswith(DEFAULT) != block:
            continue
        match journey.steps[path]:
            case AskStep(ask=asked) | ChooseStep(choose=asked) if asked == name:
                return path
            case VerifyStep(verify=verify) if not turn.state.customer:
                if name in turn.settings.verification[verify.by].args.values():
                    return path
    return ""
