"""How are a manifest's actions carried out by HTTP, and what is certain after a call that failed?

Whether a call may have been carried out decides about money, so every failure says it (``Unavailable.sent``): False
only where the request certainly never reached the system, or the system itself said that it did nothing.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import httpx

from interlock.connectors.addresses import Resolve, Target, public_address, read_url, resolve_by_system
from interlock.connectors.answers import Reply, declined, read_json, trouble
from interlock.connectors.contract import Answer, Authorised, Declined, Done
from interlock.connectors.operations import Api, Call, Operation, call_of, header_text, read_api
from interlock.control.actions import Action, lookup_request, request_of
from interlock.control.connectors import Connector
from interlock.kernel.errors import Refused, Unavailable

Observe = Callable[[str, float, str], None]
"""Told about every call: its operation, how long it took in seconds, and what came of it."""

CONNECT_TIMEOUT_S: Final = 5.0
KEPT_IDLE_S: Final = 2.0
"""Many servers close an idle connection after five seconds; a call that meets that looks like a lost answer."""
LARGEST_ANSWER: Final = 1_000_000
"""Bytes of one answer."""

_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""What fails before the first byte of the request is written."""


class HttpConnector:
    """One outside system, reached by the operations of its OpenAPI document.

    It keeps a pool of connections: ``aclose`` gives them back.
    """

    def __init__(
        self,
        connector: Connector,
        base_url: str = "",
        secret: str = "",
        *,
        allowed: frozenset[str] = frozenset(),
        timeout_s: float = 10.0,
        connections: int = 32,
        observe: Observe | None = None,
        client: Callable[[], httpx.AsyncClient] | None = None,
        resolve: Resolve = resolve_by_system,
    ) -> None:
        """Resolve every operation that the manifest names.

        Args:
            connector: the connector as declared.
            base_url: where the system is; the first server of its document unless it is given.
            secret: the credential itself; sent in the header that the document names.
            allowed: hosts with ports (``127.0.0.1:8090``) that may lie within private networks; for every other one the
                name is resolved, its addresses have to be public, and the checked address is the one that is called.
            timeout_s: how long a call may take from its beginning to the last byte of the answer.
            client: makes the HTTP client; only tests need another one.

        Raises:
            DefinitionError: the document lacks what the manifest names.
            Refused: ``bad_url`` or ``bad_credential`` (422).
        """
        self.name = connector.name
        self.api: Api = read_api(connector)
        self.target: Target = read_url(base_url or self.api.server)
        self._headers = {"Accept": "application/json, application/problem+json", "Accept-Encoding": "identity"}
        if secret:
            try:
                self._headers[self.api.secret_header] = header_text("credential", self.api.secret_form.format(secret))
            except ValueError:
                reason = f"The credential of {connector.name} holds characters that cannot stand in a header."
                raise Refused("bad_credential", reason, status=422) from None
        self._trusted = self.target.authority in allowed
        self._timeout_s = timeout_s
        self._observe = observe
        self._resolve = resolve
        self._pinned = ""
        self._client = (client or (lambda: http_client(timeout_s, connections)))()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def read(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read a resource for a judgement.

        Args:
            operation: the operationId, such as ``getOrder``.
            parameters: the identifier by its name.

        Returns:
            The resource; None where the system has none of that identifier.

        Raises:
            Unavailable: it could not be read.
        """
        try:
            reply = await self._send(self._operation(operation), parameters, {})
        except Refused as refused:
            # For a judgement that only means that a fact is missing, and it has to come to an end.
            raise Unavailable(self.name, f"{operation} cannot be called: {refused.reason}", sent=False) from None
        if reply.status in (404, 410):
            return None
        found = self._json(reply, self.api.operations[operation])
        if not isinstance(found, dict):
            raise Unavailable(self.name, f"{operation} answered with something that is no object")
        return found

    async def perform(self, authorised: Authorised, action: Action, args: Mapping[str, Any], key: str) -> Answer:
        """Carry out exactly what was allowed.

        Args:
            authorised: the allowed judgement.
            action: the action that it allows.
            args: all its arguments, open and personal.
            key: the proposal's identifier; it is the idempotency key where the endpoint honours one.

        Raises:
            Refused: ``not_authorised`` (403); something else was allowed.
            Unavailable: it is not known to be done; ``sent`` says whether it may have been.
            Unknown: an argument is not known any more.
        """
        if not authorised.covers(action.name, args, key) or action.connector != self.name:
            reason = (
                f"What was allowed by the judgement of {authorised.judged.proposal} is not this call of {action.name}."
            )
            raise Refused("not_authorised", reason, status=403)
        operation = self._operation(action.operation)
        headers = {action.idempotency: key} if action.idempotency else {}
        try:
            reply = await self._send(operation, request_of(action, args, key), headers)
        except Refused as refused:
            # An effect that has begun needs an outcome, and this one is certain: nothing was sent.
            return Declined(refused.code, refused.reason)
        if refusal := declined(reply, keyed=bool(headers)):
            return refusal
        return Done(self._json(reply, operation))

    async def look_up(self, action: Action, args: Mapping[str, Any], key: str) -> Any:
        """Ask what became of a call; reading only, so it needs no judgement of its own.

        Returns:
            The look-up's answer, for ``control.effects.after_lookup``; an empty object where it knows nothing (404).

        Raises:
            Unavailable: it could not be asked.
            Unknown: an argument that it needs is not known any more.
        """
        if action.lookup is None:
            raise ValueError(f"{action.name} has no look-up")
        operation = self._operation(action.lookup.operation)
        try:
            reply = await self._send(operation, lookup_request(action, args, key), {})
        except Refused as refused:
            raise Unavailable(self.name, f"{operation.id} cannot be called: {refused.reason}", sent=False) from None
        return {} if reply.status in (404, 410) else self._json(reply, operation)

    def _operation(self, name: str) -> Operation:
        found = self.api.operations.get(name)
        if found is None:
            raise ValueError(f"the connector {self.name} has no operation {name!r}")
        return found

    def _json(self, reply: Reply, operation: Operation) -> Any:
        """The answer of a call that succeeded. Raises Unavailable for every other one."""
        found = trouble(self.name, reply, accepted=operation.accepted)
        if found is not None:
            raise found
        return read_json(self.name, reply)

    async def _send(self, operation: Operation, parameters: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """One call, observed. Raises Unavailable where there is no whole answer, Refused where nothing can be sent."""
        try:
            call = call_of(operation, parameters)
        except ValueError as error:
            # Nothing that could be sent follows from these arguments: the system behind would not take them either.
            raise Refused("bad_arguments", f"{error}.", status=422) from None
        began = time.monotonic()
        outcome = "unavailable"
        try:
            reply = await self._exchange(call, headers)
            outcome = _outcome(reply, operation, keyed=bool(headers))
            return reply
        finally:
            if self._observe is not None:
                self._observe(operation.id, time.monotonic() - began, outcome)

    async def _exchange(self, call: Call, headers: Mapping[str, str]) -> Reply:
        progress = _Progress()
        try:
            async with asyncio.timeout(self._timeout_s):
                request = await self._request(call, headers, progress)
                progress.begin()
                response = await self._client.send(request, stream=True)
                try:
                    return await _whole(self.name, response)
                finally:
                    await response.aclose()
        except _NEVER_LEFT as error:
            # Perhaps the name points elsewhere by now.
            self._pinned = ""
            raise Unavailable(self.name, f"it was not reached ({type(error).__name__})", sent=False) from error
        except TimeoutError as error:
            reason = f"it did not answer within {self._timeout_s:g} s"
            raise Unavailable(self.name, reason, sent=progress.may_have_left) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            sent = progress.may_have_left
            raise Unavailable(self.name, f"its answer got lost ({type(error).__name__})", sent=sent) from error

    async def _request(self, call: Call, headers: Mapping[str, str], progress: _Progress) -> httpx.Request:
        target, host = self.target, self.target.host
        extensions: dict[str, Any] = {"trace": progress.trace}
        sent = {**self._headers, **call.headers, **headers, "Host": _host_header(target)}
        if not self._trusted:
            if not self._pinned:
                self._pinned = await public_address(target, self._resolve)
            host = self._pinned
            # The certificate has to be that of the name, not of the address.
            extensions["sni_hostname"] = target.host
        if call.body is not None:
            sent["Content-Type"] = "application/json"
        authority = f"[{host}]:{target.port}" if ":" in host else f"{host}:{target.port}"
        url = httpx.URL(f"{target.scheme}://{authority}{target.path.rstrip('/')}{call.path}", params=call.query or None)
        return self._client.build_request(call.method, url, headers=sent, content=call.body, extensions=extensions)


class _Progress:
    """How far a request got: whether its first byte may have been written."""

    def __init__(self) -> None:
        self._begun = False
        self._traced = False
        self._left = False

    def begin(self) -> None:
        """The transport takes over: until here, the name was looked up and nothing else."""
        self._begun = True

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the transport what it does."""
        self._traced = True
        if event.endswith(".send_request_headers.started"):
            self._left = True

    @property
    def may_have_left(self) -> bool:
        """False only before the transport took over, or where it has told what it did and never got to writing."""
        return self._begun and (self._left or not self._traced)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; they are read once, for reading them takes 60 ms."""
    return httpx.create_ssl_context(trust_env=False)


def http_client(timeout_s: float, connections: int) -> httpx.AsyncClient:
    """A client with a pool of keep-alive connections; it follows no redirects and takes no proxy from the outside."""
    # Its INFO lines hold whole addresses, and a query can be personal.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.AsyncClient(
        http1=True,
        follow_redirects=False,
        trust_env=False,
        verify=_trusted(),
        # Who waits for a connection is told so before his time is over: then it is certain that nothing was sent.
        timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s), pool=timeout_s / 2),
        limits=httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEPT_IDLE_S
        ),
    )


def local_client(url: str = "", timeout_s: float = 5.0) -> httpx.AsyncClient:
    """A client for a program of ours on this machine, such as the demo shop; addresses begin with ``url``."""
    limits = httpx.Limits(keepalive_expiry=KEPT_IDLE_S)
    return httpx.AsyncClient(base_url=url, trust_env=False, verify=_trusted(), timeout=timeout_s, limits=limits)


async def _whole(name: str, response: httpx.Response) -> Reply:
    """The whole answer. Raises Unavailable for one that is too large or packed."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unavailable(name, "its answer is compressed, which was not asked for")
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise Unavailable(name, f"its answer has more than {LARGEST_ANSWER} bytes")
        parts.append(part)
    return Reply(response.status_code, response.headers, b"".join(parts))


def _outcome(reply: Reply, operation: Operation, *, keyed: bool) -> str:
    if reply.status in (404, 410):
        return "not_found"
    if declined(reply, keyed=keyed) is not None:
        return "declined"
    return "done" if trouble("", reply, accepted=operation.accepted) is None else "unavailable"


def _host_header(target: Target) -> str:
    usual = 443 if target.scheme == "https" else 80
    return target.authority if target.port != usual else target.authority.rpartition(":")[0]
