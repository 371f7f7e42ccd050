"""Lock-outs: who guessed too often who somebody is, from where or about whom, and who let it go on."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from interlock.kernel.events import Command, Event
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import NOBODY, CustomerId, ProposalId, SessionId, tag

LOCKOUTS_TAG: Final = "lockouts:all"
"""What every lock-out and release carries, for whoever lists them."""

LockKind = Literal["source", "details", "codes"]
"""A network address, an order number or e-mail address that was tried, or a customer's one-time codes."""


class GuessCounted(Event, frozen=True, kw_only=True):
    """A failed match counts for where it came from and for each detail that was tried; both are known by keyed hashes."""

    session: SessionId
    proposal: ProposalId
    locks: tuple[str, ...]

    def tags(self) -> tuple[str, ...]:
        return tuple(tag("lock", each) for each in self.locks)


class LockedOut(Event, frozen=True, kw_only=True):
    """Too many failures: nothing is tried for this lock any more until they are over, or until a person releases it."""

    lock: str
    kind: LockKind
    failures: int
    until: datetime
    customer: CustomerId = NOBODY
    """Whose codes they are; empty for a lock of another kind."""

    def tags(self) -> tuple[str, ...]:
        return (tag("lock", self.lock), LOCKOUTS_TAG)


class LockReleased(Event, frozen=True, kw_only=True):
    """A person let it go on; the failures before do not count any more."""

    lock: str
    by: str
    reason: str

    def tags(self) -> tuple[str, ...]:
        return (tag("lock", self.lock), LOCKOUTS_TAG)


class CountGuess(Command, frozen=True, kw_only=True):
    """Count the failed match of a proposal, in whatever session it was tried."""

    session: SessionId
    proposal: ProposalId
    locks: tuple[str, ...] = ()
    """Filled in by whoever carries it out, who has the secret that the hashes are keyed with."""

    def lane(self) -> str:
        return self.session


class CountWrongCode(Command, frozen=True, kw_only=True):
    """See whether a customer's wrong codes have become too many."""

    customer: CustomerId

    def lane(self) -> str:
        return f"codes:{self.customer}"


class ReleaseLock(Command, frozen=True, kw_only=True):
    """Let what is locked go on."""

    lock: str
    by: Principal
    reason: str

    def lane(self) -> str:
        return f"lock:{self.lock}"
