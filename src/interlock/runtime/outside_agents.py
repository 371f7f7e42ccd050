"""Which agent of another vendor is calling: accounts, API keys that are kept by digest, and access tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from interlock.governance.outside import OutsideAgent, check_new_agent, lower, tier_of
from interlock.kernel.errors import Refused
from interlock.kernel.log import Records
from interlock.runtime.engine import Engine
from interlock.runtime.staff import same
from interlock.runtime.tokens import Tokens, bad_token
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ExternalAgentId
from interlock.vocabulary.outside import ExternalAgentAdded, ExternalAgentRevoked, Tier

KEY_PREFIX: Final = "ilk_"
SEEN_FOR: Final = timedelta(milliseconds=500)
"""For how long an account that was read is relied upon."""
_ACCOUNT: Final = "outside_agent"
_IDENTITY: Final = "outside_identity"
_NAME: Final = "outside_name"


class Caller(NamedTuple):
    """An agent of another vendor, as one of its requests shows it.

    Attributes:
        scope: the highest risk tier that this request may use: the lower of the account's and the token's.
    """

    account: OutsideAgent
    scope: Tier

    @property
    def id(self) -> ExternalAgentId:
        """The identifier that events name."""
        return self.account.agent

    @property
    def principal(self) -> Principal:
        """The agent as the gate knows it."""
        return self.account.principal


class OutsideAgents:
    """Accounts of other vendors' agents, of one tenant."""

    def __init__(self, records: Records, engine: Engine, tokens: Tokens, own_url: str) -> None:
        self._records = records
        self._engine = engine
        self._tokens = tokens
        self._own_url = own_url.rstrip("/")
        self.names: dict[str, str] = {}
        self._accounts: dict[str, tuple[datetime, OutsideAgent]] = {}

    async def load(self) -> None:
        """Read all accounts: names for the screens."""
        self.names = {str(each.agent): each.name for each in await self.all()}

    async def all(self) -> Sequence[OutsideAgent]:
        """Every account, revoked ones too."""
        return [msgspec.json.decode(body, type=OutsideAgent) for body in (await self._records.all(_ACCOUNT)).values()]

    async def add(
        self,
        name: str,
        roles: Sequence[str],
        scope: str,
        *,
        by: str,
        issuer: str = "",
        subject: str = "",
        audience: str = "",
        known_key: str = "",
    ) -> tuple[OutsideAgent, str]:
        """Add an account; gives it, and its API key where it has one (it is shown now and never again).

        Args:
            known_key: its key, where everybody may know it: in a demonstration.

        Raises:
            Refused: something does not fit, or the name or the identity is taken.
        """
        check_new_agent(name, roles, scope, issuer, subject, audience, self._tokens.issuers)
        # Identifiers of proposals come from it, and are idempotency keys outside: no two centres may have the same.
        agent = ExternalAgentId(known_key.removeprefix(KEY_PREFIX).partition(".")[0] or f"x_{secrets.token_hex(8)}")
        key = known_key or ("" if issuer else f"{KEY_PREFIX}{agent}.{secrets.token_urlsafe(32)}")
        account = OutsideAgent(
            agent=agent,
            name=name,
            roles=tuple(roles),
            scope=scope,  # type: ignore[arg-type]  # it was just checked
            issuer=issuer,
            subject=subject,
            audience=audience,
            key_digest=_digest(key) if key else "",
        )
        if not await self._records.add(_NAME, _digest(name), agent.encode()):
            raise Refused("name_taken", f"There is or was an agent with the name {name!r}; take another one.")
        if issuer and not await self._records.add(_IDENTITY, _identity(issuer, subject), agent.encode()):
            await self._records.remove(_NAME, _digest(name))
            raise Refused("identity_taken", "Another agent has this issuer and subject already.")
        await self._records.put(_ACCOUNT, agent, msgspec.json.encode(account))
        fact = ExternalAgentAdded(agent=agent, roles=account.roles, scope=account.scope, by=by)
        await self._engine.append([fact], cause=f"outside/{agent}")
        self.names[agent] = name
        return account, key

    async def revoke(self, name: str, *, by: str) -> OutsideAgent:
        """End an account, at once here and within SEEN_FOR on every other node.

        Raises:
            Refused: there is none of that name or identifier.
        """
        found = next((each for each in await self.all() if name in (each.name, each.agent)), None)
        if found is None:
            raise Refused("agent_unknown", f"There is no agent {name!r}.", status=404)
        if found.revoked:
            return found
        ended = msgspec.structs.replace(found, revoked=True, key_digest="")
        await self._records.put(_ACCOUNT, found.agent, msgspec.json.encode(ended))
        self._accounts.pop(found.agent, None)
        if found.issuer:
            await self._records.remove(_IDENTITY, _identity(found.issuer, found.subject))
        await self._engine.append(
            [ExternalAgentRevoked(agent=found.agent, by=by)], cause=f"outside/{found.agent}/revoked"
        )
        return ended

    async def called_by(self, headers: Mapping[str, str], resource: str) -> Caller:
        """Who sends this request.

        Args:
            headers: those of the request, by names in small letters.
            resource: the path of what is called (empty for the REST API, ``/mcp``); a token has to be meant for it.

        Raises:
            Refused: ``no_token`` or ``bad_token`` (401).
            Unavailable: the keys of the token's issuer cannot be read now.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused("no_token", "Send an access token or an API key: Authorization: Bearer …", status=401)
        token = token.strip()
        return await (self._by_key(token) if token.startswith(KEY_PREFIX) else self._by_token(token, resource))

    async def _by_key(self, key: str) -> Caller:
        account = await self._account(key.removeprefix(KEY_PREFIX).partition(".")[0][:40])
        if account is None or not account.key_digest or not same(_digest(key), account.key_digest):
            raise bad_token("there is no such key, or it was revoked")
        return Caller(account, account.scope)

    async def _by_token(self, text: str, resource: str) -> Caller:
        token = await self._tokens.read(text)
        found = await self._records.get(_IDENTITY, _identity(token.issuer, token.subject))
        account = await self._account(found.decode()) if found else None
        if account is None:
            raise bad_token("it names an agent that has no account here")
        wanted = {account.audience} if account.audience else {self._own_url, f"{self._own_url}{resource}"}
        if not wanted & {each.rstrip("/") for each in token.audience}:
            raise bad_token(f"it is not meant for {self._own_url}{resource}")
        tier = tier_of(token.scopes)
        if tier is None:
            raise Refused(
                "insufficient_scope", "The token has none of the scopes interlock.low, .medium and .high.", status=403
            )
        return Caller(account, lower(account.scope, tier))

    async def _account(self, agent: str) -> OutsideAgent | None:
        now = self._engine.clock()
        read_at, account = self._accounts.get(agent, (None, None))
        if read_at is None or now - read_at > SEEN_FOR:
            body = await self._records.get(_ACCOUNT, agent) if agent else None
            account = msgspec.json.decode(body, type=OutsideAgent) if body else None
            if account is not None:
                self._accounts[agent] = now, account
        return None if account is None or account.revoked else account


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _identity(issuer: str, subject: str) -> str:
    return sha256(f"{issuer}\n{subject}".encode()).hexdigest()
