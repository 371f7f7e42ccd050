"""Who works here no longer, or otherwise than before: roles, passwords and leavers, in force on every node at once."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol

import msgspec

from interlock.governance.accounts import (
    Account,
    check_admin_left,
    check_password,
    check_profile,
    check_roles,
    check_skills,
)
from interlock.kernel.deciders import Moment
from interlock.kernel.errors import Refused
from interlock.kernel.events import Command, Event
from interlock.kernel.log import Records
from interlock.routing.board import Board
from interlock.routing.capacities import capacity_of
from interlock.runtime.clock import Clock
from interlock.runtime.definitions import Definitions
from interlock.runtime.engine import Engine
from interlock.runtime.staff import Staff, digest_of
from interlock.vocabulary.ids import QueueName
from interlock.vocabulary.routing import EndService, Presence, SetPresence
from interlock.vocabulary.skills import Skill
from interlock.vocabulary.staff import (
    StaffCapacityChanged,
    StaffPasswordChanged,
    StaffRemoved,
    StaffRolesChanged,
    StaffSkillsChanged,
)

AGENT: Final = "agent"


class _App(Protocol):
    clock: Clock
    engine: Engine
    records: Records
    staff: Staff

    @property
    def board(self) -> Board: ...
    @property
    def definitions(self) -> Definitions: ...


class StaffChanges:
    """Changes accounts of one tenant. A node reads the account with each request, so nothing has to be told to it."""

    def __init__(self, app: _App) -> None:
        self._app = app
        self._staff, self._records, self._engine, self._clock = app.staff, app.records, app.engine, app.clock
        self._served_with = app.definitions.capacities

    async def all(self) -> Sequence[Account]:
        """Every account by login, of those too who do not work here any more."""
        stored = await self._records.all("account")
        return [msgspec.json.decode(stored[login], type=Account) for login in sorted(stored)]

    async def password(self, login: str, password: str, *, by: str) -> Account:
        """Give somebody another password; his sign-ins end. Raises Refused."""
        check_password(password)
        await self._staff.account(login)  # looked at first: hashing a password takes its time
        digest, now = await digest_of(password), self._clock()
        account = await self._staff.change(
            login,
            lambda stands: msgspec.structs.replace(
                stands, digest=digest, failures=0, locked_until=None, sign_ins_from=now
            ),
        )
        fact = StaffPasswordChanged(staff=account.staff, by=by)
        await self._engine.append([fact], cause=f"staff-password/{secrets.token_hex(8)}")
        return account

    async def roles(
        self, login: str, roles: Sequence[str], queues: Sequence[str] | None, known: Collection[str], *, by: str
    ) -> Account:
        """Give somebody other roles, and other queues unless they are None; whoever is no agent any more goes offline.

        Raises:
            Refused: a role or a queue that there is not, an agent with open work, the last admin.
        """
        check_roles(roles)
        check_queues(queues or (), known)
        before = await self._staff.account(login)
        if "admin" in before.roles and "admin" not in roles:
            check_admin_left(await self.all(), login)
        serves = before.queues if queues is None else tuple(map(QueueName, queues))
        fact = StaffRolesChanged(staff=before.staff, roles=tuple(roles), queues=serves, by=by)
        cause = f"staff-roles/{secrets.token_hex(8)}"
        if AGENT in before.roles and AGENT not in roles:
            await self._end_service(before, fact, cause)
        else:
            await self._engine.append([fact], cause=cause)
        account = await self._staff.change(
            login, lambda stands: msgspec.structs.replace(stands, roles=tuple(roles), queues=serves)
        )
        if AGENT in roles and serves != before.queues:
            await self._serve(account)
        return account

    async def skills(self, login: str, skills: Sequence[Skill], *, by: str) -> Account:
        """Give somebody exactly these skills, in force at once. Raises Refused."""
        check_skills(skills)
        before = await self._staff.account(login)
        fact = StaffSkillsChanged(staff=before.staff, skills=tuple(skills), by=by)
        await self._engine.append([fact], cause=f"staff-skills/{secrets.token_hex(8)}")
        account = await self._staff.change(login, lambda stands: msgspec.structs.replace(stands, skills=fact.skills))
        if AGENT in account.roles and account.skills != before.skills:
            await self._serve(account)
        return account

    async def capacity(self, login: str, profile: str, *, by: str) -> Account:
        """Give somebody a profile of capacity, in force at once; the usual one where the name is empty. Raises Refused."""
        check_profile(profile, self._app.definitions.capacities)
        before = await self._staff.account(login)
        fact = StaffCapacityChanged(staff=before.staff, profile=profile, by=by)
        await self._engine.append([fact], cause=f"staff-capacity/{secrets.token_hex(8)}")
        account = await self._staff.change(login, lambda stands: msgspec.structs.replace(stands, profile=profile))
        if AGENT in account.roles and account.profile != before.profile:
            await self._serve(account)
        return account

    async def serve_anew(self) -> None:
        """Have everybody who is available serve with what the profiles say now, where a release has changed them."""
        if self._app.definitions.capacities == self._served_with:
            return
        self._served_with = self._app.definitions.capacities
        for account in await self.all():
            if account.removed_at is None and self._app.board.agent(account.staff).ready:
                await self._serve(account)

    def sets(self, account: Account, presence: Presence, reason: str = "") -> SetPresence:
        """The command for a presence of somebody, with what he serves, can do and takes at once."""
        capacity = capacity_of(self._app.definitions.capacities, account.profile, account.capacity)
        return account.sets(presence, reason, capacity=capacity)

    async def remove(self, login: str, *, by: str) -> Account:
        """Somebody does not work here any more: his sign-ins end, and his name stays for what he did.

        Raises:
            Refused: he has customers in hand, or is the last admin; then nothing has changed.
        """
        before = await self._staff.account(login)
        if "admin" in before.roles:
            check_admin_left(await self.all(), login)
        fact = StaffRemoved(staff=before.staff, by=by)
        await self._end_service(before, fact, f"staff-removed/{secrets.token_hex(8)}")
        now = self._clock()
        account = await self._staff.change(
            login, lambda stands: msgspec.structs.replace(stands, digest="", removed_at=now, sign_ins_from=now)
        )
        # He may have set himself available, with a sign-in that was still good, after he was offline.
        offline = SetPresence(agent=account.staff, presence=Presence.OFFLINE)
        await self._engine.execute(offline, cause=f"staff-removed/{secrets.token_hex(8)}")
        return account

    async def _end_service(self, account: Account, fact: Event, cause: str) -> None:
        """Offline, unless he has customers in hand; the fact stands or falls with it."""

        async def with_fact(
            facts: tuple[Event, ...], state: Any, moment: Moment
        ) -> tuple[tuple[Event, ...], tuple[Command, ...]]:
            return (*facts, fact), ()

        await self._engine.execute(EndService(agent=account.staff), cause=cause, extend=with_fact)

    async def _serve(self, account: Account) -> None:
        """Somebody who is available serves with what he has now from now on; everybody else when he is available again."""
        command = self.sets(account, Presence.AVAILABLE)
        decider = self._engine.decider(SetPresence)
        state, _ = await self._engine.state(tuple(decider.reads(command)), decider.initial, decider.evolve)
        agent = state.agent(account.staff)
        if agent.presence is Presence.AVAILABLE and agent.pending is None:
            await self._engine.execute(command, cause=f"staff-queues/{secrets.token_hex(8)}")


def check_queues(queues: Collection[str], known: Collection[str]) -> None:
    """Refuse queues that there are not."""
    unknown = sorted(set(queues) - set(known))
    if unknown:
        raise Refused("queue_unknown", f"There is no queue {unknown[0]!r}; there are {', '.join(known)}.", status=422)


def described(account: Account) -> dict[str, Any]:
    """An account as people are shown it."""
    return {
        "id": account.staff,
        "login": account.login,
        "name": account.name,
        "roles": list(account.roles),
        "queues": list(account.queues),
        "skills": [
            {"skill": one.skill, "level": one.level, "until": None if one.until is None else one.until.isoformat()}
            for one in account.skills
        ],
        "capacity": account.profile,
        "removed_at": None if account.removed_at is None else account.removed_at.isoformat(timespec="seconds"),
    }
