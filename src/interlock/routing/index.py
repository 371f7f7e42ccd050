"""Which waiting visit and which free agent belong together, without looking at all of either?

Visits that the same agents may be offered stand in one *line*: the most urgent is on top of a heap, and so is the best of
the agents who are free for it. What is in a heap and holds no more is thrown away when it comes to the top. The index knows
neither facts nor time; ``matching.py`` keeps it in step with the board.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any, Final

from interlock.routing.choose import may_be_asked_again
from interlock.routing.visits import Refusal
from interlock.vocabulary.ids import StaffId, VisitId

SPARE: Final = 64
"""So many entries that hold no more, and as many as there are good ones, may be in a heap before it is cleared of them."""

TIME_BITS: Final = 64
"""Microseconds since 1970 have room in so many bits. Numbers are compared faster than tuples of numbers."""

LOAD_BITS: Final = 20
"""An agent's load has room in so many."""


class Line:
    """Visits that the same agents may be offered.

    Attributes:
        name: what whoever made it knows it by.
        kind: what an agent has room for or not; his room is for some kinds of visits, or for all.
        longest_idle: between equals the time since the last work decides before the load.
        waiting: a heap of the visits nobody has refused, and perhaps of some that wait here no more.
        size: how many of those wait here.
        refused: the visits that somebody did not take, each with its refusals.
        free: a heap of the agents who can be offered something, the best on top, and perhaps of some who can no more.
        ready: who wants work, free or not.
    """

    __slots__ = ("free", "kind", "limit", "longest_idle", "name", "ready", "refused", "size", "waiting")

    def __init__(self, name: Any = None, kind: Any = None, *, longest_idle: bool = False) -> None:
        self.name, self.kind = name, kind
        self.longest_idle = longest_idle
        self.waiting: list[Entry] = []
        self.size = 0
        self.refused: dict[VisitId, tuple[Entry, tuple[Refusal, ...]]] = {}
        self.free: list[tuple[int, StaffId, int, Hand]] = []
        self.limit = SPARE
        self.ready: set[StaffId] = set()


Entry = tuple[float, VisitId, Line]
"""A visit that waits: its urgency (the least is the most urgent), its name, its line."""


class Hand:
    """An agent: whether he wants work, what decides between equals, and the lines that he may be offered visits of.

    Each line comes with the agent's merit in it: the least goes first, before load and idle time are compared.
    ``room`` is for these kinds of visits, or None for every kind. ``stamp`` is that of his good entries in the lines' heaps;
    0 while he is not free.
    """

    __slots__ = ("idle", "lines", "load", "name", "ready", "room", "stamp")

    def __init__(self, name: StaffId) -> None:
        self.name = name
        self.lines: list[tuple[Line, int]] = []
        self.ready = False
        self.stamp = 0
        self.load = 0
        self.idle = 0
        self.room: frozenset[Any] | None = None


class Index:
    """Waiting visits and free agents. ``pairs`` takes out what belongs together; everything else is told to it."""

    def __init__(self) -> None:
        self._at: dict[VisitId, Entry] = {}
        self._stamp = 0
        self._fresh: list[Hand] = []
        self._touched: set[Line] = set()
        self._refusing: set[Line] = set()

    def __len__(self) -> int:
        return len(self._at)

    def place(self, visit: VisitId, urgency: float, line: Line, refusals: tuple[Refusal, ...] = ()) -> None:
        """A visit waits in a line from now on, and in no other."""
        self.leave(visit)
        entry = self._at[visit] = (urgency, visit, line)
        if refusals:
            line.refused[visit] = (entry, refusals)
            self._refusing.add(line)
            return
        line.size += 1
        heappush(line.waiting, entry)
        if line.free:
            self._touched.add(line)

    def leave(self, visit: VisitId) -> Line | None:
        """A visit waits no more; gives the line it was in."""
        entry = self._at.pop(visit, None)
        if entry is None:
            return None
        line = entry[2]
        if line.refused.pop(visit, None) is not None:
            if not line.refused:
                self._refusing.discard(line)
            return line
        line.size -= 1
        if len(line.waiting) > 2 * line.size + SPARE:
            line.waiting = [each for each in line.waiting if self._at.get(each[1]) is each]
            heapify(line.waiting)
        return line

    def serve(self, hand: Hand, lines: Sequence[tuple[Line, int]]) -> None:
        """An agent may be offered visits of these lines, and of no others; he counts as not free until he is told to be."""
        for line, _ in hand.lines:
            line.ready.discard(hand.name)
        hand.lines, hand.stamp = [], 0
        for line, merit in lines:
            self.join(hand, line, merit)

    def join(self, hand: Hand, line: Line, merit: int) -> None:
        """An agent may be offered visits of one more line."""
        hand.lines.append((line, merit << LOAD_BITS + TIME_BITS))
        if hand.ready:
            line.ready.add(hand.name)
        self._enlist(hand, hand.lines[-1:])

    def part(self, hand: Hand, line: Line) -> None:
        """A line is no more, of which the agent may have been offered visits."""
        hand.lines = [each for each in hand.lines if each[0] is not line]

    def stands(
        self, hand: Hand, *, ready: bool, free: bool, load: int, idle: int, room: frozenset[Any] | None = None
    ) -> None:
        """How an agent stands.

        Args:
            hand: who it is.
            ready: whether he wants work.
            free: whether he can be offered some now.
            load: what he has.
            idle: since when he is idle, in microseconds since 1970.
            room: the kinds of lines that he can be offered visits of now; None for all of them.
        """
        if ready is not hand.ready:
            hand.ready = ready
            for line, _ in hand.lines:
                (line.ready.add if ready else line.ready.discard)(hand.name)
        if not free:
            hand.stamp = 0
        elif not hand.stamp or load != hand.load or idle != hand.idle or room != hand.room:
            self._stamp += 1
            hand.stamp, hand.load, hand.idle, hand.room = self._stamp, load, idle, room
            self._fresh.append(hand)

    def pairs(self, now: datetime) -> list[tuple[VisitId, StaffId]]:
        """Takes out visits, the most urgent first, each with the best agent who is free for it, until nothing fits."""
        fresh, self._fresh = self._fresh, []
        if len(fresh) == 1 and not self._touched and not self._refusing:
            return self._next_for(fresh[0])
        for hand in fresh:
            self._enlist(hand, hand.lines)
        if not self._touched and not self._refusing:
            return []
        turns: list[Entry] = []
        for line in self._touched | self._refusing if self._refusing else self._touched:
            if self._best(line) is not None:
                turns += [entry for entry, _ in line.refused.values()]
                if (first := self._first(line)) is not None:
                    turns.append(first)
        self._touched.clear()
        heapify(turns)
        found: list[tuple[VisitId, StaffId]] = []
        while turns:
            _, visit, line = heappop(turns)
            asked = line.refused.get(visit)
            chosen = self._best(line) if asked is None else self._again(line, asked[1], now)
            if chosen is None:
                continue
            chosen.stamp = 0
            self.leave(visit)
            found.append((visit, chosen.name))
            if asked is None and (following := self._first(line)) is not None:
                heappush(turns, following)
        return found

    def _next_for(self, hand: Hand) -> list[tuple[VisitId, StaffId]]:
        """The most urgent visit for the only agent for whom anything has changed."""
        if not hand.stamp:
            return []
        first: Entry | None = None
        for line, _ in hand.lines:
            if not line.size or (hand.room is not None and line.kind not in hand.room):
                continue
            if (top := self._first(line)) is not None and (first is None or top < first):
                first = top
        if first is None:
            self._enlist(hand, hand.lines)
            return []
        hand.stamp = 0
        self.leave(first[1])
        return [(first[1], hand.name)]

    def _enlist(self, hand: Hand, lines: Sequence[tuple[Line, int]]) -> None:
        """Put a free agent into the heaps of these lines."""
        stamp, name = hand.stamp, hand.name
        if not stamp:
            return
        by_load = hand.load << TIME_BITS | hand.idle
        by_idle = hand.idle << LOAD_BITS | hand.load
        for line, merit in lines:
            if hand.room is not None and line.kind not in hand.room:
                continue
            free = line.free
            heappush(free, (merit + (by_idle if line.longest_idle else by_load), name, stamp, hand))
            if line.size:
                self._touched.add(line)
            if len(free) > line.limit:
                line.free = [each for each in free if each[3].stamp == each[2]]
                heapify(line.free)
                line.limit = 2 * len(line.free) + SPARE

    def _first(self, line: Line) -> Entry | None:
        """The most urgent visit of a line that nobody refused."""
        waiting, at = line.waiting, self._at
        while waiting:
            top = waiting[0]
            if at.get(top[1]) is top:
                return top
            heappop(waiting)
        return None

    def _best(self, line: Line) -> Hand | None:
        """The agent who goes first of those who are free for a line."""
        free = line.free
        while free:
            top = free[0]
            if top[3].stamp == top[2]:
                return top[3]
            heappop(free)
        return None

    def _again(self, line: Line, refusals: tuple[Refusal, ...], now: datetime) -> Hand | None:
        """Who is asked about a visit that some refused: somebody else first; one of them where there is nobody else."""
        by, aside = {refusal.agent: refusal for refusal in refusals}, []
        while (hand := self._best(line)) is not None and hand.name in by:
            aside.append(heappop(line.free))
        for each in aside:
            heappush(line.free, each)
        if hand is not None:
            return hand
        if len(line.ready) > sum(name in line.ready for name in by):
            return None
        once_more = [(by[each[1]].at, each[1], each[3]) for each in aside if may_be_asked_again(by[each[1]], now)]
        return min(once_more)[2] if once_more else None
