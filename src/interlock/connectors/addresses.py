"""May a call go to this address: which outside URLs are safe, and which network address is really meant?"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

import httpx

from interlock.kernel.errors import Refused, Unavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the network addresses of a host name and port. Raises OSError where there are none."""

_V6_DETOURS: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a site's own
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local
    )
)
"""IPv6 addresses behind which an IPv4 address or a private network can hide."""

_NAME: Final = re.compile(r"(?=.{1,253}\Z)(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_DOTTED: Final = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")


class Target(NamedTuple):
    """Where calls go: the scheme, the host as it is called, the port, and the path that all of them begin with."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as an allow-list names them, such as ``127.0.0.1:8090``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_url(url: str) -> Target:
    """Reads a base URL.

    Raises:
        Refused: ``bad_url`` (422); it is no plain http or https URL, or its host is written in an odd way.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise _bad("it cannot be read") from None
    if parsed.scheme not in ("http", "https"):
        raise _bad("it begins neither with https:// nor with http://")
    if parsed.userinfo:
        raise _bad("it holds a user name; give credentials as a setting")
    if parsed.query or parsed.fragment or "?" in url or "#" in url:
        raise _bad("it has a query or a fragment; a base URL ends with its path")
    # As it was written: what a library makes of full-width digits or of 0177.0.0.1 is not what somebody checked.
    match = re.match(r"[a-z]+://(\[[^\]/]*\]|[^:/\[\]]*)", url, re.IGNORECASE)
    host = match[1].strip("[]") if match else ""
    return Target(parsed.scheme, _host(host), parsed.port or (443 if parsed.scheme == "https" else 80), parsed.path)


def check_address(text: str) -> str:
    """A network address in its usual form, if it is one on the public internet.

    Raises:
        Refused: ``address_not_public`` (422); it is private, loopback, link-local, multicast, reserved, or a detour.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise _not_public(text) from None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address.ipv4_mapped is not None:
            raise _not_public(text)
        if any(address in network for network in _V6_DETOURS):
            raise _not_public(text)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        raise _not_public(text)
    return str(address)


async def public_address(target: Target, resolve: Resolve) -> str:
    """Resolves a target once and gives the address to connect to; every address of the name has to be public.

    Raises:
        Refused: ``address_not_public`` (422).
        Unavailable: the name cannot be resolved now.
    """
    try:
        found = await resolve(target.host, target.port)
    except OSError:
        found = ()
    if not found:
        raise Unavailable(target.host, "its name cannot be resolved", sent=False)
    checked = [check_address(each) for each in found]
    return checked[0]


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses that the operating system knows for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def _host(host: str) -> str:
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError:
            raise _bad("its host is no IPv6 address") from None
        if address.scope_id is not None:
            raise _bad("its host names a network interface")
        return str(address)
    if not host.isascii():
        raise _bad("its host is not ASCII; write the xn-- form")
    name = host.removesuffix(".")
    if not _NAME.fullmatch(name):
        raise _bad("its host is no name and no address")
    # A name whose last part is a number is an address to every resolver, also 0177.0.0.1, 127.1 and 2130706433.
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        if name != host or not _DOTTED.fullmatch(name):
            raise _bad("its host is an address in an odd notation; write four decimal numbers")
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise _bad("its host is no IPv4 address") from None
    return name.lower()


def _bad(why: str) -> Refused:
    return Refused("bad_url", f"This URL cannot be called: {why}.", status=422)


def _not_public(text: str) -> Refused:
    reason = f"The address {text[:60]} is not on the public internet; allow it by name if it is meant."
    return Refused("address_not_public", reason, status=422)
