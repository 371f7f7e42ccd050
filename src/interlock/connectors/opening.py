"""How do the connectors of a release come to life: at which address, with which secret, over which connections?"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address

import httpx

from interlock.connectors.addresses import Target, check_address
from interlock.connectors.http import HttpConnector, Observe, http_client
from interlock.control.bundle import Bundle
from interlock.control.connectors import Connector
from interlock.kernel.documents import DefinitionError, Problem
from interlock.kernel.errors import Refused

OnCall = Callable[[str, float, str], None]
"""Told about every call: the connector, how long it took in seconds, and what came of it."""

CONNECTIONS = 20
"""Of one system: one that hangs takes nothing from the others."""


def open_connectors(
    bundle: Bundle,
    base_url_of: Callable[[str, str], str],
    credential_of: Callable[[str], str],
    allow: Collection[str] = (),
    *,
    timeout_s: float = 4.0,
    on_call: OnCall | None = None,
    client: httpx.AsyncClient | None = None,
) -> dict[str, HttpConnector]:
    """A connector for every system of a release, by name; nothing is called yet.

    Args:
        base_url_of: (connector, default) → its address; the default is empty, and so is the answer where the first
            server of its OpenAPI document holds.
        credential_of: (name in the manifest) → the secret; empty where there is none.
        allow: hosts with ports (``127.0.0.1:8090``) that may lie within private networks.
        timeout_s: for one call, from its beginning to the last byte of the answer.
        client: shared connections; each connector has its own unless it is given.

    Raises:
        DefinitionError: with everything that is wrong with any of them.
    """
    problems: list[Problem] = []
    opened: dict[str, HttpConnector] = {}
    for name, connector in bundle.connectors.items():
        observe = None if on_call is None else _telling(on_call, name)
        make = partial(_without_cookies, client, timeout_s)
        try:
            opened[name] = HttpConnector(
                connector,
                base_url_of(name, ""),
                _secret(connector, credential_of),
                allowed=frozenset(allow),
                timeout_s=timeout_s,
                observe=observe,
                client=make,
            )
            if opened[name].target.authority not in allow:
                check_literal(opened[name].target)
        except DefinitionError as error:
            problems += error.problems
        except Refused as refused:
            mend = f"see INTERLOCK_CONNECTOR_{name.upper()}_URL and INTERLOCK_ALLOW where Interlock runs"
            problems.append(Problem(f"connectors/{name}/manifest.yaml", 1, 1, refused.reason.rstrip("."), mend))
    if problems:
        raise DefinitionError(problems)
    return opened


def _secret(connector: Connector, credential_of: Callable[[str], str]) -> str:
    if not connector.credential:
        return ""
    secret = credential_of(connector.credential)
    if not secret:
        what = f"there is no secret '{connector.credential}'"
        variable = f"INTERLOCK_CREDENTIAL_{connector.credential.upper()}"
        mend = f"set {variable} where Interlock runs, or remove 'credential' if the system asks for none"
        raise DefinitionError([Problem(f"connectors/{connector.name}/manifest.yaml", 1, 1, what, mend)])
    return secret


def check_literal(target: Target) -> None:
    """Refuse an address that is written as such already now; a name is checked when it is resolved."""
    try:
        ip_address(target.host)
    except ValueError:
        return
    check_address(target.host)


def _telling(on_call: OnCall, name: str) -> Observe:
    def observe(operation: str, duration_s: float, outcome: str) -> None:
        on_call(name, duration_s, outcome)

    return observe


def _without_cookies(shared: httpx.AsyncClient | None, timeout_s: float) -> httpx.AsyncClient:
    """Connections that keep no cookies: one that was set for a customer would go along with the next one's call."""
    client = shared if shared is not None else http_client(timeout_s, CONNECTIONS)
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return client
