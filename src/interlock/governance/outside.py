"""Which agents of other vendors have an account, and which risk tiers may each use?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final, get_args

import msgspec

from interlock.kernel.errors import Refused
from interlock.vocabulary.channels import Principal
from interlock.vocabulary.ids import ExternalAgentId
from interlock.vocabulary.outside import Tier

TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
"""The risk tiers, the lowest first."""

SCOPE_OF: Final[dict[Tier, str]] = {tier: f"interlock.{tier}" for tier in TIERS}
"""The OAuth scope of each risk tier."""

EVENTS_ROLE: Final = "integration"
"""The role of a system that tells of events; it can do nothing else."""

AGENT_ROLE: Final = "external_agent"
"""The role of another vendor's agent."""

OUTSIDE_ROLES: Final = (AGENT_ROLE, EVENTS_ROLE)
"""The roles that an account of something outside can have."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{1,63}")
LONGEST_CLAIM: Final = 500
"""Characters of an issuer, a subject or an audience."""


class OutsideAgent(msgspec.Struct, frozen=True, kw_only=True):
    """The account of another vendor's agent.

    Attributes:
        scope: the highest risk tier that it may ever use, whatever its token says.
        issuer: who signs its access tokens; empty where it has an API key only.
        subject: whom those tokens name: their ``client_id``, or their ``sub`` where they have none.
        audience: what they have to be meant for; empty: this server.
        key_digest: of its API key; empty where it has none.
    """

    agent: ExternalAgentId
    name: str
    roles: tuple[str, ...]
    scope: Tier
    issuer: str = ""
    subject: str = ""
    audience: str = ""
    key_digest: str = ""
    revoked: bool = False

    @property
    def principal(self) -> Principal:
        """The agent as the gate knows it."""
        return Principal(kind="external_agent", id=self.agent, roles=self.roles)


def check_new_agent(
    name: str, roles: Collection[str], scope: str, issuer: str, subject: str, audience: str, issuers: Collection[str]
) -> None:
    """Refuse an account that cannot be. Raises Refused (422) with what to write."""
    if not _NAME.fullmatch(name):
        raise _bad("bad_name", "A name has 2 to 64 letters, digits, blanks or . _ - and begins with a letter or digit.")
    unknown = sorted(set(roles) - set(OUTSIDE_ROLES))
    if unknown or not roles:
        raise _bad(
            "role_unknown", f"The role is {' or '.join(OUTSIDE_ROLES)}; {', '.join(unknown) or 'none'} was given."
        )
    if scope not in TIERS:
        raise _bad("scope_unknown", f"The scope is one of {', '.join(TIERS)}; {scope!r} was given.")
    if bool(issuer) != bool(subject):
        raise _bad("bad_identity", "An issuer and a subject belong together: give both, or neither for an API key.")
    if issuer and issuer not in issuers:
        known = ", ".join(issuers) or "none; set INTERLOCK_TOKEN_ISSUERS"
        raise _bad("issuer_unknown", f"Tokens of {issuer[:100]!r} are not taken here; the issuers are: {known}.")
    if audience and not issuer:
        raise _bad("bad_audience", "An audience is that of access tokens: give their issuer and subject as well.")
    if any(len(each) > LONGEST_CLAIM for each in (issuer, subject, audience)):
        raise _bad("too_long", f"An issuer, a subject and an audience have at most {LONGEST_CLAIM} characters each.")


def tier_of(scopes: Iterable[str]) -> Tier | None:
    """The highest risk tier that a token's scopes grant; None where they grant none."""
    granted = set(scopes)
    return next((tier for tier in reversed(TIERS) if SCOPE_OF[tier] in granted), None)


def lower(one: Tier, other: Tier) -> Tier:
    """The lower of two risk tiers."""
    return min(one, other, key=TIERS.index)


def within(risk: Tier, scope: Tier) -> bool:
    """Whether a scope covers actions of that risk."""
    return TIERS.index(risk) <= TIERS.index(scope)


def _bad(code: str, reason: str) -> Refused:
    return Refused(code, reason, status=422)
