"""What is a local account, and when is signing in with it refused?"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import msgspec

from interlock.governance.permissions import GRANTS
from interlock.kernel.errors import Refused
from interlock.vocabulary.capacity import Capacity
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.routing import Presence, SetPresence
from interlock.vocabulary.skills import Skill

MAX_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=5)
SHORTEST_PASSWORD: Final = 10
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A local user. ``digest`` is an argon2id hash in its standard text form."""

    staff: StaffId
    login: str
    name: str
    digest: str
    roles: tuple[str, ...]
    queues: tuple[QueueName, ...] = ()
    capacity: int = 3
    """Interactions of any channel at once, where there are no profiles."""
    profile: str = ""
    """How much he takes at once, by the name of a profile; the usual one where it is empty."""
    skills: tuple[Skill, ...] = ()
    failures: int = 0
    locked_until: datetime | None = None
    removed_at: datetime | None = None
    """Since when the person does not work here any more; the name is kept for what he did, and the login is not given again."""
    sign_ins_from: datetime | None = None
    """Sign-ins that are older have ended."""

    def sets(self, presence: Presence, reason: str = "", *, capacity: Capacity | None = None) -> SetPresence:
        """The command for a presence, with what the account serves and can do; ``capacity`` is what its profile says."""
        capacity = capacity or Capacity(self.capacity)
        return SetPresence(
            agent=self.staff,
            presence=presence,
            reason=reason,
            queues=self.queues,
            capacity=capacity.units,
            skills=self.skills,
            shares=capacity.shares,
        )


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """One browser's sign-in; known by the digest of its cookie."""

    login: str
    csrf: str
    at: datetime


def check_new(login: str, name: str, password: str, roles: Collection[str], *, any_password: bool = False) -> None:
    """Refuse an account that cannot be: a login of odd characters, a short password, an unknown role."""
    if not _LOGIN.fullmatch(login):
        raise Refused(
            "bad_login",
            "A login has 2 to 64 small letters, digits or . _ @ + - and begins with a letter or digit.",
            status=422,
        )
    if not name.strip() or len(name) > 120:
        raise Refused("bad_name", "A name has 1 to 120 characters.", status=422)
    if not any_password:
        check_password(password)
    check_roles(roles)


def check_password(password: str) -> None:
    """Refuse a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused("weak_password", f"A password has at least {SHORTEST_PASSWORD} characters.", status=422)


def check_roles(roles: Collection[str]) -> None:
    """Refuse roles that there are not, and none at all."""
    unknown = sorted(set(roles) - set(GRANTS))
    if unknown or not roles:
        known = ", ".join(sorted(GRANTS))
        raise Refused("role_unknown", f"The roles are {known}; {', '.join(unknown) or 'none'} was given.", status=422)


def check_skills(skills: Collection[Skill]) -> None:
    """Refuse two levels of one skill."""
    names = [one.skill for one in skills]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused("skill_twice", f"The skill {twice[0]!r} is given twice; give one level.", status=422)


def check_profile(profile: str, known: Collection[str]) -> None:
    """Refuse a profile of capacity that there is not; the empty name is the usual one."""
    if profile and profile not in known:
        there = ", ".join(known) or "none; write them in capacities.yaml"
        raise Refused("capacity_unknown", f"There is no capacity {profile[:40]!r}; there are {there}.", status=422)


def check_admin_left(accounts: Collection[Account], login: str) -> None:
    """Refuse what would leave nobody who can manage staff, were ``login`` no admin any more."""
    if not any(each.login != login and each.removed_at is None and "admin" in each.roles for each in accounts):
        raise Refused("last_admin", f"{login!r} is the only admin; make somebody else one first.")


def holds(account: Account, sign_in: SignIn) -> bool:
    """Whether a sign-in still stands."""
    return account.removed_at is None and (account.sign_ins_from is None or sign_in.at >= account.sign_ins_from)


def check_unlocked(account: Account, now: datetime) -> None:
    """Refuse while the account is locked after too many failures."""
    if account.locked_until is not None and now < account.locked_until:
        minutes = max(1, round((account.locked_until - now).total_seconds() / 60))
        raise Refused("locked", f"Too many wrong passwords. Try again in {minutes} min.", status=403)


def failed(account: Account, now: datetime) -> Account:
    """The account after a wrong password."""
    failures = account.failures + 1
    locked = now + LOCKED_FOR if failures >= MAX_FAILURES else None
    return msgspec.structs.replace(account, failures=0 if locked else failures, locked_until=locked)


def succeeded(account: Account) -> Account:
    """The account after the right password."""
    return msgspec.structs.replace(account, failures=0, locked_until=None)
