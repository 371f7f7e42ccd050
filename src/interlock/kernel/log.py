"""What a log can do: read by tags, append under a condition, be followed; and hold due work beside its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from interlock.kernel.events import Command, Cursor, Event, Recorded

TIMER: Final = "timer/"
"""What the identifiers of timers begin with; their key follows."""


class Query(NamedTuple):
    """Facts that carry ``tag`` and are of one of ``types`` (all types where it is empty)."""

    tag: str
    types: tuple[type[Event], ...] = ()

    def matches(self, event: Event) -> bool:
        """Whether this query would have read that event."""
        return self.tag in event.tags() and (not self.types or isinstance(event, self.types))


class Slice(NamedTuple):
    """What a read saw, and the snapshot that it saw it in (opaque; handed back on append)."""

    events: tuple[Recorded, ...]
    snapshot: str


class Due(NamedTuple):
    """A command to carry out at a time. ``id`` is its cause: it is answered once."""

    id: str
    at: datetime
    command: Command

    @property
    def cause(self) -> str:
        """What the facts of its answer are recorded under: a timer's key is used again and again, so its time is part of it."""
        return f"{self.id}/{self.at.isoformat()}" if self.id.startswith(TIMER) else self.id


class Claimed(NamedTuple):
    """A due command that this node holds until ``lease_until``."""

    due: Due
    attempts: int
    lease_until: datetime


class Standing(NamedTuple):
    """How a due command stands: identifiers only.

    Attributes:
        command: the name of its type.
        owner: the node that holds it; empty where none does.
        parked: why it was given up on, without anything personal; empty where it was not.
    """

    id: str
    lane: str
    command: str
    at: datetime
    attempts: int
    owner: str
    parked: str


class Posting(NamedTuple):
    """A change of a ledger's lines.

    ``reserve`` on an allowance, ``settle`` with what really moved, ``release`` on failure; ``reverse`` takes ``amount``
    off the line of that ledger whose ``ref`` is this one's, as far as there is something left of it. Without ``at`` it is
    posted with the time of its append.
    """

    kind: Literal["reserve", "settle", "release", "reverse"]
    ledger: str
    subject: str
    entry: str
    amount: int
    at: datetime | None = None
    ref: str = ""


class Plan(NamedTuple):
    """What stands or falls together in one append."""

    facts: tuple[Event, ...] = ()
    guard: tuple[Query, ...] = ()
    snapshot: str = ""
    due: tuple[Due, ...] = ()
    cancel: tuple[str, ...] = ()
    postings: tuple[Posting, ...] = ()
    cause: str = ""
    answers: str = ""
    """The due command that this append answers; it is removed with it, and its absence means *answered already*."""


class Appended(NamedTuple):
    """What an append wrote, and which of its due commands this node is to carry out at once.

    Attributes:
        snapshot: one in which the append is visible, and of what its guard finds nothing that its reader had not seen;
            empty where none is known.
    """

    recorded: tuple[Recorded, ...]
    granted: tuple[str, ...]
    snapshot: str = ""


class Window(NamedTuple):
    """One subject's lines of one ledger since a moment (exclusive), and all in flight; ``aside`` is left out of account."""

    ledger: str
    subject: str
    since: datetime
    aside: str = ""


class Total(NamedTuple):
    """What the lines of a window come to.

    Attributes:
        amount: their sum, reservations in flight included.
        settled: how many are settled, and not reversed as a whole.
        latest: when the latest of those was settled.
        in_flight: the entries that are reserved and have no outcome yet.
    """

    amount: int = 0
    settled: int = 0
    latest: datetime | None = None
    in_flight: tuple[str, ...] = ()


class Judging(Protocol):
    """An open transaction that has locked ledgers and read them; the judgement's facts are appended in it."""

    @property
    def totals(self) -> Mapping[tuple[str, str], Total]:
        """What each locked window comes to, by (ledger, subject)."""
        ...

    async def append(self, plan: Plan) -> Appended:
        """Append and commit. Raises as ``Log.append`` does."""
        ...


class Log(Protocol):
    """The one store of truth of one tenant."""

    tenant: str

    async def read(self, *queries: Query, since: str = "") -> Slice:
        """All facts that match any of the queries, in the log's order, in one snapshot and one round trip.

        Args:
            since: a snapshot that an earlier read gave; then only what was not visible in it.
        """
        ...

    async def append(self, plan: Plan) -> Appended:
        """Append a plan in one transaction and one round trip.

        Raises:
            Conflict: a fact that matches the guard is not visible in the snapshot.
            Answered: the due command was answered already, or the cause's facts are in the log.
        """
        ...

    def judging(self, windows: Sequence[Window]) -> AbstractAsyncContextManager[Judging]:
        """Open a transaction, lock those ledgers' subjects in sorted order and read them: one round trip."""
        ...

    async def totals(self, windows: Sequence[Window]) -> Mapping[tuple[str, str], Total]:
        """The same sums to look at, by ledger and subject, all of one moment: nothing is locked, and nothing rests on them."""
        ...

    async def after(self, cursor: Cursor, limit: int, types: Sequence[type[Event]] = ()) -> Sequence[Recorded]:
        """The next facts in the log's order (of some types only); never one that an earlier commit could still precede."""
        ...

    async def before(self, at: datetime) -> Cursor:
        """The place in the log's order behind which the facts since a moment begin."""
        ...

    async def claim(self, owner: str, now: datetime, lease_s: float, limit: int) -> Sequence[Claimed]:
        """Take over due commands that nobody holds, oldest first, at most one of each lane."""
        ...

    async def hold(self, owner: str, ids: Sequence[str], now: datetime, lease_s: float) -> Sequence[str]:
        """Extend the leases that this owner still has; gives the identifiers that it kept."""
        ...

    async def release(self, owner: str, id: str, at: datetime, parked: str | None, *, anew: bool = False) -> None:
        """Give a due command back to be tried again at a time, or park it with the reason why.

        Args:
            anew: it did not fail, so earlier attempts are forgotten; it keeps its place in its lane.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the earliest unclaimed command is due."""
        ...

    async def parked(self) -> Mapping[str, str]:
        """The due commands that kept failing, with the reason."""
        ...

    async def standing(self, limit: int) -> Sequence[Standing]:
        """The due commands, those that are parked first, then by the time at which they are due."""
        ...

    async def retry(self, ids: Sequence[str] | None, now: datetime) -> Sequence[str]:
        """Have parked commands (all of them where ``ids`` is None) tried anew from ``now`` on; gives those that were parked."""
        ...

    async def bring_forward(self, of: str, command: str, now: datetime) -> int:
        """Make waiting commands of a type that name an identifier due now; gives how many."""
        ...

    async def destroy_keys(self, person: str) -> int:
        """Make everything that was sealed for a person unreadable, for good; gives the number of keys destroyed."""
        ...


class Records(Protocol):
    """Small documents beside the log, by kind and key: releases, view snapshots, accounts, sign-ins.

    None is a source of truth about customers.
    """

    async def get(self, kind: str, key: str) -> bytes | None:
        """The document, if it is there and has not expired."""
        ...

    async def put(self, kind: str, key: str, body: bytes, *, expires_at: datetime | None = None) -> None:
        """Store or replace a document."""
        ...

    async def add(self, kind: str, key: str, body: bytes) -> bool:
        """Store a document unless one has that key; tells whether it was stored."""
        ...

    async def replace(self, kind: str, key: str, before: bytes, body: bytes) -> bool:
        """Store a document in the place of exactly the one that was read; tells whether that was still there."""
        ...

    async def remove(self, kind: str, key: str) -> None:
        """Forget a document."""
        ...

    async def all(self, kind: str) -> Mapping[str, bytes]:
        """Every document of a kind, by key."""
        ...
