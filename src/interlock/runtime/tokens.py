"""Is this access token one of an issuer that is trusted, meant for this server, and still good?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from interlock.connectors.key_sets import KeySets
from interlock.kernel.errors import Refused
from interlock.runtime.clock import Clock

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair only: whoever checks a token cannot make one."""
LEEWAY_S: Final = 30
"""By how much clocks may differ."""
LARGEST_TOKEN: Final = 8_000
"""Characters of one access token."""
TYPES: Final = ("at+jwt", "application/at+jwt", "jwt", "")
"""What an access token may call itself: RFC 9068's type, or what issuers write that do not follow it."""


class Token(NamedTuple):
    """What a valid access token says.

    Attributes:
        subject: its ``client_id``, or its ``sub`` where it has none.
        audience: all that it is meant for.
    """

    issuer: str
    subject: str
    scopes: tuple[str, ...]
    audience: tuple[str, ...]


class Tokens:
    """Checks access tokens (JWT, RFC 9068) against the key sets of the issuers in the settings."""

    def __init__(self, key_sets: KeySets, clock: Clock) -> None:
        self._key_sets = key_sets
        self._clock = clock

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose tokens are taken."""
        return self._key_sets.issuers

    async def read(self, token: str) -> Token:
        """What a token says, once its signature and its times have been checked; the audience is the caller's to check.

        Raises:
            Refused: ``bad_token`` (401), with what is wrong with it.
            Unavailable: its issuer's keys cannot be read now.
        """
        import jwt

        if len(token) > LARGEST_TOKEN:
            raise bad_token("it is too long")
        try:
            header = jwt.get_unverified_header(token)
            unchecked = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise bad_token("it is no JSON Web Token") from None
        issuer = unchecked.get("iss")
        if not isinstance(issuer, str) or issuer not in self._key_sets.issuers:
            raise bad_token("its issuer is not trusted here")
        if str(header.get("typ", "")).lower() not in TYPES:
            raise bad_token("it is no access token")
        key_id = str(header.get("kid", ""))
        key = _key(await self._key_sets.keys(issuer, key_id), key_id)
        if key is None or header.get("alg") not in ALGORITHMS:
            raise bad_token("it is signed by a key that its issuer does not have")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                issuer=issuer,
                leeway=LEEWAY_S,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise bad_token(_words(error)) from None
        self._check_times(claims)
        return _token(issuer, claims)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        expires, begins = claims["exp"], claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(begins, int | float):
            raise bad_token("its times are no numbers")
        if now > expires + LEEWAY_S:
            raise bad_token("it has expired")
        if now < begins - LEEWAY_S:
            raise bad_token("it does not hold yet")


def bad_token(why: str) -> Refused:
    """The refusal of a token."""
    return Refused("bad_token", f"This access token is not accepted: {why}.", status=401)


def _token(issuer: str, claims: Mapping[str, Any]) -> Token:
    subject = claims.get("client_id") or claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise bad_token("it names nobody")
    return Token(issuer, subject, _listed(claims.get("scope", claims.get("scp"))), _listed(claims["aud"]))


def _listed(value: object) -> tuple[str, ...]:
    """A claim that issuers write as words in a text or as a list."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, Sequence):
        return tuple(each for each in value if isinstance(each, str))
    return ()


def _key(key_set: Mapping[str, Any], key_id: str) -> Any:
    """The key of that identifier; where a token names none, the only one that there is."""
    import jwt

    usable = [each for each in key_set["keys"] if isinstance(each, dict) and each.get("use", "sig") == "sig"]
    fitting = [each for each in usable if each.get("kid", "") == key_id] if key_id else usable
    if len(fitting) != 1 or fitting[0].get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        return jwt.PyJWK.from_dict(fitting[0])
    except (jwt.PyJWTError, ValueError):
        return None


def _words(error: Exception) -> str:
    import jwt

    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"it lacks the claim {error.claim}"
    return "its signature is wrong" if isinstance(error, jwt.InvalidSignatureError) else "its claims do not fit"
