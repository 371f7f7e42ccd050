"""Who works here: local accounts, their passwords and sign-ins."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from interlock.governance.accounts import Account, SignIn, check_new, check_unlocked, failed, holds, succeeded
from interlock.kernel.errors import Refused
from interlock.kernel.log import Records
from interlock.runtime.clock import Clock
from interlock.runtime.engine import Engine
from interlock.vocabulary.ids import QueueName, StaffId
from interlock.vocabulary.skills import Skill
from interlock.vocabulary.staff import (
    StaffAdded,
    StaffCapacityChanged,
    StaffRemoved,
    StaffRolesChanged,
    StaffSignedIn,
    StaffSignedOut,
    StaffSignInFailed,
    StaffSkillsChanged,
)

SIGNED_IN_FOR: Final = timedelta(hours=12)
CHANGES_ACCOUNTS: Final = (StaffAdded, StaffRolesChanged, StaffSkillsChanged, StaffCapacityChanged, StaffRemoved)
"""After which facts the accounts are read anew."""
_HASHER: Final = PasswordHasher()


class Person(NamedTuple):
    """A signed-in member of staff."""

    account: Account
    csrf: str

    @property
    def id(self) -> StaffId:
        """The identifier that events name."""
        return self.account.staff


class Staff:
    """Local accounts of one tenant."""

    def __init__(self, records: Records, engine: Engine, clock: Clock) -> None:
        self._records = records
        self._engine = engine
        self._clock = clock
        self.names: dict[StaffId, str] = {}
        self.accounts: dict[StaffId, Account] = {}

    async def load(self) -> None:
        """Read all accounts: names for the screens."""
        accounts = [msgspec.json.decode(body, type=Account) for body in (await self._records.all("account")).values()]
        self.accounts = {account.staff: account for account in accounts if account.removed_at is None}
        self.names = {account.staff: account.name for account in accounts}

    async def add(
        self,
        login: str,
        name: str,
        password: str,
        roles: Sequence[str],
        queues: Sequence[str],
        skills: Sequence[Skill] = (),
        *,
        by: str,
        any_password: bool = False,
    ) -> Account:
        """Add a local user. Raises Refused when the login is taken or something does not fit."""
        check_new(login, name, password, roles, any_password=any_password)
        if await self._records.get("account", login) is not None:  # looked at first: hashing a password takes its time
            raise _taken(login)
        account = Account(
            staff=StaffId("u_" + sha256(login.encode()).hexdigest()[:12]),
            login=login,
            name=name.strip(),
            digest=await digest_of(password),
            roles=tuple(roles),
            queues=tuple(QueueName(queue) for queue in queues),
            skills=tuple(skills),
        )
        if not await self._records.add("account", login, msgspec.json.encode(account)):
            raise _taken(login)
        fact = StaffAdded(staff=account.staff, roles=account.roles, queues=account.queues, skills=account.skills, by=by)
        await self._engine.append([fact], cause=f"staff/{login}")
        self.accounts[account.staff] = account
        self.names[account.staff] = account.name
        return account

    async def account(self, login: str) -> Account:
        """The account with that login. Raises Refused where nobody with it works here."""
        return (await self._stored(login))[1]

    async def change(self, login: str, change: Callable[[Account], Account]) -> Account:
        """Change an account as it stands now, whoever else is changing it. Raises Refused where nobody with it works here."""
        while True:
            body, account = await self._stored(login)
            changed = change(account)
            if await self._records.replace("account", login, body, msgspec.json.encode(changed)):
                return changed

    async def _stored(self, login: str) -> tuple[bytes, Account]:
        body = await self._records.get("account", login)
        account = msgspec.json.decode(body, type=Account) if body else None
        if body is None or account is None or account.removed_at is not None:
            raise Refused("staff_unknown", f"Nobody with the login {login!r} works here.", status=404)
        return body, account

    async def prove(self, login: str, password: str) -> Account:
        """Check a password; gives whose it is. Raises Refused, the same way for any wrong pair."""
        body = await self._records.get("account", login)
        account = msgspec.json.decode(body, type=Account) if body else None
        if account is not None and account.removed_at is not None:
            account = None  # sounds like a login that never was
        now = self._clock()
        if account is not None:
            check_unlocked(account, now)
        if not await asyncio.to_thread(_verify, account.digest if account else nobodys(), password) or account is None:
            if account is not None:
                after = await self.change(login, lambda stands: failed(stands, now))
                fact = StaffSignInFailed(staff=account.staff, why="locked" if after.locked_until else "wrong_password")
                await self._engine.append([fact], cause=f"sign-in/{secrets.token_hex(8)}")
            raise Refused("wrong_login", "The login or the password is wrong.", status=403)
        if account.failures or account.locked_until:
            account = await self.change(login, succeeded)
        return account

    async def sign_in(self, login: str, password: str) -> tuple[str, Person]:
        """Check a password; gives the cookie's value and who it is. Raises Refused as ``prove`` does."""
        account, now = await self.prove(login, password), self._clock()
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(18)
        sign_in = SignIn(login=login, csrf=csrf, at=now)
        await self._records.put("sign_in", _digest(token), msgspec.json.encode(sign_in), expires_at=now + SIGNED_IN_FOR)
        await self._engine.append([StaffSignedIn(staff=account.staff)], cause=f"sign-in/{secrets.token_hex(8)}")
        self.accounts[account.staff], self.names[account.staff] = account, account.name
        return token, Person(account, csrf)

    async def signed_in(self, token: str) -> Person | None:
        """Who has this cookie; None when nobody, or no longer."""
        body = await self._records.get("sign_in", _digest(token)) if token else None
        if body is None:
            return None
        sign_in = msgspec.json.decode(body, type=SignIn)
        account_body = await self._records.get("account", sign_in.login)
        if account_body is None:
            return None
        account = msgspec.json.decode(account_body, type=Account)
        return Person(account, sign_in.csrf) if holds(account, sign_in) else None

    async def sign_out(self, token: str, person: Person) -> None:
        """End this sign-in."""
        await self._records.remove("sign_in", _digest(token))
        await self._engine.append([StaffSignedOut(staff=person.id)], cause=f"sign-out/{secrets.token_hex(8)}")


async def digest_of(password: str) -> str:
    """What is stored of a password."""
    return await asyncio.to_thread(_HASHER.hash, password)


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _taken(login: str) -> Refused:
    return Refused("login_taken", f"There is a user with the login {login!r} already.")


def nobodys() -> str:
    """A digest of no password, as dear to check as somebody's: how long a refusal takes tells nobody which logins are."""
    dear = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${dear}${'A' * 22}${'A' * 43}"


def _verify(digest: str, password: str) -> bool:
    try:
        return _HASHER.verify(digest, password)
    except (Argon2Error, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
