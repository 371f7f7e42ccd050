"""What becomes of a slot that the customer corrects: what was derived from the old value is forgotten and done again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.journeys.filling import passed_on, restore, rewind
from interlock.journeys.state import FROM_CUSTOMER, Run
from interlock.journeys.steps import proceed
from interlock.journeys.turn import Turn


def correct(turn: Turn, run: Run, corrected: frozenset[str], before: Mapping[str, Any]) -> bool:
    """Go back to the first step that used an old value; False where it is too late, and the old ones stand again.

    Args:
        corrected: the slots, filled with their new values already; ``before`` are the values of all slots before that.
    """
    back = rewind(turn, run, corrected)
    caller, passed = passed_on(turn, run, corrected)
    if caller is not None and passed and not turn.acted(run):
        # The value came from the caller, and it may have used it elsewhere: the call is made anew.
        earlier = caller.values
        if not rewind(turn, caller, frozenset(passed)).too_late:
            for name, value in passed.items():
                turn.fill(caller, name, value, FROM_CUSTOMER)
            turn.end(run, "corrected")
            now = turn.current(caller)
            if not correct(turn, now, frozenset(passed), earlier):
                turn.say(turn.settings.texts.too_late)
            return True
    if back.too_late or passed:
        restore(turn, run, before, corrected)
        return False
    for name in sorted(back.stale):
        turn.fill(run, name, None, "corrected")
    turn.say(turn.settings.texts.corrected)
    proceed(turn, run, back.path)
    return True
