"""What went well and what went wrong of each connector and journey, as the log tells it; and what follows for its breaker?"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeVar

from interlock.control.breaker_files import BreakerSpec, BreakerSpecs
from interlock.control.breakers import BREAKERS, Breakers, Key, Tripped
from interlock.control.breakers import fold as fold_breakers
from interlock.control.rules import TEMPORARY, UNAVAILABLE
from interlock.kernel.events import Recorded
from interlock.vocabulary.breakers import CloseBreaker, TripBreaker, Why
from interlock.vocabulary.channels import SYSTEM
from interlock.vocabulary.journeys import JourneyStarted
from interlock.vocabulary.proposals import (
    ActionProposed,
    EffectFailed,
    EffectSucceeded,
    EffectUnknown,
    ProposalJudged,
)

REMEMBERED: Final = 10_000
"""Proposals and runs of which a node remembers what they belong to, and outcomes that it keeps of one breaker."""

T = TypeVar("T")
How = Literal["well", "failed", "refused"]


class Outcome(NamedTuple):
    """One outcome that counts."""

    at: datetime
    interaction: str
    how: How


class Window:
    """The outcomes of one breaker within its window, and how many of them did not go well: mostly none."""

    def __init__(self) -> None:
        self.outcomes: deque[Outcome] = deque()
        self.bad = 0

    def add(self, outcome: Outcome, since: datetime) -> None:
        """Take one more in, and drop those until then."""
        self.outcomes.append(outcome)
        self.bad += outcome.how != "well"
        while self.outcomes[0].at <= since or len(self.outcomes) > REMEMBERED:
            self.bad -= self.outcomes.popleft().how != "well"


class Counts:
    """The outcomes within the window, as this node has followed them; every node follows the same."""

    def __init__(self) -> None:
        self.breakers = Breakers()
        self._outcomes: dict[Key, Window] = {}
        self._of: OrderedDict[str, tuple[str, str, str]] = OrderedDict()
        self._runs: OrderedDict[str, str] = OrderedDict()

    def fold(self, recorded: Recorded, specs: BreakerSpecs) -> list[TripBreaker | CloseBreaker]:
        """Take a fact in; gives what follows for the breakers that it is evidence for."""
        event = recorded.event
        if isinstance(event, BREAKERS.types):
            self.breakers = fold_breakers(self.breakers, recorded)
            self._outcomes.pop((event.guarded, event.name), None)  # type: ignore[attr-defined]  # see BREAKERS
        elif isinstance(event, JourneyStarted):
            _remember(self._runs, event.run, event.journey)
        elif isinstance(event, ActionProposed):
            _remember(self._of, event.proposal, (event.action, self._runs.get(event.run, ""), event.interaction))
        found = []
        for key, interaction, how in self._evidence(recorded, specs):
            if specs.knows(*key):
                found += self._count(key, Outcome(recorded.at, interaction, how), specs.of(*key))
        return found

    def _evidence(self, recorded: Recorded, specs: BreakerSpecs) -> Iterator[tuple[Key, str, How]]:
        """Which breakers a fact is evidence for, and whether it speaks for or against."""
        match recorded.event:
            case ProposalJudged() as event:
                connector: Key = ("connector", event.action.partition(".")[0])
                rules = {each.rule for each in event.rulings}
                stopped = bool(rules & (TEMPORARY - {UNAVAILABLE}))
                if UNAVAILABLE in rules:
                    yield connector, event.interaction, "failed"
                    yield from self._journey(event.proposal, "failed")
                elif "read" in event.facts and not stopped:
                    yield connector, event.interaction, "well"
                if event.verdict == "denied" and not stopped and UNAVAILABLE not in rules:
                    yield from self._journey(event.proposal, "refused")
            case EffectSucceeded(found_by="answer") as event:
                yield ("connector", event.action.partition(".")[0]), event.interaction, "well"
                yield from self._journey(event.proposal, "well")
            case EffectFailed(found_by="answer") as event if event.code not in TEMPORARY:
                how: How = "failed" if event.unavailable else "refused"
                # To find nothing is an answer; or somebody who guesses could close a system to everybody.
                answered = how == "refused" and event.action in specs.reads
                yield ("connector", event.action.partition(".")[0]), event.interaction, "well" if answered else how
                yield from self._journey(event.proposal, how)
            case EffectUnknown() as event if event.proposal in self._of:
                yield ("connector", self._of[event.proposal][0].partition(".")[0]), event.interaction, "failed"
                yield from self._journey(event.proposal, "failed")

    def _journey(self, proposal: str, how: How) -> Iterator[tuple[Key, str, How]]:
        _, journey, interaction = self._of.get(proposal, ("", "", ""))
        if journey:
            yield ("journey", journey), interaction, how

    def _count(self, key: Key, outcome: Outcome, spec: BreakerSpec) -> list[TripBreaker | CloseBreaker]:
        tripped = self.breakers.of(*key)
        if tripped is not None and tripped.state(spec, outcome.at) == "open":
            return []  # what was on its way when it tripped says nothing new
        window = self._outcomes.setdefault(key, Window())
        window.add(outcome, outcome.at - spec.window)
        if tripped is not None:
            return _after_trial(key, tripped, window.outcomes, spec)
        return _too_much(key, window.outcomes, spec) if window.bad else []


def _after_trial(
    key: Key, tripped: Tripped, outcomes: deque[Outcome], spec: BreakerSpec
) -> list[TripBreaker | CloseBreaker]:
    """Half-open: the first trial that goes wrong opens it again, enough that go well close it."""
    wrong = ("failed", "refused") if tripped.why == "refusals" else ("failed",)
    if outcomes[-1].how in wrong:
        bad = sum(each.how in wrong for each in outcomes)
        return [_trip(key, tripped.why, len(outcomes), bad)]
    if len(outcomes) >= spec.trials:
        guarded, name = key
        return [CloseBreaker(guarded=guarded, name=name, by=SYSTEM, reason=f"{len(outcomes)} trials went well")]
    return []


def _too_much(key: Key, outcomes: deque[Outcome], spec: BreakerSpec) -> list[TripBreaker | CloseBreaker]:
    """Closed: whether the shares within the window are reached."""
    failed = sum(each.how == "failed" for each in outcomes)
    if failed and len(outcomes) >= spec.least and failed >= spec.errors * len(outcomes):
        return [_trip(key, "errors", len(outcomes), failed)]
    seen = {each.interaction for each in outcomes}
    refused = {each.interaction for each in outcomes if each.how == "refused"}
    if refused and len(seen) >= spec.least and len(refused) >= spec.refusals * len(seen):
        return [_trip(key, "refusals", len(seen), len(refused))]
    return []


def _trip(key: Key, why: Why, calls: int, bad: int) -> TripBreaker:
    guarded, name = key
    return TripBreaker(guarded=guarded, name=name, why=why, by=SYSTEM, calls=calls, bad=bad)


def _remember(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    while len(kept) > REMEMBERED:
        kept.popitem(last=False)
