"""How does each breaker stand (closed, open, half-open), and who may open and close it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from interlock.control.breaker_files import BreakerSpec, BreakerSpecs
from interlock.control.rules import BREAKER_OPEN
from interlock.control.switches import LONGEST_WHY, NOT_NOW, check_operator
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.breakers import (
    BREAKERS_TAG,
    BreakerClosed,
    BreakerTripped,
    CloseBreaker,
    Guarded,
    TripBreaker,
    Why,
)
from interlock.vocabulary.ids import StaffId
from interlock.vocabulary.proposals import Ruling

BREAKERS: Final = Query(BREAKERS_TAG, (BreakerTripped, BreakerClosed))
"""What to read for how the breakers stand."""

State = Literal["closed", "open", "half_open"]
Key = tuple[Guarded, str]


class Tripped(msgspec.Struct, frozen=True, kw_only=True):
    """A breaker that tripped and has not been closed since."""

    guarded: Guarded
    name: str
    why: Why
    by: str
    reason: str
    calls: int
    bad: int
    since: datetime

    def state(self, spec: BreakerSpec, now: datetime) -> State:
        """``open`` until the cool-down is over, then ``half_open``; one that was opened by hand stays open."""
        if self.why == "by_hand" or now < self.since + spec.cool_down:
            return "open"
        return "half_open"

    def ruling(self, spec: BreakerSpec) -> Ruling:
        """The gate's own no."""
        what = f"The breaker of the {self.guarded} '{self.name}' is open since {self.since:%Y-%m-%d %H:%M:%S} UTC"
        return Ruling(BREAKER_OPEN, f"{what}: {self.told}. Owner: {spec.owner}.", NOT_NOW)

    @property
    def told(self) -> str:
        """Why, in words."""
        if self.why == "by_hand":
            return f"{self.by} opened it: {self.reason}"
        what = "calls failed" if self.why == "errors" else "interactions were refused"
        return f"{self.bad} of {self.calls} {what}"


@dataclass(frozen=True, slots=True)
class Breakers:
    """Every breaker that ever tripped, with the position of its latest fact; None where that closed it."""

    lines: Mapping[Key, tuple[int, Tripped | None]] = field(default_factory=dict)

    def of(self, guarded: Guarded, name: str) -> Tripped | None:
        """What is to be known of one that is not closed."""
        return self.lines.get((guarded, name), (0, None))[1]

    @property
    def tripped(self) -> tuple[Tripped, ...]:
        """All that are not closed, the longest first."""
        found = (tripped for _, tripped in self.lines.values() if tripped is not None)
        return tuple(sorted(found, key=lambda each: (each.since, each.guarded, each.name)))


def fold(breakers: Breakers, recorded: Recorded) -> Breakers:
    """How they stand after one more fact; facts may come in any order and more than once."""
    event = recorded.event
    if not isinstance(event, BreakerTripped | BreakerClosed):
        return breakers
    key, position = (event.guarded, event.name), recorded.cursor.position
    if breakers.lines.get(key, (-1, None))[0] >= position:
        return breakers
    tripped = None
    if isinstance(event, BreakerTripped):
        tripped = Tripped(
            guarded=event.guarded,
            name=event.name,
            why=event.why,
            by=event.by,
            reason=event.reason,
            calls=event.calls,
            bad=event.bad,
            since=recorded.at,
        )
    return Breakers({**breakers.lines, key: (position, tripped)})


def trip_breaker(specs: BreakerSpecs) -> Decider[TripBreaker, Breakers]:
    """To cut something off. Every node that counts comes to the same; the first one to say so is enough."""

    def decide(command: TripBreaker, breakers: Breakers, moment: Moment) -> Sequence[Event]:
        _check(command.by, command.reason, by_hand=command.why == "by_hand")
        if not specs.knows(command.guarded, command.name):
            raise Refused("breaker_unknown", f"There is no {command.guarded} '{command.name[:80]}'.", status=404)
        tripped = breakers.of(command.guarded, command.name)
        if tripped is not None:
            spec = specs.of(command.guarded, command.name)
            already = (
                tripped.why == "by_hand" if command.why == "by_hand" else tripped.state(spec, moment.now) == "open"
            )
            if already:
                return ()
        return (
            BreakerTripped(
                guarded=command.guarded,
                name=command.name,
                why=command.why,
                by=command.by.id,
                calls=command.calls,
                bad=command.bad,
                reason=command.reason.strip(),
            ),
        )

    return Decider(TripBreaker, lambda command: (BREAKERS,), Breakers(), fold, decide)


def close_breaker() -> Decider[CloseBreaker, Breakers]:
    """To let it be tried again as usual; nothing where it is closed."""

    def decide(command: CloseBreaker, breakers: Breakers, moment: Moment) -> Sequence[Event]:
        _check(command.by, command.reason, by_hand=False)
        tripped = breakers.of(command.guarded, command.name)
        if tripped is None or (command.by.kind == "system" and tripped.why == "by_hand"):
            return ()
        return (
            BreakerClosed(guarded=command.guarded, name=command.name, by=command.by.id, reason=command.reason.strip()),
        )

    return Decider(CloseBreaker, lambda command: (BREAKERS,), Breakers(), fold, decide)


def breakers_document(
    breakers: Breakers, specs: BreakerSpecs, now: datetime, names: Mapping[StaffId, str]
) -> list[dict[str, Any]]:
    """Every breaker with its state, its owner, since when and why; those that are not closed first."""
    found = []
    for guarded, name in specs.keys:
        spec, tripped = specs.of(guarded, name), breakers.of(guarded, name)
        line: dict[str, Any] = {"guarded": guarded, "name": name, "state": "closed", "owner": spec.owner}
        if tripped is not None:
            by_hand = tripped.why == "by_hand"
            line |= {
                "state": tripped.state(spec, now),
                "since": _time(tripped.since),
                "why": tripped.reason if by_hand else tripped.told,
                "by": names.get(StaffId(tripped.by), tripped.by),
                "tried_again_at": None if by_hand else _time(tripped.since + spec.cool_down),
            }
        found.append(line)
    return sorted(found, key=lambda line: line["state"] == "closed")


def _check(by: Any, reason: str, *, by_hand: bool) -> None:
    if by.kind != "system":
        check_operator(by)
    if len(reason) > LONGEST_WHY or (by_hand and not reason.strip()):
        raise Refused("reason_missing", f"Say in at most {LONGEST_WHY} characters why.", status=422)


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
