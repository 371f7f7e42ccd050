"""How does a command become facts: read, fold, decide, append, at most five times; and what follows from the facts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Container, Sequence
from datetime import datetime
from functools import reduce
from hashlib import blake2b
from typing import Any, Final, NamedTuple, TypeVar

from interlock.kernel.deciders import Decider, Moment, SetTimer, Subject
from interlock.kernel.errors import Conflict, Refused
from interlock.kernel.events import Command, Event, NewId, Recorded
from interlock.kernel.log import TIMER, Appended, Due, Judging, Log, Plan, Posting, Query
from interlock.runtime.clock import Clock

S = TypeVar("S")
ATTEMPTS: Final = 5
"""How often a decision is made anew when facts appear that it did not see."""
STATES_KEPT: Final = 5_000
NOTHING: Final = Appended((), ())


def id_maker(cause: str) -> NewId:
    """Identifiers that depend on the cause alone: decided again, a command names the same things."""
    counts: dict[str, int] = {}

    def new_id(prefix: str) -> str:
        counts[prefix] = number = counts.get(prefix, 0) + 1
        return f"{prefix}_{blake2b(f'{cause}|{prefix}|{number}'.encode(), digest_size=10).hexdigest()}"

    return new_id


Extend = Callable[[tuple[Event, ...], Any, Moment], Awaitable[tuple[tuple[Event, ...], tuple[Command, ...]]]]
"""Adds to the facts of a decision (with its state and moment); gives all facts, and the commands that are done by that."""


Begins = Callable[[Event], "Beginning | None"]
"""What is folded from a fact on, of which nothing can be known before that fact; None for most."""
Evolve = Callable[[Any, Recorded], Any]


class Beginning(NamedTuple):
    """Something that a fact is the first of: what finds its facts, and how they are folded."""

    queries: tuple[Query, ...]
    initial: Any
    evolve: Evolve


class _Kept(NamedTuple):
    """A state and the snapshot that it was read in, or (``written``) that this node's own append left it in."""

    state: Any
    snapshot: str
    written: bool = False


class Engine:
    """Decides commands on one tenant's log.

    Attributes:
        appended: called after every append, with what was written and the commands that this node is to carry out now.
    """

    def __init__(
        self,
        log: Log,
        clock: Clock,
        subjects: Sequence[Subject],
        postings: Callable[[Event], Sequence[Posting]],
        begins: Begins = lambda event: None,
    ) -> None:
        self.log = log
        self.clock = clock
        self.appended: Callable[[Sequence[Recorded], Sequence[Due]], None] = lambda recorded, granted: None
        self._postings = postings
        self._begins = begins
        self._states: OrderedDict[tuple[Query, ...], dict[Evolve, _Kept]] = OrderedDict()
        self._of_tag: dict[str, set[tuple[Query, ...]]] = {}
        self.use(subjects)

    def use(self, subjects: Sequence[Subject]) -> None:
        """Decide by these subjects from now on (a new release came into force)."""
        self._deciders: dict[type[Command], Decider[Any, Any]] = {
            decider.command: decider for subject in subjects for decider in subject.deciders
        }
        self._reactions = [reaction for subject in subjects for reaction in subject.reactions]
        self._timers = [timer for subject in subjects for timer in subject.timers]

    def decider(self, kind: type[Command]) -> Decider[Any, Any]:
        """What answers commands of this type."""
        return self._deciders[kind]

    async def execute(
        self,
        command: Command,
        *,
        cause: str,
        answers: str = "",
        decider: Decider[Any, Any] | None = None,
        known: tuple[Any, str] | None = None,
        extend: Extend | None = None,
    ) -> Appended:
        """Decide a command and append what follows.

        Args:
            cause: what the command comes from; the same cause is recorded once.
            answers: the due command that this is the answer to, if it is one.
            decider: the one to use; by default that of the command's type.
            known: the decision's state and its snapshot, where the caller has just read them.
            extend: adds what follows at once to the facts, so that it stands or falls with them.

        Raises:
            Refused: the rules say no.
            Conflict: others were faster five times.
            Answered: this cause has been answered before.
        """
        decider = decider or self._deciders[type(command)]
        queries = tuple(decider.reads(command))
        guard = queries if decider.guards is None else tuple(decider.guards(command))
        # Without looking at first, where this node wrote last: the guard finds out whether somebody else has since.
        unseen = known is None and guard == queries and self.wrote(queries, decider.evolve)
        for _ in range(ATTEMPTS):
            state, snapshot = known or await self.state(queries, decider.initial, decider.evolve, unseen=unseen)
            known = None
            moment = Moment(self.clock(), id_maker(cause))
            try:
                facts: tuple[Event, ...] = tuple(decider.decide(command, state, moment))
            except Refused:
                if not unseen:
                    raise
                facts = ()
            if unseen and not facts:
                unseen = False  # nothing would be appended, so no guard would tell
                continue
            unseen = False
            done: tuple[Command, ...] = ()
            if extend is not None:
                facts, done = await extend(facts, state, moment)
            if not facts and not answers:
                return NOTHING
            try:
                return await self.append(facts, guard=guard, snapshot=snapshot, cause=cause, answers=answers, done=done)
            except Conflict:
                continue
        raise Conflict(f"{type(command).__name__}: facts kept appearing; tried {ATTEMPTS} times")

    async def state(
        self, queries: tuple[Query, ...], initial: S, evolve: Callable[[S, Recorded], S], *, unseen: bool = False
    ) -> tuple[S, str]:
        """The fold of what some queries find, and the snapshot it was read in: kept from the last time, and caught up.

        Args:
            unseen: for whoever appends under a guard of the same queries: where this node's own append was the last that
                is known of, take the state as that left it, without looking. Others may have appended since.
        """
        kept = self._states.get(queries, {}).get(evolve)
        if unseen and kept is not None and kept.written:
            return kept.state, kept.snapshot
        since = "" if kept is None else kept.snapshot
        seen = await self.log.read(*queries, since=since)
        state: S = reduce(evolve, seen.events, initial if kept is None else kept.state)
        self._keep(queries, evolve, _Kept(state, seen.snapshot))
        return state, seen.snapshot

    def wrote(self, queries: tuple[Query, ...], evolve: Evolve) -> bool:
        """Whether the last that is known of these facts is an append of this node."""
        kept = self._states.get(queries, {}).get(evolve)
        return kept is not None and kept.written

    def last_known(self, queries: tuple[Query, ...], evolve: Callable[[S, Recorded], S]) -> S | None:
        """The fold as it was when it was last read or written here, for what once true is always true; None where it was not."""
        kept = self._states.get(queries, {}).get(evolve)
        return None if kept is None else kept.state

    def _keep(self, queries: tuple[Query, ...], evolve: Evolve, kept: _Kept) -> None:
        self._states.setdefault(queries, {})[evolve] = kept
        self._states.move_to_end(queries)
        for query in queries:
            self._of_tag.setdefault(query.tag, set()).add(queries)
        if len(self._states) > STATES_KEPT:
            oldest, _ = self._states.popitem(last=False)
            for query in oldest:
                self._of_tag[query.tag].discard(oldest)
                if not self._of_tag[query.tag]:
                    del self._of_tag[query.tag]

    def forget(self) -> None:
        """Drop the states that are kept: somebody was erased, and they may hold what he wrote."""
        self._states.clear()
        self._of_tag.clear()

    async def append(
        self,
        facts: Sequence[Event],
        *,
        cause: str,
        guard: Sequence[Query] = (),
        snapshot: str = "",
        answers: str = "",
        into: Judging | None = None,
        done: Sequence[Command] = (),
    ) -> Appended:
        """Append facts with all that follows from them: due commands, timers, ledger postings; one transaction.

        Args:
            done: commands that would follow, had their facts not been added to these already.
        """
        now = self.clock()
        plan = self._plan(tuple(facts), now, cause, done)._replace(
            guard=tuple(guard), snapshot=snapshot, answers=answers
        )
        try:
            written = await (into or self.log).append(plan)
        except Conflict:
            self._advance(plan, NOTHING)
            raise
        self._advance(plan, written)
        granted = set(written.granted)
        self.appended(written.recorded, [due for due in plan.due if due.id in granted])
        return written

    def _advance(self, plan: Plan, written: Appended) -> None:
        """Have the states that an append was guarded for as it left them; and those that begin with it."""
        of_guard = {plan.guard, *((query,) for query in plan.guard)} if plan.snapshot else set()
        for queries in of_guard:
            for evolve, kept in self._states.get(queries, {}).items():
                after = kept._replace(written=False)
                if written.snapshot and kept.snapshot == plan.snapshot:
                    after = _Kept(_folded(kept.state, evolve, queries, written), written.snapshot, True)
                self._states[queries][evolve] = after
        for fact in written.recorded:
            self._outdate(fact.event, of_guard)
        if written.snapshot:
            for beginning in filter(None, (self._begins(each.event) for each in written.recorded)):
                queries, initial, evolve = beginning
                state = _folded(initial, evolve, queries, written)
                self._keep(queries, evolve, _Kept(state, written.snapshot, True))

    def _outdate(self, fact: Event, but: Container[tuple[Query, ...]]) -> None:
        """A fact was written beside these states: whoever decides on them has to look."""
        for queries in {each for name in fact.tags() for each in self._of_tag.get(name, ())}:
            if queries not in but and any(query.matches(fact) for query in queries):
                for evolve, kept in self._states[queries].items():
                    self._states[queries][evolve] = kept._replace(written=False)

    def _plan(self, facts: tuple[Event, ...], now: datetime, cause: str, done: Sequence[Command]) -> Plan:
        due: list[Due] = []
        timers: dict[str, Due | None] = {}
        postings: list[Posting] = []
        for index, fact in enumerate(facts):
            for number, command in enumerate(self._following(fact)):
                if command in done:
                    continue
                due.append(Due(_due_id(cause, index, number), now, command))
            for timer in self._timers:
                for change in timer(fact, now):
                    key = f"{TIMER}{change.key}"
                    timers[key] = Due(key, change.at, change.command) if isinstance(change, SetTimer) else None
            postings.extend(self._postings(fact))
        due.extend(one for one in timers.values() if one is not None)
        cancel = tuple(key for key, one in timers.items() if one is None)
        return Plan(facts, due=tuple(due), cancel=cancel, postings=tuple(postings), cause=cause)

    def _following(self, fact: Event) -> list[Command]:
        return [command for reaction in self._reactions for command in reaction(fact)]


def _folded(state: S, evolve: Callable[[S, Recorded], S], queries: Sequence[Query], written: Appended) -> S:
    found = (each for each in written.recorded if any(query.matches(each.event) for query in queries))
    return reduce(evolve, found, state)


def _due_id(cause: str, index: int, number: int) -> str:
    return "d_" + blake2b(f"{cause}|{index}|{number}".encode(), digest_size=12).hexdigest()
