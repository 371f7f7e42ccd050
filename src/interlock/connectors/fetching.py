"""How is a document got from an address: only from public ones, or those that are allowed by name?"""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

import httpx

from interlock.connectors.addresses import Resolve, public_address, read_url, resolve_by_system
from interlock.connectors.http import http_client
from interlock.connectors.reading import LARGEST
from interlock.kernel.errors import Refused, Unavailable

TIMEOUT_S: Final = 30.0
"""How long an address may take for a whole document."""


class Fetched(NamedTuple):
    """What an address answered: its media type in small letters, the body, and its charset where the server names one."""

    media: str
    body: bytes
    charset: str


async def fetch(
    url: str,
    *,
    allowed: frozenset[str] = frozenset(),
    resolve: Resolve = resolve_by_system,
    timeout_s: float = TIMEOUT_S,
) -> Fetched:
    """Get a document. Redirects are not followed: they lead to an address that nobody checked.

    Args:
        url: of the document; it may have a query.
        allowed: hosts with ports (``127.0.0.1:8090``) that may lie within private networks.

    Raises:
        Refused: ``bad_url``, ``address_not_public`` or ``no_document`` (422).
        Unavailable: it does not answer, or not with a document of at most LARGEST bytes.
    """
    address = url.partition("#")[0]
    target = read_url(address.partition("?")[0])
    try:
        path = httpx.URL(address).raw_path.decode("ascii")
    except httpx.InvalidURL as error:
        raise Refused("bad_url", f"This address cannot be read: {error}.", status=422) from None
    host = target.host if target.authority in allowed else await public_address(target, resolve)
    authority = f"[{host}]:{target.port}" if ":" in host else f"{host}:{target.port}"
    usual = 443 if target.scheme == "https" else 80
    named = target.authority.rpartition(":")[0] if target.port == usual else target.authority
    headers = {
        "Host": named,
        "Accept": "text/markdown, text/html, application/pdf, */*;q=0.5",
        "Accept-Encoding": "identity",
    }
    try:
        async with asyncio.timeout(timeout_s), http_client(timeout_s, 1) as client:
            request = client.build_request("GET", f"{target.scheme}://{authority}{path}", headers=headers)
            request.extensions["sni_hostname"] = target.host
            response = await client.send(request, stream=True)
            try:
                return await _whole(target.host, response)
            finally:
                await response.aclose()
    except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
        raise Unavailable(target.host, f"{url} does not answer ({type(error).__name__})") from error


async def _whole(name: str, response: httpx.Response) -> Fetched:
    if response.is_redirect:
        to = response.headers.get("location", "")[:200]
        raise Refused("no_document", f"This address leads on to {to}; name that one if it is meant.", status=422)
    if response.status_code != 200:
        raise Unavailable(name, f"it answered with status {response.status_code} and not with a document")
    parts: list[bytes] = []
    async for part in response.aiter_bytes():
        parts.append(part)
        if sum(map(len, parts)) > LARGEST:
            raise Unavailable(name, f"its document has more than {LARGEST:,} bytes")
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(media, b"".join(parts), response.charset_encoding or "")
