"""What is certain after a call: was it done, declined, never sent, or does nobody know?"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from interlock.connectors.contract import Declined, Done
from interlock.connectors.http import HttpConnector
from interlock.connectors.opening import open_connectors
from interlock.kernel.errors import Unavailable
from tests.connectors.systems import (
    ARGS,
    BANK,
    PAY,
    PAY_PLAIN,
    PROPOSAL,
    READ,
    SECRET,
    Talk,
    allowed,
    answering,
    connector,
    listening,
    pay,
)

ACCOUNT = {"account": "acc-7"}
QUICK_S = 0.15


def replying(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Callable[..., httpx.Response]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    return lambda request: httpx.Response(status, content=content, headers=headers)


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line), 0)
    return head + await reader.readexactly(length)


def saying(*parts: bytes, cut: bool = False) -> Talk:
    """Reads the request, writes the parts, and then cuts the connection or says no more."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
        if cut:
            writer.transport.abort()
        await reader.read()

    return talk


# Done.


async def test_a_call_goes_where_the_document_says_with_the_key_and_the_credential() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"id": "p-1"})

    assert await pay(answering(handler)) == Done({"id": "p-1"})
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "https://bank.example/v1/payments")
    assert request.headers["idempotency-key"] == PROPOSAL
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert json.loads(request.content) == ARGS


async def test_an_endpoint_that_honours_no_key_gets_none() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={})

    await pay(answering(handler), PAY_PLAIN)
    assert "idempotency-key" not in seen[0].headers


async def test_an_answer_without_content_is_done() -> None:
    assert await pay(answering(replying(204))) == Done({})


async def test_a_value_cannot_leave_its_place_in_the_address() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json={})

    of = answering(handler)
    await of.read("getAccount", {"account": "../../admin?x=1#y"})
    assert seen == [b"/v1/accounts/..%2F..%2Fadmin%3Fx%3D1%23y"]
    for way_up in ("..", ".", ""):
        with pytest.raises(Unavailable) as raised:
            await of.read("getAccount", {"account": way_up})
        assert not raised.value.sent
    assert len(seen) == 1


async def test_a_cookie_of_one_call_does_not_go_along_with_the_next() -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={}, headers={"Set-Cookie": "session=of-eva"})

    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    bank = open_connectors(
        BANK, lambda name, default: default, lambda name: SECRET, {"bank.example:443"}, client=client
    )["bank"]
    await bank.read("getAccount", ACCOUNT)
    await bank.read("getAccount", ACCOUNT)
    assert len(seen) == 2
    assert "cookie" not in seen[1]


# Reading.


async def test_a_read_gives_the_resource_or_none_where_there_is_none() -> None:
    assert await answering(replying(200, {"owner": "c-1"})).read("getAccount", ACCOUNT) == {"owner": "c-1"}
    assert await answering(replying(404, {"title": "No such account"})).read("getAccount", ACCOUNT) is None


@pytest.mark.parametrize(
    "handler",
    [
        replying(403, {"title": "no"}),
        replying(500),
        replying(302, headers={"Location": "http://127.0.0.1/"}),
        replying(200, [1, 2]),
        replying(200, b"<html>"),
        raising(httpx.ConnectError("down")),
    ],
)
async def test_a_read_without_an_answer_of_use_is_unavailable(handler: Callable[..., httpx.Response]) -> None:
    with pytest.raises(Unavailable):
        await answering(handler).read("getAccount", ACCOUNT)


# Declined.


async def test_a_refusal_is_told_with_the_systems_own_code() -> None:
    problem = {"type": "urn:bank:problem:no-cover", "title": "There is no cover", "detail": "Eva's account is empty."}
    answer = await pay(answering(replying(422, problem)))
    assert isinstance(answer, Declined)
    assert (answer.code, answer.reason) == ("no_cover", "There is no cover")


@pytest.mark.parametrize("body", [None, b"<html>no</html>", b"[" * 100_000, [1], {"type": 7, "title": {}, "code": []}])
async def test_a_refusal_that_says_nothing_is_told_by_its_status(body: Any) -> None:
    answer = await pay(answering(replying(422, body)))
    assert isinstance(answer, Declined)
    assert (answer.code, answer.reason) == ("http_422", "It answered with status 422.")


async def test_a_refusal_that_says_too_much_is_cut_to_one_line() -> None:
    answer = await pay(answering(replying(400, {"title": "no\r\n\x00\u202e" + "x" * 5000})))
    assert isinstance(answer, Declined)
    assert answer.reason.isprintable()
    assert len(answer.reason) <= 200


# Nobody knows, or never sent.

RETRY = {"Retry-After": "7"}


@pytest.mark.parametrize(
    ("handler", "sent"),
    [
        (raising(httpx.ConnectError("refused")), False),
        (raising(httpx.ConnectTimeout("slow")), False),
        (raising(httpx.PoolTimeout("busy")), False),
        (raising(httpx.ReadTimeout("slow")), True),
        (raising(httpx.WriteTimeout("slow")), True),
        (raising(httpx.ReadError("reset")), True),
        (raising(httpx.WriteError("reset")), True),
        (raising(httpx.RemoteProtocolError("cut")), True),
        (replying(429), False),
        (replying(429, headers=RETRY), False),
        (replying(425), False),
        (replying(401), False),
        (replying(503, headers=RETRY), False),
        (replying(503), True),
        (replying(500), True),
        (replying(502, headers=RETRY), True),
        (replying(504), True),
        (replying(408), True),
        (replying(409), True),
        (replying(303, headers={"Location": "/v1/payments/1"}), True),
        (replying(201, b"<html>"), True),
        (replying(201, b""), True),
        (replying(201, b'{"a": NaN}'), True),
        (replying(201, b"[" * 100_000 + b"]" * 100_000), True),
        (replying(201, b'{"a":' * 60 + b"1" + b"}" * 60), True),
        (replying(201, b'{"a": 1e999}'), True),
        (replying(201, b'"' + b"x" * 1_100_000 + b'"'), True),
        (replying(201, b"\x1f\x8b", {"Content-Encoding": "br"}), True),
    ],
)
async def test_a_failed_call_says_whether_it_may_have_been_carried_out(
    handler: Callable[..., httpx.Response], sent: bool
) -> None:
    with pytest.raises(Unavailable) as raised:
        await pay(answering(handler))
    assert raised.value.sent is sent


async def test_a_conflict_is_a_refusal_only_where_no_earlier_call_can_have_the_same_key() -> None:
    assert isinstance(await pay(answering(replying(409, {"code": "closed"})), PAY_PLAIN), Declined)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 1), ("99999999", 3600), ("Mon, 01 Jan 2001 00:00:00 GMT", 1), ("soon", 1), ("-5", 1), ("٣", 1)],
)
async def test_the_wait_that_a_system_asks_for_is_kept_to_reason(value: str, seconds: float) -> None:
    with pytest.raises(Unavailable) as raised:
        await pay(answering(lambda request: httpx.Response(429, headers=[(b"Retry-After", value.encode())])))
    assert raised.value.retry_after_s == seconds


async def test_a_nul_in_an_answer_does_not_reach_the_log() -> None:
    answer = await pay(answering(replying(201, b'{"na\\u0000me": ["a\\u0000b"]}')))
    assert answer == Done({"na\ufffdme": ["a\ufffdb"]})


# The same on a real connection.


async def test_an_answer_that_is_cut_off_may_have_been_carried_out() -> None:
    answers = [b"", b"HTTP/1.1 201 Created\r\nContent-Le", b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"]
    for part in answers:
        async with listening(saying(part, cut=True)) as url:
            of = connector(url)
            with pytest.raises(Unavailable) as raised:
                await pay(of)
            assert raised.value.sent
            await of.aclose()


async def test_an_answer_that_never_comes_may_have_been_carried_out() -> None:
    async with listening(saying()) as url:
        of = connector(url, timeout_s=QUICK_S)
        with pytest.raises(Unavailable, match=r"within 0\.15 s") as raised:
            await pay(of)
        assert raised.value.sent
        await of.aclose()


async def test_an_answer_that_drips_is_given_up_in_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(QUICK_S / 10)

    async with listening(drip) as url:
        of = connector(url, timeout_s=QUICK_S)
        with pytest.raises(Unavailable) as raised:
            await asyncio.wait_for(pay(of), 5)
        assert raised.value.sent
        await of.aclose()


async def test_an_endless_answer_is_given_up() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with listening(endless) as url:
        of = connector(url)
        with pytest.raises(Unavailable, match="more than") as raised:
            await pay(of)
        assert raised.value.sent
        await of.aclose()


async def test_a_call_to_a_closed_port_was_never_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        of = connector(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable) as raised:
            await pay(of)
    assert not raised.value.sent
    await of.aclose()


async def test_a_name_server_that_does_not_answer_means_that_nothing_was_sent() -> None:
    async def never(host: str, port: int) -> list[str]:
        return [str(await asyncio.get_running_loop().create_future())]

    of = HttpConnector(BANK.connectors["bank"], "", SECRET, timeout_s=QUICK_S, resolve=never)
    with pytest.raises(Unavailable) as raised:
        await pay(of)
    assert not raised.value.sent
    await of.aclose()


# What may be seen.


async def test_neither_secrets_nor_what_is_personal_stands_in_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    private = "eva@example.com"
    args = {**ARGS, "note": private}
    texts: list[str] = []
    problem = {"title": "No", "detail": f"{private} has no account, key {SECRET}"}
    async with listening(saying(b"", cut=True)) as url:
        for of in (connector(url), answering(replying(500, problem)), answering(replying(302, problem))):
            with pytest.raises(Unavailable) as raised:
                await pay(of, PAY, args)
            texts += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]
            await of.aclose()
    answer = await pay(answering(replying(422, problem)), PAY, args)
    assert isinstance(answer, Declined)
    texts += [answer.code, answer.reason, caplog.text]
    assert not [each for each in texts if SECRET in each or private in each]


async def test_every_call_is_observed_with_what_came_of_it() -> None:
    seen: list[tuple[str, str]] = []

    def observe(operation: str, duration_s: float, outcome: str) -> None:
        assert duration_s >= 0
        seen.append((operation, outcome))

    await pay(answering(replying(201, {}), observe=observe))
    await pay(answering(replying(422), observe=observe))
    await answering(replying(404), observe=observe).read("getAccount", ACCOUNT)
    for handler in (replying(500), raising(httpx.ConnectError("down"))):
        with pytest.raises(Unavailable):
            await pay(answering(handler, observe=observe))
    assert [outcome for _, outcome in seen] == ["done", "declined", "not_found", "unavailable", "unavailable"]
    assert {operation for operation, _ in seen} == {"pay", "getAccount"}


# Looking up.


async def test_the_look_up_asks_by_the_proposals_identifier() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        assert dict(request.url.params) == {"reference": PROPOSAL}
        return httpx.Response(200, json={"payments": [{"id": "p-1"}]})

    assert await answering(handler).look_up(PAY, ARGS, PROPOSAL) == {"payments": [{"id": "p-1"}]}


async def test_a_look_up_that_knows_nothing_differs_from_one_that_fails() -> None:
    assert await answering(replying(404)).look_up(PAY, ARGS, PROPOSAL) == {}
    with pytest.raises(Unavailable):
        await answering(replying(403)).look_up(PAY, ARGS, PROPOSAL)
    with pytest.raises(ValueError, match="no look-up"):
        await answering(replying(200, {})).look_up(PAY_PLAIN, ARGS, PROPOSAL)


async def test_a_proposed_read_of_what_is_not_there_is_declined() -> None:
    authorised, args = allowed(READ, ACCOUNT)
    answer = await answering(replying(404, {"code": "no-such-account"})).perform(authorised, READ, args, PROPOSAL)
    assert isinstance(answer, Declined)
    assert answer.code == "no_such_account"
