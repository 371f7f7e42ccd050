"""Who is locked out: after how many failures, from where or about whom, until when, and who lets it go on?"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from types import MappingProxyType
from typing import Any, Final

import msgspec

from interlock.control.rules import LOCKED_OUT
from interlock.control.settings import ControlSettings
from interlock.kernel.deciders import Decider, Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Event, Recorded
from interlock.kernel.log import Query
from interlock.vocabulary.ids import NOBODY, CustomerId, tag
from interlock.vocabulary.lockouts import (
    LOCKOUTS_TAG,
    CountGuess,
    CountWrongCode,
    GuessCounted,
    LockedOut,
    LockKind,
    LockReleased,
    ReleaseLock,
)
from interlock.vocabulary.people import ChallengeFailed
from interlock.vocabulary.proposals import Ruling

WINDOW: Final = timedelta(hours=24)
"""For how long each failure counts; so long after the first of too many a lock-out is over by itself."""

KEPT: Final = 1_000
"""Lock-outs that are listed; the oldest go first. Every one of them holds, listed or not."""

MOST_FAILURES: Final = 1_000
"""Failures of one lock that are kept; no setting asks for more."""

LONGEST_REASON: Final = 500
"""Characters of the reason for a release."""

RELEASERS: Final = ("supervisor", "admin")
"""The roles that release a lock-out."""

NO_MATCHING: Final = Ruling(
    LOCKED_OUT,
    "Too many tries matched nobody, from this source or with these details; nothing is looked up for them now.",
    "That did not match too many times. A colleague can help you.",
)
"""The gate's own no: the same words whatever is locked, and whether there is such a customer or not."""

LISTED: Final = Query(LOCKOUTS_TAG, (LockedOut, LockReleased))
"""What to read for the list."""

_FACTS: Final = (GuessCounted, LockedOut, LockReleased)
_SITE: Final = 64
"""Bits of an IPv6 address that belong to one site: whoever has one has all of its addresses."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The failures of one lock that may still count, and whether it has been said that it holds."""

    failures: tuple[datetime, ...] = ()
    until: datetime | None = None

    def holds(self, now: datetime, most: int) -> bool:
        """Whether so many failures count now that nothing more is tried."""
        return sum(at > now - WINDOW for at in self.failures) >= most


Locks = Mapping[str, Lock]


def source_of(host: str) -> str:
    """The network address that failures are counted for: an IPv4 address, or the site of an IPv6 address.

    Empty for what is no public address: behind a proxy that does not say whom it speaks for, everybody has the same.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global:
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> (128 - _SITE) << (128 - _SITE)))
    return str(address)


def source_lock(secret: bytes, source: str) -> str:
    """The lock of a network address (see ``source_of``); empty for none."""
    return _lock("source", source, secret) if source else ""


def locks_of(secret: bytes, source: str, args: Mapping[str, Any]) -> tuple[str, ...]:
    """The locks that a match concerns: that of its session's source, and one for each detail that is tried.

    Args:
        source: the session's source lock, as in ``SessionOpened``; empty where it has none.
    """
    tried = (_lock("details", f"{name}|{str(args[name]).strip().casefold()}", secret) for name in sorted(args))
    return (*((source,) if source else ()), *tried)


def codes_lock(customer: CustomerId) -> str:
    """The lock of a customer's one-time codes."""
    return f"codes_{customer}"


def lock_query(lock: str) -> Query:
    """What to read for how a lock stands."""
    return Query(tag("lock", lock), _FACTS)


def most_of(lock: str, settings: ControlSettings) -> int:
    """From how many failures on a lock holds."""
    return settings.source_failures if lock.startswith("source_") else settings.details_failures


def fold(locks: Locks, recorded: Recorded) -> Locks:
    """How locks stand after one more fact; no more failures are kept than any setting can ask for."""
    match recorded.event:
        case GuessCounted(locks=counted):
            changed = {each: _failed(locks.get(each, Lock()), recorded.at) for each in counted}
            return {**locks, **changed}
        case LockedOut(lock=lock, until=until):
            return {**locks, lock: replace(locks.get(lock, Lock()), until=until)}
        case LockReleased(lock=lock):
            return {**locks, lock: Lock()}
    return locks


def count_guess(settings: ControlSettings) -> Decider[CountGuess, Locks]:
    """Each failed match counts once; the one that makes it too many locks."""

    def decide(command: CountGuess, locks: Locks, moment: Moment) -> Sequence[Event]:
        if not command.locks:
            return ()
        facts: list[Event] = [GuessCounted(session=command.session, proposal=command.proposal, locks=command.locks)]
        for each in command.locks:
            lock = _failed(locks.get(each, Lock()), moment.now)
            kind: LockKind = "source" if each.startswith("source_") else "details"
            facts += _locked(each, kind, lock, most_of(each, settings), moment.now)
        return facts

    return Decider(
        command=CountGuess,
        reads=lambda command: [lock_query(each) for each in command.locks],
        initial=MappingProxyType({}),
        evolve=fold,
        decide=decide,
    )


def count_wrong_code(settings: ControlSettings) -> Decider[CountWrongCode, Lock]:
    """Says that a customer's codes are locked out, as soon as they are."""

    def decide(command: CountWrongCode, lock: Lock, moment: Moment) -> Sequence[Event]:
        name = codes_lock(command.customer)
        return _locked(name, "codes", lock, settings.codes_wrong_at_most, moment.now, command.customer)

    return Decider(
        command=CountWrongCode,
        reads=lambda command: code_queries(command.customer),
        initial=Lock(),
        evolve=fold_codes,
        decide=decide,
    )


def code_queries(customer: CustomerId) -> list[Query]:
    """What to read for whether a customer's codes are locked out."""
    return [Query(tag("customer", customer), (ChallengeFailed,)), lock_query(codes_lock(customer))]


def fold_codes(lock: Lock, recorded: Recorded) -> Lock:
    """How a customer's codes stand after one more fact of hers."""
    match recorded.event:
        case ChallengeFailed(why="wrong" | "locked"):
            return _failed(lock, recorded.at)
        case LockedOut(until=until):
            return replace(lock, until=until)
        case LockReleased():
            return Lock()
    return lock


def release_lock() -> Decider[ReleaseLock, Locks]:
    """A person with the role lets it go on, with a reason; the failures before count no more."""

    def decide(command: ReleaseLock, locks: Locks, moment: Moment) -> Sequence[Event]:
        if not set(RELEASERS) & set(command.by.roles):
            raise Refused("role_missing", f"A {' or '.join(RELEASERS)} releases a lock-out.", status=403)
        reason = command.reason.strip()
        if not 0 < len(reason) <= LONGEST_REASON:
            raise Refused("bad_reason", f"Say why, in at most {LONGEST_REASON} characters.", status=422)
        lock = locks.get(command.lock, Lock())
        if lock.until is None or lock.until <= moment.now:
            raise Refused("lock_unknown", "There is no such lock-out; it may be over already.", status=404)
        return (LockReleased(lock=command.lock, by=command.by.id, reason=reason),)

    return Decider(
        command=ReleaseLock,
        reads=lambda command: [lock_query(command.lock)],
        initial=MappingProxyType({}),
        evolve=fold,
        decide=decide,
    )


class LockShown(msgspec.Struct, frozen=True, kw_only=True):
    """A lock-out as people see it: what kind, since when, how many failures, and when it is over by itself."""

    lock: str
    kind: LockKind
    since: datetime
    until: datetime
    failures: int
    customer: CustomerId


@dataclass(slots=True)
class Board:
    """The lock-outs that hold, of the latest ``KEPT``."""

    shown: dict[str, LockShown] = field(default_factory=dict)

    def fold(self, recorded: Recorded) -> None:
        """Take a fact in."""
        match recorded.event:
            case LockedOut() as event:
                self.shown.pop(event.lock, None)
                self.shown[event.lock] = LockShown(
                    lock=event.lock,
                    kind=event.kind,
                    since=recorded.at,
                    until=event.until,
                    failures=event.failures,
                    customer=event.customer,
                )
                while len(self.shown) > KEPT:
                    del self.shown[next(iter(self.shown))]
            case LockReleased() as event:
                self.shown.pop(event.lock, None)

    def now(self, now: datetime) -> list[LockShown]:
        """Those that hold now, the newest first."""
        return [each for each in reversed(self.shown.values()) if each.until > now]


def _lock(kind: str, value: str, secret: bytes) -> str:
    return f"{kind}_{hmac.new(secret, f'lock|{kind}|{value}'.encode(), hashlib.sha256).hexdigest()[:32]}"


def _failed(lock: Lock, at: datetime) -> Lock:
    return replace(lock, failures=(*lock.failures, at)[-MOST_FAILURES:])


def _locked(
    name: str, kind: LockKind, lock: Lock, most: int, now: datetime, customer: CustomerId = NOBODY
) -> list[Event]:
    """That it holds from now on; nothing where it does not, or where that has been said."""
    if not lock.holds(now, most) or (lock.until is not None and lock.until > now):
        return []
    until = lock.failures[-most] + WINDOW
    count = sum(at > now - WINDOW for at in lock.failures)
    return [LockedOut(lock=name, kind=kind, failures=count, until=until, customer=customer)]


def any_holds(locks: Iterable[str], standing: Locks, settings: ControlSettings, now: datetime) -> bool:
    """Whether one of the locks that a match concerns holds."""
    return any(standing.get(each, Lock()).holds(now, most_of(each, settings)) for each in locks)
