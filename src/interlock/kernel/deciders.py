"""The shape of a decision: what it reads, how facts fold into its state, and what it makes of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Generic, NamedTuple, TypeVar

from interlock.kernel.events import Command, Event, NewId, Recorded
from interlock.kernel.log import Query

C = TypeVar("C", bound=Command)
S = TypeVar("S")


class Moment(NamedTuple):
    """What a pure decision may not fetch itself: the time and fresh identifiers."""

    now: datetime
    new_id: NewId


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S]):
    """A pure decision.

    Attributes:
        command: the type of command that it answers.
        reads: the queries whose facts it needs; they are also its guard (see ``guards``).
        initial: the state before any fact.
        evolve: folds one recorded fact into the state.
        decide: gives the facts that follow, or raises Refused.
        guards: the queries that must not have changed meanwhile; all that it reads unless it says otherwise.
    """

    command: type[C]
    reads: Callable[[C], Sequence[Query]]
    initial: S
    evolve: Callable[[S, Recorded], S]
    decide: Callable[[C, S, Moment], Sequence[Event]]
    guards: Callable[[C], Sequence[Query]] | None = None

    def fold(self, events: Iterable[Recorded]) -> S:
        """The state after those facts."""
        return reduce(self.evolve, events, self.initial)


Reaction = Callable[[Event], Sequence[Command]]
"""What follows from a fact elsewhere: pure, by identifiers only. Its commands wait in the due table of the same append."""


class SetTimer(NamedTuple):
    """Carry a command out at a time, unless it is cleared by its key before; a second one with the key replaces it."""

    key: str
    at: datetime
    command: Command


class ClearTimer(NamedTuple):
    """Forget the timer of that key, if it is still there."""

    key: str


Timers = Callable[[Event, datetime], Sequence[SetTimer | ClearTimer]]
"""What a fact (with the time it was recorded at) makes due later, or no longer due."""


@dataclass(frozen=True, slots=True)
class Projection(Generic[S]):
    """A view: a fold of the log that can be thrown away and rebuilt."""

    name: str
    initial: Callable[[], S]
    fold: Callable[[S, Recorded], S]


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the field, by value: what it decides, what it reacts to, what it lets happen later."""

    name: str
    deciders: tuple[Decider[Command, object], ...] = ()
    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timers, ...] = ()
