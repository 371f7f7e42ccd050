"""How often do agents take what is suggested to them, how fast, and does a confidence mean what it says?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from interlock.kernel.events import Recorded
from interlock.vocabulary.ids import InteractionId
from interlock.vocabulary.interactions import HandedBack, InteractionEnded, WrappedUp, WrapUpStarted
from interlock.vocabulary.suggestions import Kind, Shown, SuggestionAnswered, SuggestionsShown

ACCEPTED: Final = ("taken", "edited")
"""The answers after which a suggestion was a help."""
IGNORED: Final = "ignored"
"""How a suggestion came out with which nothing was done until the agent let the interaction go."""
DECILES: Final = 10
"""Parts of equal width into which scores and confidences are put: from 0 to 0.1, and so on."""
PRIOR: Final = 10
"""As many answers as a score itself counts before any agent has answered: a beta prior whose mean is the score."""
OF_ACCEPTANCE: Final = (SuggestionsShown, SuggestionAnswered, HandedBack, WrapUpStarted, WrappedUp, InteractionEnded)
"""The facts that ``Acceptance`` is a fold of."""


class Class(NamedTuple):
    """Suggestions that are counted together."""

    day: date
    kind: Kind
    score: int
    confidence: int


class Tally:
    """How suggestions of one class came out; ``after_ms`` is the time of all answers together."""

    def __init__(self) -> None:
        self.how: Counter[str] = Counter()
        self.after_ms = 0

    def add(self, other: Tally) -> None:
        """Count what another one has counted."""
        self.how.update(other.how)
        self.after_ms += other.after_ms


class Acceptance:
    """How the suggestions of the latest days came out. Only those of open interactions are kept one by one."""

    def __init__(self) -> None:
        self._tallies: dict[Class, Tally] = {}
        self._waiting: dict[InteractionId, dict[str, tuple[datetime, Shown]]] = {}

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in."""
        event = recorded.event
        match event:
            case SuggestionsShown():
                waiting = self._waiting.setdefault(event.interaction, {})
                waiting.update((each.suggestion, (recorded.at, each)) for each in event.suggestions)
            case SuggestionAnswered():
                found = self._waiting.get(event.interaction, {}).pop(event.suggestion, None)
                if found is not None:
                    self._count(*found, event.how, event.after_ms)
            case HandedBack() | WrapUpStarted() | WrappedUp() | InteractionEnded():
                for at, shown in self._waiting.pop(event.interaction, {}).values():
                    self._count(at, shown, IGNORED, 0)

    def _count(self, at: datetime, shown: Shown, how: str, after_ms: int) -> None:
        of = Class(at.date(), shown.kind, decile(shown.score), decile(shown.confidence))
        tally = self._tallies.setdefault(of, Tally())
        tally.how[how] += 1
        tally.after_ms += after_ms

    def forget(self, before: datetime) -> None:
        """Drop what is older."""
        self._tallies = {of: tally for of, tally in self._tallies.items() if of.day >= before.date()}
        for interaction, waiting in list(self._waiting.items()):
            left = {name: each for name, each in waiting.items() if each[0] >= before}
            self._waiting[interaction] = left
            if not left:
                del self._waiting[interaction]

    def confidence(self, kind: Kind, score: float) -> float:
        """How likely an agent takes a suggestion of that kind and score.

        The mean of the beta distribution that what came of the suggestions of its decile makes of the score, which counts as
        much as ``PRIOR`` answers: the score itself before anybody has answered, the share of those taken in the end.
        """
        tally = self._of(lambda of: of.kind == kind and of.score == decile(score))
        return round((accepted(tally) + PRIOR * score) / (tally.how.total() + PRIOR), 4)

    def document(self) -> dict[str, Any]:
        """For each kind how often what was done and how fast; for each decile of confidence what share was taken."""
        kinds = sorted({of.kind for of in self._tallies})
        return {
            "kinds": [{"kind": kind, **_told(self._of(lambda of, kind=kind: of.kind == kind))} for kind in kinds],
            "calibration": list(self._calibration()),
        }

    def _calibration(self) -> Iterator[dict[str, Any]]:
        for at in range(DECILES):
            tally = self._of(lambda of, at=at: of.confidence == at)
            if shown := tally.how.total():
                share = round(accepted(tally) / shown, 4)
                yield {"from": at / DECILES, "to": (at + 1) / DECILES, "shown": shown, "accepted": share}

    def _of(self, wanted: Any) -> Tally:
        whole = Tally()
        for of, tally in self._tallies.items():
            if wanted(of):
                whole.add(tally)
        return whole


def decile(share: float) -> int:
    """Into which decile a number from 0 to 1 falls, counted from 0; 1 falls into the last one."""
    return min(DECILES - 1, int(share * DECILES))


def accepted(tally: Tally) -> int:
    """How many suggestions were a help."""
    return sum(tally.how[how] for how in ACCEPTED)


def _told(tally: Tally) -> dict[str, Any]:
    shown, answered = tally.how.total(), tally.how.total() - tally.how[IGNORED]
    return {
        "shown": shown,
        **{how: tally.how[how] for how in (*ACCEPTED, "dismissed", IGNORED)},
        "rate": round(accepted(tally) / shown, 4) if shown else 0.0,
        "after_s": round(tally.after_ms / answered / 1000, 1) if answered else None,
    }
