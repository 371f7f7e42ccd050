"""What does the connector send, and what does it make of every kind of answer?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import msgspec
import pytest

from interlock.connectors.contract import Declined, Done
from interlock.connectors.http import LARGEST_ANSWER, HttpConnector, http_client
from interlock.kernel.errors import Refused, Unavailable
from tests.connectors.shop import BASE, REFUND, SHOP, action, allowed, mocked

PLAIN = "shop.refund_item_plain"


async def _perform(of: HttpConnector, name: str = "shop.refund_item") -> Done | Declined:
    return await of.perform(allowed(name), action(name), REFUND, "pr_1")


def _answers(
    *responses: httpx.Response | Exception,
) -> tuple[Callable[[httpx.Request], httpx.Response], list[httpx.Request]]:
    left, seen = list(responses), list[httpx.Request]()

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler, seen


async def _trouble(response: httpx.Response | Exception, name: str = "shop.refund_item") -> Unavailable:
    handler, _ = _answers(response)
    with pytest.raises(Unavailable) as raised:
        await _perform(mocked(handler), name)
    assert raised.value.system == "shop"
    return raised.value


async def test_a_refund_is_sent_with_its_key_its_credential_and_exactly_its_arguments() -> None:
    handler, seen = _answers(httpx.Response(201, json={"refund_id": "r-1"}))
    assert await _perform(mocked(handler)) == Done({"refund_id": "r-1"})
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/api/refunds")
    assert request.headers["idempotency-key"] == "pr_1"
    assert request.headers["x-api-key"] == "key-1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == "127.0.0.1:8090"
    assert msgspec.json.decode(request.content) == REFUND


async def test_a_request_template_fills_the_body_and_no_key_is_sent_where_none_is_honoured() -> None:
    handler, seen = _answers(httpx.Response(201, json={}))
    await _perform(mocked(handler), PLAIN)
    assert msgspec.json.decode(seen[0].content) == {**REFUND, "reference": "pr_1"}
    assert "idempotency-key" not in seen[0].headers


async def test_a_resource_is_read_and_one_that_is_not_there_is_none() -> None:
    handler, seen = _answers(
        httpx.Response(200, json={"order_id": "A-1042"}),
        httpx.Response(404, json={"title": "Nothing was found"}),
        httpx.Response(410),
    )
    shop = mocked(handler)
    assert await shop.read("getOrder", {"order_id": "A-1042"}) == {"order_id": "A-1042"}
    assert await shop.read("getOrder", {"order_id": "A-1"}) is None
    assert await shop.read("getOrder", {"order_id": "A-2"}) is None
    assert seen[0].url.path == "/api/orders/A-1042"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(500),
        httpx.Response(400, json={"title": "no"}),
        httpx.Response(401),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
    ],
)
async def test_a_resource_that_cannot_be_read_is_never_taken_for_one_that_does_not_exist(
    response: httpx.Response | Exception,
) -> None:
    handler, _ = _answers(response)
    with pytest.raises(Unavailable):
        await mocked(handler).read("getOrder", {"order_id": "A-1042"})


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422])
async def test_a_no_of_the_system_means_that_nothing_was_done(status: int) -> None:
    problem = {
        "type": "urn:kettle-crane:problem:too-much",
        "title": "The request cannot be carried out",
        "detail": "Eva Stone can only get 12.00 back.",
    }
    handler, _ = _answers(httpx.Response(status, json=problem))
    assert await _perform(mocked(handler), PLAIN) == Declined(
        "too_much", "The request cannot be carried out", "Eva Stone can only get 12.00 back."
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "http_422"),
        (b"nonsense", "http_422"),
        (b"[1]", "http_422"),
        (b'{"type": "about:blank"}', "http_422"),
        (b'{"type": "https://example.com/problems/too-much/"}', "too_much"),
        (b'{"code": "too_much", "type": "x"}', "too_much"),
        (b'{"code": 7, "title": ["x"]}', "http_422"),
    ],
)
async def test_a_no_without_good_words_is_a_no_all_the_same(body: bytes, code: str) -> None:
    handler, _ = _answers(httpx.Response(422, content=body))
    answer = await _perform(mocked(handler))
    assert isinstance(answer, Declined)
    assert answer.code == code
    assert answer.reason


async def test_the_words_of_a_no_are_bounded_and_printable() -> None:
    handler, _ = _answers(httpx.Response(422, json={"title": "a\x1b[31m\nb" + "x" * 1000}))
    answer = await _perform(mocked(handler))
    assert isinstance(answer, Declined)
    assert answer.reason.startswith("a [31m b")
    assert len(answer.reason) == 200


async def test_a_conflict_under_a_key_may_be_the_first_call_still_running() -> None:
    trouble = await _trouble(httpx.Response(409, json={"title": "in progress"}))
    assert trouble.sent is True


@pytest.mark.parametrize(
    ("response", "sent"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("late"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.ReadTimeout("late"), True),
        (httpx.WriteTimeout("late"), True),
        (httpx.ReadError("reset"), True),
        (httpx.WriteError("reset"), True),
        (httpx.RemoteProtocolError("closed without an answer"), True),
        (httpx.Response(500), True),
        (httpx.Response(502), True),
        (httpx.Response(503), True),
        (httpx.Response(503, headers={"retry-after": "3"}), False),
        (httpx.Response(503, headers={"retry-after": "soon"}), True),
        (httpx.Response(504, headers={"retry-after": "3"}), True),
        (httpx.Response(429), False),
        (httpx.Response(429, headers={"retry-after": "3"}), False),
        (httpx.Response(401), False),
        (httpx.Response(408), True),
        (httpx.Response(200, content=b"<html>"), True),
        (httpx.Response(200, content=b""), True),
        (httpx.Response(200, content=b'{"a": NaN}'), True),
        (httpx.Response(200, content=b"[" * 100_000), True),
        (httpx.Response(200, content=b'{"a": "\xff"}'), True),
        (httpx.Response(202, json={"queued": True}), True),
        (httpx.Response(303, headers={"location": "http://169.254.169.254/"}), True),
        (httpx.Response(200, content=b"x" * (LARGEST_ANSWER + 1)), True),
    ],
)
async def test_after_a_failure_it_is_said_exactly_whether_the_call_may_have_been_carried_out(
    response: httpx.Response | Exception, sent: bool
) -> None:
    assert (await _trouble(response)).sent is sent


async def test_an_answer_that_is_packed_though_nobody_asked_is_not_unpacked() -> None:
    # Not httpx.Response(json=…) with the header: httpx would try to unpack that when it is built.
    response = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"bomb"))
    trouble = await _trouble(response)
    assert trouble.sent is True
    assert "compressed" in str(trouble)


async def test_an_answer_without_content_is_an_empty_object() -> None:
    handler, _ = _answers(httpx.Response(204))
    assert await _perform(mocked(handler)) == Done({})


async def test_an_acceptance_that_the_document_declares_is_an_answer() -> None:
    document = msgspec.json.decode(SHOP.document)
    document["paths"]["/api/refunds"]["post"]["responses"]["202"] = {"description": "It will be done."}
    handler, _ = _answers(httpx.Response(202, json={"queued": True}))
    shop = mocked(handler, replace(SHOP, document=msgspec.json.encode(document).decode()))
    assert await _perform(shop) == Done({"queued": True})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), ("999999", 3600.0), ("9" * 400, 3600.0), ("-1", 1.0), ("soon", 1.0), ("", 1.0)],
)
async def test_the_system_says_when_it_may_be_called_again(text: str, seconds: float) -> None:
    trouble = await _trouble(httpx.Response(429, headers={"retry-after": text}))
    assert trouble.retry_after_s == seconds


async def test_a_date_says_it_too() -> None:
    at = datetime.now(UTC) + timedelta(seconds=100)
    trouble = await _trouble(httpx.Response(503, headers={"retry-after": format_datetime(at, usegmt=True)}))
    assert 95 < trouble.retry_after_s <= 100
    assert trouble.sent is False


async def test_a_look_up_gives_what_the_system_knows() -> None:
    handler, seen = _answers(
        httpx.Response(200, json={"refunds": [{"refund_id": "r-1"}]}), httpx.Response(404), httpx.Response(500)
    )
    shop, refund = mocked(handler), action("shop.refund_item")
    assert await shop.look_up(refund, REFUND, "pr_1") == {"refunds": [{"refund_id": "r-1"}]}
    assert str(seen[0].url) == f"{BASE}/api/refunds?reference=pr_1"
    assert await shop.look_up(refund, REFUND, "pr_1") == {}
    with pytest.raises(Unavailable):
        await shop.look_up(refund, REFUND, "pr_1")


async def test_every_call_is_observed_with_what_came_of_it() -> None:
    seen: list[tuple[str, str]] = []

    def observe(operation: str, seconds: float, outcome: str) -> None:
        assert seconds >= 0
        seen.append((operation, outcome))

    handler, _ = _answers(
        httpx.Response(200, json={}),
        httpx.Response(404),
        httpx.Response(422),
        httpx.Response(500),
        httpx.ReadTimeout("late"),
    )
    shop = mocked(handler, observe=observe)
    for _ in range(2):
        await shop.read("getOrder", {"order_id": "A-1"})
    await _perform(shop)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await _perform(shop)
    assert seen == [
        ("getOrder", "done"),
        ("getOrder", "not_found"),
        ("createRefund", "declined"),
        ("createRefund", "unavailable"),
        ("createRefund", "unavailable"),
    ]


async def test_what_cannot_stand_in_a_request_is_not_sent_and_that_is_certain() -> None:
    handler, seen = _answers()
    shop, args = mocked(handler), {"order_id": ".."}
    with pytest.raises(Unavailable) as raised:
        await shop.read("getOrder", args)
    assert raised.value.sent is False
    answer = await shop.perform(allowed("shop.get_order", args), action("shop.get_order"), args, "pr_1")
    assert isinstance(answer, Declined)
    assert answer.code == "bad_arguments"
    assert seen == []


def test_a_credential_that_would_break_a_header_is_refused_without_being_shown() -> None:
    with pytest.raises(Refused, match="bad_credential") as raised:
        mocked(lambda request: httpx.Response(200), secret="geheim\r\nX-Evil: 1")
    assert "geheim" not in str(raised.value)


def test_neither_addresses_nor_secrets_reach_the_log() -> None:
    client = http_client(1.0, 1)
    assert logging.getLogger("httpx").getEffectiveLevel() >= logging.WARNING
    assert client.follow_redirects is False
    assert client.trust_env is False


async def test_without_an_address_of_its_own_the_document_s_server_is_called() -> None:
    handler, seen = _answers(httpx.Response(200, json={}))
    settings: dict[str, Any] = {"base_url": ""}
    await mocked(handler, SHOP, **settings).read("getOrder", {"order_id": "A-1"})
    assert str(seen[0].url) == "http://127.0.0.1:8090/api/orders/A-1"
