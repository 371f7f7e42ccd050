"""With which keys does an issuer sign its access tokens now: from a file, or by a safe fetch from its address?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from interlock.connectors.addresses import Resolve, Target, public_address, read_url, resolve_by_system
from interlock.connectors.http import http_client
from interlock.kernel.errors import Refused, Unavailable

KEYS_KEPT_S: Final = 600.0
"""How long an issuer's keys are used before they are read again."""
KEYS_AGAIN_S: Final = 30.0
"""How often at most an issuer is asked anew because a token names a key that is not known."""
KEYS_TIMEOUT_S: Final = 5.0
"""How long reading a key set may take."""
LARGEST_KEY_SET: Final = 200_000
"""Bytes of one key set."""


class KeySets:
    """The JSON Web Key Sets of the issuers whose tokens are taken.

    An address is called like a connector's: its name is resolved, every address of it has to be public (or allowed by
    name), and the one that was checked is the one that is called; redirects are not followed.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        *,
        allowed: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolve_by_system,
        client: Callable[[], httpx.AsyncClient] | None = None,
    ) -> None:
        """Nothing is read before it is needed.

        Args:
            sources: where each issuer's key set is: a path of a file, or an http or https address.
            allowed: hosts with ports within the own network that may be called.
        """
        self._sources = sources
        self._allowed = allowed
        self._clock = clock
        self._resolve = resolve
        self._client = client or (lambda: http_client(KEYS_TIMEOUT_S, 2))
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose tokens are taken."""
        return tuple(self._sources)

    async def keys(self, issuer: str, key_id: str) -> Mapping[str, Any]:
        """The issuer's key set; read anew when it is old, or holds no key of that identifier.

        Raises:
            Unavailable: it cannot be read now.
        """
        async with self._locks.setdefault(issuer, asyncio.Lock()):
            at, kept = self._kept.get(issuer, (0.0, None))
            age = self._clock() - at
            if kept is not None and age < KEYS_KEPT_S and (_holds(kept, key_id) or age < KEYS_AGAIN_S):
                return kept
            found = await self._read(issuer)
            self._kept[issuer] = (self._clock(), found)
            return found

    async def _read(self, issuer: str) -> Mapping[str, Any]:
        source = self._sources[issuer]
        try:
            if source.startswith(("http://", "https://")):
                text = await self._fetch(source)
            else:
                text = await asyncio.to_thread(Path(source).read_bytes)
            found = json.loads(text)
        except OSError as error:
            raise Unavailable("key set", f"{source} cannot be read: {error.strerror}", sent=False) from error
        except ValueError as error:
            raise Unavailable("key set", f"{source} is no JSON", sent=False) from error
        except Refused as refused:
            raise Unavailable("key set", f"{source}: {refused.reason}", sent=False) from refused
        if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
            raise Unavailable("key set", f"{source} is no JSON Web Key Set", sent=False)
        return found

    async def _fetch(self, source: str) -> bytes:
        target = read_url(source.partition("?")[0])
        host, extensions = target.host, {}
        if target.authority not in self._allowed:
            if target.scheme != "https":
                raise Refused("bad_url", "keys are fetched by https only, or from a host that is allowed", status=422)
            host = await public_address(target, self._resolve)
            extensions = {"sni_hostname": target.host}
        authority = f"[{host}]:{target.port}" if ":" in host else f"{host}:{target.port}"
        url = httpx.URL(f"{target.scheme}://{authority}{target.path}", query=source.partition("?")[2].encode() or None)
        try:
            async with asyncio.timeout(KEYS_TIMEOUT_S), self._client() as client:
                request = client.build_request(
                    "GET", url, headers={"Host": _host(target), "Accept": "application/json"}, extensions=extensions
                )
                response = await client.send(request, stream=True)
                try:
                    return await _body(source, response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.HTTPError) as error:
            raise Unavailable("key set", f"{source} does not answer", sent=False) from error


async def _body(source: str, response: httpx.Response) -> bytes:
    if response.status_code != 200:
        raise Unavailable("key set", f"{source} answered {response.status_code}", sent=False)
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LARGEST_KEY_SET:
            raise Unavailable("key set", f"{source} has more than {LARGEST_KEY_SET} bytes", sent=False)
    return body


def _host(target: Target) -> str:
    usual = 443 if target.scheme == "https" else 80
    return target.authority if target.port != usual else target.authority.rpartition(":")[0]


def _holds(key_set: Mapping[str, Any], key_id: str) -> bool:
    return any(isinstance(key, dict) and key.get("kid", "") == key_id for key in key_set["keys"])
